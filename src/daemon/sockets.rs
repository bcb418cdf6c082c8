//! Sockets that systemd listens at and hands over, known by their names.
//!
//! They spare the daemon the right to low ports, and stay open while it restarts: whoever calls then waits a moment.

use std::net::TcpListener;

use anyhow::{Context, bail, ensure};
use listenfd::ListenFd;

use crate::edge::config::Config;

/// What `FileDescriptorName=` of a socket unit may say: the door it is for.
const NAMES: [&str; 2] = ["http", "https"];

/// What was handed over for each door.
#[derive(Debug, Default)]
pub struct Sockets {
    /// For plain HTTP.
    pub http: Vec<TcpListener>,
    /// For HTTPS.
    pub https: Vec<TcpListener>,
}

impl Sockets {
    /// Takes over what the environment tells of; `LISTEN_FDS` is taken away, so nobody takes it twice.
    pub fn take() -> anyhow::Result<Self> {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut passed = ListenFd::from_env();
        let mut sockets = Self::default();
        for (index, name) in named(&names, passed.len())?.into_iter().enumerate() {
            let taken = passed.take_tcp_listener(index);
            let taken = taken.with_context(|| format!("the socket handed over as {name}"))?;
            let door = match name {
                "https" => &mut sockets.https,
                _ => &mut sockets.http,
            };
            door.extend(taken);
        }
        Ok(sockets)
    }

    /// Has the configuration say where is listened in truth.
    pub fn overrule(&self, config: &mut Config) -> anyhow::Result<()> {
        let addresses = |sockets: &[TcpListener]| {
            let addresses = sockets.iter().map(TcpListener::local_addr);
            addresses.collect::<Result<Vec<_>, _>>()
        };
        if !self.https.is_empty() {
            ensure!(
                config.tls.is_on(),
                "a socket for https was handed over, but there is no TLS: set public_url to an address that \
                 begins with https://, or do without the socket (systemctl disable --now neurocards.socket)"
            );
            config.https.listen = addresses(&self.https)?;
        }
        if !self.http.is_empty() {
            config.http.listen = addresses(&self.http)?;
        }
        Ok(())
    }
}

/// The names of so many sockets.
fn named(names: &str, count: usize) -> anyhow::Result<Vec<&str>> {
    let names: Vec<_> = names.split(':').collect();
    let named = (0..count).map(|index| names.get(index).copied().unwrap_or_default());
    let named: Vec<_> = named.collect();
    if let Some(strange) = named.iter().find(|name| !NAMES.contains(name)) {
        bail!(
            "a socket was handed over under the name \"{strange}\": write FileDescriptorName=https \
             (or http) into its socket unit"
        );
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_socket_needs_the_name_of_a_door() {
        assert_eq!(named("", 0).unwrap(), [""; 0]);
        assert_eq!(
            named("https:https:http", 3).unwrap(),
            ["https", "https", "http"]
        );
        for (names, count) in [("", 1), ("https", 2), ("neurocards.socket", 1)] {
            let refused = named(names, count).unwrap_err().to_string();
            assert!(refused.contains("FileDescriptorName=https"), "{refused}");
        }
    }
}
