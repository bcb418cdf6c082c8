//! How often a running task is looked at: more rarely while callbacks announce every end.
//!
//! In memory only: a restart looks often until it has heard callbacks again.

use std::collections::HashSet;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::rules::domain::id::JobId;

/// The interval while callbacks work: so much a lost callback can delay a video at most.
const SLOW: Duration = Duration::from_secs(60);
/// So many ends in a row must have been announced before looks become rare.
const TRUST: u32 = 3;
/// Who has not called back for so long is not relied upon: as long as a video may take.
const SILENCE: Duration = Duration::from_secs(30 * 60);

/// What is known of the provider's callbacks, and the interval that follows from it.
#[derive(Debug, Default)]
pub struct Pace {
    /// Ends that looks have found since the last one that nobody had announced.
    announced: u32,
    heard: Option<Timestamp>,
    /// Jobs whose callback has come and whose end no look has found yet.
    called: HashSet<JobId>,
}

impl Pace {
    /// The provider called back for a job that waits.
    pub fn called(&mut self, job: JobId, now: Timestamp) {
        self.heard = Some(now);
        self.called.insert(job);
    }

    /// A look found the end of a job's task.
    pub fn ended(&mut self, job: JobId) {
        self.announced = match self.called.remove(&job) {
            true => self.announced.saturating_add(1),
            false => 0,
        };
    }

    /// Nobody looks for a job's task any more.
    pub fn forget(&mut self, job: JobId) {
        self.called.remove(&job);
    }

    /// How long after `now` a job's task is looked at next; `usual` is the operator's interval. One whose end was announced and not found is about to
    /// end, or the announcement came while we looked: it is not left waiting.
    pub fn interval(&self, usual: Duration, job: JobId, now: Timestamp) -> Duration {
        let heard = self.heard.is_some_and(|heard| now.since(heard) < SILENCE);
        let relied_upon = heard && self.announced >= TRUST && !self.called.contains(&job);
        match relied_upon {
            true => usual.max(SLOW),
            false => usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Duration = Duration::from_secs(10);
    const NOON: Timestamp = Timestamp(1_000_000);
    const OTHER: JobId = JobId(100);

    /// After so many ends that were announced.
    fn after(ends: u64) -> Pace {
        let mut pace = Pace::default();
        for job in (1..=ends).map(JobId) {
            pace.called(job, NOON);
            pace.ended(job);
        }
        pace
    }

    #[test]
    fn looks_become_rare_after_three_announced_ends() {
        assert_eq!(after(0).interval(USUAL, OTHER, NOON), USUAL);
        assert_eq!(after(2).interval(USUAL, OTHER, NOON), USUAL);
        assert_eq!(after(3).interval(USUAL, OTHER, NOON), SLOW);
        assert_eq!(after(9).interval(USUAL, OTHER, NOON), SLOW);
    }

    #[test]
    fn one_end_that_nobody_announced_makes_them_frequent_again() {
        let mut pace = after(9);
        pace.ended(OTHER);
        assert_eq!(pace.interval(USUAL, OTHER, NOON), USUAL);
        for job in [1, 2, 3].map(JobId) {
            assert_eq!(pace.interval(USUAL, OTHER, NOON), USUAL);
            pace.called(job, NOON);
            pace.ended(job);
        }
        assert_eq!(pace.interval(USUAL, OTHER, NOON), SLOW);
    }

    #[test]
    fn silence_makes_them_frequent_again() {
        let mut pace = after(3);
        let almost = NOON.plus(SILENCE - Duration::from_millis(1));
        assert_eq!(pace.interval(USUAL, OTHER, almost), SLOW);
        assert_eq!(pace.interval(USUAL, OTHER, NOON.plus(SILENCE)), USUAL);
        pace.called(JobId(4), NOON.plus(SILENCE));
        assert_eq!(pace.interval(USUAL, OTHER, NOON.plus(SILENCE)), SLOW);
    }

    #[test]
    fn an_announced_task_is_looked_at_soon() {
        let mut pace = after(3);
        pace.called(OTHER, NOON);
        assert_eq!(pace.interval(USUAL, OTHER, NOON), USUAL);
        assert_eq!(pace.interval(USUAL, JobId(101), NOON), SLOW);
        pace.forget(OTHER);
        assert_eq!(pace.interval(USUAL, OTHER, NOON), SLOW);
    }

    #[test]
    fn an_operator_who_looks_more_rarely_is_not_overruled() {
        let rarely = Duration::from_secs(600);
        assert_eq!(after(3).interval(rarely, OTHER, NOON), rarely);
    }

    #[test]
    fn a_clock_that_is_set_back_does_no_harm() {
        assert_eq!(after(3).interval(USUAL, OTHER, Timestamp(0)), SLOW);
    }
}
