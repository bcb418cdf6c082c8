//! What the doors put up with.

use std::time::Duration;

/// Bounds on everything a stranger may make us keep or wait for. The defaults are the daemon's.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once, over all doors; for one more somebody goes who has asked for nothing. Each costs some
    /// 50 KiB.
    pub connections: usize,
    /// Connections of one address at once; a network has twice as many. Telegram opens at most 100.
    pub per_address: usize,
    /// Requests of strangers at once, over all doors; more are told to come again. They end as soon as their heads are
    /// judged, so that few are ever counted at once.
    pub requests: usize,
    /// Those of one address; a network has twice as many.
    pub requests_per_address: usize,
    /// Requests at once of those who have shown a secret: Telegram's 100, the provider's, and some.
    pub known: usize,
    /// A handshake takes no longer.
    pub handshake: Duration,
    /// The head of the next request must have come within this time, so an idle connection is kept no longer.
    pub idle: Duration,
    /// A body must have come within this time; the largest is 1 MiB.
    pub body: Duration,
    /// A request is over, its answer taken, within this time. Telegram waits 60 s, a photo is 1 MiB at most.
    pub request: Duration,
    /// A connection that was asked to end is cut off after this time.
    pub farewell: Duration,
    /// The largest head, in bytes. Ours are below 1 KiB; a proxy adds to them.
    pub head: usize,
    /// Requests of one HTTP/2 connection at once.
    pub streams: u32,
    /// Requests one HTTP/2 connection may give up before we give it up.
    pub resets: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            per_address: 128,
            requests: 256,
            requests_per_address: 64,
            known: 256,
            handshake: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            body: Duration::from_secs(20),
            request: Duration::from_secs(120),
            farewell: Duration::from_secs(10),
            head: 16 << 10,
            streams: 32,
            resets: 100,
        }
    }
}
