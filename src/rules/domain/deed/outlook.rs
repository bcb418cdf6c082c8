//! Outlooks and outcomes: the numbers of a deed before it is done and after.

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{OrderId, UserId};

/// Somebody a deed is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub user: UserId,
    /// Their Telegram name, without `@`.
    pub name: Option<String>,
    /// What they may spend.
    pub balance: Credits,
    /// When they last wrote.
    pub seen: Timestamp,
}

/// What a deed that may be done would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// UserRef it is about, as they are now.
    pub person: Option<Person>,
    /// By how much their balance changes.
    pub change: i64,
}

/// What a deed came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// UserRef it was about, as they are now.
    pub person: Option<Person>,
    pub came: Came,
    /// Whether the same had been done before under the same key, and nothing moved.
    pub before: bool,
}

/// What a deed brought forth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Came {
    #[default]
    Nothing,
    Order(OrderId),
    /// A broadcast, by its number.
    Broadcast(u64),
    /// A rest until then.
    Rest(Timestamp),
}

impl Came {
    /// The order that was placed, if one was.
    pub fn order(self) -> Option<OrderId> {
        match self {
            Self::Order(order) => Some(order),
            Self::Nothing | Self::Broadcast(_) | Self::Rest(_) => None,
        }
    }
}
