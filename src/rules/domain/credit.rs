//! Credits and the books they are kept in: amounts, accounts, entries.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::id::{EntryId, JobId, OrderId, UserId};
use crate::base::time::Timestamp;

/// What one video costs when it is ordered; from then on its job's own price counts.
pub const PRICE: Credits = Credits(1);

/// An amount of credits that moves; never negative.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Credits(pub u32);

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where credits can be. A user's accounts never go below zero; the shop's may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Account {
    /// What a user may spend.
    Available(UserId),
    /// What a user's running jobs have set aside.
    Held(UserId),
    /// Given as a welcome.
    Gifts,
    /// Sold for money.
    Sales,
    /// Given by an operator.
    Grants,
    /// Earned by finished videos.
    Revenue,
}

impl Account {
    /// Whose it is, if it is a user's.
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::Available(user) | Self::Held(user) => Some(user),
            Self::Gifts | Self::Sales | Self::Grants | Self::Revenue => None,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Available(user) => write!(f, "available {user}"),
            Self::Held(user) => write!(f, "held {user}"),
            Self::Gifts => f.write_str("gifts"),
            Self::Sales => f.write_str("sales"),
            Self::Grants => f.write_str("grants"),
            Self::Revenue => f.write_str("revenue"),
        }
    }
}

/// Why credits moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// The gift a new user gets.
    Welcome,
    /// A job set its price aside.
    Hold {
        /// The order the job belongs to.
        order: OrderId,
        job: JobId,
    },
    /// A job ended with a video.
    Capture { job: JobId },
    /// A job ended without one: the refund.
    Release { job: JobId },
    /// An operator gave, or took back.
    Grant {
        /// The operator's own words.
        why: String,
        /// The payment, or another word of the operator's that never moves credits twice.
        key: Option<String>,
    },
}

impl Reason {
    /// The kind of move in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Hold { .. } => "hold",
            Self::Capture { .. } => "capture",
            Self::Release { .. } => "release",
            Self::Grant { .. } => "grant",
        }
    }

    /// The job the move belongs to, if any.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Hold { job, .. } | Self::Capture { job } | Self::Release { job } => Some(*job),
            Self::Welcome | Self::Grant { .. } => None,
        }
    }
}

/// One line of the books: `amount` left `from` and reached `to`.
///
/// The books keep it under a [`Seal`], so that nobody changes the past unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its running number.
    pub id: EntryId,
    /// When it was written.
    pub at: Timestamp,
    /// The account that gave.
    pub from: Account,
    /// The account that got.
    pub to: Account,
    pub amount: Credits,
    pub reason: Reason,
    /// What `from` had afterwards, in credits.
    pub from_balance: i64,
    /// What `to` had afterwards, in credits.
    pub to_balance: i64,
    /// The same user's entry before it; nothing if it is their first.
    pub before: Option<EntryId>,
}

impl Entry {
    /// Whose credits it moves; nobody moves those of two.
    pub fn user(&self) -> Option<UserId> {
        self.from.user().or(self.to.user())
    }
}

/// SHA-256 of the seal before and of an entry's stored bytes: the last one vouches for all entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seal(pub [u8; 32]);

impl fmt::Display for Seal {
    /// The first eight bytes in hexadecimal: enough for the eye.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0[..8]
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
