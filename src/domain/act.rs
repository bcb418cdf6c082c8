//! An act: something an operator did to the shop, and who they were.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::broadcast::Segment;
use super::id::{JobId, KeyPrint, ModelName, OrderId, UserId};
use super::time::Timestamp;

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

/// What was done. Stored: variants are only ever appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// A user was given credits; negative: they were taken back.
    Granted {
        /// Whom.
        user: UserId,
        /// How many.
        credits: i32,
        /// Why.
        why: String,
    },
    /// A user may not use the bot any more.
    Banned {
        /// Whom.
        user: UserId,
        /// Why.
        why: String,
    },
    /// A user may use the bot again.
    Unbanned {
        /// Whom.
        user: UserId,
    },
    /// A waiting job was made due at once.
    Hurried {
        /// Which.
        job: JobId,
    },
    /// A video that had failed was ordered once more.
    Reordered {
        /// The job that had failed.
        job: JobId,
        /// The order it became.
        order: OrderId,
    },
    /// A job was ended and its credit given back.
    Cancelled {
        /// Which.
        job: JobId,
        /// Why.
        why: String,
    },
    /// The credit of a finished video was given back.
    Refunded {
        /// Which.
        job: JobId,
        /// Why.
        why: String,
    },
    /// A key of the provider's is left alone for a while.
    KeyRested {
        /// Which.
        key: KeyPrint,
        /// Until when.
        until: Timestamp,
    },
    /// A key is used again.
    KeyWoken {
        /// Which.
        key: KeyPrint,
    },
    /// A model is left alone for a while.
    ModelRested {
        /// Which.
        model: ModelName,
        /// Until when.
        until: Timestamp,
    },
    /// A model is used again.
    ModelWoken {
        /// Which.
        model: ModelName,
    },
    /// No orders are taken.
    Paused {
        /// Why.
        why: String,
    },
    /// Orders are taken again.
    Resumed,
    /// A video that had failed was ordered once more, for a reason.
    ReorderedFor {
        /// The job that had failed.
        job: JobId,
        /// The order it became.
        order: OrderId,
        /// Why.
        why: String,
    },
    /// A broadcast was begun.
    BroadcastBegun {
        /// Its number.
        broadcast: u64,
        /// Whom it is for.
        segment: Segment,
    },
    /// A broadcast was stopped.
    BroadcastStopped {
        /// Its number.
        broadcast: u64,
    },
    /// A broadcast ended.
    BroadcastEnded {
        /// Its number.
        broadcast: u64,
        /// How many letters Telegram has taken.
        delivered: u64,
        /// How many users could not be reached.
        blocked: u64,
        /// How many letters Telegram did not take.
        failed: u64,
    },
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Granted { user, credits, why } if *credits < 0 => {
                let taken = credits.unsigned_abs();
                write!(f, "took {taken} from user {user}: {why}")
            }
            Self::Granted { user, credits, why } => {
                write!(f, "gave {credits} to user {user}: {why}")
            }
            Self::Banned { user, why } => write!(f, "banned user {user}: {why}"),
            Self::Unbanned { user } => write!(f, "unbanned user {user}"),
            Self::Hurried { job } => write!(f, "hurried job {job}"),
            Self::Reordered { job, order } => write!(f, "ordered job {job} again as order {order}"),
            Self::Cancelled { job, why } => write!(f, "cancelled job {job}: {why}"),
            Self::Refunded { job, why } => write!(f, "refunded job {job}: {why}"),
            Self::KeyRested { key, until } => write!(f, "rested key {key} until {}", until.utc()),
            Self::KeyWoken { key } => write!(f, "woke key {key}"),
            Self::ModelRested { model, until } => {
                write!(f, "rested model {model} until {}", until.utc())
            }
            Self::ModelWoken { model } => write!(f, "woke model {model}"),
            Self::Paused { why } => write!(f, "paused sales: {why}"),
            Self::Resumed => f.write_str("resumed sales"),
            Self::ReorderedFor { job, order, why } => {
                write!(f, "ordered job {job} again as order {order}: {why}")
            }
            Self::BroadcastBegun { broadcast, segment } => {
                write!(f, "began broadcast {broadcast} to {}", segment.word())
            }
            Self::BroadcastStopped { broadcast } => write!(f, "stopped broadcast {broadcast}"),
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

/// Something an operator did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: Who,
    /// What.
    pub deed: Deed,
}

/// Why a user may not use the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// Since when.
    pub since: Timestamp,
    /// In the operator's words.
    pub why: String,
}
