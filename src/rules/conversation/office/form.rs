//! Forms: what an operator is filling in, piece by piece, until it can be confirmed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::rules::domain::broadcast::{Letter, Segment};
use crate::rules::domain::id::{DraftId, JobId, UserId};

/// A form nobody has touched for so long is dropped: what is written later is not meant for it.
pub const LIFE: Duration = Duration::from_secs(15 * 60);

/// What an operator is about to do. Stored beside their session, so that an order they are writing stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The number its buttons carry, another one after every change, so that an old button is known.
    pub id: DraftId,
    /// When it was last touched.
    pub at: Timestamp,
    /// What is to be done.
    pub chore: Chore,
}

impl Form {
    /// Whether nobody has touched it for too long.
    pub fn is_late(&self, now: Timestamp) -> bool {
        now.since(self.at) >= LIFE
    }
}

/// Something an operator wants done; pieces may be missing. Stored: variants are only ever appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Chore {
    /// Give a user credits, or take them back.
    Grant {
        user: Option<UserId>,
        /// How many; negative takes back.
        credits: Option<i32>,
        why: Option<String>,
    },
    /// Give the credit of a finished video back.
    Refund { job: JobId, why: Option<String> },
    /// End a live job; its credit goes back.
    Cancel { job: JobId, why: Option<String> },
    /// Order a failed video once more, for one of the seller's credits.
    Reorder {
        /// The job that had failed.
        job: JobId,
        why: Option<String>,
    },
    /// Make a waiting job due at once.
    Hurry { job: JobId },
    /// Shut a user out.
    Ban { user: UserId, why: Option<String> },
    /// Let a user in again.
    Unban { user: UserId },
    /// Take no orders.
    Pause { why: Option<String> },
    /// Take orders again.
    Resume,
    /// Send a letter to many.
    Broadcast {
        letter: Option<Letter>,
        segment: Option<Segment>,
    },
}

/// A piece that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blank {
    /// Whom it is about.
    User,
    /// How many credits.
    Credits,
    Why,
    Letter,
    /// Whom it is for.
    Segment,
}

impl Chore {
    /// The piece to ask for next; nothing when only a yes is missing.
    pub fn blank(&self) -> Option<Blank> {
        match self {
            Self::Grant { user: None, .. } => Some(Blank::User),
            Self::Grant { credits: None, .. } => Some(Blank::Credits),
            Self::Grant { why, .. }
            | Self::Refund { why, .. }
            | Self::Cancel { why, .. }
            | Self::Reorder { why, .. }
            | Self::Ban { why, .. }
            | Self::Pause { why } => why.is_none().then_some(Blank::Why),
            Self::Broadcast { letter: None, .. } => Some(Blank::Letter),
            Self::Broadcast { segment: None, .. } => Some(Blank::Segment),
            Self::Hurry { .. } | Self::Unban { .. } | Self::Resume | Self::Broadcast { .. } => None,
        }
    }

    /// The user it names, if it names one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::Grant { user, .. } => *user,
            Self::Ban { user, .. } | Self::Unban { user } => Some(*user),
            Self::Refund { .. }
            | Self::Cancel { .. }
            | Self::Reorder { .. }
            | Self::Hurry { .. }
            | Self::Pause { .. }
            | Self::Resume
            | Self::Broadcast { .. } => None,
        }
    }

    /// The job it names, if it names one.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Refund { job, .. }
            | Self::Cancel { job, .. }
            | Self::Reorder { job, .. }
            | Self::Hurry { job } => Some(*job),
            Self::Grant { .. }
            | Self::Ban { .. }
            | Self::Unban { .. }
            | Self::Pause { .. }
            | Self::Resume
            | Self::Broadcast { .. } => None,
        }
    }

    /// The same with a reason.
    pub fn because(mut self, given: String) -> Self {
        match &mut self {
            Self::Grant { why, .. }
            | Self::Refund { why, .. }
            | Self::Cancel { why, .. }
            | Self::Reorder { why, .. }
            | Self::Ban { why, .. }
            | Self::Pause { why } => *why = Some(given),
            Self::Hurry { .. } | Self::Unban { .. } | Self::Resume | Self::Broadcast { .. } => {}
        }
        self
    }

    /// The reason, if one is given.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Grant { why, .. }
            | Self::Refund { why, .. }
            | Self::Cancel { why, .. }
            | Self::Reorder { why, .. }
            | Self::Ban { why, .. }
            | Self::Pause { why } => why.as_deref(),
            Self::Hurry { .. } | Self::Unban { .. } | Self::Resume | Self::Broadcast { .. } => None,
        }
    }
}
