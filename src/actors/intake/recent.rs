//! What was heard not long ago, the oldest forgotten first.

use std::collections::{HashSet, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// So many are kept; Telegram repeats an update within minutes.
const KEPT: usize = 4096;

/// In the order they were noticed, and to be found.
type Known<K> = (VecDeque<K>, HashSet<K>);

/// Those of which something was noticed.
pub struct Recent<K>(Mutex<Known<K>>);

impl<K> Default for Recent<K> {
    fn default() -> Self {
        Self(Mutex::new((VecDeque::new(), HashSet::new())))
    }
}

impl<K: Copy + Eq + Hash> Recent<K> {
    /// Notices one; whether it is new.
    pub fn notice(&self, id: K) -> bool {
        let (order, known) = &mut *self.lock();
        if !known.insert(id) {
            return false;
        }
        order.push_back(id);
        if order.len() > KEPT
            && let Some(oldest) = order.pop_front()
        {
            known.remove(&oldest);
        }
        true
    }

    /// Whether it was noticed.
    pub fn has(&self, id: K) -> bool {
        self.lock().1.contains(&id)
    }

    /// Forgets one.
    pub fn forget(&self, id: K) {
        let (order, known) = &mut *self.lock();
        known.remove(&id);
        order.retain(|other| *other != id);
    }

    fn lock(&self) -> MutexGuard<'_, Known<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::id::UpdateId;

    #[test]
    fn the_oldest_is_forgotten_first() {
        let recent = Recent::default();
        for id in 0..=KEPT as u64 {
            recent.notice(UpdateId(id));
            recent.notice(UpdateId(id));
        }
        assert!(!recent.has(UpdateId(0)));
        assert!(recent.has(UpdateId(1)) && recent.has(UpdateId(KEPT as u64)));
    }
}
