//! What others see of whoever makes the backups: a bell to ring for one, and how things stand.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};

use super::BackupError;
use super::manifest::Manifest;
use super::name::Name;
use crate::base::time::Timestamp;

/// Backups that may be asked for while one is made.
const WAITING: usize = 8;

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What is in it.
    pub manifest: Manifest,
    pub path: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// How things stand with backups since the process was started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Backups on this machine.
    pub here: Standing,
    /// Copies elsewhere; nothing if none are wanted.
    pub elsewhere: Option<Standing>,
}

/// How things stand with one kind of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The newest one, made before the start perhaps.
    pub newest: Option<Name>,
    /// When the last one was begun.
    pub last_try: Option<Timestamp>,
    /// When the last one succeeded.
    pub last_ok: Option<Timestamp>,
    /// Why the last one failed; nothing if it did not.
    pub last_error: Option<String>,
    pub made: u64,
    pub failed: u64,
    /// What the last one takes, in bytes.
    pub bytes: u64,
    /// How long the last one took, in milliseconds.
    pub took_ms: u64,
}

impl Standing {
    /// How old the newest one is; nothing if there is none.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        self.newest.map(|newest| now.since(newest.at()))
    }

    /// Notes a success.
    pub fn succeeded(&mut self, name: Name, bytes: u64, took_ms: u64, now: Timestamp) {
        self.newest = Some(name);
        (self.last_ok, self.last_error) = (Some(now), None);
        (self.bytes, self.took_ms) = (bytes, took_ms);
        self.made += 1;
    }

    /// Notes a failure.
    pub fn failed(&mut self, why: String) {
        self.last_error = Some(why);
        self.failed += 1;
    }
}

/// Asks for a backup, to be answered when it is made.
pub type Ring = oneshot::Sender<Result<Made, String>>;

/// The bell, and the board beside it.
#[derive(Debug)]
pub struct Front {
    bell: Mutex<Option<mpsc::Sender<Ring>>>,
    board: watch::Sender<Status>,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            bell: Mutex::default(),
            board: watch::channel(Status::default()).0,
        }
    }
}

impl Front {
    /// From now on the caller hears the bell.
    pub fn attend(&self) -> mpsc::Receiver<Ring> {
        let (bell, heard) = mpsc::channel(WAITING);
        *self.bell.lock().unwrap_or_else(PoisonError::into_inner) = Some(bell);
        heard
    }

    /// Asks for a backup and waits for it; why not, in words.
    pub async fn ring(&self) -> Result<Made, String> {
        let bell = self
            .bell
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let unattended = || BackupError::Unattended.to_string();
        let (ring, answer) = oneshot::channel();
        let bell = bell.ok_or_else(unattended)?;
        bell.send(ring).await.map_err(|_| unattended())?;
        answer.await.map_err(|_| unattended())?
    }

    /// How things stand.
    pub fn status(&self) -> Status {
        self.board.borrow().clone()
    }

    /// Changes whenever things stand differently.
    pub fn board(&self) -> watch::Receiver<Status> {
        self.board.subscribe()
    }

    /// Notes how things stand.
    pub fn note(&self, note: impl FnOnce(&mut Status)) {
        self.board.send_modify(note);
    }
}
