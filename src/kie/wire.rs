//! The provider's answers, read tolerantly where they vary.

use serde_json::{Map, Value};

use super::classify::classify;
use crate::domain::failure::{Failure, Source};
use crate::domain::id::TaskId;

/// Where a result's address has been seen, best first: a watermark only if there is nothing else.
const URL_KEYS: [&str; 12] = [
    "resultUrls",
    "result_urls",
    "resultUrl",
    "result_url",
    "videoUrls",
    "video_urls",
    "videoUrl",
    "video_url",
    "originUrls",
    "origin_urls",
    "resultWaterMarkUrls",
    "result_water_mark_urls",
];

/// Where a task's id has been seen.
const TASK_KEYS: [&str; 3] = ["taskId", "task_id", "recordId"];

/// An answer: a code, a sentence, and data.
#[derive(Debug)]
pub(super) struct Envelope {
    /// The code in the body, if it is a number.
    pub code: Option<i64>,
    /// `msg`, or `message` on older pages.
    pub text: String,
    /// What was asked for; null in a refusal.
    pub data: Value,
}

/// A task as a look or a callback describes it.
#[derive(Debug)]
pub(super) struct Record<'v>(&'v Map<String, Value>);

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Waiting, rendering, or a word we do not know.
    Pending,
    /// Done.
    Success,
    /// Given up.
    Fail,
}

impl Envelope {
    /// Reads a body; nothing if it is not a JSON object.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let Value::Object(mut fields) = serde_json::from_slice(body).ok()? else {
            return None;
        };
        let text = ["msg", "message"]
            .iter()
            .filter_map(|key| fields.get(*key)?.as_str())
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .to_owned();
        Some(Self {
            code: fields.get("code").and_then(Value::as_i64),
            text,
            data: fields.remove("data").unwrap_or_default(),
        })
    }

    /// The id of the task the data speaks of.
    pub fn task(&self) -> Option<TaskId> {
        task(self.data.as_object()?)
    }

    /// The task's record, if the data is one.
    pub fn record(&self) -> Option<Record<'_>> {
        let record = Record(self.data.as_object()?);
        record.text("state").map(|_| record)
    }
}

impl Record<'_> {
    /// How far the task is.
    pub fn state(&self) -> State {
        match self.text("state").as_deref() {
            Some("success") => State::Success,
            Some("fail" | "failed") => State::Fail,
            Some(_) | None => State::Pending,
        }
    }

    /// Where the video lies.
    pub fn url(&self) -> Option<String> {
        match self.0.get("resultJson")? {
            Value::String(text) => match serde_json::from_str(text) {
                Ok(result) => find_url(&result),
                Err(_) => web_address(text),
            },
            result => find_url(result),
        }
    }

    /// What the provider took for it.
    pub fn credits(&self) -> Option<f64> {
        ["creditsConsumed", "consumeCredits"]
            .iter()
            .find_map(|key| number(self.0.get(*key)?))
    }

    /// Why it failed; `code` and `text` are the envelope's, for when the record is silent.
    pub fn failure(&self, code: Option<i64>, text: &str) -> Failure {
        let fail_code = self.text("failCode").unwrap_or_default();
        let fail_text = self.text("failMsg").unwrap_or_default();
        let words = match (fail_text.is_empty(), fail_code.is_empty()) {
            (true, true) => text.to_owned(),
            (_, _) => format!("{fail_code} {fail_text}"),
        };
        let code = fail_code.parse().ok().or(code.filter(|code| *code != 200));
        Failure::new(classify(code, &words), Source::Kie)
    }

    /// A field that is a text or a number, as text; nothing if absent or empty.
    fn text(&self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// The task a callback speaks of; its body is not signed, so look the task up and trust that.
pub fn parse_callback(body: &[u8]) -> Option<TaskId> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let fields = value.as_object()?;
    match fields.get("data") {
        Some(Value::Object(data)) => task(data),
        _ => task(fields),
    }
}

/// Where an upload lies, if `data` says so: to be fetched, or else as a file.
pub(super) fn kept_at(data: &Value) -> Option<String> {
    ["downloadUrl", "fileUrl"]
        .iter()
        .find_map(|key| web_address(data.get(key)?.as_str()?))
}

