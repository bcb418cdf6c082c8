//! The script in what the author said: without its thoughts, and without what it put around it.

mod thoughts;
mod wrapping;

/// Each wrapping may hold another one: a fence in a remark, JSON in the fence, quotation marks in the JSON.
const WRAPPINGS: usize = 6;

/// No script is longer, in characters; what is behind goes unread.
const LONGEST: usize = 40_000;

/// The script alone, in letters that can be seen; empty if there is none.
pub(super) fn script(said: &str) -> String {
    let told = thoughts::without(&clean(said));
    let mut text: String = told.trim().chars().take(LONGEST).collect();
    for _ in 0..WRAPPINGS {
        let inner = wrapping::without_one(&text);
        if inner == text {
            break;
        }
        text = inner;
    }
    wrapping::plain(&text)
}

/// Without characters that cannot be seen: they say nothing to a video model, and some turn a text around.
fn clean(said: &str) -> String {
    let mut clean = String::with_capacity(said.len());
    for c in said.replace("\r\n", "\n").chars() {
        match c {
            '\n' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}' => clean.push('\n'),
            '\t' | '\r' => clean.push(' '),
            c if c.is_whitespace() => clean.push(' '),
            c if is_unseen(c) => {}
            c => clean.push(c),
        }
    }
    clean
}

/// Control characters, marks of direction and of width zero, tags, and what is no character.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
                | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}'
        )
}

#[cfg(test)]
mod tests;
