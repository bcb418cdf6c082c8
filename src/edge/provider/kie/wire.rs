//! The provider's answers, read tolerantly where they vary: the envelope, ids of tasks, addresses of uploads.
//!
//! JSON within JSON is unfolded, numbers may be texts and texts numbers, and what is read is bounded.

use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::rules::domain::id::TaskId;

/// Where a task's id has been seen, best first.
const TASK_KEYS: [&str; 4] = ["taskId", "task_id", "recordId", "record_id"];
/// Where else `data` may have it: names that elsewhere stand for other things.
const LOOSE_TASK_KEYS: [&str; 5] = ["id", "jobId", "job_id", "requestId", "request_id"];
/// What `data`, or a record, may be wrapped in.
const WRAPPERS: [&str; 7] = [
    "data",
    "task",
    "record",
    "recordInfo",
    "taskInfo",
    "result",
    "info",
];
/// Words that stand where a bare id could stand and are none.
const NO_TASKS: [&str; 7] = ["success", "ok", "true", "null", "none", "accepted", "error"];
/// No task's id is longer, in bytes.
const LONGEST_TASK: usize = 256;
/// No address that is an address is longer, in bytes.
pub(super) const LONGEST_URL: usize = 2048;
/// JSON within JSON within JSON has been seen; deeper texts stay texts.
const FOLDS: u8 = 3;
/// Wrappers in wrappers are followed so far.
const DEPTH: u8 = 4;
/// What an answer says in words is kept so far, in bytes.
const LONGEST_TEXT: usize = 2048;

/// An answer: a code, a sentence, and data.
#[derive(Debug)]
pub(super) struct Envelope {
    /// The code in the body: a number, or a text that is one.
    pub code: Option<i64>,
    /// `msg`, or what stands for it.
    pub text: String,
    /// Whether it says `"success": false`.
    pub refuses: bool,
    /// What was asked for; null in a refusal. The whole body, if that has no `data`.
    pub data: Value,
    /// Whether the data is the whole body.
    bare: bool,
}

impl Envelope {
    /// Reads a body; nothing if it is not JSON.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        let mut value: Value = serde_json::from_slice(body).ok()?;
        unfold(&mut value, FOLDS);
        let Value::Object(mut fields) = value else {
            return Some(Self {
                code: None,
                text: String::new(),
                refuses: false,
                data: value,
                bare: true,
            });
        };
        let code = ["code", "statusCode", "status_code", "status"]
            .iter()
            .find_map(|key| whole(fields.get(*key)?));
        let text = ["msg", "message", "errorMessage", "error", "detail"]
            .iter()
            .filter_map(|key| words(fields.get(*key)?))
            .next();
        let refuses = fields.get("success") == Some(&Value::Bool(false));
        let data = fields.remove("data");
        let bare = data.is_none();
        Some(Self {
            code,
            text: text.unwrap_or_default(),
            refuses,
            data: data.unwrap_or(Value::Object(fields)),
            bare,
        })
    }

    /// The id of the task the answer speaks of.
    pub fn task(&self) -> Option<TaskId> {
        let fine = matches!(self.code, Some(200) | None) && !self.refuses;
        task_in(&self.data, fine && !self.bare, DEPTH).or_else(|| {
            let named = bare_task(&self.data)?;
            (self.code == Some(200) && !self.refuses).then_some(named)
        })
    }

    /// The objects that may be the task's record, likeliest first.
    pub fn records(&self) -> Vec<&Map<String, Value>> {
        let mut found = Vec::new();
        wrapped(&self.data, DEPTH, &mut found);
        found
    }

    /// Whether the data is the whole body: what a word in it is about must be told by what stands beside it.
    pub fn is_bare(&self) -> bool {
        self.bare
    }

    /// Where an upload lies, if the data says so: to be fetched, or else as a file.
    pub fn kept_at(&self) -> Option<String> {
        let keys = [
            "downloadUrl",
            "download_url",
            "fileUrl",
            "file_url",
            "publicUrl",
            "url",
        ];
        let records = self.records();
        let named = records
            .iter()
            .flat_map(|fields| keys.iter().filter_map(|key| fields.get(*key)?.as_str()));
        let bare = match &self.data {
            Value::String(text) => Some(text.as_str()),
            Value::Array(items) => items.first().and_then(Value::as_str),
            Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) => None,
        };
        named.chain(bare).find_map(web_address)
    }
}

