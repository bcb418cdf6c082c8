//! A task that a job no longer waits for, and that may still bring a video: paid for, so it is looked at for a while.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::{JobId, TaskId};
use super::job::Route;
use crate::base::time::Timestamp;

/// For so long it is looked at. Providers were seen to finish hours late; results are kept for days, their addresses
/// for one.
const KEPT: Duration = Duration::from_secs(6 * 60 * 60);
/// The pause before the first look; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// After so many looks at least it is let go: a clock that jumps ahead does not take them away.
const LOOKS: u32 = 8;

/// A task nobody waits for any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// The job it was made for.
    pub job: JobId,
    /// The provider's task.
    pub task: TaskId,
    /// What it was asked with.
    pub route: Route,
    /// Since when nobody waits.
    pub since: Timestamp,
    /// When it is looked at next.
    pub due: Timestamp,
    /// How often it was looked at.
    pub looks: u32,
}

impl Late {
    /// The same under a clock that shows so many milliseconds more, or less.
    pub fn moved(mut self, by: i64) -> Self {
        self.since = self.since.moved(by);
        self.due = self.due.moved(by);
        self
    }

    /// Nobody waits for it from now on.
    pub fn new(job: JobId, task: TaskId, route: Route, now: Timestamp) -> Self {
        Self {
            job,
            task,
            route,
            since: now,
            due: now.plus(FIRST_PAUSE),
            looks: 0,
        }
    }

    /// After a look that showed no end; nothing when it has been looked at for long enough.
    pub fn looked(mut self, now: Timestamp) -> Option<Self> {
        self.looks = self.looks.saturating_add(1);
        let pause = FIRST_PAUSE.saturating_mul(1 << self.looks.min(8));
        self.due = now.plus(pause.min(LONGEST_PAUSE));
        (now.since(self.since) < KEPT || self.looks < LOOKS).then_some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::id::{Fingerprint, ModelName};

    fn late() -> Late {
        let route = Route {
            model: ModelName("m".into()),
            key: Fingerprint([1; 8]),
        };
        Late::new(JobId(1), TaskId("t".into()), route, Timestamp(0))
    }

    #[test]
    fn it_is_looked_at_ever_more_rarely_for_some_hours() {
        let (mut one, mut now, mut looks) = (Some(late()), Timestamp(0), 0);
        while let Some(kept) = one {
            assert!(kept.due.since(now) <= LONGEST_PAUSE);
            now = kept.due;
            looks += 1;
            one = kept.looked(now);
        }
        assert!(now.since(Timestamp(0)) >= KEPT);
        assert!((20..40).contains(&looks), "{looks}");
    }

    #[test]
    fn a_clock_that_jumps_ahead_takes_no_look_away() {
        let tomorrow = Timestamp(0).plus(Duration::from_secs(24 * 60 * 60));
        assert!(late().looked(tomorrow).is_some());
    }
}
