//! What authors put around a script: fences, JSON, remarks, headings, other versions, quotation marks, markdown.

mod json;
mod remarks;

/// Pairs of quotation marks.
const QUOTES: [(char, char); 12] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('«', '»'),
    ('“', '”'),
    ('„', '“'),
    ('„', '”'),
    ('‘', '’'),
    ('‹', '›'),
    ('「', '」'),
    ('『', '』'),
    ('《', '》'),
];

/// The text without its outermost wrapping; the same if it has none.
pub(super) fn without_one(text: &str) -> String {
    let text = text.trim();
    if let Some(inner) = json::script(text) {
        return inner;
    }
    let ways = [
        fenced,
        remarks::without_alternatives,
        remarks::without_lead,
        remarks::without_tail,
        quoted,
    ];
    let inner = ways.iter().find_map(|way| way(text));
    inner.unwrap_or_else(|| text.to_owned())
}

/// Lines without the marks of markdown, and no more blanks than part words and paragraphs.
pub(super) fn plain(text: &str) -> String {
    let text = text.replace("**", "");
    let mut plain = String::new();
    for line in text.lines().map(remarks::unmarked) {
        let line = line.split(' ').filter(|word| !word.is_empty());
        let line = line.collect::<Vec<_>>().join(" ");
        let is_rule = !line.is_empty() && line.chars().all(|c| "-*_=".contains(c));
        match line.is_empty() || is_rule {
            true if plain.ends_with("\n\n") || plain.is_empty() => {}
            true => plain.push('\n'),
            false => {
                plain.push_str(&line);
                plain.push('\n');
            }
        }
    }
    plain.trim().to_owned()
}

/// What stands in the first fence that holds something.
fn fenced(text: &str) -> Option<String> {
    const FENCE: &str = "```";
    let mut pieces = text.split(FENCE);
    pieces.next()?;
    let inside = pieces.step_by(2).map(|piece| match piece.split_once('\n') {
        // The name of a language.
        Some((name, inner)) if name.trim().chars().all(|c| c.is_ascii_alphanumeric()) => {
            inner.trim()
        }
        _ => piece.trim(),
    });
    let mut inside = inside.filter(|inner| inner.chars().any(char::is_alphanumeric));
    match inside.next() {
        Some(inner) => Some(inner.to_owned()),
        None => text.contains(FENCE).then(|| text.replace(FENCE, "")),
    }
}

/// What stands between quotation marks that belong together.
fn quoted(text: &str) -> Option<String> {
    let text = plain_ends(text);
    QUOTES.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(*open)?.strip_suffix(*close)?;
        belongs(inner, *open, *close).then(|| inner.trim().to_owned())
    })
}

/// A text without the bold type around all of it.
fn plain_ends(text: &str) -> &str {
    let inner = text
        .strip_prefix("**")
        .and_then(|rest| rest.strip_suffix("**"));
    inner
        .filter(|inner| !inner.contains("**"))
        .unwrap_or(text)
        .trim()
}

/// Whether the marks around `inner` are one pair: what is within opens before it closes.
fn belongs(inner: &str, open: char, close: char) -> bool {
    if open != close {
        let mut depth = 0i32;
        return inner.chars().all(|c| {
            depth += i32::from(c == open) - i32::from(c == close);
            depth >= 0
        }) && depth == 0;
    }
    // A straight mark does not tell which side it is of: what stands before the first one within does.
    match inner.find(open) {
        None => true,
        Some(at) if open == '"' => {
            let before = inner[..at].chars().next_back();
            before.is_some_and(|c| c.is_whitespace() || "(:—-".contains(c))
                && inner.matches(open).count().is_multiple_of(2)
        }
        Some(_) => open == '\'' && !inner.trim_end().ends_with(open) && apostrophes(inner),
    }
}

/// Whether every single mark within stands inside a word, as in "don't".
fn apostrophes(inner: &str) -> bool {
    let chars: Vec<_> = inner.chars().collect();
    chars
        .windows(3)
        .all(|three| three[1] != '\'' || three[0].is_alphabetic())
        && !inner.starts_with('\'')
}
