//! What the author said, in whichever shape: OpenAI's two, its streams, and those of servers that only resemble it.

use serde_json::Value;

/// Lists in which answers have been seen.
const LISTS: [&str; 4] = ["choices", "candidates", "alternatives", "generations"];
/// Where the whole answer has been seen inside another one.
const INSIDE: [&str; 5] = ["data", "result", "response", "output", "body"];
/// How deep it is looked for.
const DEPTH: usize = 3;
/// Where a text has been seen: a message before its neighbours, for a choice may carry its text twice.
const TEXTS: [&str; 10] = [
    "message",
    "delta",
    "content",
    "text",
    "output_text",
    "parts",
    "output",
    "generated_text",
    "response",
    "value",
];
/// Parts that are no text for us, by pieces of their type.
const ASIDE: [&str; 8] = [
    "think", "reason", "thought", "analysis", "tool", "function", "refusal", "image",
];
/// Where it has been seen why an answer ended.
const ENDS: [&str; 6] = [
    "finish_reason",
    "finishReason",
    "stop_reason",
    "done_reason",
    "finish_details",
    "status",
];
/// Ends that blame the seller's texts or photo, by pieces.
const FILTERS: [&str; 13] = [
    "filter",
    "safety",
    "blacklist",
    "blocklist",
    "prohibited",
    "recitation",
    "spii",
    "sensitive",
    "refus",
    "moderat",
    "guardrail",
    "violation",
    "blocked",
];
/// Ends for want of room, by pieces.
const LENGTHS: [&str; 5] = ["length", "max_", "token_limit", "truncated", "incomplete"];

/// What was heard.
#[derive(Debug)]
pub(super) enum Heard {
    /// An answer, if only an empty one.
    Said(Said),
    /// Something else, an error perhaps; null if it is no JSON.
    Other(Value),
}

/// An answer.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// What it says, thoughts left out.
    pub text: String,
    pub end: End,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum End {
    /// The author had finished.
    Whole,
    /// There was no more room.
    Length,
    /// The author, or a filter before or behind it, refuses the seller's texts or photo.
    Refused,
    /// A fault.
    Fault,
    /// Nobody says.
    #[default]
    Unsaid,
}

/// Reads a body.
pub(super) fn hear(body: &[u8]) -> Heard {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    match json(text) {
        Some(Value::String(inner)) => heard(json(&inner).unwrap_or_default()),
        Some(value) => heard(value),
        None => stream(text),
    }
}

/// The JSON of a body that is no answer; null if it is none.
pub(super) fn told(body: &[u8]) -> Value {
    match hear(body) {
        Heard::Other(value) => value,
        Heard::Said(_) => Value::Null,
    }
}

/// JSON, if need be without what other readers overlook: control characters and halves of letters.
pub(super) fn json(text: &str) -> Option<Value> {
    let strict = serde_json::from_str(text).ok();
    strict.or_else(|| serde_json::from_str(&mended(text)).ok())
}

