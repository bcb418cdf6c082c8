//! How often an authority is asked, and when the operator hears of it.

use std::net::SocketAddr;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::edge::config::Challenge;
use crate::edge::tls::acme::Method;
use crate::edge::tls::pair::Life;

/// The pause after a failure; it doubles up to [`LONGEST`]. Five in the first hour are the most Let's Encrypt allows.
const FIRST: Duration = Duration::from_secs(2 * 60);
/// No pause is longer, unless the authority asks for it.
const LONGEST: Duration = Duration::from_secs(6 * 60 * 60);
/// No pause is longer, whatever the authority asks for: Let's Encrypt counts over a week at most.
const ASKED: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The operator is told no more often.
const TOLD: Duration = Duration::from_secs(24 * 60 * 60);
/// So many failures are borne in silence while there is no certificate at all.
const BORNE: u32 = 1;

/// What has become of the tries since the last success.
#[derive(Debug, Default)]
pub(super) struct Tries {
    failed: u32,
    not_before: Timestamp,
    told: Option<Timestamp>,
}

impl Tries {
    /// None yet, and none before `not_before`.
    pub fn after_success(not_before: Timestamp) -> Self {
        Self {
            not_before,
            ..Self::default()
        }
    }

    /// How many have failed in a row.
    pub fn failed(&self) -> u32 {
        self.failed
    }

    /// When the next may be.
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The way of proving for the next one: in turn, for a door that is shut stays shut.
    pub fn pick(&self, methods: &[Method]) -> Method {
        methods[self.failed as usize % methods.len()]
    }

    /// Notes a failure; the pause before the next try. `asked` is how long the authority wants us to wait.
    pub fn failure(&mut self, now: Timestamp, asked: Option<Duration>) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.failed.min(16)).min(LONGEST);
        let pause = doubled.max(asked.unwrap_or_default().min(ASKED));
        self.failed = self.failed.saturating_add(1);
        self.not_before = now.plus(pause);
        pause
    }

    /// Whether the operator is to be told now of a certificate with this life, judged by the system's clock, or of none;
    /// notes that it was done.
    pub fn is_to_be_told(&mut self, life: Option<Life>, wall: Timestamp, now: Timestamp) -> bool {
        let bad = life.map_or(self.failed > BORNE, |life| wall >= life.worry_at());
        let again = self.told.is_none_or(|told| now.since(told) >= TOLD);
        if bad && again {
            self.told = Some(now);
        }
        bad && again
    }
}

/// The ways of proving, in the order of tries.
pub(super) fn methods(chosen: Challenge, http: &[SocketAddr], https: &[SocketAddr]) -> Vec<Method> {
    let at =
        |addresses: &[SocketAddr], port| addresses.iter().any(|address| address.port() == port);
    let (plain, secure) = (at(http, 80), at(https, 443));
    let methods = match chosen {
        Challenge::TlsAlpn01 => vec![Method::TlsAlpn01],
        Challenge::Http01 => vec![Method::Http01],
        Challenge::Auto if plain && secure => vec![Method::TlsAlpn01, Method::Http01],
        Challenge::Auto if plain => vec![Method::Http01, Method::TlsAlpn01],
        Challenge::Auto => vec![Method::TlsAlpn01],
    };
    let found = match methods[0] {
        Method::TlsAlpn01 => secure,
        Method::Http01 => plain,
    };
    if !found {
        let port = if methods[0] == Method::Http01 {
            80
        } else {
            443
        };
        tracing::warn!(
            port,
            "the authority will call a port that we do not listen at: see to it that it is passed on to us"
        );
    }
    methods
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn tries_are_few_in_the_first_hour_and_never_end() {
        let (mut tries, mut now) = (Tries::default(), Timestamp(0));
        let mut within_an_hour = 0;
        for _ in 0..20 {
            within_an_hour += u32::from(now.since(Timestamp(0)) < HOUR);
            tries.failure(now, None);
            now = tries.not_before();
        }
        assert_eq!(within_an_hour, 5);
        assert_eq!(tries.failure(now, None), LONGEST);
        assert_eq!(tries.failure(now, Some(HOUR * 20)), HOUR * 20);
        assert_eq!(tries.failure(now, Some(HOUR)), LONGEST);
        assert_eq!(tries.failure(now, Some(Duration::MAX)), ASKED);
    }

    #[test]
    fn ways_of_proving_take_turns() {
        let both = [Method::TlsAlpn01, Method::Http01];
        let mut tries = Tries::default();
        let mut picked = Vec::new();
        for _ in 0..3 {
            picked.push(tries.pick(&both));
            tries.failure(Timestamp(0), None);
        }
        assert_eq!(picked, [both[0], both[1], both[0]]);
        assert_eq!(tries.pick(&both[..1]), both[0]);
    }

    #[test]
    fn the_ways_follow_the_doors_and_the_choice() {
        let at = |port| vec![SocketAddr::from(([0; 4], port))];
        let (tls, http) = (Method::TlsAlpn01, Method::Http01);
        for (chosen, plain, secure, ways) in [
            (Challenge::Auto, 8080, 443, vec![tls]),
            (Challenge::Auto, 80, 443, vec![tls, http]),
            (Challenge::Auto, 80, 8443, vec![http, tls]),
            (Challenge::Auto, 8080, 8443, vec![tls]),
            (Challenge::Http01, 8080, 443, vec![http]),
            (Challenge::TlsAlpn01, 80, 8443, vec![tls]),
        ] {
            assert_eq!(methods(chosen, &at(plain), &at(secure)), ways);
        }
    }

    #[test]
    fn the_operator_hears_daily_of_what_is_bad_and_not_of_a_hitch() {
        let at = |days: u64| Timestamp(days * 24 * 3_600_000);
        let life = Some(Life {
            from: at(0),
            until: at(90),
        });
        let mut tries = Tries::default();
        tries.failure(at(60), None);
        for (day, told) in [
            (60, false),
            (74, false),
            (75, true),
            (75, false),
            (76, true),
            (91, true),
        ] {
            assert_eq!(
                tries.is_to_be_told(life, at(day), at(day)),
                told,
                "day {day}"
            );
        }
        let mut none = Tries::default();
        none.failure(at(0), None);
        assert!(!none.is_to_be_told(None, at(0), at(0)));
        none.failure(at(0), None);
        assert!(none.is_to_be_told(None, at(0), at(0)));
        assert!(!none.is_to_be_told(None, at(0), at(0)));
    }
}
