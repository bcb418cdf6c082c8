//! Connections: every one at our doors with what it has done, so that there is a place for the next one. Whoever
//! has asked for nothing goes before whoever has, and whoever has shown a secret of ours stays.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::activity::{Activity, ActivitySender};

/// How often somebody is looked for who could go, while everybody is busy.
const AGAIN: Duration = Duration::from_millis(100);

/// Every connection, within so many.
#[derive(Debug)]
pub(super) struct Connections {
    places: Arc<Semaphore>,
    here: Mutex<HashMap<u64, Here>>,
    next: AtomicU64,
}

#[derive(Debug)]
struct Here {
    activity: ActivitySender,
    leaves: CancellationToken,
}

/// A connection's place; given back when this is dropped.
#[derive(Debug)]
pub(super) struct Stay {
    connections: Arc<Connections>,
    number: u64,
    /// What is done on the connection.
    pub activity: ActivitySender,
    /// Cancelled when its place is needed.
    pub leaves: CancellationToken,
    _place: OwnedSemaphorePermit,
}

impl Connections {
    /// With so many places.
    pub fn new(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            here: Mutex::default(),
            next: AtomicU64::new(0),
        }
    }

    /// A place for one more connection. If there is none, somebody goes: `told` hears of each. While everybody is busy
    /// with what we owe them, it is waited for.
    pub async fn enter(self: &Arc<Self>, told: impl Fn()) -> Stay {
        let place = loop {
            if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
                break place;
            }
            if self.make_room() {
                told();
            }
            let place = Arc::clone(&self.places).acquire_owned();
            if let Ok(place) = tokio::time::timeout(AGAIN, place).await {
                break place.expect("nobody closes the doors' places");
            }
        };
        let stay = Stay {
            connections: Arc::clone(self),
            number: self.next.fetch_add(1, Ordering::Relaxed),
            activity: ActivitySender::default(),
            leaves: CancellationToken::new(),
            _place: place,
        };
        let here = Here {
            activity: Arc::clone(&stay.activity),
            leaves: stay.leaves.clone(),
        };
        self.open().insert(stay.number, here);
        stay
    }

    /// Asks somebody to go, unless somebody is about to; whether anybody was asked.
    fn make_room(&self) -> bool {
        let here = self.open();
        if here.values().any(|peer| peer.leaves.is_cancelled()) {
            return false;
        }
        let ranked = here.values().filter_map(|peer| {
            let activity = *peer.activity.borrow();
            Some((rank(&activity)?, activity.since, peer))
        });
        let first = ranked.min_by_key(|(rank, since, _)| (*rank, *since));
        first.inspect(|(.., peer)| peer.leaves.cancel()).is_some()
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Here>> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who goes first; among equals it is whoever has been so for the longest time. Nobody goes to whom an answer is owed
/// and who has shown a secret.
fn rank(activity: &Activity) -> Option<u8> {
    match (activity.known, activity.running > 0) {
        (false, _) if activity.begun == 0 => Some(0),
        (false, false) => Some(1),
        (false, true) => Some(2),
        (true, false) => Some(3),
        (true, true) => None,
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::running::Running;

    /// A full house; who is here goes when asked to, as a connection does.
    struct House(Arc<Connections>, Vec<Stay>);

    impl House {
        async fn of(many: usize) -> Self {
            let connections = Arc::new(Connections::new(many));
            let mut here = Vec::new();
            for _ in 0..many {
                here.push(connections.enter(|| panic!("there is room")).await);
            }
            Self(connections, here)
        }

        /// One more comes; the number of whoever goes for it.
        async fn receives(&mut self) -> u64 {
            let entering = self.0.enter(|| {});
            let leaving = async {
                loop {
                    if let Some(at) = self.1.iter().position(|it| it.leaves.is_cancelled()) {
                        return self.1.remove(at).number;
                    }
                    tokio::task::yield_now().await;
                }
            };
            let (new, gone) = tokio::join!(entering, leaving);
            self.1.push(new);
            gone
        }
    }

    #[tokio::test]
    async fn the_oldest_that_has_asked_for_nothing_goes_first() {
        let mut house = House::of(3).await;
        let asked = Running::begin(&house.1[0].activity);
        drop(asked);
        assert_eq!(house.receives().await, 1);
        assert_eq!(house.receives().await, 2);
        assert_eq!(house.receives().await, 3);
        assert_eq!(house.0.open().len(), 3);
    }

    #[tokio::test]
    async fn whoever_has_shown_a_secret_goes_last_and_never_while_it_is_served() {
        let mut house = House::of(4).await;
        let activity = |at: usize| Arc::clone(&house.1[at].activity);
        let [busy, idle, stranger, idler] = [0, 1, 2, 3].map(activity);
        for known in [&busy, &idle] {
            known.send_modify(|activity| activity.known = true);
        }
        let served = Running::begin(&busy);
        drop(Running::begin(&idle));
        let asks = Running::begin(&stranger);
        drop(Running::begin(&idler));
        assert_eq!(house.receives().await, 3, "a stranger who asks no more");
        drop(house.1.pop());
        let one_more = house.0.enter(|| panic!("there is room")).await;
        one_more.activity.send_modify(|activity| {
            activity.known = true;
            activity.begun = 1;
            activity.running = 1;
        });
        house.1.push(one_more);
        assert_eq!(house.receives().await, 2, "a stranger who asks");
        drop(house.1.pop());
        let last = house.0.enter(|| panic!("there is room")).await;
        let last_served = Running::begin(&last.activity);
        last.activity.send_modify(|activity| activity.known = true);
        house.1.push(last);
        assert_eq!(house.receives().await, 1, "somebody known who asks no more");
        drop(house.1.pop());
        drop((served, asks, last_served));
    }

    #[tokio::test]
    async fn while_everybody_is_served_the_next_one_waits() {
        let mut house = House::of(1).await;
        let activity = Arc::clone(&house.1[0].activity);
        activity.send_modify(|activity| activity.known = true);
        let served = Running::begin(&activity);
        let entering = house.0.enter(|| panic!("nobody can go"));
        assert!(tokio::time::timeout(AGAIN * 3, entering).await.is_err());
        drop(served);
        assert_eq!(house.receives().await, 0);
    }
}
