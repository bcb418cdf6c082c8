//! Causes: why the author wrote nothing, what a look lacks, what stands in the way of a certificate.
//!
//! Stored: variants are only ever appended.

use serde::{Deserialize, Serialize};

/// Why the author of scripts wrote none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// There is no author at the address, or it does not have the model.
    Unfound,
    /// It does not work for us: for this country, or by its makers' terms.
    Forbidden,
    /// It does not take what it is asked.
    Request,
    /// It had used up its longest answer before it wrote anything.
    Budget,
    /// It answered twice with something else than a script: nothing, half a sentence, a question.
    Senseless,
}

impl Trouble {
    /// Every trouble, for tests that walk the texts.
    pub const ALL: [Self; 5] = [
        Self::Unfound,
        Self::Forbidden,
        Self::Request,
        Self::Budget,
        Self::Senseless,
    ];

    /// One word for causes and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unfound => "unfound",
            Self::Forbidden => "forbidden",
            Self::Request => "request",
            Self::Budget => "budget",
            Self::Senseless => "senseless",
        }
    }
}

/// What is the matter with a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lack {
    /// No address is named.
    Nameless,
    /// Nothing lies there.
    Gone,
    /// What lies there is no video.
    NotAVideo,
    /// What lies there is a part of a video.
    NotWhole,
    /// The address is none of the public web.
    Forbidden,
}

impl Lack {
    /// Every lack, for tests that walk the texts.
    pub const ALL: [Self; 5] = [
        Self::Nameless,
        Self::Gone,
        Self::NotAVideo,
        Self::NotWhole,
        Self::Forbidden,
    ];
}

/// What stands in the way of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Obstacle {
    /// The authority does not answer.
    Silent,
    /// The authority did not find our proof at the public address.
    Unseen,
    /// The authority wants no more requests for now.
    Limited,
    /// The authority does not take our account.
    Account,
    /// The authority refuses for another reason.
    Refused,
    /// The operator's files hold nothing newer.
    Files,
    /// Our own machine: the disk, or keys that cannot be made.
    Machine,
}

impl Obstacle {
    /// Every obstacle, for tests that walk the texts.
    pub const ALL: [Self; 7] = [
        Self::Silent,
        Self::Unseen,
        Self::Limited,
        Self::Account,
        Self::Refused,
        Self::Files,
        Self::Machine,
    ];
}
