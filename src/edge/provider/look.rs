//! What a look at a provider's task shows.

use crate::rules::domain::failure::Failure;

/// What a look at a task shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// The provider does not know the task, or not yet; normal for some seconds after a creation.
    NotYet,
    /// It waits or renders.
    Running,
    /// It is done.
    Ready {
        /// Where the video may lie, for a day at least; the likeliest first, at least one, and few.
        urls: Vec<String>,
        /// What the provider took.
        credits: Option<f64>,
    },
    /// It says it is done and names no video.
    NoVideo {
        /// What the provider took.
        credits: Option<f64>,
    },
    /// It failed.
    Failed {
        failure: Failure,
        /// What the provider took nevertheless.
        credits: Option<f64>,
    },
    /// An answer, but nothing in it that we understand.
    Unread {
        /// What it looks like: names of fields, and no words of anybody's.
        shape: String,
    },
}

/// A look that showed nothing; it says nothing about the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the look failed: {}", failure.kind.name())]
pub struct LookError {
    /// What it means for the key and for the next look.
    pub failure: Failure,
    /// The code, if there was an answer.
    pub code: Option<i64>,
}

impl LookError {
    /// In a word, for metrics.
    pub(super) fn word(&self) -> &'static str {
        self.failure.kind.name()
    }
}
