//! A script in JSON nobody asked for, whatever its fields are called.

use serde_json::Value;

use crate::edge::author::answer;
use crate::edge::author::words::Words;

/// Fields that hold a script, best first, without blanks, hyphens and case. The last ones hold what is to be said
/// instead of one.
const FIELDS: Words = Words(
    "finalscript|finalprompt|videoprompt|videoscript|imagetovideoprompt|scriptprompt|script|prompt|text|\
    content|description|videodescription|scenario|output|result|answer|response|final|video|scenes|\
    shots|parts|segments|timeline|beats|steps|сценарий|промпт|текст|описание|脚本|error|refusal|message",
);
/// Fields that hold several of them, to choose from.
const VERSIONS: Words =
    Words("options|variants|versions|alternatives|scripts|prompts|ideas|варианты");
/// Fields of a scene that are no part of a script.
const ASIDE: Words = Words(
    "id|title|name|number|scene|shot|time|timestamp|duration|start|end|negativeprompt|aspectratio|model|\
    hashtags",
);
/// How deep it is looked for.
const DEPTH: usize = 5;

/// The script in `text`, if that is JSON; empty if there is none in it.
pub(super) fn script(text: &str) -> Option<String> {
    let text = text.strip_prefix("json").map_or(text, str::trim_start);
    let inner = text.strip_prefix('[').map_or(text, str::trim_start);
    if !inner.starts_with('{') && (inner.len() == text.len() || !inner.starts_with('"')) {
        return None;
    }
    let end = text.rfind(['}', ']'])? + 1;
    let value = answer::json(&text[..end])?;
    Some(found(&value, DEPTH).unwrap_or_default())
}

/// The script in a value of which one is expected.
fn found(value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(items) if depth > 0 => {
            let is_version =
                |item: &&Value| item["script"].is_string() || item["prompt"].is_string();
            if let Some(first) = items.first().filter(is_version) {
                return found(first, depth - 1);
            }
            let told: Vec<_> = items
                .iter()
                .filter_map(|item| scene(item, depth - 1))
                .collect();
            (!told.is_empty()).then(|| told.join(" "))
        }
        Value::Object(fields) if depth > 0 => {
            let versions = fields.iter().find(|(name, _)| VERSIONS.has(&plain(name)));
            if let Some((_, Value::Array(items))) = versions {
                return found(items.first()?, depth - 1);
            }
            let called = |wanted: &str| fields.iter().find(|(name, _)| plain(name) == wanted);
            let named = FIELDS.each().filter_map(called);
            let mut named = named.filter_map(|(_, value)| found(value, depth - 1));
            named.next().or_else(|| match fields.values().next() {
                Some(only) if fields.len() == 1 => found(only, depth - 1),
                _ => None,
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            None
        }
    }
}

/// All that one scene says.
fn scene(value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::Object(fields) if depth > 0 => {
            let told = fields.iter().filter(|(name, _)| !ASIDE.has(&plain(name)));
            let told: Vec<_> = told
                .filter_map(|(_, value)| scene(value, depth - 1))
                .collect();
            (!told.is_empty()).then(|| told.join(" "))
        }
        Value::String(text) => {
            let text = text.trim();
            let ended = text.ends_with(['.', '!', '?', '…', '"', '»', '”']);
            (!text.is_empty()).then(|| {
                if ended {
                    text.to_owned()
                } else {
                    format!("{text}.")
                }
            })
        }
        Value::Array(_) => found(value, depth),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}
