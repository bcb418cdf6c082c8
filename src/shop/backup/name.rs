//! The name of a backup: the second it was made in, UTC, in letters that every file system and shell takes.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;

/// As in `2026-11-23T05-37-49Z`.
const SHAPE: &str = "%Y-%m-%dT%H-%M-%SZ";

/// A backup's name. Names sort as the backups were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(i64);

/// A text that is no backup's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a backup is named like 2026-11-23T05-37-49Z")]
pub struct NotAName;

impl Name {
    /// The name of a backup that is made at `now`.
    pub fn of(now: Timestamp) -> Self {
        Self(i64::try_from(now.0 / 1000).unwrap_or(i64::MAX))
    }

    /// When it was made, to the second.
    pub fn at(self) -> Timestamp {
        Timestamp(self.0.unsigned_abs().saturating_mul(1000))
    }

    /// The next name, for whoever makes two in one second.
    pub fn next(self) -> Self {
        Self::of(self.at().plus(Duration::from_secs(1)))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = jiff::Timestamp::from_second(self.0).unwrap_or(jiff::Timestamp::MAX);
        write!(f, "{}", at.strftime(SHAPE))
    }
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let parsed = jiff::civil::DateTime::strptime(SHAPE, text).map_err(|_| NotAName)?;
        let at = parsed
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map_err(|_| NotAName)?;
        let name = Self(at.timestamp().as_second());
        // Only one way of writing it is right.
        (name.0 >= 0 && name.to_string() == text)
            .then_some(name)
            .ok_or(NotAName)
    }
}

impl TryFrom<String> for Name {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_moment_and_reads_back() {
        let name = Name::of(Timestamp(1_795_412_269_789));
        assert_eq!(name.to_string(), "2026-11-23T05-37-49Z");
        assert_eq!("2026-11-23T05-37-49Z".parse(), Ok(name));
        assert_eq!(name.next().to_string(), "2026-11-23T05-37-50Z");
        assert_eq!(name.at(), Timestamp(1_795_412_269_000));
        assert!(name < name.next());
    }

    #[test]
    fn nothing_else_is_a_name() {
        for text in [
            "",
            "photos",
            "2026-11-23T05-37-49",
            "2026-11-23T05-37-49Z.part",
            "2026-11-23T05:37:49Z",
            "2026-13-23T05-37-49Z",
            "2026-1-23T05-37-49Z",
            "../2026-11-23T05-37-49Z",
            "neurocards-schema-1.redb",
        ] {
            assert_eq!(text.parse::<Name>(), Err(NotAName), "{text}");
        }
    }
}
