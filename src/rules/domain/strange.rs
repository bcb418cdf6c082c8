//! A text nobody knows, made fit to be shown: short, without numbers, names, addresses and a seller's words.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// No text is shown longer, in characters: an operator reads it on a telephone.
pub const LONGEST: usize = 160;
/// Stands for what was taken out.
const HOLE: &str = "…";
/// So many words in a row that a seller said too are a quotation.
const QUOTED: usize = 3;
/// A word of so many letters that a seller said too is theirs even alone, unless [`COMMON`] has it.
const LONG: usize = 5;
/// Words of failures that a seller's text may have, too.
const COMMON: [&str; 40] = [
    "about", "after", "again", "allow", "allowed", "because", "before", "cannot", "content",
    "create", "error", "failed", "failure", "fault", "format", "frame", "image", "input",
    "invalid", "later", "model", "output", "people", "person", "photo", "please", "process",
    "prompt", "reason", "request", "result", "service", "should", "support", "system", "their",
    "there", "video", "which", "without",
];

/// A text nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Strange {
    /// The code it came with.
    pub code: i64,
    /// The text, made fit to be shown.
    pub text: String,
    /// Whether a row knows it: our request is wrong. Otherwise no row does.
    pub request: bool,
}

impl Strange {
    /// The text as it came, without what makes each one different.
    pub fn new(code: i64, text: &str, request: bool) -> Self {
        let text = plain(&unpacked(text));
        let text = text.trim_start_matches([' ', '…']).to_owned();
        Self {
            code,
            text,
            request,
        }
    }

    /// The same without what was said by others.
    pub fn without<'a>(self, said: impl IntoIterator<Item = &'a str>) -> Self {
        let said: Vec<Vec<String>> = said.into_iter().map(folded).collect();
        let alone: HashSet<&String> = said
            .iter()
            .flatten()
            .filter(|word| word.chars().count() >= LONG && !COMMON.contains(&word.as_str()))
            .collect();
        let shown: Vec<&str> = self.text.split_whitespace().collect();
        let words: Vec<String> = shown.iter().map(|word| fold(word)).collect();
        let mut theirs: Vec<bool> = words.iter().map(|word| alone.contains(word)).collect();
        for text in &said {
            for from in 0..words.len().saturating_sub(QUOTED - 1) {
                let part = &words[from..from + QUOTED];
                if text.windows(QUOTED).any(|window| window == part) {
                    theirs[from..from + QUOTED].fill(true);
                }
            }
        }
        let kept = shown.iter().zip(theirs);
        let kept = kept.map(|(word, theirs)| if theirs { HOLE } else { *word });
        Self {
            text: joined(kept),
            ..self
        }
    }

    /// The same, short enough to be shown.
    pub fn short(self) -> Self {
        let end = self.text.char_indices().nth(LONGEST).map(|(end, _)| end);
        Self {
            text: match end {
                Some(end) => format!("{}{HOLE}", self.text[..end].trim_end()),
                None => self.text,
            },
            ..self
        }
    }

    /// The row that would settle it, if its meaning is put in.
    pub fn row(&self) -> String {
        let longest = self.text.split(HOLE).map(folded).max_by_key(Vec::len);
        let phrase = longest.unwrap_or_default();
        let phrase = phrase[..phrase.len().min(8)].join(" ");
        format!("[[rule]]\nmeans = \"violation\"\nwhy = \"?\"\nany = [\"{phrase}\"]")
    }
}

