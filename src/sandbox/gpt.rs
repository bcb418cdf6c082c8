//! The stand-in for OpenAI's chat completions, the script writer.

mod script;
mod wire;

#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::Value;

use self::wire::Door;
use super::ground::{Ground, lock};

const KEY: &str = "sk-sandbox-0000000000000000000000000000";

/// How a request for a script is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// With a script.
    Script,
    /// 429, too many requests.
    RateLimit,
    /// 500.
    ServerError,
    /// 401, the key is wrong.
    Unauthorized,
    /// 429, the quota is used up.
    Billing,
    /// Not at all.
    Hang,
    /// With an empty text.
    Empty,
    /// With a page of HTML.
    NotJson,
}

impl Writing {
    /// Every writing there is.
    pub const ALL: [Writing; 8] = [
        Writing::Script,
        Writing::RateLimit,
        Writing::ServerError,
        Writing::Unauthorized,
        Writing::Billing,
        Writing::Hang,
        Writing::Empty,
        Writing::NotJson,
    ];

    /// The stable name, and what the page calls it in Russian and in English.
    pub fn titles(self) -> [&'static str; 3] {
        match self {
            Writing::Script => ["script", "Сценарий", "A script"],
            Writing::RateLimit => ["rate_limit", "Лимит запросов", "Rate limit"],
            Writing::ServerError => ["server_error", "Сбой сервера", "Server error"],
            Writing::Unauthorized => ["unauthorized", "Ключ не принят", "Key refused"],
            Writing::Billing => ["billing", "Нет денег на счёте", "Quota used up"],
            Writing::Hang => ["hang", "Молчание", "No answer"],
            Writing::Empty => ["empty", "Пустой ответ", "Empty text"],
            Writing::NotJson => ["not_json", "Не JSON", "Not JSON"],
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        self.titles()[0]
    }

    /// The writing of this name.
    pub fn named(name: &str) -> Option<Writing> {
        Writing::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// An answer of somebody else's, byte for byte.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers; only names and values that HTTP knows.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// The stand-in script writer; a cheap handle.
#[derive(Clone)]
pub struct Gpt {
    door: Door,
    address: SocketAddr,
}

#[derive(Default)]
struct Inner {
    next: Mutex<VecDeque<Writing>>,
    once: Mutex<VecDeque<Reply>>,
    always: Mutex<Option<Reply>>,
    /// Every script it wrote, oldest first.
    said: Mutex<Vec<String>>,
    /// Where the last answer sent its reader on to.
    moved: Mutex<Option<String>>,
    requests: Mutex<Vec<Value>>,
}

impl Gpt {
    pub(super) async fn start(ground: &Ground) -> io::Result<Gpt> {
        let door = Door {
            ground: ground.clone(),
            inner: Arc::new(Inner::default()),
        };
        let address = ground.serve(wire::router(door.clone())).await?;
        Ok(Gpt { door, address })
    }

    /// What a client takes for `https://api.openai.com/v1`; without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The key it accepts.
    pub fn key(&self) -> &str {
        KEY
    }

    /// How the next request that nothing is planned for yet is answered.
    pub fn next(&self, writing: Writing) {
        lock(&self.door.inner.next).push_back(writing);
        self.door.ground.journal.touch();
    }

    /// What the next request that is right is answered with, before anything else that is planned.
    pub fn answers(&self, raw: Reply) {
        lock(&self.door.inner.once).push_back(raw);
    }

    /// What every request that is right is answered with from now on, until it is told otherwise.
    pub fn always(&self, raw: Option<Reply>) {
        *lock(&self.door.inner.always) = raw;
    }

    /// What is planned for the next requests.
    pub fn upcoming(&self) -> Vec<Writing> {
        lock(&self.door.inner.next).iter().copied().collect()
    }

    /// Every script it wrote, oldest first; not what it only repeats of somebody else.
    pub fn scripts(&self) -> Vec<String> {
        lock(&self.door.inner.said).clone()
    }

    /// The bodies of all well-formed requests, oldest first.
    pub fn requests(&self) -> Vec<Value> {
        lock(&self.door.inner.requests).clone()
    }
}
