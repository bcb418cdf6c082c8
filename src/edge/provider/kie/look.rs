//! What a look at a task shows, read tolerantly: a state by any of its names, or what speaks for one.
//!
//! Only what says so itself is a failure: what cannot be understood is [`Look::Unread`], says nothing about the task,
//! and must never lead to another one.

use serde_json::{Map, Value};

use super::addresses;
use super::classify::Ear;
use super::state::{self, State};
use super::wire::{Envelope, number, words};
use crate::edge::provider::{Look, LookError};
use crate::rules::domain::failure::{Failure, Kind, Source};

/// Where a failure's code has been seen.
const FAIL_CODES: [&str; 5] = [
    "failCode",
    "fail_code",
    "errorCode",
    "error_code",
    "errCode",
];
/// Where its words have been seen.
const FAIL_WORDS: [&str; 13] = [
    "failMsg",
    "fail_msg",
    "failReason",
    "fail_reason",
    "failureReason",
    "failure_reason",
    "errorMessage",
    "error_message",
    "errorMsg",
    "errMsg",
    "error",
    "reason",
    "message",
];
/// What says that there is no such task.
const UNKNOWN_TASK: [&str; 6] = [
    "recordinfo is null",
    "record is null",
    "not found",
    "not exist",
    "no such task",
    "task_not_found",
];
/// A shape is told so far, in bytes.
const SHAPE: usize = 160;

/// A task as a look describes it.
struct Record<'v> {
    fields: &'v Map<String, Value>,
    ear: &'v Ear,
}

/// What an answer to a look says, by what `ear` understands; `status` is HTTP's.
pub fn read_look(ear: &Ear, status: u16, body: &[u8]) -> Result<Look, LookError> {
    let Some(envelope) = Envelope::parse(body) else {
        return match status {
            200..=299 => Ok(Look::Unread {
                shape: "no JSON".into(),
            }),
            // A gateway's page: it says nothing about our account, either.
            _ => Err(failed_look(Kind::Temporary, Some(status.into()))),
        };
    };
    let records = envelope.records().into_iter();
    let records = records.map(|fields| Record { fields, ear }).enumerate();
    // A body that is no envelope may be an answer about anything.
    let about = |(at, record): &(usize, Record<'_>)| {
        *at > 0 || !envelope.is_bare() || record.is_of_a_task()
    };
    let records: Vec<_> = records.filter(about).map(|(_, record)| record).collect();
    let speaking = records
        .iter()
        .find(|record| record.state() != State::Silent);
    if let Some(record) = speaking {
        return Ok(record.look(&envelope));
    }
    for record in &records {
        if let Some(look) = record.silent_look(&envelope) {
            return Ok(look);
        }
    }
    unrecorded(ear, status, &envelope)
}

/// What an answer says that has no record of a task.
fn unrecorded(ear: &Ear, status: u16, envelope: &Envelope) -> Result<Look, LookError> {
    let code = envelope.code.unwrap_or(status.into());
    let text = envelope.text.to_lowercase();
    let kind = ear.kind(Some(code), &envelope.text);
    let unknown = UNKNOWN_TASK.iter().any(|words| text.contains(words));
    // Whoever does not let us look says nothing about the task.
    let refused = matches!(code, 401 | 402 | 403 | 429 | 433 | 455);
    if kind == Kind::UserViolation && !refused {
        return Ok(Look::Failed {
            failure: Failure::new(kind, Source::Kie),
            credits: None,
        });
    }
    if (unknown && !refused) || code == 404 {
        return Ok(Look::NotYet);
    }
    match envelope.code {
        Some(408 | 501) => {
            let failure = Failure::new(kind, Source::Kie);
            return Ok(Look::Failed {
                failure,
                credits: None,
            });
        }
        Some(200) | None if status < 300 => {}
        Some(_) | None => return Err(failed_look(kind, Some(code))),
    }
    let urls = match &envelope.data {
        Value::Null => return Ok(Look::NotYet),
        Value::Object(_) => Vec::new(),
        data => addresses::anywhere(data),
    };
    let said_yes = envelope.code == Some(200);
    match (urls.is_empty(), said_yes) {
        (false, true) => Ok(Look::Ready {
            urls,
            credits: None,
        }),
        _ => Ok(Look::Unread {
            shape: shape(envelope),
        }),
    }
}

pub(super) fn failed_look(kind: Kind, code: Option<i64>) -> LookError {
    LookError {
        failure: Failure::new(kind, Source::Kie),
        code,
    }
}

