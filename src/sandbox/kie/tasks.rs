//! The tasks of the stand-in KIE: what they are and how virtual time moves them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::ending::Ending;
use super::models;

/// Nobody waits so long: a task that is never ready.
const NEVER: u64 = u64::MAX;
const SLOW: u64 = 20 * 60 * 1000;
/// How long a fresh task cannot be found, when that is its ending.
const NULL_FOR: u64 = 20 * 1000;
/// Looks that go wrong, when that is its ending.
const BROKEN_LOOKS: u32 = 3;

/// A task that was accepted.
#[derive(Debug, Clone)]
pub struct Task {
    pub id: String,
    pub model: String,
    /// The key it was created with.
    pub key: String,
    /// The `input` of the creation.
    pub input: Value,
    /// Where its end is to be told.
    pub callback_url: Option<String>,
    /// `waiting`, `queuing`, `generating`, `success` or `fail`.
    pub state: &'static str,
    /// Virtual time, Unix milliseconds.
    pub created_at: u64,
    /// Virtual time, Unix milliseconds; `u64::MAX` if it never ends.
    pub ends_at: u64,
    /// It costs credits: it was accepted and has not failed.
    pub billed: bool,
    /// The photo as it was fetched.
    pub photo: Option<Bytes>,
    /// What was planned for it.
    pub ending: Ending,
    /// How often it was looked at.
    pub looks: u32,
    pub(super) price: f64,
    pub(super) photo_state: PhotoState,
    pub(super) completed_at: Option<u64>,
    pub(super) updated_at: u64,
    /// Its end was noticed, and told if there was somebody to tell.
    pub(super) told: bool,
}

/// Whether the photo is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PhotoState {
    Fetching,
    Good,
    /// Not fetched, or no photo that the provider takes.
    Bad(String),
}

/// What a look finds before the task itself.
pub(super) enum Look {
    Task(Value),
    Null,
    ServerError,
    Html,
    TooMany,
}

impl Task {
    pub(super) fn end_of(ending: Ending, now: u64, duration: u64) -> u64 {
        match ending {
            Ending::Silence => NEVER,
            Ending::Slow => now + SLOW,
            _ => now + duration,
        }
    }

    /// One that was accepted elsewhere, and renders for as long as nobody ends it.
    pub(super) fn taken_over(
        id: &str,
        key: &str,
        callback_url: Option<String>,
        created_at: u64,
    ) -> Task {
        Task {
            id: id.to_owned(),
            model: models::MODELS[0].name.to_owned(),
            key: key.to_owned(),
            input: json!({}),
            callback_url,
            state: "generating",
            created_at,
            ends_at: NEVER,
            billed: true,
            photo: None,
            ending: Ending::Success,
            looks: 0,
            price: models::MODELS[0].price,
            photo_state: PhotoState::Good,
            completed_at: None,
            updated_at: created_at,
            told: false,
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.completed_at.is_some()
    }

    /// Moves the task on; `true` if anything changed.
    pub(super) fn advance(&mut self, now: u64) -> bool {
        if self.is_over() {
            return false;
        }
        let span = self.ends_at.saturating_sub(self.created_at);
        let passed = now.saturating_sub(self.created_at);
        let ready = now >= self.ends_at && self.photo_state != PhotoState::Fetching;
        let state = match &self.photo_state {
            PhotoState::Bad(_) if ready => "fail",
            _ if ready && self.ending.failure().is_some() => "fail",
            _ if ready => "success",
            _ if passed < (span / 20).min(3000) => "waiting",
            _ if passed < (span / 10).min(8000) => "queuing",
            _ => "generating",
        };
        if ready {
            self.completed_at = Some(self.ends_at.max(self.created_at));
            self.billed = state == "success";
        }
        let changed = self.state != state;
        if changed {
            self.state = state;
            self.updated_at = now;
        }
        changed
    }

    /// What a look at the task gets.
    pub(super) fn look(&mut self, now: u64, files: &str) -> Look {
        self.looks += 1;
        match (self.ending, self.looks) {
            (Ending::NullFirst, _) if now < self.created_at + NULL_FOR => Look::Null,
            (Ending::BrokenLook, 1) => Look::ServerError,
            (Ending::BrokenLook, 2) => Look::Html,
            (Ending::BrokenLook, BROKEN_LOOKS) => Look::TooMany,
            _ => Look::Task(self.tell(now, files)),
        }
    }

    /// The `data` object of a look.
    pub(super) fn tell(&self, now: u64, files: &str) -> Value {
        let (code, message) = self.failure();
        let mut param = json!({"model": self.model, "input": self.input});
        if let Some(url) = &self.callback_url {
            param["callBackUrl"] = url.as_str().into();
        }
        let result = match (self.state, self.ending) {
            ("success", Ending::NoUrl) => String::new(),
            ("success", _) => {
                json!({"resultUrls": [format!("{files}/{}.mp4", self.id)]}).to_string()
            }
            _ => String::new(),
        };
        let span = self.ends_at.saturating_sub(self.created_at).max(1);
        let passed = now.saturating_sub(self.created_at);
        let progress = match self.state {
            "success" => 100,
            "generating" => (passed * 100 / span).min(99),
            _ => 0,
        };
        json!({
            "taskId": self.id,
            "model": self.model,
            "state": self.state,
            "param": param.to_string(),
            "resultJson": result,
            "failCode": code,
            "failMsg": message,
            "costTime": self.completed_at.map(|end| end - self.created_at),
            "completeTime": self.completed_at,
            "createTime": self.created_at,
            "updateTime": self.updated_at,
            "progress": progress,
            "creditsConsumed": match self.state { "success" => self.price, _ => 0.0 },
        })
    }

    /// The body of the callback.
    pub(super) fn callback(&self, files: &str) -> Value {
        let end = self.completed_at.unwrap_or(self.created_at);
        let mut data = self.tell(end, files);
        if let Value::Object(data) = &mut data
            && let Some(credits) = data.remove("creditsConsumed")
        {
            data.insert("consumeCredits".to_owned(), credits);
        }
        match self.state {
            "success" => json!({
                "code": 200, "msg": "Playground task completed successfully.", "data": data,
            }),
            _ => json!({"code": 501, "msg": "Playground task failed.", "data": data}),
        }
    }

    fn failure(&self) -> (String, String) {
        let (code, message) = match (self.state, &self.photo_state) {
            ("fail", PhotoState::Bad(_)) => ("500", "the server is busy"),
            ("fail", _) => self.ending.failure().unwrap_or_default(),
            _ => ("", ""),
        };
        (code.to_owned(), message.to_owned())
    }
}
