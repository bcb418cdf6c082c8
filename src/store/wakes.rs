//! What fires after a commit: jobs to be stepped, chats to be written to.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::rules::domain::id::JobId;

/// Wakers for the actors. Losing one loses nothing: rows are found again at the next start.
#[derive(Default)]
pub struct Wakes {
    jobs: Notify,
    cancelled: Mutex<Vec<JobId>>,
    chats: Mutex<BTreeSet<i64>>,
    notes: Notify,
    broadcast: Notify,
}

impl Wakes {
    /// Says that a job may be due earlier than was thought.
    pub fn jobs(&self) {
        self.jobs.notify_one();
    }

    /// Says that an operator has ended these jobs: what they left behind can go.
    pub fn cancelled(&self, jobs: impl IntoIterator<Item = JobId>) {
        let mut cancelled = self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        cancelled.extend(jobs);
        drop(cancelled);
        self.jobs();
    }

    /// Takes the jobs that an operator has ended.
    pub fn take_cancelled(&self) -> Vec<JobId> {
        let mut cancelled = self
            .cancelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut cancelled)
    }

    /// Says that these chats have notes.
    pub fn chats(&self, chats: impl IntoIterator<Item = i64>) {
        let mut waiting = self.chats.lock().unwrap_or_else(PoisonError::into_inner);
        let before = waiting.len();
        waiting.extend(chats);
        if waiting.len() > before {
            self.notes.notify_one();
        }
    }

    /// Says that a broadcast may have begun.
    pub fn begun(&self) {
        self.broadcast.notify_one();
    }

    /// Waits for a broadcast.
    pub async fn broadcast(&self) {
        self.broadcast.notified().await;
    }

    /// Waits for a job.
    pub async fn job(&self) {
        self.jobs.notified().await;
    }

    /// Waits for chats with notes and takes them.
    pub async fn take_chats(&self) -> BTreeSet<i64> {
        loop {
            let chats =
                std::mem::take(&mut *self.chats.lock().unwrap_or_else(PoisonError::into_inner));
            if !chats.is_empty() {
                return chats;
            }
            self.notes.notified().await;
        }
    }
}