/// The task a callback speaks of, as JSON or as a form; its body is not signed, so look the task up and trust that.
pub fn parse_callback(body: &[u8]) -> Option<TaskId> {
    if let Some(envelope) = Envelope::parse(body) {
        return task_in(&envelope.data, !envelope.bare, DEPTH);
    }
    // What is in a form may be JSON, too.
    let mut data = None;
    for (key, value) in form_urlencoded::parse(body) {
        if TASK_KEYS.contains(&key.as_ref()) {
            return task(&Value::String(value.into_owned()));
        }
        if key == "data" {
            data = Envelope::parse(value.as_bytes());
        }
    }
    task_in(&data?.data, false, DEPTH)
}

/// A number, or a text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())
        .filter(|number| number.is_finite())
}

/// A whole number, or a text that is one.
pub(super) fn whole(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// What a field says in words: a text, or the one in an object that says more.
pub(super) fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim(),
        Value::Object(fields) => {
            let keys = [
                "message", "msg", "detail", "reason", "error", "type", "code",
            ];
            return keys.iter().find_map(|key| words(fields.get(*key)?));
        }
        Value::Number(number) => return Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) => return None,
    };
    let end = text.floor_char_boundary(LONGEST_TEXT);
    (!text.is_empty()).then(|| text[..end].to_owned())
}

/// An address of the web that is no longer than one.
pub(super) fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let web = text.starts_with("https://") || text.starts_with("http://");
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    (web && text.len() <= LONGEST_URL && text.chars().all(plain)).then(|| text.to_owned())
}

