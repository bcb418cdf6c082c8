//! Who is here, by address and by network: places for so many of each.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::HeaderMap;

use crate::edge::config::Network;

/// Where a proxy says for whom it asks.
const FORWARDED: &str = "x-forwarded-for";
/// A network has places for so many full addresses. One customer may well have a whole one: of IPv6 everybody gets
/// 48 bits for the asking.
const OF_NETWORK: usize = 2;

/// Counts by address and by network.
///
/// An IPv6 network of 64 bits, the least anybody is given, counts as one address. A network is one of 48 bits, of
/// IPv4 one of 24.
#[derive(Debug)]
pub struct Peers {
    here: Mutex<HashMap<Block, usize>>,
    most: AtomicUsize,
}

/// A place that is given back when this is dropped.
#[derive(Debug)]
pub struct Place {
    peers: Arc<Peers>,
    blocks: [Block; 2],
}

/// Addresses that begin alike: the first of them, and how many bits they share.
type Block = (IpAddr, u8);

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

    /// A place for an address, if it and its network have one left.
    pub fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let blocks = blocks(address);
        let most = self.most.load(Ordering::Relaxed);
        let mut here = self.here.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |block: &Block, most| here.get(block).is_some_and(|places| *places >= most);
        let [address, network] = &blocks;
        if most == 0 || full(address, most) || full(network, most.saturating_mul(OF_NETWORK)) {
            return None;
        }
        for block in blocks {
            *here.entry(block).or_default() += 1;
        }
        let peers = Arc::clone(self);
        Some(Place { peers, blocks })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let here = &self.peers.here;
        let mut here = here.lock().unwrap_or_else(PoisonError::into_inner);
        for block in &self.blocks {
            if let Some(places) = here.get_mut(block) {
                *places -= 1;
                if *places == 0 {
                    here.remove(block);
                }
            }
        }
    }
}

/// An address and its network, as they are counted.
fn blocks(address: IpAddr) -> [Block; 2] {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let network = Ipv4Addr::from_bits(address.to_bits() >> 8 << 8);
            [(address.into(), 32), (network.into(), 24)]
        }
        IpAddr::V6(address) => [64_u8, 48].map(|bits| {
            let rest = 128 - u32::from(bits);
            let first = Ipv6Addr::from_bits(address.to_bits() >> rest << rest);
            (first.into(), bits)
        }),
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
    fn a_network_has_places_for_two_addresses() {
        for (addresses, other) in [
            (
                ["2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"],
                "2001:db8:1:1::1",
            ),
            (["192.0.2.1", "192.0.2.2", "192.0.2.3"], "192.0.3.1"),
        ] {
            let peers = Arc::new(Peers::new(2));
            let [first, second, third] = addresses.map(ip);
            let mut here: Vec<_> = [first, second, first].map(|from| peers.take(from)).into();
            assert!(here.iter().all(Option::is_some));
            here.push(peers.take(third));
            assert!(peers.take(second).is_none() && peers.take(third).is_none());
            assert!(peers.take(ip(other)).is_some());
            here.pop();
            assert!(peers.take(second).is_some());
            drop(here);
            assert!(peers.here.lock().unwrap().is_empty());
        }
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
