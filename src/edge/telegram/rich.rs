//! A rich message: a text in blocks, with pictures among them. What is said in it is read, how it looks is not.

use serde_json::value::RawValue;

use super::json::{self, Fields};

/// Blocks within blocks are followed so far; nobody writes deeper.
const DEPTH: usize = 32;
/// Nothing is read beyond so many bytes: a description is shorter.
const MOST: usize = 64 << 10;
/// What says something within a line.
const WORDS: [&str; 3] = ["text", "alternative_text", "expression"];
/// What says something in lines of its own.
const LINES: [&str; 7] = [
    "summary", "title", "blocks", "items", "cells", "caption", "credit",
];

/// What is said in it, a line to a block.
pub fn text(rich: &RawValue) -> String {
    let mut text = String::new();
    say(rich, false, DEPTH, &mut text);
    text.trim().to_owned()
}

/// The sizes of its first picture.
pub fn photo(rich: &RawValue) -> Vec<&RawValue> {
    find_photo(rich, DEPTH).unwrap_or_default()
}

/// Adds what a value says; the parts of a list are lines if `lines`.
fn say(value: &RawValue, lines: bool, depth: usize, text: &mut String) {
    let Some(depth) = depth.checked_sub(1).filter(|_| text.len() < MOST) else {
        return;
    };
    if let Some(word) = json::text(value) {
        text.push_str(&word);
    } else if let Some(fields) = Fields::read(value.get()) {
        for (name, value) in fields.all() {
            let line = LINES.contains(&name);
            if line {
                begin_line(text);
            }
            if line || WORDS.contains(&name) {
                say(value, line, depth, text);
            }
        }
    } else {
        for part in json::list(value) {
            if lines {
                begin_line(text);
            }
            say(part, false, depth, text);
        }
    }
}

fn begin_line(text: &mut String) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

fn find_photo(value: &RawValue, depth: usize) -> Option<Vec<&RawValue>> {
    let depth = depth.checked_sub(1)?;
    if let Some(fields) = Fields::read(value.get()) {
        let photo = fields.list("photo");
        if !photo.is_empty() {
            return Some(photo);
        }
        let mut inner = ["blocks", "items"]
            .into_iter()
            .filter_map(|name| fields.get(name));
        return inner.find_map(|inner| find_photo(inner, depth));
    }
    let mut parts = json::list(value).into_iter();
    parts.find_map(|part| find_photo(part, depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn a_block_is_a_line_and_how_it_looks_is_left_out() {
        let rich = read(
            r#"{"blocks":[
                {"type":"heading","size":1,"text":["Linen ",{"type":"bold","text":"apron"}]},
                {"type":"paragraph","text":{"type":"url","text":"natural dye","url":"https://example.com"}},
                {"type":"list","items":[
                    {"label":"1.","blocks":[{"type":"paragraph","text":"red"}]},
                    {"label":"2.","blocks":[{"type":"paragraph","text":[
                        "blue ",{"type":"custom_emoji","custom_emoji_id":"5","alternative_text":"💙"}
                    ]}]}
                ]},
                {"type":"table","cells":[[{"text":"size"}],[{"text":"M"}]]},
                {"type":"hologram","wisdom":42}
            ],"is_rtl":false}"#,
        );
        let lines = ["Linen apron", "natural dye", "red", "blue 💙", "size", "M"];
        assert_eq!(text(&rich), lines.join("\n"));
        assert!(photo(&rich).is_empty());
    }

    #[test]
    fn a_picture_is_found_among_the_blocks() {
        let rich = read(
            r#"{"blocks":[{"type":"paragraph","text":"x"},
                {"type":"collage","blocks":[{"type":"photo","photo":[{"file_id":"a"},{"file_id":"b"}]}]}]}"#,
        );
        assert_eq!(photo(&rich).len(), 2);
    }

    #[test]
    fn one_without_end_is_read_no_deeper_than_anybody_writes() {
        let deep = r#"{"blocks":["#.repeat(5_000) + &"]}".repeat(5_000);
        let rich = read(&deep);
        assert_eq!(text(&rich), "");
        assert!(photo(&rich).is_empty());
    }
}
