//! What can go wrong with a job, and what the shop does about each.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a key rests after a rate limit.
pub const RATE_LIMIT_REST: Duration = Duration::from_secs(60 * 60);
/// How long a key rests after a billing refusal.
pub const BILLING_REST: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a model rests that the provider has switched off.
pub const MODEL_REST: Duration = Duration::from_secs(24 * 60 * 60);
/// The first delay after a rate limit; it doubles with each attempt.
pub const RATE_LIMIT_DELAY: Duration = Duration::from_secs(60);
/// The first delay after a temporary failure; it doubles with each attempt.
pub const TEMPORARY_DELAY: Duration = Duration::from_secs(10);
/// No retry waits longer, whatever a provider's `Retry-After` says.
pub const LONGEST_DELAY: Duration = Duration::from_secs(60 * 60);

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The photo or the prompt breaks the model's rules.
    UserViolation,
    /// The shop's account with a provider is empty or closed.
    Billing,
    /// Too many requests.
    RateLimit,
    /// A fault that passes: 5xx, a time-out, a broken connection.
    Temporary,
    /// Nobody knows.
    Unknown,
    /// The provider has switched the model off, or never had it.
    ModelOff,
    /// The photo cannot be used: not a picture, too small, too large.
    BadPhoto,
    /// An operator ended it.
    Cancelled,
    /// What the model made was held back by its own rules; nobody is to blame, and the next one may pass.
    OutputRefused,
}

/// Who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Source {
    /// Telegram, when the photo was fetched.
    Telegram,
    /// The script's author.
    Gpt,
    Kie,
    /// Ourselves.
    Shop,
}

impl Source {
    /// One word for logs and alerts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Telegram => "telegram",
            Self::Gpt => "gpt",
            Self::Kie => "kie",
            Self::Shop => "shop",
        }
    }
}

/// One failure of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: Kind,
    pub source: Source,
    /// How long the other side asked us to wait.
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure with nothing said about waiting.
    pub fn new(kind: Kind, source: Source) -> Self {
        Self {
            kind,
            source,
            retry_after: None,
        }
    }

    /// How long to wait before attempt `attempt + 1`; nothing if this kind is not tried again.
    ///
    /// `base · 2^(attempt − 1)`; a longer `Retry-After` wins.
    pub fn delay(&self, attempt: u8) -> Option<Duration> {
        let base = self.kind.first_delay()?;
        let own = base.saturating_mul(1 << u32::from(attempt.saturating_sub(1)).min(16));
        Some(
            own.max(self.retry_after.unwrap_or_default())
                .min(LONGEST_DELAY),
        )
    }

    /// How long the key that was used must rest.
    pub fn key_rest(&self) -> Option<Duration> {
        match self.source {
            Source::Kie => self.kind.key_rest(),
            Source::Telegram | Source::Gpt | Source::Shop => None,
        }
    }
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::UserViolation,
        Self::Billing,
        Self::RateLimit,
        Self::Temporary,
        Self::Unknown,
        Self::ModelOff,
        Self::BadPhoto,
        Self::Cancelled,
        Self::OutputRefused,
    ];

    /// The name the spec gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserViolation => "USER_VIOLATION",
            Self::Billing => "BILLING",
            Self::RateLimit => "RATE_LIMIT",
            Self::Temporary => "TEMPORARY",
            Self::Unknown => "UNKNOWN",
            Self::ModelOff => "MODEL_OFF",
            Self::BadPhoto => "BAD_PHOTO",
            Self::Cancelled => "CANCELLED",
            Self::OutputRefused => "OUTPUT_REFUSED",
        }
    }

    /// The delay before the second attempt; nothing if there is none.
    pub fn first_delay(self) -> Option<Duration> {
        match self {
            Self::RateLimit => Some(RATE_LIMIT_DELAY),
            Self::Temporary | Self::OutputRefused => Some(TEMPORARY_DELAY),
            Self::UserViolation
            | Self::Billing
            | Self::Unknown
            | Self::ModelOff
            | Self::BadPhoto
            | Self::Cancelled => None,
        }
    }

    /// How long the provider's key rests.
    pub fn key_rest(self) -> Option<Duration> {
        match self {
            Self::RateLimit => Some(RATE_LIMIT_REST),
            Self::Billing => Some(BILLING_REST),
            Self::OutputRefused
            | Self::UserViolation
            | Self::Temporary
            | Self::Unknown
            | Self::ModelOff
            | Self::BadPhoto
            | Self::Cancelled => None,
        }
    }

    /// Whether the operator must hear of it at once.
    pub fn alerts(self) -> bool {
        match self {
            Self::Billing | Self::ModelOff => true,
            Self::OutputRefused
            | Self::UserViolation
            | Self::RateLimit
            | Self::Temporary
            | Self::Unknown
            | Self::BadPhoto
            | Self::Cancelled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(kind: Kind) -> Vec<Option<u64>> {
        (1..=3)
            .map(|attempt| {
                Failure::new(kind, Source::Kie)
                    .delay(attempt)
                    .map(|d| d.as_secs())
            })
            .collect()
    }

    #[test]
    fn delays_are_those_of_the_spec() {
        assert_eq!(delays(Kind::RateLimit), [Some(60), Some(120), Some(240)]);
        for kind in [Kind::Temporary, Kind::OutputRefused] {
            assert_eq!(delays(kind), [Some(10), Some(20), Some(40)]);
        }
        for kind in [
            Kind::UserViolation,
            Kind::Billing,
            Kind::Unknown,
            Kind::ModelOff,
            Kind::BadPhoto,
            Kind::Cancelled,
        ] {
            assert_eq!(delays(kind), [None, None, None], "{}", kind.name());
        }
    }

    #[test]
    fn a_longer_retry_after_wins_within_reason() {
        let asked = |secs| Failure {
            retry_after: Some(Duration::from_secs(secs)),
            ..Failure::new(Kind::Temporary, Source::Gpt)
        };
        assert_eq!(asked(5).delay(1), Some(Duration::from_secs(10)));
        assert_eq!(asked(90).delay(1), Some(Duration::from_secs(90)));
        assert_eq!(asked(u64::MAX).delay(1), Some(LONGEST_DELAY));
    }

    #[test]
    fn only_the_provider_rests_its_keys() {
        assert_eq!(
            Failure::new(Kind::RateLimit, Source::Kie).key_rest(),
            Some(RATE_LIMIT_REST)
        );
        assert_eq!(
            Failure::new(Kind::Billing, Source::Kie).key_rest(),
            Some(BILLING_REST)
        );
        assert_eq!(Failure::new(Kind::Temporary, Source::Kie).key_rest(), None);
        assert_eq!(Failure::new(Kind::RateLimit, Source::Gpt).key_rest(), None);
    }
}
