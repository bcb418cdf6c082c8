//! Who is here, by address: places for so many of each.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

use crate::config::Network;

/// Where a proxy says for whom it asks.
const FORWARDED: &str = "x-forwarded-for";

/// Counts by address. An IPv6 network of 64 bits, the least anybody is given, counts as one address.
#[derive(Debug)]
pub struct Peers {
    here: Mutex<HashMap<IpAddr, usize>>,
    most: AtomicUsize,
}

/// A place that is given back when this is dropped.
#[derive(Debug)]
pub struct Place {
    peers: Arc<Peers>,
    address: IpAddr,
}

impl Peers {
    /// With room for `most` of each address.
    pub fn new(most: usize) -> Self {
        Self {
            here: Mutex::default(),
            most: AtomicUsize::new(most),
        }
    }

    /// Makes room for `most` of each; who is here stays.
    pub fn make_room(&self, most: usize) {
        self.most.store(most, Ordering::Relaxed);
    }

    /// A place for an address, if it has one left.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = counted(address);
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let places = here.entry(address).or_default();
        if *places >= self.most.load(Ordering::Relaxed) {
            return None;
        }
        *places += 1;
        Some(Place {
            peers: Arc::clone(self),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let here = &self.peers.here;
        let mut here = here.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(places) = here.get_mut(&self.address) {
            *places -= 1;
            if *places == 0 {
                here.remove(&self.address);
            }
        }
    }
}

fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

/// Whether an address is a trusted one.
pub fn trusted(address: IpAddr, proxies: &[Network]) -> bool {
    proxies.iter().any(|network| network.contains(address))
}

/// For whom a trusted proxy asks: the last address in its header that is not a trusted one itself. Every proxy
/// adds at the end, and what stands before the last stranger is that stranger's own word.
pub fn asked_for(proxy: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> IpAddr {
    let mut nearest = proxy;
    for value in headers.get_all(FORWARDED).iter().rev() {
        let Ok(value) = value.to_str() else {
            return nearest;
        };
        for part in value.rsplit(',') {
            match address(part.trim()) {
                Some(address) if trusted(address, proxies) => nearest = address,
                Some(address) => return address,
                None => return nearest,
            }
        }
    }
    nearest
}

/// An address, with or without brackets and port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.parse().ok();
    plain
        .or_else(|| {
            text.parse()
                .map(|with: std::net::SocketAddr| with.ip())
                .ok()
        })
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let peers = Arc::new(Peers::new(2));
        let first = peers.take(ip("192.0.2.1"));
        let second = peers.take(ip("::ffff:192.0.2.1"));
        assert!(first.is_some() && second.is_some());
        assert!(peers.take(ip("192.0.2.1")).is_none());
        assert!(peers.take(ip("192.0.2.2")).is_some());
        drop(first);
        assert!(peers.take(ip("192.0.2.1")).is_some());
        drop(second);
        assert!(peers.here.lock().unwrap().is_empty());
    }

    #[test]
    fn a_network_of_64_bits_is_one_address() {
        let peers = Arc::new(Peers::new(1));
        let _first = peers.take(ip("2001:db8::1")).unwrap();
        assert!(peers.take(ip("2001:db8::ffff:1")).is_none());
        assert!(peers.take(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_proxy_is_believed_as_far_as_it_is_trusted() {
        let proxies = ["127.0.0.1".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        for (values, wanted) in [
            (&[][..], "127.0.0.1"),
            (&["203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            (&["198.51.100.1", "203.0.113.9, 10.1.1.1"], "203.0.113.9"),
            (&["10.2.2.2,10.1.1.1"], "10.2.2.2"),
            (&["203.0.113.9, nonsense, 10.1.1.1"], "10.1.1.1"),
            (&["nonsense"], "127.0.0.1"),
            (&["203.0.113.9:4711"], "203.0.113.9"),
            (&["[2001:db8::5]:80"], "2001:db8::5"),
            (&["[2001:db8::5]"], "2001:db8::5"),
            (&["2001:db8::5"], "2001:db8::5"),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(FORWARDED, value.parse().unwrap());
            }
            let found = asked_for(ip("127.0.0.1"), &headers, &proxies);
            assert_eq!(found, ip(wanted), "{values:?}");
        }
    }
}