fn mended(text: &str) -> String {
    let text = text.replace(|c: char| c.is_control(), " ");
    let (mut mended, mut rest) = (String::with_capacity(text.len()), text.as_str());
    while let Some(at) = rest.find("\\u") {
        let unit = |from: usize| {
            let digits = rest.get(from..from + 4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let low = rest.get(at + 6..at + 8) == Some("\\u") && is_low(unit(at + 8));
        let end = match unit(at + 2) {
            Some(0xd800..=0xdbff) if low => at + 12,
            Some(0xd800..=0xdfff) => {
                mended.push_str(&rest[..at]);
                rest = &rest[at + 6..];
                continue;
            }
            Some(_) => at + 6,
            None => at + 2,
        };
        mended.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    mended + rest
}

fn is_low(unit: Option<u16>) -> bool {
    matches!(unit, Some(0xdc00..=0xdfff))
}

fn heard(value: Value) -> Heard {
    if is_error(&value) {
        return Heard::Other(value);
    }
    let Some((root, choices)) = choices(&value, DEPTH) else {
        return Heard::Other(value);
    };
    let all: Vec<_> = choices
        .iter()
        .map(|choice| said(root, choice))
        .filter(|said| said.end != End::Fault)
        .collect();
    let with_text = all.iter().position(|said| !said.text.trim().is_empty());
    match all.into_iter().nth(with_text.unwrap_or_default()) {
        Some(said) => Heard::Said(said),
        None => Heard::Other(value),
    }
}

/// Whether a body, or its first choice, says that something went wrong.
fn is_error(value: &Value) -> bool {
    let told = |value: &Value| says(&value["error"]) || says(&value["errors"]);
    let failed = |word: &Value| matches!(word.as_str(), Some("error" | "response.failed"));
    let first = LISTS.iter().find_map(|list| value[*list].get(0));
    told(value)
        || failed(&value["type"])
        || first.is_some_and(|choice| told(choice) || failed(&choice["finish_reason"]))
}

/// Whether there is anything in it: some proxies send an empty error with every answer.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(told) => *told,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => items.iter().any(says),
        Value::Object(fields) => fields.values().any(says),
    }
}

/// The answers in a body, and the object that they stand in.
fn choices(value: &Value, depth: usize) -> Option<(&Value, Vec<&Value>)> {
    let listed = LISTS.iter().find_map(|list| value[*list].as_array());
    if let Some(items) = listed.filter(|items| !items.is_empty()) {
        return Some((value, items.iter().collect()));
    }
    if let Value::Array(items) = value {
        let spoken = |item: &&Value| item["generated_text"].is_string();
        return items.first().filter(spoken).map(|item| (value, vec![item]));
    }
    let spoken = value["output"].is_array()
        || value["message"].is_object()
        || value["role"].is_string()
            && (value["content"].is_array() || value["content"].is_string())
        || ["output_text", "generated_text"]
            .iter()
            .any(|key| value[*key].is_string())
        || value["response"].is_string() && value["done"].is_boolean()
        || value["text"].is_string() && value["finish_reason"].is_string()
        || blocked(value);
    if spoken {
        return Some((value, vec![value]));
    }
    let inside = INSIDE.iter().map(|key| &value[*key]);
    let mut inside = inside.filter(|inner| inner.is_object() && depth > 0);
    inside.find_map(|inner| choices(inner, depth - 1))
}

fn said(root: &Value, choice: &Value) -> Said {
    let mut text = String::new();
    gather(choice, DEPTH * 2, &mut text);
    let end = match end(choice) {
        End::Unsaid => end(root),
        told => told,
    };
    let refused = refuses(choice) || blocked(root) || text.trim().is_empty() && filtered(root);
    Said {
        text,
        end: if refused { End::Refused } else { end },
    }
}

/// The text of a choice, a message or a part, thoughts and calls of tools left out.
fn gather(value: &Value, depth: usize, into: &mut String) {
    match value {
        Value::String(text) => {
            let glued = into.ends_with(['.', '!', '?']) && text.starts_with(char::is_alphanumeric);
            into.push_str(if glued { " " } else { "" });
            into.push_str(text);
        }
        Value::Array(parts) if depth > 0 => {
            parts.iter().for_each(|part| gather(part, depth - 1, into));
        }
        Value::Object(fields) if depth > 0 => {
            let kind = ["type", "channel"]
                .iter()
                .find_map(|key| fields.get(*key)?.as_str());
            let aside = kind.is_some_and(|kind| ASIDE.iter().any(|word| kind.contains(word)));
            if aside || fields.get("thought") == Some(&Value::Bool(true)) {
                return;
            }
            let before = into.len();
            for inner in TEXTS.iter().filter_map(|key| fields.get(*key)) {
                gather(inner, depth - 1, into);
                if into.len() > before {
                    return;
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {}
    }
}

fn end(value: &Value) -> End {
    let told = ENDS.iter().find_map(|key| match &value[*key] {
        Value::String(word) => Some(word.to_lowercase()),
        Value::Object(why) => Some(why.get("type")?.as_str()?.to_lowercase()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    });
    let mut told = told.unwrap_or_else(|| match value["delta"]["stop_reason"].as_str() {
        Some(word) => word.to_lowercase(),
        None => String::new(),
    });
    if let Some(why) = value["incomplete_details"]["reason"].as_str() {
        told = why.to_lowercase();
    }
    let is = |words: &[&str]| words.iter().any(|word| told.contains(word));
    match told.as_str() {
        "" | "in_progress" | "queued" | "null" | "unspecified" => End::Unsaid,
        "error" | "failed" => End::Fault,
        _ if is(&FILTERS) => End::Refused,
        _ if is(&LENGTHS) => End::Length,
        _ => End::Whole,
    }
}

/// Whether a choice says no in the field that is there for it.
fn refuses(choice: &Value) -> bool {
    fn said(value: &Value) -> bool {
        let no = value["refusal"].as_str();
        let parts = value["content"].as_array().into_iter().flatten();
        no.is_some_and(|no| !no.trim().is_empty()) || parts.into_iter().any(said)
    }
    let items = choice["output"].as_array().into_iter().flatten();
    said(choice) || said(&choice["message"]) || items.into_iter().any(said)
}

/// Whether the question itself was blocked.
fn blocked(root: &Value) -> bool {
    ["promptFeedback", "prompt_feedback"]
        .iter()
        .any(|key| says(&root[*key]["blockReason"]) || says(&root[*key]["block_reason"]))
}

/// Whether a filter of Azure's says that it took something away.
fn filtered(root: &Value) -> bool {
    fn took(value: &Value) -> bool {
        match value {
            Value::Object(fields) => {
                fields.get("filtered") == Some(&Value::Bool(true)) || fields.values().any(took)
            }
            Value::Array(items) => items.iter().any(took),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }
    took(&root["prompt_filter_results"]) || took(&root["choices"])
}

/// A stream nobody asked for: events, or one object to a line.
fn stream(text: &str) -> Heard {
    let lines = text.lines().map(str::trim);
    let beyond = text.starts_with(':').then(|| {
        let lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with(':'));
        lines.collect::<Vec<_>>().join("\n")
    });
    // Remarks ahead of one object keep connections alive.
    if let Some(value) = beyond.and_then(|text| json(text.trim())) {
        return heard(value);
    }
    let (mut joined, mut some, mut done) = (Said::default(), false, false);
    for line in lines {
        let line = line.strip_prefix("data:").unwrap_or(line).trim();
        done |= line == "[DONE]";
        let Some(chunk) = line.starts_with('{').then(|| json(line)).flatten() else {
            continue;
        };
        if is_error(&chunk) {
            return Heard::Other(chunk);
        }
        if chunk["response"].is_object() && says(&chunk["response"]["output"]) {
            return heard(chunk["response"].clone());
        }
        some = true;
        let piece = piece(&chunk);
        joined.text.push_str(&piece.text);
        if piece.end != End::Unsaid {
            joined.end = piece.end;
        }
    }
    if !some {
        return Heard::Other(Value::Null);
    }
    if joined.end == End::Unsaid && !done {
        joined.end = End::Length;
    }
    Heard::Said(joined)
}

/// What one event of a stream adds.
fn piece(chunk: &Value) -> Said {
    let kind = chunk["type"].as_str().unwrap_or_default();
    let inner = chunk["delta"]["type"].as_str().unwrap_or_default();
    let aside = |kind: &str| ASIDE.iter().any(|word| kind.contains(word));
    if aside(kind) || aside(inner) {
        return Said::default();
    }
    if let Some((root, choices)) = choices(chunk, DEPTH) {
        return choices
            .first()
            .map(|choice| said(root, choice))
            .unwrap_or_default();
    }
    let mut text = String::new();
    gather(&chunk["delta"], DEPTH, &mut text);
    let end = end(chunk);
    Said { text, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_in_spite_of_control_characters_and_halves_of_letters() {
        for (text, wanted) in [
            (r#"{"a": "b"}"#, "b"),
            ("{\"a\": \"b\n\u{1}c\"}", "b  c"),
            (r#"{"a": "b\ud83d c"}"#, "b c"),
            (r#"{"a": "\udc00b"}"#, "b"),
            (r#"{"a": "\ud83d\u0041"}"#, "A"),
            ("{\"a\": \"\u{1}\\ud83d\\ude42\"}", " 🙂"),
        ] {
            assert_eq!(json(text).unwrap()["a"], wanted, "{text}");
        }
        for text in ["", "{", "<html>", r#"{"a": "\u"}"#, "\\ud83dй"] {
            assert_eq!(json(text), None, "{text}");
        }
    }
}
