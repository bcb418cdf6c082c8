//! How patiently the storage is asked.

use std::time::Duration;

/// How patiently the storage is asked.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How often one thing is tried.
    pub tries: u32,
    /// The pause after the first failure; it doubles.
    pub pause: Duration,
    /// How long a call that moves little may take.
    pub call: Duration,
    /// How long one part may take on its way.
    pub part: Duration,
    /// Parts are so large, in bytes; S3 wants 5 MiB at least of all but the last.
    pub part_size: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 5,
            pause: Duration::from_secs(2),
            call: Duration::from_secs(30),
            part: Duration::from_secs(300),
            part_size: 8 << 20,
        }
    }
}
