//! Signed callbacks: whether one comes from the provider, as far as a shared key can tell.
//!
//! Signed are the task and the time, not the body: what a callback says is looked up all the same.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use crate::base::time::Timestamp;
use crate::rules::domain::id::TaskId;

/// The header with the time of the signature, in Unix seconds.
pub const TIMESTAMP: &str = "x-webhook-timestamp";
/// The header with the signature.
pub const SIGNATURE: &str = "x-webhook-signature";
/// How far the provider's clock and ours may be apart; an older call is a repeat of somebody's.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// Checks what the provider has signed.
pub struct Seal(hmac::Key);

impl Seal {
    /// The key as the operator has set it at the provider (`webhookHmacKey`).
    pub fn new(key: &SecretString) -> Self {
        Self(hmac::Key::new(
            hmac::HMAC_SHA256,
            key.expose_secret().as_bytes(),
        ))
    }

    /// Whether `signature` is Base64 of HMAC-SHA256 over `task`, a dot and `timestamp`, made about `now`.
    pub fn holds(&self, task: &TaskId, timestamp: &str, signature: &str, now: Timestamp) -> bool {
        let Ok(seconds) = timestamp.parse::<u64>() else {
            return false;
        };
        let made = Timestamp(seconds.saturating_mul(1000));
        let apart = now.since(made).max(made.since(now));
        let Ok(tag) = BASE64_STANDARD.decode(signature) else {
            return false;
        };
        // The comparison takes the same time wherever they differ.
        let signed = format!("{}.{timestamp}", task.0);
        apart <= TOLERANCE && hmac::verify(&self.0, signed.as_bytes(), &tag).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: u64 = 1_800_000_000;
    /// By `printf task.1800000000 | openssl dgst -sha256 -hmac key -binary | base64`.
    const SIGNED: &str = "wmfrhhZuCitxWE6b0mhDK7HdkRXIpP6jnvzFShAs3i4=";

    fn holds(key: &str, task: &str, timestamp: &str, signature: &str, seconds: u64) -> bool {
        let (task, now) = (TaskId(task.into()), Timestamp(seconds * 1000));
        Seal::new(&key.into()).holds(&task, timestamp, signature, now)
    }

    #[test]
    fn what_was_signed_with_the_key_about_now_holds() {
        for seconds in [MADE, MADE + 300, MADE - 300] {
            assert!(holds("key", "task", "1800000000", SIGNED, seconds));
        }
    }

    #[test]
    fn nothing_else_does() {
        for seconds in [MADE + 301, MADE - 301, 0] {
            assert!(!holds("key", "task", "1800000000", SIGNED, seconds));
        }
        for (key, task, timestamp, signature) in [
            ("another", "task", "1800000000", SIGNED),
            ("key", "another", "1800000000", SIGNED),
            ("key", "task", "1800000001", SIGNED),
            ("key", "task", "1800000000.0", SIGNED),
            ("key", "task", "+1800000000", SIGNED),
            ("key", "task", "", SIGNED),
            ("key", "task", "99999999999999999999", SIGNED),
            ("key", "task", "1800000000", ""),
            ("key", "task", "1800000000", "wmfrhhZu"),
            ("key", "task", "1800000000", "not base64"),
            ("key", "task", "1800000000", SIGNED.trim_end_matches('=')),
        ] {
            assert!(
                !holds(key, task, timestamp, signature, MADE),
                "{key} {task} {timestamp} {signature}"
            );
        }
    }
}
