//! A user: language, reachability and the two balances.

use serde::{Deserialize, Serialize};

use super::credit::Credits;
use super::id::TopicId;
use crate::base::time::Timestamp;

/// A language the bot speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Lang {
    /// Russian, the default.
    Ru,
    /// English.
    En,
}

impl Lang {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Ru, Self::En];

    /// The language for a Telegram language code: English for `en…`, Russian otherwise.
    pub fn of_code(code: Option<&str>) -> Self {
        match code {
            Some(code) if code.to_ascii_lowercase().starts_with("en") => Self::En,
            Some(_) | None => Self::Ru,
        }
    }

    /// Its ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ru => "ru",
            Self::En => "en",
        }
    }
}

/// Somebody who has written to the bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The language they are spoken to in.
    pub lang: Lang,
    /// Their Telegram name without `@`, for the operator's look-ups.
    pub username: Option<String>,
    /// Whether Telegram lets us write to them.
    pub reachable: bool,
    /// What they may spend.
    pub available: Credits,
    /// What their running jobs have set aside.
    pub held: Credits,
    /// Their place in the fair queue: the tag of their last job.
    pub last_tag: u64,
    /// When they first wrote.
    pub since: Timestamp,
    /// The topic of their chat they are in, if they have topics.
    pub topic: Option<TopicId>,
}
