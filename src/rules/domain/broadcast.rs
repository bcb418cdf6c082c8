//! A broadcast: one letter to many users, sent one after the other.

use serde::{Deserialize, Serialize};

use super::id::{MessageId, UserId};
use super::user::Lang;
use crate::base::time::Timestamp;

/// What is sent: a text as its author formatted it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub text: String,
    pub marks: Vec<Mark>,
}

/// A stretch of a text that looks different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub style: Style,
    /// Where it begins, in UTF-16 units.
    pub offset: u32,
    /// How long it is, in UTF-16 units.
    pub length: u32,
}

/// How a stretch of text looks. Stored: variants are only ever appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Style {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strike,
    /// Hidden until it is touched.
    Spoiler,
    /// In fixed width.
    Code,
    /// A block in fixed width.
    Pre,
    /// A quotation.
    Quote,
    /// A link to that address.
    Link(String),
}

/// UserRef a broadcast is for. Stored: variants are only ever appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment {
    /// Everybody who can be reached.
    All,
    /// Those who are spoken to in that language.
    Lang(Lang),
    /// Those who have ever ordered.
    Ordered,
    /// Those who have ordered in the last 30 days.
    Recent,
    /// Those who have never ordered.
    Never,
    /// Nobody but who sends it.
    Me,
}

impl Segment {
    /// Every segment.
    pub const ALL: [Self; 7] = [
        Self::All,
        Self::Lang(Lang::Ru),
        Self::Lang(Lang::En),
        Self::Ordered,
        Self::Recent,
        Self::Never,
        Self::Me,
    ];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Lang(lang) => lang.code(),
            Self::Ordered => "ordered",
            Self::Recent => "recent",
            Self::Never => "never",
            Self::Me => "me",
        }
    }
}

/// How far a broadcast is. Stored: variants are only ever appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Course {
    /// It goes on.
    Running,
    /// An operator has stopped it; the letter on its way may still arrive.
    Stopping,
    /// Everybody has been dealt with.
    Done,
    /// It was stopped before that.
    Stopped,
}

/// What became of one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Telegram has taken it.
    Delivered,
    /// The user cannot be reached.
    Blocked,
    /// Telegram does not take it.
    Failed,
}

/// A broadcast and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broadcast {
    pub by: UserId,
    pub lang: Lang,
    /// When it was begun: whoever comes later does not get it.
    pub at: Timestamp,
    pub letter: Letter,
    pub segment: Segment,
    /// Whether it goes on.
    pub course: Course,
    /// How many it is for, once they are counted.
    pub total: Option<u64>,
    /// Who was dealt with last: users get it in the order of their numbers.
    pub last: Option<UserId>,
    /// How many letters Telegram has taken.
    pub delivered: u64,
    /// How many users could not be reached.
    pub blocked: u64,
    /// How many letters Telegram did not take.
    pub failed: u64,
    /// When its author was told last how far it is.
    pub told: Timestamp,
    /// The message that tells it.
    pub message: Option<MessageId>,
}

impl Broadcast {
    /// Whether there is something left to do.
    pub fn is_open(&self) -> bool {
        match self.course {
            Course::Running | Course::Stopping => true,
            Course::Done | Course::Stopped => false,
        }
    }

    /// How many users were dealt with.
    pub fn dealt(&self) -> u64 {
        self.delivered + self.blocked + self.failed
    }
}
