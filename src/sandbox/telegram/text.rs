//! Formatted text: the HTML of a message as Telegram reads it.

use serde_json::{Value, json};

/// A text with its formatting.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Formatted {
    pub(super) plain: String,
    /// The same, safe to show in a page.
    pub(super) html: String,
    /// The same formatting, as Telegram describes it.
    pub(super) entities: Vec<Value>,
}

/// A text without formatting.
pub(super) fn plain(text: String) -> Formatted {
    Formatted {
        html: escape(&text),
        plain: text,
        entities: Vec::new(),
    }
}

/// The length that Telegram's limits are about.
pub(super) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Reads the tags b, i, u, s, code, pre and a.
///
/// # Errors
/// The rest of Telegram's sentence "can't parse entities: …".
pub(super) fn html(source: &str) -> Result<Formatted, String> {
    let mut read = Formatted::default();
    let mut open: Vec<Open> = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let offset = source.len() - rest.len();
        match first {
            '<' => {
                let end = rest
                    .find('>')
                    .ok_or_else(|| format!("Unclosed start tag at byte offset {offset}"))?;
                let tag = &rest[1..end];
                rest = &rest[end + 1..];
                match tag.strip_prefix('/') {
                    Some(name) => close(name.trim(), offset, &mut open, &mut read)?,
                    None => open.push(begin(tag, offset, &mut read)?),
                }
            }
            '&' => {
                let (letter, length) = entity(rest).unwrap_or(('&', 1));
                push(letter, &mut read);
                rest = &rest[length..];
            }
            letter => {
                push(letter, &mut read);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    match open.pop() {
        Some(left) => Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            left.name
        )),
        None => Ok(read),
    }
}

/// Text that a page may show as it is.
pub(super) fn escape(text: &str) -> String {
    let mut read = Formatted::default();
    text.chars().for_each(|letter| push(letter, &mut read));
    read.html
}

struct Open {
    name: &'static str,
    kind: &'static str,
    at: usize,
    url: Option<String>,
}

fn begin(tag: &str, offset: usize, read: &mut Formatted) -> Result<Open, String> {
    let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    let (name, kind) = match name {
        "b" | "strong" => ("b", "bold"),
        "i" | "em" => ("i", "italic"),
        "u" | "ins" => ("u", "underline"),
        "s" | "strike" | "del" => ("s", "strikethrough"),
        "code" => ("code", "code"),
        "pre" => ("pre", "pre"),
        "a" => ("a", "text_link"),
        _ => {
            return Err(format!(
                "Unsupported start tag \"{name}\" at byte offset {offset}"
            ));
        }
    };
    let url = match name {
        "a" => {
            Some(href(attributes).ok_or(format!("Tag \"a\" has no href at byte offset {offset}"))?)
        }
        _ => None,
    };
    match &url {
        Some(url) => {
            let safe = escape(url);
            read.html += &format!("<a href=\"{safe}\" rel=\"noreferrer\" target=\"_blank\">");
        }
        None => read.html += &format!("<{name}>"),
    }
    let at = utf16(&read.plain);
    Ok(Open {
        name,
        kind,
        at,
        url,
    })
}

fn close(
    name: &str,
    offset: usize,
    open: &mut Vec<Open>,
    read: &mut Formatted,
) -> Result<(), String> {
    let begun = open
        .pop()
        .ok_or_else(|| format!("Unexpected end tag at byte offset {offset}"))?;
    let same = match name {
        "strong" => "b",
        "em" => "i",
        "ins" => "u",
        "strike" | "del" => "s",
        other => other,
    };
    if same != begun.name {
        return Err(format!(
            "Unmatched end tag at byte offset {offset}, expected \"</{}>\", found \"</{name}>\"",
            begun.name
        ));
    }
    read.html += &format!("</{}>", begun.name);
    let length = utf16(&read.plain) - begun.at;
    if length > 0 {
        let mut entity = json!({"type": begun.kind, "offset": begun.at, "length": length});
        if let Some(url) = begun.url {
            entity["url"] = url.into();
        }
        read.entities.push(entity);
    }
    Ok(())
}

fn href(attributes: &str) -> Option<String> {
    let value = attributes.trim().strip_prefix("href=")?;
    let url = value.trim_matches(['"', '\'']);
    let known = ["http://", "https://", "tg://", "mailto:"];
    let known = known.iter().any(|scheme| url.starts_with(scheme));
    known.then(|| url.replace("&amp;", "&"))
}

fn entity(rest: &str) -> Option<(char, usize)> {
    let end = rest.find(';').filter(|end| *end < 12)?;
    let letter = match &rest[1..end] {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        number => {
            let digits = number.strip_prefix('#')?;
            let code = match digits.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((letter, end + 1))
}

fn push(letter: char, read: &mut Formatted) {
    read.plain.push(letter);
    match letter {
        '<' => read.html += "&lt;",
        '>' => read.html += "&gt;",
        '&' => read.html += "&amp;",
        '"' => read.html += "&quot;",
        other => read.html.push(other),
    }
}
