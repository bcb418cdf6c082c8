//! How a text is formatted: what operators write in a letter is sent on as it looks.

use crate::edge::telegram::json::Fields;
use crate::rules::domain::broadcast::{Mark, Style};

/// How a text is formatted, as far as it can be repeated.
pub(super) fn marks(message: &Fields<'_>) -> Vec<Mark> {
    let entities = message.list("entities").into_iter();
    let entities = entities.filter_map(|entity| Fields::read(entity.get()));
    let mark = |entity: Fields<'_>| {
        let style = match entity.text("type")?.as_str() {
            "bold" => Style::Bold,
            "italic" => Style::Italic,
            "underline" => Style::Underline,
            "strikethrough" => Style::Strike,
            "spoiler" => Style::Spoiler,
            "code" => Style::Code,
            "pre" => Style::Pre,
            "blockquote" | "expandable_blockquote" => Style::Quote,
            "text_link" => Style::Link(entity.text("url")?),
            // Telegram finds the others by itself, or they are of somebody else's.
            _ => return None,
        };
        Some(Mark {
            style,
            offset: u32::try_from(entity.number("offset")?).ok()?,
            length: u32::try_from(entity.number("length")?).ok()?,
        })
    };
    entities.filter_map(mark).collect()
}

/// The marks of what stands behind a command: `rest` is the end of `text`, but for blanks.
pub(super) fn behind(marks: Vec<Mark>, text: &str, rest: &str) -> Vec<Mark> {
    let before = text.trim_end().len() - rest.len();
    let before = text[..before].encode_utf16().count() as u64;
    let until = before + rest.encode_utf16().count() as u64;
    let cut = |mark: Mark| {
        let offset = u64::from(mark.offset);
        let (from, to) = (
            offset.max(before),
            (offset + u64::from(mark.length)).min(until),
        );
        let length = to.checked_sub(from).filter(|length| *length > 0)?;
        Some(Mark {
            offset: u32::try_from(from - before).ok()?,
            length: u32::try_from(length).ok()?,
            ..mark
        })
    };
    marks.into_iter().filter_map(cut).collect()
}
