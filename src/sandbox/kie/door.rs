//! What a request meets at the stand-in KIE: the keys, the tasks, and what is planned.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, OnceLock},
};

use axum::http::{HeaderMap, header};
use reqwest::Client;

use super::{ending::Ending, raw, shelf, tasks::Task};
use crate::sandbox::ground::Ground;

pub(super) const KEYS: [&str; 2] = ["kie-sandbox-key-1", "kie-sandbox-key-2"];
/// Credits in the account at the start.
const ACCOUNT: f64 = 100_000.0;
/// Virtual milliseconds a task takes unless told otherwise.
pub(super) const DURATION: u64 = 60_000;

#[derive(Clone)]
pub(super) struct Door {
    pub(super) ground: Ground,
    pub(super) inner: Arc<Inner>,
}

impl Door {
    /// The key of the caller, if it is one of ours.
    pub(super) fn key(&self, name: &str, headers: &HeaderMap) -> Option<String> {
        let given = headers.get(header::AUTHORIZATION);
        let given = given.and_then(|it| it.to_str().ok()?.strip_prefix("Bearer "));
        if given.is_none() {
            self.complain(name, "no bearer key");
        }
        let known = given.filter(|key| KEYS.contains(key));
        known.map(str::to_owned)
    }

    pub(super) fn complain(&self, name: &str, why: &str) {
        self.ground.journal.complain(format!("kie {name}: {why}"));
    }
}

pub(super) struct Inner {
    pub(super) plan: Mutex<Plan>,
    pub(super) tasks: Mutex<Vec<Task>>,
    pub(super) client: Client,
    pub(super) url: OnceLock<String>,
    pub(super) shelf: shelf::Shelf,
    pub(super) upload_url: OnceLock<String>,
}

impl Inner {
    pub(super) fn new(client: Client) -> Inner {
        Inner {
            plan: Mutex::new(Plan {
                next: VecDeque::new(),
                by_default: Ending::Success,
                duration: DURATION,
                callbacks: true,
                account: ACCOUNT,
                hmac_key: None,
                dead: BTreeSet::new(),
                raw: raw::Shelf::default(),
                creations: HashMap::new(),
            }),
            tasks: Mutex::default(),
            client,
            url: OnceLock::new(),
            shelf: shelf::Shelf::default(),
            upload_url: OnceLock::new(),
        }
    }

    pub(super) fn files_url(&self) -> String {
        let url = self.url.get().map(String::as_str).unwrap_or_default();
        format!("{url}/files")
    }
}

/// What the person at the page, or a test, wants to happen.
pub(super) struct Plan {
    pub(super) next: VecDeque<Ending>,
    pub(super) by_default: Ending,
    pub(super) duration: u64,
    pub(super) callbacks: bool,
    /// What the account had before any task.
    pub(super) account: f64,
    pub(super) hmac_key: Option<String>,
    pub(super) dead: BTreeSet<String>,
    pub(super) raw: raw::Shelf,
    pub(super) creations: HashMap<String, VecDeque<u64>>,
}
