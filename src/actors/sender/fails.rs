//! How the first note of a chat has failed in a row, and the pause that follows.

use std::time::Duration;

/// The pause of a chat after a first failure; it doubles up to [`LONGEST_PAUSE`].
pub(super) const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// No chat waits longer for Telegram to come back.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How the first note of a chat has failed in a row, as far as this process knows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fails {
    /// How often Telegram was away or failed.
    pub(super) failed: u32,
    /// How often it refused.
    pub(super) refused: u32,
    /// How often nobody knew whether it was taken.
    pub(super) unsure: u32,
    /// How often Telegram wanted a wait.
    pub(super) waited: u32,
}

impl Fails {
    /// The pause that is due by now.
    pub(super) fn pause(self) -> Duration {
        let times = self.failed + self.refused + self.unsure;
        let doubled = FIRST_PAUSE.saturating_mul(1 << times.saturating_sub(1).min(10));
        doubled.min(LONGEST_PAUSE)
    }
}
