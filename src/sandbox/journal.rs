//! What happened in the stand-ins: calls, complaints, and a number that grows with every change.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use serde::Serialize;
use tokio::sync::watch;

use super::lock::lock;

/// More than any story makes, small enough for a page left open for days.
const KEPT_CALLS: usize = 2000;

/// One request that reached a stand-in, or that a stand-in made.
#[derive(Debug, Clone, Serialize)]
pub struct Call {
    /// Virtual time, in Unix milliseconds.
    pub at: u64,
    /// `telegram`, `kie`, `gpt` or `photo`.
    pub service: &'static str,
    /// The method of the service.
    pub method: String,
    /// The HTTP status of the answer; 0 if the connection was dropped.
    pub status: u16,
    /// What a reader wants to know about it.
    pub note: String,
}

#[derive(Clone)]
pub(super) struct Journal {
    calls: Arc<Mutex<VecDeque<Call>>>,
    complaints: Arc<Mutex<Vec<String>>>,
    version: Arc<watch::Sender<u64>>,
}

impl Journal {
    pub(super) fn new() -> Journal {
        Journal {
            calls: Arc::default(),
            complaints: Arc::default(),
            version: Arc::new(watch::Sender::new(0)),
        }
    }

    pub(super) fn touch(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    pub(super) fn changed(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        lock(&self.calls).iter().cloned().collect()
    }

    pub(super) fn complaints(&self) -> Vec<String> {
        lock(&self.complaints).clone()
    }

    pub(super) fn record(&self, call: Call) {
        let mut calls = lock(&self.calls);
        if calls.len() == KEPT_CALLS {
            calls.pop_front();
        }
        calls.push_back(call);
        drop(calls);
        self.touch();
    }

    pub(super) fn complain(&self, text: String) {
        lock(&self.complaints).push(text);
        self.touch();
    }
}
