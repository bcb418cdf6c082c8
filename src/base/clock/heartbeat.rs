//! A loop's word on when it will be heard of again, for whoever restarts what hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::uptime;

/// A loop that waits on purpose says so this often.
const SIGH: Duration = Duration::from_secs(30);

/// The word of one loop. Clones are of the same loop; one that has said nothing yet is not late.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    /// Real time, in milliseconds: no led clock moves it.
    until: Arc<AtomicU64>,
    /// In milliseconds.
    slack: Arc<AtomicU64>,
}

impl Heartbeat {
    /// `slack` is added to every span: what the machine, or others, may take on top.
    pub fn new(slack: Duration) -> Self {
        let heartbeat = Self {
            until: Arc::new(AtomicU64::new(u64::MAX)),
            slack: Arc::default(),
        };
        heartbeat.allow(slack);
        heartbeat
    }

    /// From the next word on, `slack` is added.
    pub fn allow(&self, slack: Duration) {
        let slack = u64::try_from(slack.as_millis()).unwrap_or(u64::MAX);
        self.slack.store(slack, Ordering::Relaxed);
    }

    /// The loop turns, and will be heard of again within `span`.
    pub fn within(&self, span: Duration) {
        self.within_from(uptime(), span);
    }

    /// Whether the loop should have been heard of by now.
    pub fn is_late(&self) -> bool {
        self.is_late_at(uptime())
    }

    /// Waits for what may take for ever, such as a disk that has no room: that is no hanging.
    pub async fn rest<R>(&self, rest: impl Future<Output = R>) -> R {
        let mut rest = std::pin::pin!(rest);
        loop {
            self.within(SIGH);
            match tokio::time::timeout(SIGH, &mut rest).await {
                Ok(over) => return over,
                Err(_) => continue,
            }
        }
    }

    fn within_from(&self, now: Duration, span: Duration) {
        let until = u64::try_from((now + span).as_millis()).unwrap_or(u64::MAX);
        let until = until.saturating_add(self.slack.load(Ordering::Relaxed));
        self.until.store(until, Ordering::Relaxed);
    }

    fn is_late_at(&self, now: Duration) -> bool {
        now.as_millis() > u128::from(self.until.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);

    #[test]
    fn who_is_not_heard_of_in_time_is_late_until_heard_of_again() {
        let heartbeat = Heartbeat::new(S * 5);
        let watched = heartbeat.clone();
        assert!(!watched.is_late_at(S * 1000), "it has not begun");
        heartbeat.within_from(S * 1000, S * 50);
        assert!(!watched.is_late_at(S * 1055));
        assert!(watched.is_late_at(S * 1056));
        heartbeat.within_from(S * 2000, S);
        assert!(!watched.is_late_at(S * 2001));
        watched.allow(S * 60);
        heartbeat.within_from(S * 3000, S);
        assert!(!watched.is_late_at(S * 3060) && watched.is_late_at(S * 3062));
    }

    #[tokio::test]
    async fn who_waits_on_purpose_is_not_late() {
        let heartbeat = Heartbeat::new(Duration::ZERO);
        let begun = uptime();
        assert_eq!(heartbeat.rest(async { 7 }).await, 7);
        assert!(!heartbeat.is_late_at(begun + SIGH));
        assert!(
            heartbeat.is_late_at(begun + SIGH * 3),
            "what follows says for itself"
        );
    }
}
