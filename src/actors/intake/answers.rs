//! Places for answers to presses: whoever taps a lot waits for themselves only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::rules::domain::id::UserId;

/// Presses answered at the same time: each costs a connection.
const ALL: usize = 32;
/// Presses of one seller answered at the same time.
const OWN: usize = 2;

/// The places.
pub struct Answers {
    all: Semaphore,
    own: Mutex<HashMap<UserId, Arc<Semaphore>>>,
}

/// A place, until it is let go.
pub struct Place<'a> {
    answers: &'a Answers,
    user: UserId,
    /// Let go before the map is looked at.
    own: Option<OwnedSemaphorePermit>,
    _all: SemaphorePermit<'a>,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            all: Semaphore::new(ALL),
            own: Mutex::default(),
        }
    }
}

impl Answers {
    /// Waits for a place, first among a seller's own presses.
    pub async fn place(&self, user: UserId) -> Place<'_> {
        let own = Arc::clone(
            self.own
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(user)
                .or_insert_with(|| Arc::new(Semaphore::new(OWN))),
        );
        let own = own.acquire_owned().await.expect("nobody closes it");
        let all = self.all.acquire().await.expect("nobody closes it");
        Place {
            answers: self,
            user,
            own: Some(own),
            _all: all,
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.own = None;
        let mut own = self
            .answers
            .own
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // Whoever waits holds it as well.
        let left = |places: &Arc<Semaphore>| Arc::strong_count(places) == 1;
        if own.get(&self.user).is_some_and(left) {
            own.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_seller_s_presses_leave_places_for_others() {
        let answers = Answers::default();
        let mut anna = Vec::new();
        while let Some(place) = answers.place(UserId(1)).now_or_never() {
            anna.push(place);
        }
        assert_eq!(anna.len(), OWN);
        let ben = answers.place(UserId(2)).now_or_never();
        assert!(ben.is_some());
        drop((anna, ben));
        assert!(
            answers.own.lock().unwrap().is_empty(),
            "nobody is remembered"
        );
    }
}
