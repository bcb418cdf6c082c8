//! A user, as an operator names them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::id::UserId;
use crate::base::time::Timestamp;

/// A user, as an operator names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserRef {
    /// By their Telegram number.
    Number(u64),
    /// By their Telegram name, without the `@`.
    Name(String),
}

/// Somebody who has a name, or has had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bearer {
    pub user: UserId,
    /// When they last wrote.
    pub seen: Timestamp,
    /// Whether they have it still, as far as is known.
    pub has: bool,
}

impl Bearer {
    /// Who is meant by a name, if there is no doubt: nobody but them is known to have had it.
    pub fn only(bearers: &[Self]) -> Option<UserId> {
        match bearers {
            [one] if one.has => Some(one.user),
            [] | [_] | [_, _, ..] => None,
        }
    }
}

/// What names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a Telegram number, or a name with @ in front")]
pub struct Nobody;

impl FromStr for UserRef {
    type Err = Nobody;

    fn from_str(said: &str) -> Result<Self, Nobody> {
        match said.strip_prefix('@') {
            Some("") => Err(Nobody),
            Some(name) => Ok(Self::Name(name.to_owned())),
            None => said.parse().map(Self::Number).map_err(|_| Nobody),
        }
    }
}

impl From<u64> for UserRef {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for UserRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Name(name) => write!(f, "@{name}"),
        }
    }
}