/// A number, or a text that is one.
pub(super) fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())
        .filter(|number| number.is_finite())
}

fn task(fields: &Map<String, Value>) -> Option<TaskId> {
    TASK_KEYS
        .iter()
        .filter_map(|key| fields.get(*key)?.as_str())
        .find(|id| !id.is_empty() && id.len() <= 256)
        .map(|id| TaskId(id.to_owned()))
}

fn find_url(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => web_address(text),
        Value::Array(items) => items.iter().find_map(find_url),
        Value::Object(fields) => URL_KEYS
            .iter()
            .chain(&["url"])
            .find_map(|key| find_url(fields.get(*key)?)),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    let web = text.starts_with("https://") || text.starts_with("http://");
    (web && !text.contains(char::is_whitespace)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::failure::Kind;

    fn url(result: Value) -> Option<String> {
        let data = json!({ "state": "success", "resultJson": result });
        Record(data.as_object().unwrap()).url()
    }

    #[test]
    fn a_result_is_found_in_each_of_its_forms() {
        let wanted = Some("https://r/v.mp4".to_owned());
        for result in [
            json!(r#"{"resultUrls":["https://r/v.mp4"]}"#),
            json!({"resultUrls": ["https://r/v.mp4"]}),
            json!({"result_urls": "https://r/v.mp4"}),
            json!({"resultWaterMarkUrls": ["https://r/mark"], "origin_urls": ["https://r/v.mp4"]}),
            json!({"resultUrls": [], "videoUrl": "https://r/v.mp4"}),
            json!({"resultUrls": [{"url": "https://r/v.mp4"}]}),
            json!(r#"["https://r/v.mp4"]"#),
            json!("https://r/v.mp4"),
        ] {
            assert_eq!(url(result.clone()), wanted, "{result}");
        }
    }

    #[test]
    fn what_is_no_result_is_none() {
        for result in [
            json!(null),
            json!(""),
            json!("{broken"),
            json!("{}"),
            json!(r#"{"resultUrls":[]}"#),
            json!({"resultUrls": ["ftp://r/v.mp4", 5, null]}),
            json!({"note": "https://r/v.mp4"}),
        ] {
            assert_eq!(url(result.clone()), None, "{result}");
        }
    }

    #[test]
    fn a_failure_is_read_from_text_and_number_alike() {
        let failure = |data: Value| {
            let record = Record(data.as_object().unwrap());
            record.failure(Some(501), "Internal Error").kind
        };
        assert_eq!(
            failure(json!({"failCode": "402", "failMsg": null})),
            Kind::Billing
        );
        assert_eq!(failure(json!({"failCode": 429})), Kind::RateLimit);
        assert_eq!(
            failure(json!({"failCode": "", "failMsg": ""})),
            Kind::Temporary
        );
        assert_eq!(
            failure(json!({"failCode": "SENSITIVE_WORD_ERROR"})),
            Kind::UserViolation
        );
        let copyright = "the output video may be related to copyright restrictions";
        assert_eq!(
            failure(json!({"failCode": 500, "failMsg": copyright})),
            Kind::UserViolation
        );
    }

    #[test]
    fn a_callback_names_its_task_wrapped_or_bare() {
        let named = Some(TaskId("t1".into()));
        assert_eq!(
            parse_callback(br#"{"code":501,"data":{"taskId":"t1","state":"fail"}}"#),
            named
        );
        assert_eq!(
            parse_callback(br#"{"code":200,"data":{"task_id":"t1"}}"#),
            named
        );
        assert_eq!(
            parse_callback(br#"{"taskId":"t1","state":"success"}"#),
            named
        );
        assert_eq!(parse_callback(br#"{"recordId":"t1"}"#), named);
        for body in [
            "",
            "[]",
            "{}",
            r#"{"data":null}"#,
            r#"{"taskId":""}"#,
            r#"{"data":{"taskId":5}}"#,
        ] {
            assert_eq!(parse_callback(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn only_a_number_is_a_code() {
        let code = |body: &str| Envelope::parse(body.as_bytes()).unwrap().code;
        assert_eq!(code(r#"{"code":401,"message":"no"}"#), Some(401));
        assert_eq!(code(r#"{"code":"ERR","msg":"no"}"#), None);
        assert!(Envelope::parse(b"<html>").is_none());
    }
}