impl Record<'_> {
    /// Whether it is about a task, and no answer about something else.
    fn is_of_a_task(&self) -> bool {
        let named = [
            "taskId",
            "task_id",
            "recordId",
            "resultJson",
            "successFlag",
            "state",
        ];
        named.iter().any(|key| self.fields.contains_key(*key))
    }

    fn state(&self) -> State {
        state::of(self.fields)
    }

    /// What it shows, which says a state.
    fn look(&self, envelope: &Envelope) -> Look {
        let (urls, credits) = (addresses::of(self.fields), self.credits());
        match (self.state(), urls.is_empty()) {
            (State::Failed(word), _) => {
                let failure = self.failure(word.as_deref(), envelope);
                Look::Failed { failure, credits }
            }
            (State::Runs, _) => Look::Running,
            (State::Done | State::Strange | State::Silent, false) => Look::Ready { urls, credits },
            (State::Done, true) => Look::NoVideo { credits },
            (State::Strange | State::Silent, true) => {
                self.violation(envelope).unwrap_or_else(|| Look::Unread {
                    shape: shape(envelope),
                })
            }
        }
    }

    /// What it shows, which says no state; nothing if it says nothing at all.
    fn silent_look(&self, envelope: &Envelope) -> Option<Look> {
        let (urls, credits) = (addresses::of(self.fields), self.credits());
        if !urls.is_empty() {
            return Some(Look::Ready { urls, credits });
        }
        if let Some(violation) = self.violation(envelope) {
            return Some(violation);
        }
        let progress = self.fields.get("progress").and_then(number);
        if progress.is_some_and(|progress| progress < 100.0) {
            return Some(Look::Running);
        }
        // Made, and nothing is known of it yet.
        let known = [
            "taskId",
            "task_id",
            "recordId",
            "model",
            "createTime",
            "param",
        ];
        let fresh = self
            .fields
            .iter()
            .all(|(key, value)| value.is_null() || known.contains(&key.as_str()));
        (fresh && !envelope.is_bare() && matches!(envelope.code, Some(200) | None))
            .then_some(Look::NotYet)
    }

    /// The failure it tells of, if that breaks the rules: whatever else it says, such a task has ended.
    fn violation(&self, envelope: &Envelope) -> Option<Look> {
        let (code, words) = self.told_failure();
        let failure = self.failure(None, envelope);
        let told = !words.is_empty() || code.is_some();
        (told && failure.kind == Kind::UserViolation).then(|| Look::Failed {
            failure,
            credits: self.credits(),
        })
    }

    /// What the provider took for it.
    fn credits(&self) -> Option<f64> {
        [
            "creditsConsumed",
            "consumeCredits",
            "credits_consumed",
            "creditConsumed",
        ]
        .iter()
        .find_map(|key| number(self.fields.get(*key)?))
        .map(|credits| credits.max(0.0))
    }

    fn told_failure(&self) -> (Option<String>, String) {
        let said = |keys: &[&str]| {
            let fields = keys.iter().filter_map(|key| words(self.fields.get(*key)?));
            fields.into_iter().next()
        };
        (said(&FAIL_CODES), said(&FAIL_WORDS).unwrap_or_default())
    }

    /// Why it failed, if its state says no more than `word`; the envelope is asked when the record is silent.
    fn failure(&self, word: Option<&str>, envelope: &Envelope) -> Failure {
        let (code, text) = self.told_failure();
        let said = code.as_deref().unwrap_or_default();
        let words = match (text.is_empty(), said.is_empty()) {
            (true, true) => envelope.text.clone(),
            (_, _) => format!("{said} {text}"),
        };
        let words = match word {
            Some(word) => format!("{word} {words}"),
            None => words,
        };
        let code = said.parse().ok();
        let code = code.or(envelope.code.filter(|code| *code != 200));
        Failure::new(self.ear.kind(code, &words), Source::Kie)
    }
}

/// The names of an answer's fields, its code, and the word of its state if it is one.
fn shape(envelope: &Envelope) -> String {
    let mut told = match envelope.code {
        Some(code) => format!("code {code}:"),
        None => "no code:".to_owned(),
    };
    let records = envelope.records();
    for (key, value) in records.iter().flat_map(|record| record.iter()) {
        let name = |text: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            !text.is_empty() && text.len() <= 32 && text.chars().all(plain)
        };
        let said = value
            .as_str()
            .filter(|word| state::FIELDS.contains(&key.as_str()) && name(word));
        if told.len() < SHAPE && name(key) {
            told.push(' ');
            told.push_str(key);
            if let Some(word) = said {
                told.push('=');
                told.push_str(word);
            }
        }
    }
    if records.is_empty() {
        let kind = match &envelope.data {
            Value::String(_) => " a text",
            Value::Array(_) => " a list",
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => " nothing",
        };
        told.push_str(kind);
    }
    told
}

#[cfg(test)]
mod tests;