/// What a text says that is JSON: its words without its names.
fn unpacked(text: &str) -> String {
    fn leaves(value: Value, said: &mut Vec<String>) {
        match value {
            Value::String(text) => said.push(text),
            Value::Array(items) => items.into_iter().for_each(|item| leaves(item, said)),
            Value::Object(fields) => fields.into_values().for_each(|field| leaves(field, said)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let from = text.find('{').unwrap_or(text.len());
    let Ok(value) = serde_json::from_str(&text[from..]) else {
        return text.to_owned();
    };
    let mut said = vec![text[..from].to_owned()];
    leaves(value, &mut said);
    said.join(" ")
}

/// Without quotations, addresses, numbers and ids.
fn plain(text: &str) -> String {
    let mut unquoted = String::new();
    let mut closing = None;
    for sign in text.chars() {
        match closing {
            Some(close) if sign == close => {
                closing = None;
                unquoted.push_str(HOLE);
                unquoted.push(' ');
            }
            Some(_) => {}
            None => match sign {
                '"' | '`' => closing = Some(sign),
                '“' => closing = Some('”'),
                '«' => closing = Some('»'),
                '「' => closing = Some('」'),
                '{' | '}' | '[' | ']' | '<' | '>' => unquoted.push(' '),
                sign if sign.is_control() => unquoted.push(' '),
                sign => unquoted.push(sign),
            },
        }
    }
    // A quotation that never ends begins nowhere.
    if closing.is_some() {
        unquoted.push_str(HOLE);
    }
    joined(unquoted.split_whitespace().map(|word| {
        let address = word.contains("://") || word.contains('@') || word.starts_with("www.");
        let told = word.trim_matches(|sign: char| !sign.is_alphanumeric());
        let digits = told.chars().filter(char::is_ascii_digit).count();
        let letters = told.chars().filter(|sign| sign.is_alphabetic()).count();
        let id = digits > 0 && (letters == 0 || told.len() >= 8 && digits >= 2);
        let long = told.chars().count() > 40 && !told.contains('_');
        if address || id || long { HOLE } else { word }
    }))
}

/// One space between words, one hole for several.
fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for word in words {
        if word == HOLE && text.ends_with(HOLE) {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

fn fold(word: &str) -> String {
    let letters = word.chars().filter(|sign| sign.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn folded(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '\'' && sign != '’');
    words.map(fold).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        Strange::new(599, text, false).short().text
    }

    #[test]
    fn what_makes_each_text_different_is_left_out() {
        for (text, plain) in [
            ("Task 0217abf3c11 lost its phase", "Task … lost its phase"),
            ("see https://a.example/x?y=1 or a@b.example", "see … or …"),
            ("quux at 12:30, 5 times", "quux at … times"),
            ("the prompt \"a red mug\" is odd", "the prompt … is odd"),
            ("599 «чашка» не снять", "не снять"),
            ("odd \"a red mug", "odd …"),
            ("{quux}\n\tquux", "quux quux"),
            ("QUUX_CODE_7 here", "QUUX_CODE_7 here"),
            ("模型 出 了 怪 事", "模型 出 了 怪 事"),
        ] {
            assert_eq!(shown(text), plain);
        }
    }

    #[test]
    fn what_a_structure_says_is_kept_and_its_keys_are_not() {
        let text = r#"{"error": {"message": "it is quuxed", "id": 5, "more": ["or not"]}}"#;
        assert_eq!(shown(text), "it is quuxed or not");
    }

    #[test]
    fn what_others_said_is_left_out() {
        let said = ["Красная кружка из глины", "A red mug turns on a table."];
        let strange = |text| Strange::new(599, text, false).without(said).text;
        for (text, left) in [
            ("the thing (a red mug turns) is odd", "the thing … is odd"),
            ("Кружка: странно", "… странно"),
            ("a table is odd", "a … is odd"),
            ("A red one is odd", "A red one is odd"),
            ("нельзя снять красная кружка из глины", "нельзя снять …"),
        ] {
            assert_eq!(strange(text), left, "{text}");
        }
        let common = Strange::new(599, "the image failed", false);
        assert_eq!(common.clone().without(["my image failed"]), common);
    }

    #[test]
    fn no_text_is_shown_longer_than_anybody_reads() {
        let text = shown(&"quux ".repeat(200));
        assert!(text.ends_with('…') && text.chars().count() <= LONGEST + 1);
        assert_eq!(shown(&"x".repeat(500)), "");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn the_row_that_would_settle_it_finds_the_text_again() {
        let strange = Strange::new(599, "Oh: the flux capacitor 42 has lost its phase!", false);
        assert_eq!(
            strange.row(),
            "[[rule]]\nmeans = \"violation\"\nwhy = \"?\"\nany = [\"has lost its phase\"]"
        );
    }
}
