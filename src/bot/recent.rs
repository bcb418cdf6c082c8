//! What was heard not long ago: numbers, the oldest forgotten first.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::id::UpdateId;

/// So many are kept; Telegram repeats an update within minutes.
const KEPT: usize = 4096;

/// The updates of which something was noticed.
#[derive(Default)]
pub struct Recent(Mutex<(VecDeque<UpdateId>, HashSet<UpdateId>)>);

impl Recent {
    /// Notices an update.
    pub fn notice(&self, id: UpdateId) {
        let (order, known) = &mut *self.lock();
        if !known.insert(id) {
            return;
        }
        order.push_back(id);
        if order.len() > KEPT
            && let Some(oldest) = order.pop_front()
        {
            known.remove(&oldest);
        }
    }

    /// Whether it was noticed.
    pub fn has(&self, id: UpdateId) -> bool {
        self.lock().1.contains(&id)
    }

    fn lock(&self) -> MutexGuard<'_, (VecDeque<UpdateId>, HashSet<UpdateId>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
