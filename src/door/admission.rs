//! Admission: who may come in, how many at once, and what was refused. One for all doors.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connections::{Connections, Stay};
use super::limits::Limits;
use super::peers::{self, Peers, Place};
use super::refusals::{Refusal, Refusals};
use crate::base::live::Live;
use crate::base::telemetry::seldom::Seldom;
use crate::edge::config::Network;

/// Who may come in, and what was refused.
pub struct Admission {
    /// What the doors put up with.
    pub limits: Limits,
    /// What they have refused.
    pub refusals: Refusals,
    /// Whether it is said what went wrong.
    pub(super) frank: bool,
    /// How often the system refused to accept.
    pub(super) unaccepted: Seldom,
    connections: Arc<Connections>,
    requests: Arc<Semaphore>,
    known: Arc<Semaphore>,
    peers: Arc<Peers>,
    askers: Arc<Peers>,
    proxies: Live<Vec<Network>>,
}

impl Admission {
    /// Keeps doors within `limits`; `proxies` are believed when they say for whom they ask.
    pub fn new(limits: Limits, proxies: Vec<Network>) -> Self {
        Self::within(limits, Live::new(proxies))
    }

    /// Keeps a door for operators, who are told what went wrong; it believes the same proxies as another's admission.
    pub fn for_operators(limits: Limits, public: &Self) -> Self {
        Self {
            frank: true,
            ..Self::within(limits, public.proxies.clone())
        }
    }

    fn within(limits: Limits, proxies: Live<Vec<Network>>) -> Self {
        Self {
            refusals: Refusals::default(),
            frank: false,
            unaccepted: Seldom::default(),
            connections: Arc::new(Connections::new(limits.connections)),
            requests: Arc::new(Semaphore::new(limits.requests)),
            known: Arc::new(Semaphore::new(limits.known)),
            peers: Arc::new(Peers::new(limits.per_address)),
            askers: Arc::new(Peers::new(limits.requests_per_address)),
            proxies,
            limits,
        }
    }

    /// From now on so many connections of one address are let in, and `proxies` are believed.
    pub fn adopt(&self, per_address: usize, proxies: Vec<Network>) {
        self.peers.make_room(per_address);
        self.proxies.put(proxies);
    }

    /// A place for one more connection, for which another may have to go.
    pub(super) async fn enter(&self) -> Stay {
        let told = || self.refusals.count(Refusal::Crowd);
        self.connections.enter(told).await
    }

    /// A place for a connection of `address`; a trusted proxy needs none.
    pub(super) fn admit(&self, address: IpAddr) -> Result<Option<Place>, Refusal> {
        if peers::trusted(address, &self.proxies.now()) {
            return Ok(None);
        }
        self.peers.take(address).map(Some).ok_or(Refusal::Address)
    }

    /// Who asks from `address`: if it is a trusted proxy's, whoever that names.
    pub(super) fn stranger(&self, address: IpAddr, headers: &HeaderMap) -> IpAddr {
        let proxies = self.proxies.now();
        match peers::trusted(address, &proxies) {
            true => peers::asked_for(address, headers, &proxies),
            false => address,
        }
    }

    /// A stranger's places for a request that came from `address`, which may be a trusted proxy's: in all, and of its
    /// address.
    pub(super) fn places(
        &self,
        address: IpAddr,
        headers: &HeaderMap,
    ) -> Result<(OwnedSemaphorePermit, Option<Place>), (StatusCode, Refusal)> {
        let address = self.stranger(address, headers);
        // A proxy that does not say for whom it asks.
        let unnamed = peers::trusted(address, &self.proxies.now());
        let of_address = match unnamed {
            true => None,
            false => {
                let place = self.askers.take(address);
                Some(place.ok_or((StatusCode::TOO_MANY_REQUESTS, Refusal::Address))?)
            }
        };
        match Arc::clone(&self.requests).try_acquire_owned() {
            Ok(of_all) => Ok((of_all, of_address)),
            Err(_) => Err((StatusCode::SERVICE_UNAVAILABLE, Refusal::Crowd)),
        }
    }

    /// A place for the request of somebody who has shown a secret, if there is one.
    pub(super) fn known(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.known).try_acquire_owned().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::door::activity::ActivitySender;
    use crate::door::pass::Pass;

    const PROXY: [u8; 4] = [127, 0, 0, 1];

    #[test]
    fn more_are_let_in_and_a_proxy_is_trusted_from_one_moment_to_the_next() {
        let limits = Limits {
            per_address: 1,
            ..Limits::default()
        };
        let (admission, proxy) = (Admission::new(limits, vec![]), PROXY.into());
        let first = admission.admit(proxy).unwrap();
        assert!(first.is_some() && admission.admit(proxy).is_err());
        admission.adopt(2, vec![]);
        let second = admission.admit(proxy).unwrap();
        assert!(second.is_some() && admission.admit(proxy).is_err());
        admission.adopt(1, vec!["127.0.0.1".parse().unwrap()]);
        assert!(
            admission.admit(proxy).unwrap().is_none(),
            "it needs no place"
        );
        drop((first, second));
        admission.adopt(1, vec![]);
        assert!(admission.admit(proxy).unwrap().is_some());
    }

    fn from(client: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", client.parse().unwrap());
        headers
    }

    #[test]
    fn strangers_have_so_many_requests_and_the_known_have_places_of_their_own() {
        let limits = Limits {
            requests: 5,
            requests_per_address: 2,
            known: 1,
            ..Limits::default()
        };
        let proxies = vec!["127.0.0.1".parse().unwrap()];
        let (admission, activity) = (
            Arc::new(Admission::new(limits, proxies)),
            ActivitySender::default(),
        );
        let pass =
            |client: &str| Pass::of_stranger(&admission, PROXY.into(), &from(client), &activity);
        let refusal = |client: &str| pass(client).err().map(|(status, _)| status.as_u16());
        let mut first: Vec<_> = (0..2).map(|_| pass("2001:db8::1").ok().unwrap()).collect();
        assert_eq!(refusal("2001:db8::2"), Some(429), "the same 64 bits");
        let mut others: Vec<_> = (0..2)
            .map(|_| pass("2001:db8:0:1::1").ok().unwrap())
            .collect();
        assert_eq!(refusal("2001:db8:0:2::1"), Some(429), "the same 48 bits");
        others.push(pass("198.51.100.1").ok().unwrap());
        assert_eq!(refusal("203.0.113.1"), Some(503), "too many of all");

        let known = first.pop().unwrap();
        assert!(known.is_known().is_ok() && activity.borrow().known);
        let come = pass("203.0.113.1").ok().unwrap();
        assert!(come.is_known().is_err(), "there is one place of that kind");
        drop(known);
        assert!(come.is_known().is_ok());
        assert_eq!(admission.refusals.of(Refusal::Crowd), 1);
    }
}
