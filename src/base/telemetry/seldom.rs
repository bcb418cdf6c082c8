//! Something that strangers can bring about as often as they like: the log hears of the first time, the second, the
//! fourth, the eighth and so on, so that a flood fills no disk.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often it has happened since the start.
#[derive(Debug, Default)]
pub struct Seldom(AtomicU64);

impl Seldom {
    /// Never yet.
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// It has happened; how often so far, if this time is to be told.
    pub fn happens(&self) -> Option<u64> {
        let times = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        times.is_power_of_two().then_some(times)
    }

    /// How often it has happened.
    pub fn times(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_a_thousand_times_is_told_ten_times() {
        let seldom = Seldom::new();
        let told: Vec<_> = (0..1000).filter_map(|_| seldom.happens()).collect();
        assert_eq!(told, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
        assert_eq!(seldom.times(), 1000);
    }
}
