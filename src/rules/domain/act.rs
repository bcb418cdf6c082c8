//! An act: something an operator did to the shop, and who they were.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::deed::Deed;
use super::deed::outlook::Came;
use super::id::UserId;
use crate::base::time::Timestamp;

/// An operator. Stored: variants are only ever appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Who {
    /// Somebody at the machine's shell, by the number the system knows them by.
    Shell {
        /// Their user number.
        uid: u32,
    },
    /// One of the operators, from Telegram.
    Chat(UserId),
    /// Whoever has the word for the operator's page.
    Page,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shell { uid: 0 } => f.write_str("root"),
            Self::Shell { uid } => write!(f, "uid {uid}"),
            Self::Chat(user) => write!(f, "telegram {user}"),
            Self::Page => f.write_str("page"),
        }
    }
}

/// A line of the trail: something an operator did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    pub at: Timestamp,
    pub who: Who,
    pub done: Done,
}

/// What was done. Stored: variants are only ever appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Done {
    Deed {
        deed: Deed,
        came: Came,
    },
    /// A broadcast of theirs ended.
    BroadcastEnded {
        broadcast: u64,
        /// How many letters Telegram has taken.
        delivered: u64,
        /// How many users could not be reached.
        blocked: u64,
        /// How many letters Telegram did not take.
        failed: u64,
    },
}

impl fmt::Display for Done {
    /// A sentence without its subject.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deed { deed, came } => sentence(f, deed, *came),
            Self::BroadcastEnded {
                broadcast,
                delivered,
                blocked,
                failed,
            } => write!(
                f,
                "ended broadcast {broadcast}: {delivered} delivered, {blocked} blocked, {failed} failed"
            ),
        }
    }
}

fn sentence(f: &mut fmt::Formatter<'_>, deed: &Deed, came: Came) -> fmt::Result {
    match deed {
        Deed::Grant { user, credits, .. } if *credits < 0 => {
            write!(f, "took {} from user {user}", credits.unsigned_abs())
        }
        Deed::Grant { user, credits, .. } => write!(f, "gave {credits} to user {user}"),
        Deed::Ban { user, .. } => write!(f, "banned user {user}"),
        Deed::Unban { user } => write!(f, "unbanned user {user}"),
        Deed::Hurry { job } => write!(f, "hurried job {job}"),
        Deed::Reorder { job, .. } => write!(f, "ordered job {job} again"),
        Deed::Cancel { job, .. } => write!(f, "cancelled job {job}"),
        Deed::Refund { job, .. } => write!(f, "refunded job {job}"),
        Deed::Rest { what, .. } => write!(f, "rested {} {what}", what.kind()),
        Deed::Wake { what } => write!(f, "woke {} {what}", what.kind()),
        Deed::Pause { .. } => f.write_str("paused sales"),
        Deed::Resume => f.write_str("resumed sales"),
        Deed::Broadcast { segment, .. } => {
            f.write_str("began broadcast ")?;
            if let Came::Broadcast(number) = came {
                write!(f, "{number} ")?;
            }
            write!(f, "to {}", segment.word())
        }
        Deed::Stop { broadcast } => write!(f, "stopped broadcast {broadcast}"),
    }?;
    match came {
        Came::Order(order) => write!(f, " as order {order}")?,
        Came::Rest(until) => write!(f, " until {}", until.utc())?,
        Came::Nothing | Came::Broadcast(_) => {}
    }
    match deed.why() {
        Some(why) => write!(f, ": {why}"),
        None => Ok(()),
    }
}

/// Why a user may not use the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    pub since: Timestamp,
    /// In the operator's words.
    pub why: String,
}
