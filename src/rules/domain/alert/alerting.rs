//! Which alerts operators want, and from when on.

use std::time::Duration;

use super::{Alert, Topic};

/// Which alerts operators want, and from when on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alerting {
    /// What they do not want to hear of.
    pub off: Vec<Topic>,
    /// An alert is repeated no sooner than this.
    pub quiet: Duration,
    /// The provider's credits are low when a key has fewer; never at 0.
    pub credits_below: u64,
    /// Many videos fail when this share of an hour's does, in percent.
    pub failing_percent: u64,
    /// But not before so many have ended.
    pub failing_least: u64,
    /// A video has waited long for its first attempt after this.
    pub queued_longer: Duration,
    /// A message has waited long to be said after this.
    pub unsent_longer: Duration,
}

impl Default for Alerting {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        Self {
            off: Vec::new(),
            quiet: minutes(60),
            credits_below: 500,
            failing_percent: 50,
            failing_least: 5,
            queued_longer: minutes(15),
            unsent_longer: minutes(10),
        }
    }
}

impl Alerting {
    /// Whether an alert is wanted.
    pub fn has(&self, alert: &Alert) -> bool {
        !self.off.contains(&alert.topic())
    }
}
