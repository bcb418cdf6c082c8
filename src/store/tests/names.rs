//! What is looked up without looking at everything: names, failed jobs, and the entries of a job.

use super::*;
use crate::domain::failure::Kind;
use crate::store::known::KnownJob;

impl Ground {
    /// A user writes, whose name is this by then.
    fn writes_as(&self, user: UserId, number: u64, name: Option<&str>) {
        let mut update = starts(user, number);
        update.username = name.map(str::to_owned);
        self.turn(update);
    }

    fn named(&self, name: &str) -> Vec<UserId> {
        self.store.snapshot().unwrap().named(name).unwrap()
    }
}

#[test]
fn a_name_leads_to_whoever_has_it_and_no_longer_to_whoever_had_it() {
    let ground = Ground::new();
    ground.writes_as(ANNA, 1, Some("Anna_Shop"));
    ground.writes_as(BORIS, 2, Some("ben"));
    assert_eq!(ground.named("anna_shop"), [ANNA]);
    assert_eq!(ground.named("ANNA_SHOP"), [ANNA]);
    assert_eq!(ground.named("anna"), []);
    // Nobody has heard yet that Anna has given it up.
    ground.writes_as(BORIS, 3, Some("anna_shop"));
    assert_eq!(ground.named("anna_shop"), [ANNA, BORIS]);
    assert_eq!(ground.named("ben"), []);
    ground.writes_as(ANNA, 4, None);
    assert_eq!(ground.named("anna_shop"), [BORIS]);
    let ground = ground.reopened();
    assert_eq!(ground.named("anna_shop"), [BORIS]);
}

#[test]
fn failed_jobs_and_the_entries_of_a_job_are_found_wherever_they_are() {
    let ground = Ground::new();
    let jobs: Vec<JobId> = (0..4)
        .flat_map(|_| ground.orders(ANNA, Count::Three))
        .collect();
    ground.claims(jobs.len(), NOW);
    for (number, job) in (1..).zip(jobs.iter().copied().step_by(2)) {
        // One ends at a moment before it was ordered: the clock was set back.
        let at = match number {
            3 => Timestamp(5),
            _ => later(NOW, number),
        };
        ground.fails(job, 1, Kind::Unknown, at).unwrap();
    }
    let sight = ground.store.snapshot().unwrap();
    let failed = sight.newest_failed(None, 4).unwrap();
    let failed: Vec<JobId> = failed.iter().map(|job| job.id()).collect();
    assert_eq!(failed, [10, 8, 6, 4].map(|at| jobs[at]));
    let before = sight.newest_failed(Some(failed[3].0), 9).unwrap();
    assert_eq!(before.len(), 2);
    for job in jobs {
        let mut all = sight.newest_entries(usize::MAX).unwrap();
        all.retain(|entry| entry.reason.job() == Some(job));
        let row = sight.job(job).unwrap();
        assert_eq!(all.len(), 1 + usize::from(row.stage.ended()));
        let found = sight.entries_of(&KnownJob::Kept(Box::new(row)));
        assert_eq!(found.unwrap(), all);
    }
}
