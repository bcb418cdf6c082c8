//! What the doors have refused, by reason, counted since the start.

use std::error::Error;

use axum::http::StatusCode;

use crate::base::telemetry::seldom::Seldom;
use crate::edge::http::body::Unread;

/// Why somebody was sent away. What they said is kept nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An address had too many connections, or requests by way of a proxy.
    #[error("too many from one address")]
    Address,
    /// There were too many of all.
    #[error("too many of all")]
    Crowd,
    /// No TLS, or none of ours, or not in time.
    #[error("no handshake")]
    Handshake,
    /// Not HTTP, or against its rules.
    #[error("malformed")]
    Malformed,
    /// A head that is too large.
    #[error("large head")]
    LargeHead,
    /// A head or a body that did not come in time.
    #[error("slow")]
    Slow,
    /// A body that is too large.
    #[error("large body")]
    LargeBody,
    /// A body or a head that broke off.
    #[error("truncated")]
    Truncated,
    /// A body in an encoding of transport, such as gzip.
    #[error("encoded body")]
    Encoded,
    /// An answer nobody took.
    #[error("stalled")]
    Stalled,
    /// Too many requests given up on one connection.
    #[error("resets")]
    Resets,
    /// A wrong secret.
    #[error("wrong secret")]
    Secret,
    /// A path with anything but letters, digits, dots, dashes and slashes.
    #[error("odd path")]
    OddPath,
    /// A path where there is nothing.
    #[error("unknown path")]
    UnknownPath,
    /// A method that is not for this path.
    #[error("wrong method")]
    Method,
}

impl Refusal {
    /// Every one, as counted.
    pub const ALL: [Self; 15] = [
        Self::Address,
        Self::Crowd,
        Self::Handshake,
        Self::Malformed,
        Self::LargeHead,
        Self::Slow,
        Self::LargeBody,
        Self::Truncated,
        Self::Encoded,
        Self::Stalled,
        Self::Resets,
        Self::Secret,
        Self::OddPath,
        Self::UnknownPath,
        Self::Method,
    ];

    /// What an answer of ours means, if it is a refusal. That we are busy is none.
    pub(super) fn of_status(status: StatusCode) -> Option<Self> {
        match status {
            StatusCode::BAD_REQUEST => Some(Self::Malformed),
            StatusCode::UNAUTHORIZED => Some(Self::Secret),
            StatusCode::NOT_FOUND => Some(Self::UnknownPath),
            StatusCode::METHOD_NOT_ALLOWED => Some(Self::Method),
            StatusCode::REQUEST_TIMEOUT => Some(Self::Slow),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Self::LargeBody),
            _ => None,
        }
    }

    /// What is answered when a body could not be read: our patience was over, it is too large, or it broke off.
    pub(super) fn status_of(unread: &Unread) -> StatusCode {
        let mut cause = match unread {
            Unread::TooLarge => return StatusCode::PAYLOAD_TOO_LARGE,
            Unread::Broken(error) => error.source(),
        };
        while let Some(error) = cause {
            if error.is::<Self>() {
                return StatusCode::REQUEST_TIMEOUT;
            }
            cause = error.source();
        }
        StatusCode::BAD_REQUEST
    }

    /// What the end of a connection means, if it is a refusal. That somebody went away is none.
    pub(super) fn of_error(error: &hyper::Error) -> Option<Self> {
        if error.is_timeout() {
            Some(Self::Slow)
        } else if error.is_parse_too_large() {
            Some(Self::LargeHead)
        } else if error.is_parse() {
            Some(Self::Malformed)
        } else if error.is_incomplete_message() {
            Some(Self::Truncated)
        } else {
            None
        }
    }
}

/// The counters.
#[derive(Debug, Default)]
pub struct Refusals([Seldom; Refusal::ALL.len()]);

impl Refusals {
    /// Counts one. The log hears of few of a kind.
    pub(super) fn count(&self, refusal: Refusal) {
        if let Some(times) = self.0[refusal as usize].happens() {
            tracing::info!(reason = %refusal, times, "the door has refused");
        }
    }

    /// How many there were of one kind.
    pub fn of(&self, refusal: Refusal) -> u64 {
        self.0[refusal as usize].times()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_counter_of_its_own() {
        let refusals = Refusals::default();
        for (at, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(refusal as usize, at);
            (0..=at).for_each(|_| refusals.count(refusal));
        }
        for (at, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(refusals.of(refusal), at as u64 + 1);
        }
    }
}
