//! How the file is opened.

use std::time::Duration;

/// How the file is opened.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// redb's page cache, in bytes.
    pub cache: usize,
    /// The most closures in one commit.
    pub batch: usize,
    /// The most closures that may wait for the writer.
    pub waiting: usize,
    /// How long a disk that refuses is left alone before the next try.
    pub breath: Duration,
    /// How often, meanwhile, it is looked who has come.
    pub look: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache: 64 << 20,
            batch: 256,
            waiting: 4096,
            breath: Duration::from_millis(500),
            look: Duration::from_millis(10),
        }
    }
}
