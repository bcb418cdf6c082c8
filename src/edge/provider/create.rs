//! What comes of asking a provider for a video.

use crate::rules::domain::failure::Failure;
use crate::rules::failures::Meaning;

/// A definite no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("refused with code {code}: {}", failure.kind.name())]
pub struct Refusal {
    pub failure: Failure,
    /// The same, more exactly; nothing if nobody knows.
    pub meaning: Option<Meaning>,
    /// The code, from the body or else the HTTP status.
    pub code: i64,
}

/// Why there is no task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// The provider answered with a code and no task; nothing runs and nothing is billed.
    #[error("the task was {0}")]
    Refused(#[from] Refusal),
    /// No connection could be made; nothing was sent.
    #[error("the provider cannot be reached")]
    NotSent,
    /// The request may have arrived and the answer did not: a task may run, and be billed.
    #[error("the answer to a new task was lost")]
    Lost,
}
