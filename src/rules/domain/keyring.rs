//! Which of the provider's keys goes next: round robin among those that do not rest.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::Fingerprint;
use crate::base::time::Timestamp;

/// Why and until when a key or a model is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// When it may be used again.
    pub until: Timestamp,
    pub why: super::failure::Kind,
}

impl Rest {
    /// A rest of `span` from `now`.
    pub fn new(now: Timestamp, span: Duration, why: super::failure::Kind) -> Self {
        Self {
            until: now.plus(span),
            why,
        }
    }

    /// Whether it still lasts.
    pub fn lasts(&self, now: Timestamp) -> bool {
        now < self.until
    }
}

/// A key to use next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One that does not rest.
    Rested(Fingerprint),
    /// All rest: the first, let it try.
    AllRest(Fingerprint),
}

impl Choice {
    /// The key.
    pub fn key(self) -> Fingerprint {
        match self {
            Self::Rested(key) | Self::AllRest(key) => key,
        }
    }
}

/// The next key after `turn` choices, out of `keys` with their rests, if any; nothing if there is no key at all.
pub fn choose(keys: &[(Fingerprint, Option<Rest>)], turn: u64, now: Timestamp) -> Option<Choice> {
    let awake: Vec<Fingerprint> = keys
        .iter()
        .filter(|(_, rest)| rest.is_none_or(|rest| !rest.lasts(now)))
        .map(|(key, _)| *key)
        .collect();
    let first = keys.first()?.0;
    if awake.is_empty() {
        return Some(Choice::AllRest(first));
    }
    Some(Choice::Rested(awake[(turn % awake.len() as u64) as usize]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::failure::{Kind, RATE_LIMIT_REST};

    const A: Fingerprint = Fingerprint([1; 8]);
    const B: Fingerprint = Fingerprint([2; 8]);
    const NOW: Timestamp = Timestamp(1_000);

    fn resting() -> Option<Rest> {
        Some(Rest::new(NOW, RATE_LIMIT_REST, Kind::RateLimit))
    }

    #[test]
    fn keys_take_turns() {
        let keys = [(A, None), (B, None)];
        let turns: Vec<_> = (0..4)
            .filter_map(|turn| choose(&keys, turn, NOW))
            .map(Choice::key)
            .collect();
        assert_eq!(turns, [A, B, A, B]);
    }

    #[test]
    fn a_resting_key_is_passed_over_until_its_time() {
        let keys = [(A, resting()), (B, None)];
        assert_eq!(choose(&keys, 0, NOW), Some(Choice::Rested(B)));
        assert_eq!(
            choose(&keys, 0, NOW.plus(RATE_LIMIT_REST)),
            Some(Choice::Rested(A))
        );
    }

    #[test]
    fn when_all_rest_the_first_may_try() {
        assert_eq!(
            choose(&[(A, resting()), (B, resting())], 1, NOW),
            Some(Choice::AllRest(A))
        );
        assert_eq!(choose(&[], 0, NOW), None);
    }
}
