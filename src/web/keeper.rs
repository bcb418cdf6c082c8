//! The doorkeeper: who may come in, how many at once, and what was refused. One for all doors.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::Limits;
use super::peers::{self, Peers, Place};
use super::refusals::{Refusal, Refusals};
use crate::config::Network;
use crate::live::Live;

/// The doorkeeper.
pub struct Keeper {
    /// What the doors put up with.
    pub limits: Limits,
    /// What they have refused.
    pub refusals: Refusals,
    /// Whether it is said what went wrong.
    pub(super) frank: bool,
    connections: Arc<Semaphore>,
    requests: Arc<Semaphore>,
    peers: Arc<Peers>,
    proxies: Live<Vec<Network>>,
}

/// What a request holds while it lasts.
pub(super) struct Pass {
    _of_all: OwnedSemaphorePermit,
    _of_address: Option<Place>,
}

impl Keeper {
    /// Keeps doors within `limits`; `proxies` are believed when they say for whom they ask.
    pub fn new(limits: Limits, proxies: Vec<Network>) -> Self {
        Self {
            refusals: Refusals::default(),
            frank: false,
            connections: Arc::new(Semaphore::new(limits.connections)),
            requests: Arc::new(Semaphore::new(limits.requests)),
            peers: Arc::new(Peers::new(limits.per_address)),
            proxies: Live::new(proxies),
            limits,
        }
    }

    /// Keeps a door for operators, who are told what went wrong.
    pub fn for_operators(limits: Limits) -> Self {
        Self {
            frank: true,
            ..Self::new(limits, Vec::new())
        }
    }

    /// From now on so many connections of one address are let in, and `proxies` are believed.
    pub fn adopt(&self, per_address: usize, proxies: Vec<Network>) {
        self.peers.make_room(per_address);
        self.proxies.put(proxies);
    }

    /// A place for one more connection of whoever it will be, when there is one.
    pub(super) async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if self.connections.available_permits() == 0 {
            self.refusals.count(Refusal::Crowd);
        }
        Arc::clone(&self.connections).acquire_owned().await.ok()
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

    /// A place for a request that came from `address`, which may be a trusted proxy's.
    pub(super) fn pass(
        &self,
        address: IpAddr,
        headers: &HeaderMap,
    ) -> Result<Pass, (StatusCode, Refusal)> {
        let of_address = match peers::trusted(address, &self.proxies.now()) {
            false => None,
            true => match self.admit(self.stranger(address, headers)) {
                Ok(place) => place,
                Err(refusal) => return Err((StatusCode::TOO_MANY_REQUESTS, refusal)),
            },
        };
        match Arc::clone(&self.requests).try_acquire_owned() {
            Ok(of_all) => Ok(Pass {
                _of_all: of_all,
                _of_address: of_address,
            }),
            Err(_) => Err((StatusCode::SERVICE_UNAVAILABLE, Refusal::Crowd)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_are_let_in_and_a_proxy_is_trusted_from_one_moment_to_the_next() {
        let limits = Limits {
            per_address: 1,
            ..Limits::default()
        };
        let (keeper, proxy) = (Keeper::new(limits, vec![]), [127, 0, 0, 1].into());
        let first = keeper.admit(proxy).unwrap();
        assert!(first.is_some() && keeper.admit(proxy).is_err());
        keeper.adopt(2, vec![]);
        let second = keeper.admit(proxy).unwrap();
        assert!(second.is_some() && keeper.admit(proxy).is_err());
        keeper.adopt(1, vec!["127.0.0.1".parse().unwrap()]);
        assert!(keeper.admit(proxy).unwrap().is_none(), "it needs no place");
        drop((first, second));
        keeper.adopt(1, vec![]);
        assert!(keeper.admit(proxy).unwrap().is_some());
    }
}
