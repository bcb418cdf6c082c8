//! Groups: the bot works in private, and says so now and then. Nothing of that is kept.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::time::Timestamp;

/// A group is answered no more often.
const QUIET: Duration = Duration::from_secs(60 * 60);
/// So many groups are remembered; while more are, others go without an answer.
const MANY: usize = 4096;

/// When each group was answered last.
#[derive(Default)]
pub struct Groups(Mutex<HashMap<i64, Timestamp>>);

impl Groups {
    /// Whether a group may be answered now; it counts as answered then.
    pub(super) fn answers(&self, chat: i64, now: Timestamp) -> bool {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() >= MANY {
            groups.retain(|_, at| is_quiet(*at, now));
        }
        if groups.len() >= MANY || groups.get(&chat).is_some_and(|at| is_quiet(*at, now)) {
            return false;
        }
        groups.insert(chat, now);
        true
    }
}

/// A clock that was set back makes nobody wait for ever.
fn is_quiet(answered: Timestamp, now: Timestamp) -> bool {
    now >= answered && now.since(answered) < QUIET
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_answered_once_an_hour() {
        let (groups, noon) = (Groups::default(), Timestamp(1_000_000_000));
        assert!(groups.answers(-1, noon));
        assert!(!groups.answers(-1, noon.plus(QUIET / 2)));
        assert!(groups.answers(-2, noon));
        assert!(groups.answers(-1, noon.plus(QUIET)));
        assert!(groups.answers(-1, noon), "the clock was set back");
    }

    #[test]
    fn many_groups_are_not_remembered_without_end() {
        let (groups, noon) = (Groups::default(), Timestamp(1_000_000_000));
        let answered = (0..MANY as i64 * 2).filter(|group| groups.answers(*group, noon));
        assert_eq!(answered.count(), MANY);
        assert!(groups.answers(-1, noon.plus(QUIET)));
    }
}
