//! Lines: what an operator is told in the course of a form, by meaning.
//!
//! Stored in the outbox as they are: variants are only ever appended.

use serde::{Deserialize, Serialize};

use super::form::Form;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::{Outcome, Outlook};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::{DraftId, JobId, UserId};
use crate::rules::domain::span::Span;

/// Something an operator is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// Which commands there are.
    Guide,
    /// How a command is written that was written without what it needs.
    Usage(Topic),
    /// A command or an answer cannot be used.
    Unusable(Refusal),
    /// The next question of a form, or the last one: whether to do it.
    Form {
        /// What was wrong with the last answer.
        refusal: Option<Refusal>,
        form: Form,
        /// UserRef it is about, and what would change, as far as it is known.
        outlook: Outlook,
    },
    /// It is done.
    Done { deed: Deed, outcome: Outcome },
    /// It cannot be done, and nothing was.
    Refused(Refusal),
    /// The form is dropped.
    Dropped,
    /// The form had been left alone for too long and is dropped.
    Late,
    /// A broadcast has ended.
    Sent {
        /// Whether it was stopped.
        stopped: bool,
        /// How many letters Telegram has taken.
        delivered: u64,
        /// How many users could not be reached.
        blocked: u64,
        /// How many letters Telegram did not take.
        failed: u64,
    },
    /// What follows is what the receivers will see.
    Preview,
}

/// A command that needs an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// `/user`
    User,
    /// `/job`
    Job,
    /// `/stats`
    Stats,
}

impl Topic {
    /// Every topic, for tests that walk the texts.
    pub const ALL: [Self; 3] = [Self::User, Self::Job, Self::Stats];
}

/// Something an operator wants to see; it is looked up when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    Queue,
    /// A user.
    User(UserId),
    /// A user's entries in the ledger.
    History {
        user: UserId,
        /// Only those before this number; 0 for the newest.
        before: u64,
    },
    /// A user's videos that could be paid back.
    Refunds(UserId),
    /// A job.
    Job(JobId),
    /// The provider's keys and models.
    Keys,
    /// How much was ordered, filmed and spent.
    Stats(Span),
    /// UserRef a letter can go to, and how many they are.
    Segments(DraftId),
    /// What is about to be sent to how many.
    Launch(DraftId),
}