/// Puts in place of every text that is a JSON object or list what it says; not where the request is repeated.
fn unfold(value: &mut Value, folds: u8) {
    match value {
        Value::String(text) => {
            let json = text.trim_start().starts_with(['{', '[', '"']);
            let inner = match json && folds > 0 {
                true => serde_json::from_str(text).ok(),
                false => None,
            };
            if let Some(mut inner @ (Value::Object(_) | Value::Array(_) | Value::String(_))) = inner
            {
                unfold(&mut inner, folds - 1);
                *value = inner;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| unfold(item, folds)),
        Value::Object(fields) => {
            let answers = fields.iter_mut().filter(|(key, _)| *key != "param");
            answers.for_each(|(_, field)| unfold(field, folds));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn wrapped<'v>(value: &'v Value, depth: u8, found: &mut Vec<&'v Map<String, Value>>) {
    if depth == 0 {
        return;
    }
    match value {
        Value::Object(fields) => {
            found.push(fields);
            let inner = WRAPPERS.iter().filter_map(|key| fields.get(*key));
            inner.for_each(|inner| wrapped(inner, depth - 1, found));
        }
        Value::Array(items) => {
            if let Some(first) = items.first() {
                wrapped(first, depth - 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The id of a task in an object, in what it wraps, or in the first item of a list; `loose` takes broader names.
fn task_in(value: &Value, loose: bool, depth: u8) -> Option<TaskId> {
    let mut objects = Vec::new();
    wrapped(value, depth, &mut objects);
    let among = |keys: &[&str]| {
        let fields = objects
            .iter()
            .flat_map(|fields| keys.iter().filter_map(|key| fields.get(*key)));
        fields.filter_map(task).next()
    };
    among(&TASK_KEYS).or_else(|| among(&LOOSE_TASK_KEYS).filter(|_| loose))
}

/// The id of a task that stands where an object should.
fn bare_task(data: &Value) -> Option<TaskId> {
    let data = match data {
        Value::Array(items) => items.first()?,
        data => data,
    };
    let found = task(data)?;
    let letter = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    let like = found.0.len() >= 4 && found.0.chars().all(letter);
    let known = NO_TASKS.contains(&found.0.to_ascii_lowercase().as_str());
    (like && !known && web_address(&found.0).is_none()).then_some(found)
}

/// An id, as a text or as a whole number.
fn task(value: &Value) -> Option<TaskId> {
    let id = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if !number.is_f64() => number.to_string(),
        Value::Number(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            return None;
        }
    };
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    let short = !id.is_empty() && id.len() <= LONGEST_TASK;
    (short && id.chars().all(plain)).then_some(TaskId(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_names_its_task_in_each_of_its_forms() {
        let named = Some(TaskId("t1".into()));
        for body in [
            r#"{"code":501,"data":{"taskId":"t1","state":"fail"}}"#,
            r#"{"code":200,"data":{"task_id":"t1"}}"#,
            r#"{"taskId":"t1","state":"success"}"#,
            r#"{"recordId":"t1"}"#,
            r#"{"code":200,"data":{"taskId":" t1 ","info":{"resultUrls":"[\"https://r/v.mp4\"]"}}}"#,
            r#"{"code":200,"data":"{\"taskId\":\"t1\"}"}"#,
            r#"{"code":200,"data":[{"taskId":"t1"}]}"#,
            r#"{"code":200,"data":{"task":{"taskId":"t1"}}}"#,
            r#"{"code":200,"data":{"id":"t1"}}"#,
            "\u{feff}{\"taskId\":\"t1\"}",
            "taskId=t1&state=success",
            "code=200&task_id=t1",
            "data=%7B%22taskId%22%3A%22t1%22%7D",
        ] {
            assert_eq!(parse_callback(body.as_bytes()), named, "{body}");
        }
        let number = Some(TaskId("123456789".into()));
        let body = br#"{"code":200,"data":{"taskId":123456789}}"#;
        assert_eq!(parse_callback(body), number);
    }

    #[test]
    fn what_names_no_task_names_none() {
        let long = format!(r#"{{"taskId":"{}"}}"#, "t".repeat(257));
        for body in [
            "",
            "[]",
            "{}",
            "null",
            "<html>",
            r#"{"data":null}"#,
            r#"{"taskId":""}"#,
            r#"{"taskId":"a b"}"#,
            r#"{"data":{"taskId":1.5}}"#,
            r#"{"requestId":"r1"}"#,
            "state=success",
            "taskId=",
            &long,
        ] {
            assert_eq!(parse_callback(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn a_code_is_a_number_or_a_text_that_is_one() {
        let code = |body: &str| Envelope::parse(body.as_bytes()).unwrap().code;
        assert_eq!(code(r#"{"code":401,"message":"no"}"#), Some(401));
        assert_eq!(code(r#"{"code":"401","message":"no"}"#), Some(401));
        assert_eq!(code(r#"{"code":"ERR","msg":"no"}"#), None);
        assert!(Envelope::parse(b"<html>").is_none());
    }

    #[test]
    fn what_an_answer_says_is_bounded() {
        let body = format!(r#"{{"code":500,"msg":"{}"}}"#, "ж".repeat(5000));
        let envelope = Envelope::parse(body.as_bytes()).unwrap();
        assert_eq!(envelope.text.len(), LONGEST_TEXT);
        assert_eq!(web_address(&format!("https://{}", "a".repeat(2048))), None);
    }

    #[test]
    fn json_in_json_is_unfolded_so_far_and_no_further() {
        let mut text = r#"{"taskId":"t1"}"#.to_owned();
        for folds in 0..5 {
            let body = format!(r#"{{"code":200,"data":{text}}}"#);
            let found = Envelope::parse(body.as_bytes()).unwrap().task();
            assert_eq!(
                found.map(|task| task.0) == Some("t1".into()),
                folds <= 3,
                "{folds}"
            );
            text = Value::String(text).to_string();
        }
    }
}
