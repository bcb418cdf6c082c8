//! A deed: something an operator does to the shop. Its fields and their limits stand here; whether it may be done, and
//! doing it, is `shop::deeds`.
//!
//! The line it leaves in the trail is the deed itself, so it is stored: variants are only ever appended.

pub mod draft;
pub mod outlook;
pub mod refusal;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::broadcast::{Letter, Segment};
use super::id::{Fingerprint, JobId, ModelName, UserId};
use refusal::Refusal;

/// The most credits one grant moves, either way: more is a slip of the finger.
pub const MOST_CREDITS: i32 = 100_000;
/// A reason has at most so many characters.
pub const LONGEST_WHY: usize = 200;
/// A key of a grant has at most so many characters.
pub const LONGEST_KEY: usize = 64;
/// A rest is no longer, in hours.
pub const LONGEST_REST: i32 = 30 * 24;

/// Something an operator does, with all it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Give a user credits, or take them back when negative.
    Grant {
        user: UserId,
        credits: i32,
        why: String,
        /// What makes a repeat harmless.
        key: Option<String>,
    },
    /// Shut a user out. What they have ordered goes on.
    Ban { user: UserId, why: String },
    /// Let a user in again.
    Unban { user: UserId },
    /// Give the credits of a finished video back, once.
    Refund { job: JobId, why: String },
    /// End a live job; its credits go back.
    Cancel { job: JobId, why: String },
    /// Order a failed video once more, for its seller's credits; once.
    Reorder {
        job: JobId,
        /// The shell's `jobs retry` gives none.
        why: Option<String>,
    },
    /// Have a job that waits for a moment tried at once. It costs nobody anything.
    Hurry { job: JobId },
    /// Take no orders.
    Pause { why: String },
    /// Take orders again.
    Resume,
    /// Leave a key or a model alone for so long.
    Rest { what: Resting, seconds: u64 },
    /// Use a key or a model again.
    Wake { what: Resting },
    /// Send a letter to many.
    Broadcast { letter: Letter, segment: Segment },
    /// Stop a broadcast.
    Stop { broadcast: u64 },
}

/// What may be left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resting {
    /// A key of the provider's.
    Key(Fingerprint),
    /// A model.
    Model(ModelName),
}

impl Resting {
    /// Which of the two it is, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Key(_) => "key",
            Self::Model(_) => "model",
        }
    }
}

impl fmt::Display for Resting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "{key}"),
            Self::Model(model) => f.write_str(&model.0),
        }
    }
}

/// What a deed is, without what it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeedKind {
    Grant,
    Ban,
    Unban,
    Refund,
    Cancel,
    Reorder,
    Hurry,
    Pause,
    Resume,
    Rest,
    Wake,
    Broadcast,
    Stop,
}

impl DeedKind {
    /// Every one, for the faces and the tests that walk them.
    pub const ALL: [Self; 13] = [
        Self::Grant,
        Self::Ban,
        Self::Unban,
        Self::Refund,
        Self::Cancel,
        Self::Reorder,
        Self::Hurry,
        Self::Pause,
        Self::Resume,
        Self::Rest,
        Self::Wake,
        Self::Broadcast,
        Self::Stop,
    ];

