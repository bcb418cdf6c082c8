//! An act: something an operator did to the shop, and who they were.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::broadcast::Segment;
use super::id::{JobId, KeyPrint, ModelName, OrderId, UserId};
use crate::base::time::Timestamp;

/// The most credits one grant moves, either way: more is a slip of the finger.
pub const MOST_CREDITS: i32 = 100_000;
/// A reason has at most so many characters.
pub const LONGEST_WHY: usize = 200;
/// A key of a grant has at most so many characters.
pub const LONGEST_KEY: usize = 64;

/// What is wrong with what an operator gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// Nothing would move.
    Zero,
    /// More than one grant moves.
    TooMany,
    /// There is no reason.
    NoReason,
    /// The reason is too long.
    LongReason,
    /// The key is empty, too long, or one that only the program makes.
    Key,
}

/// The amount of a grant, if it is one.
pub fn amount(credits: i32) -> Result<i32, Misfit> {
    match credits {
        0 => Err(Misfit::Zero),
        some if some.unsigned_abs() > MOST_CREDITS.unsigned_abs() => Err(Misfit::TooMany),
        some => Ok(some),
    }
}

/// A reason in one line, without blanks around it.
pub fn reason(said: &str) -> Result<String, Misfit> {
    let line = said.trim().replace(char::is_control, " ");
    match line.chars().count() {
        0 => Err(Misfit::NoReason),
        long if long > LONGEST_WHY => Err(Misfit::LongReason),
        _ => Ok(line),
    }
}

/// A key that somebody may type: those with a colon (`refund:17`) the program makes itself.
pub fn key(said: &str) -> Result<(), Misfit> {
    let plain = !said.contains(':') && !said.contains(char::is_control);
    let fits = plain && !said.trim().is_empty() && said.chars().count() <= LONGEST_KEY;
    fits.then_some(()).ok_or(Misfit::Key)
}

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
        user: UserId,
        credits: i32,
        why: String,
    },
    /// A user may not use the bot any more.
    Banned { user: UserId, why: String },
    /// A user may use the bot again.
    Unbanned { user: UserId },
    /// A waiting job was made due at once.
    Hurried { job: JobId },
    /// A video that had failed was ordered once more.
    Reordered {
        /// The job that had failed.
        job: JobId,
        /// The order it became.
        order: OrderId,
    },
    /// A job was ended and its credit given back.
    Cancelled { job: JobId, why: String },
    /// The credit of a finished video was given back.
    Refunded { job: JobId, why: String },
    /// A key of the provider's is left alone for a while.
    KeyRested { key: KeyPrint, until: Timestamp },
    /// A key is used again.
    KeyWoken { key: KeyPrint },
    /// A model is left alone for a while.
    ModelRested { model: ModelName, until: Timestamp },
    /// A model is used again.
    ModelWoken { model: ModelName },
    /// No orders are taken.
    Paused { why: String },
    /// Orders are taken again.
    Resumed,
    /// A video that had failed was ordered once more, for a reason.
    ReorderedFor {
        /// The job that had failed.
        job: JobId,
        /// The order it became.
        order: OrderId,
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
    pub at: Timestamp,
    pub who: Who,
    pub deed: Deed,
}

/// Why a user may not use the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    pub since: Timestamp,
    /// In the operator's words.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_reasons_and_keys_have_limits() {
        for (credits, fits) in [
            (1, Ok(1)),
            (-100_000, Ok(-100_000)),
            (100_000, Ok(100_000)),
            (0, Err(Misfit::Zero)),
            (100_001, Err(Misfit::TooMany)),
            (-100_001, Err(Misfit::TooMany)),
            (i32::MIN, Err(Misfit::TooMany)),
        ] {
            assert_eq!(amount(credits), fits);
        }
        assert_eq!(reason("  paid\nby card "), Ok("paid by card".into()));
        assert_eq!(reason(" \n "), Err(Misfit::NoReason));
        assert!(reason(&"я".repeat(200)).is_ok());
        assert_eq!(reason(&"я".repeat(201)), Err(Misfit::LongReason));
        for good in ["invoice 7", "0190a1b2-0000", &"к".repeat(64)] {
            assert_eq!(key(good), Ok(()), "{good}");
        }
        for bad in ["", " ", "refund:17", "page:0a", "a\nb", &"к".repeat(65)] {
            assert_eq!(key(bad), Err(Misfit::Key), "{bad}");
        }
    }
}
