//! Guesses at the token: how many are listened to.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::time::Timestamp;

/// So many wrong tokens of one address in [`SPAN`] are listened to.
const OF_ADDRESS: usize = 5;
/// So many of all addresses.
const OF_ALL: usize = 50;
/// A wrong token counts for so long.
const SPAN: Duration = Duration::from_secs(10 * 60);

/// The wrong tokens of late, by address, oldest first.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<IpAddr, Vec<Timestamp>>>);

impl Guesses {
    /// How long an address must wait before it is listened to again; nothing if it need not.
    pub fn wait(&self, address: IpAddr, now: Timestamp) -> Option<Duration> {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.retain(|_, times| {
            times.retain(|at| now.since(*at) < SPAN);
            !times.is_empty()
        });
        let own = guesses.get(&address).map_or(&[][..], Vec::as_slice);
        let mut all: Vec<_> = guesses.values().flatten().copied().collect();
        all.sort_unstable();
        let over = |times: &[Timestamp], most: usize| {
            let free = times.len().checked_sub(most).map(|at| times[at].plus(SPAN));
            free.map(|free| free.since(now))
        };
        over(own, OF_ADDRESS).max(over(&all, OF_ALL))
    }

    /// Counts a wrong token.
    pub fn wrong(&self, address: IpAddr, now: Timestamp) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.entry(address).or_default().push(now);
    }

    /// Forgets those of an address that has said the right one.
    pub fn right(&self, address: IpAddr) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.remove(&address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: Timestamp = Timestamp(1_769_083_200_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn ip(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    #[test]
    fn an_address_that_guesses_must_wait_and_others_need_not() {
        let guesses = Guesses::default();
        for second in 0..5 {
            let now = BEGIN.plus(SECOND * second);
            assert_eq!(guesses.wait(ip(1), now), None);
            guesses.wrong(ip(1), now);
        }
        let now = BEGIN.plus(SECOND * 5);
        assert_eq!(guesses.wait(ip(1), now), Some(SPAN - SECOND * 5));
        assert_eq!(guesses.wait(ip(2), now), None);
        assert_eq!(guesses.wait(ip(1), BEGIN.plus(SPAN)), None);
    }

    #[test]
    fn a_right_token_forgives_and_many_addresses_are_one_crowd() {
        let guesses = Guesses::default();
        (0..4).for_each(|_| guesses.wrong(ip(1), BEGIN));
        guesses.right(ip(1));
        guesses.wrong(ip(1), BEGIN);
        assert_eq!(guesses.wait(ip(1), BEGIN), None);
        for last in 10..60 {
            guesses.wrong(ip(last), BEGIN);
        }
        assert_eq!(guesses.wait(ip(200), BEGIN), Some(SPAN));
        assert_eq!(guesses.wait(ip(200), BEGIN.plus(SPAN)), None);
        assert!(guesses.0.lock().unwrap().is_empty());
    }
}