    /// Its word in forms, buttons and the names of texts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Ban => "ban",
            Self::Unban => "unban",
            Self::Refund => "refund",
            Self::Cancel => "cancel",
            Self::Reorder => "reorder",
            Self::Hurry => "hurry",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Rest => "rest",
            Self::Wake => "wake",
            Self::Broadcast => "broadcast",
            Self::Stop => "stop",
        }
    }

    /// The one with that word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Deed {
    /// What it is.
    pub fn kind(&self) -> DeedKind {
        match self {
            Self::Grant { .. } => DeedKind::Grant,
            Self::Ban { .. } => DeedKind::Ban,
            Self::Unban { .. } => DeedKind::Unban,
            Self::Refund { .. } => DeedKind::Refund,
            Self::Cancel { .. } => DeedKind::Cancel,
            Self::Reorder { .. } => DeedKind::Reorder,
            Self::Hurry { .. } => DeedKind::Hurry,
            Self::Pause { .. } => DeedKind::Pause,
            Self::Resume => DeedKind::Resume,
            Self::Rest { .. } => DeedKind::Rest,
            Self::Wake { .. } => DeedKind::Wake,
            Self::Broadcast { .. } => DeedKind::Broadcast,
            Self::Stop { .. } => DeedKind::Stop,
        }
    }

    /// The word of its texts: a grant that takes back has others.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Grant { credits, .. } if *credits < 0 => "take",
            other => other.kind().word(),
        }
    }

    /// The user it names, if it names one.
    pub fn user(&self) -> Option<UserId> {
        if let Self::Grant { user, .. } | Self::Ban { user, .. } | Self::Unban { user } = self {
            Some(*user)
        } else {
            None
        }
    }

    /// How many credits it gives, if it is a grant; negative takes back.
    pub fn credits(&self) -> Option<i32> {
        if let Self::Grant { credits, .. } = self {
            Some(*credits)
        } else {
            None
        }
    }

    /// The job it is about, if it is about one.
    pub fn job(&self) -> Option<JobId> {
        if let Self::Refund { job, .. }
        | Self::Cancel { job, .. }
        | Self::Reorder { job, .. }
        | Self::Hurry { job } = self
        {
            Some(*job)
        } else {
            None
        }
    }

    /// The key or model it is about, if it is about one.
    pub fn resting(&self) -> Option<&Resting> {
        if let Self::Rest { what, .. } | Self::Wake { what } = self {
            Some(what)
        } else {
            None
        }
    }

    /// Why, in the operator's words, if it needs a reason.
    pub fn why(&self) -> Option<&str> {
        if let Self::Grant { why, .. }
        | Self::Ban { why, .. }
        | Self::Refund { why, .. }
        | Self::Cancel { why, .. }
        | Self::Reorder { why: Some(why), .. }
        | Self::Pause { why } = self
        {
            Some(why)
        } else {
            None
        }
    }

    /// The same within the limits of its fields, whichever way it came. `typed` are keys that somebody may have typed:
    /// those with a colon the program makes itself.
    pub fn fitted(mut self, typed: bool) -> Result<Self, Refusal> {
        if let Self::Grant { credits, key, .. } = &self {
            amount(*credits)?;
            let typed = key.as_deref().filter(|_| typed);
            typed.map_or(Ok(()), self::key)?;
        }
        if let Self::Grant { why, .. }
        | Self::Ban { why, .. }
        | Self::Refund { why, .. }
        | Self::Cancel { why, .. }
        | Self::Reorder { why: Some(why), .. }
        | Self::Pause { why } = &mut self
        {
            *why = reason(why)?;
        }
        Ok(self)
    }
}

/// The amount of a grant, if it is one.
pub fn amount(credits: i32) -> Result<i32, Refusal> {
    let fits = credits != 0 && credits.unsigned_abs() <= MOST_CREDITS.unsigned_abs();
    fits.then_some(credits).ok_or(Refusal::Amount)
}

/// An amount as people write it: `5`, `+5`, `-5`, `−5`.
pub fn amount_said(said: &str) -> Result<i32, Refusal> {
    let said = said.trim().replace('−', "-");
    amount(said.parse().map_err(|_| Refusal::Amount)?)
}

/// A reason in one line, without blanks around it.
pub fn reason(said: &str) -> Result<String, Refusal> {
    let line = said.trim().replace(char::is_control, " ");
    let fits = (1..=LONGEST_WHY).contains(&line.chars().count());
    fits.then_some(line).ok_or(Refusal::Reason)
}

/// How long a rest is, in hours.
pub fn hours(said: &str) -> Result<u64, Refusal> {
    let hours = said.trim().parse().map_err(|_| Refusal::Hours)?;
    let fits = (1..=LONGEST_REST).contains(&hours);
    fits.then_some(u64::from(hours.unsigned_abs()))
        .ok_or(Refusal::Hours)
}

/// A key that somebody may type.
fn key(said: &str) -> Result<(), Refusal> {
    let plain = !said.contains(':') && !said.contains(char::is_control);
    let fits = plain && !said.trim().is_empty() && said.chars().count() <= LONGEST_KEY;
    fits.then_some(()).ok_or(Refusal::Key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_reasons_keys_and_rests_have_limits() {
        for (said, fits) in [
            ("1", Some(1)),
            (" +5 ", Some(5)),
            ("−5", Some(-5)),
            ("-100000", Some(-100_000)),
            ("0", None),
            ("100001", None),
            ("999999999999", None),
            ("1.5", None),
            ("", None),
        ] {
            assert_eq!(amount_said(said).ok(), fits, "{said}");
        }
        assert_eq!(reason("  paid\nby card "), Ok("paid by card".into()));
        assert_eq!(reason(" \n "), Err(Refusal::Reason));
        assert!(reason(&"я".repeat(200)).is_ok());
        assert_eq!(reason(&"я".repeat(201)), Err(Refusal::Reason));
        for good in ["invoice 7", "0190a1b2-0000", &"к".repeat(64)] {
            assert_eq!(key(good), Ok(()), "{good}");
        }
        for bad in ["", " ", "refund:17", "page:0a", "a\nb", &"к".repeat(65)] {
            assert_eq!(key(bad), Err(Refusal::Key), "{bad}");
        }
        assert_eq!((hours("720"), hours(" 1 ")), (Ok(720), Ok(1)));
        for bad in ["0", "721", "-1", "1.5", ""] {
            assert_eq!(hours(bad), Err(Refusal::Hours), "{bad}");
        }
    }

    #[test]
    fn a_kind_is_known_by_its_word() {
        for kind in DeedKind::ALL {
            assert_eq!(DeedKind::named(kind.word()), Some(kind));
        }
        assert_eq!(DeedKind::named("erase"), None);
    }
}
