//! Guesses at the token: how many are listened to.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::time::Timestamp;

/// So many wrong tokens of one address in [`SPAN`] are listened to.
const OF_ADDRESS: usize = 5;
/// So many of all addresses but this machine's.
const OF_ALL: usize = 50;
/// A wrong token counts for so long.
const SPAN: Duration = Duration::from_secs(10 * 60);
/// So many of this machine in [`SPAN_HERE`]: whoever comes through a tunnel or a proxy comes from here, the operator
/// among them, so that they are slowed down and not shut out. One a second is hopeless for 16 characters.
const OF_HERE: usize = 10;
/// A wrong token from this machine counts for so long.
const SPAN_HERE: Duration = Duration::from_secs(10);
/// Stands for every address of this machine.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The wrong tokens of late, by address, oldest first.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<IpAddr, Vec<Timestamp>>>);

impl Guesses {
    /// How long an address must wait before it is listened to again; nothing if it need not.
    pub fn wait(&self, address: IpAddr, now: Timestamp) -> Option<Duration> {
        let address = counted(address);
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.retain(|address, times| {
            times.retain(|at| now.since(*at) < span(*address));
            !times.is_empty()
        });
        let own = guesses.get(&address).map_or(&[][..], Vec::as_slice);
        if address == HERE {
            return free(own, OF_HERE, SPAN_HERE, now);
        }
        let others = guesses.iter().filter(|(address, _)| **address != HERE);
        let mut all: Vec<_> = others.flat_map(|(_, times)| times).copied().collect();
        all.sort_unstable();
        free(own, OF_ADDRESS, SPAN, now).max(free(&all, OF_ALL, SPAN, now))
    }

    /// Counts a wrong token.
    pub fn wrong(&self, address: IpAddr, now: Timestamp) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.entry(counted(address)).or_default().push(now);
    }

    /// Forgets those of an address that has said the right one.
    pub fn right(&self, address: IpAddr) {
        let mut guesses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.remove(&counted(address));
    }
}

/// How long until fewer than `most` of these count; nothing if so few do.
fn free(times: &[Timestamp], most: usize, span: Duration, now: Timestamp) -> Option<Duration> {
    let free = times.len().checked_sub(most);
    free.map(|at| times[at].plus(span).since(now))
}

fn span(address: IpAddr) -> Duration {
    if address == HERE { SPAN_HERE } else { SPAN }
}

/// An address as it is counted: of IPv6 the network of 64 bits, the least anybody is given.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        address if address.is_loopback() => HERE,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
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

    #[test]
    fn this_machine_is_slowed_down_and_shuts_nobody_out() {
        let guesses = Guesses::default();
        for second in 0..10 {
            let (four, six) = (
                IpAddr::from([127, 0, 0, 9]),
                IpAddr::V6(Ipv6Addr::LOCALHOST),
            );
            let address = if second % 2 == 0 { four } else { six };
            let now = BEGIN.plus(SECOND * second);
            assert_eq!(guesses.wait(address, now), None);
            guesses.wrong(address, now);
        }
        let now = BEGIN.plus(SECOND * 9);
        assert_eq!(guesses.wait(HERE, now), Some(SECOND));
        assert_eq!(guesses.wait(ip(1), now), None);
        assert_eq!(guesses.wait(HERE, BEGIN.plus(SPAN_HERE)), None);
    }

    #[test]
    fn a_network_of_64_bits_guesses_as_one() {
        let guesses = Guesses::default();
        for host in 0..5_u16 {
            guesses.wrong(
                Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host).into(),
                BEGIN,
            );
        }
        let other = |network| Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, 9).into();
        assert_eq!(guesses.wait(other(0), BEGIN), Some(SPAN));
        assert_eq!(guesses.wait(other(1), BEGIN), None);
    }
}
