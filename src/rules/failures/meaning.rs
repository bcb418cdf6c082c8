//! What a text can mean.

use serde::Deserialize;

use crate::rules::domain::failure::Kind;

/// What a text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Meaning {
    /// The photo or the prompt breaks the model's rules.
    #[serde(rename = "violation")]
    Violation,
    /// What the model made was held back.
    #[serde(rename = "output")]
    Output,
    /// The photo cannot be used.
    #[serde(rename = "photo")]
    Photo,
    /// Our account is empty.
    #[serde(rename = "billing")]
    Billing,
    /// Our key is refused, or our account is closed.
    #[serde(rename = "auth")]
    Auth,
    /// Too many requests of ours.
    #[serde(rename = "rate limit")]
    RateLimit,
    /// The other side's own account elsewhere has trouble.
    #[serde(rename = "supplier")]
    Supplier,
    /// A fault that passes.
    #[serde(rename = "temporary")]
    Temporary,
    /// The model is switched off.
    #[serde(rename = "model off")]
    ModelOff,
    /// The model's name is wrong.
    #[serde(rename = "no model")]
    NoModel,
    /// Our request is wrong, and will be the next time.
    #[serde(rename = "request")]
    Request,
}

impl Meaning {
    /// Every meaning.
    pub const ALL: [Self; 11] = [
        Self::Violation,
        Self::Output,
        Self::Photo,
        Self::Billing,
        Self::Auth,
        Self::RateLimit,
        Self::Supplier,
        Self::Temporary,
        Self::ModelOff,
        Self::NoModel,
        Self::Request,
    ];

    /// Its word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Output => "output",
            Self::Photo => "photo",
            Self::Billing => "billing",
            Self::Auth => "auth",
            Self::RateLimit => "rate limit",
            Self::Supplier => "supplier",
            Self::Temporary => "temporary",
            Self::ModelOff => "model off",
            Self::NoModel => "no model",
            Self::Request => "request",
        }
    }

    /// What is done about it.
    pub fn kind(self) -> Kind {
        match self {
            Self::Violation => Kind::UserViolation,
            Self::Output => Kind::OutputRefused,
            Self::Photo => Kind::BadPhoto,
            Self::Billing | Self::Auth => Kind::Billing,
            Self::RateLimit => Kind::RateLimit,
            Self::Supplier | Self::Temporary => Kind::Temporary,
            Self::ModelOff | Self::NoModel => Kind::ModelOff,
            Self::Request => Kind::Unknown,
        }
    }
}
