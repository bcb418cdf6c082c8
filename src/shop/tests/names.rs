//! What is looked up without looking at everything: names, failed jobs, and the entries of a job.

use super::*;
use crate::rules::domain::failure::Kind;
use crate::store::known::KnownJob;
use crate::store::snapshot::NAMES;

impl Ground {
    /// A user writes, whose name is this by then.
    fn writes_as(&self, user: UserId, number: u64, name: Option<&str>) {
        let mut update = starts(user, number);
        update.username = name.map(str::to_owned);
        self.turn(update);
    }

    /// Who has a name, and who has had it, with whether they have it.
    fn bearers(&self, name: &str) -> Vec<(UserId, bool)> {
        let name = name.to_owned();
        let seen = self.store.snapshot().unwrap().bearers(&name).unwrap();
        assert_eq!(self.write(move |txn| txn.bearers(&name)), seen);
        seen.iter().map(|one| (one.user, one.has)).collect()
    }
}

#[test]
fn a_name_leads_to_whoever_has_it_and_to_everybody_who_has_had_it() {
    let ground = Ground::new();
    ground.writes_as(ANNA, 1, Some("Anna_Shop"));
    ground.writes_as(BORIS, 2, Some("ben"));
    assert_eq!(ground.bearers("anna_shop"), [(ANNA, true)]);
    assert_eq!(ground.bearers("ANNA_SHOP"), [(ANNA, true)]);
    assert_eq!(ground.bearers("anna"), []);
    // Nobody has heard yet that Anna has given it up.
    ground.writes_as(BORIS, 3, Some("anna_shop"));
    assert_eq!(ground.bearers("anna_shop"), [(ANNA, true), (BORIS, true)]);
    assert_eq!(ground.bearers("ben"), [(BORIS, false)]);
    ground.writes_as(ANNA, 4, None);
    assert_eq!(ground.bearers("anna_shop"), [(ANNA, false), (BORIS, true)]);
    ground.writes_as(BORIS, 5, Some("Ben"));
    assert_eq!(ground.bearers("ben"), [(BORIS, true)], "it is theirs again");
    let ground = ground.reopened();
    assert_eq!(ground.bearers("anna_shop"), [(ANNA, false), (BORIS, false)]);
    // Whoever looks for sellers finds those who have the name.
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.users_like("anna", 9).unwrap().rows, []);
    assert_eq!(snapshot.users_like("ben", 9).unwrap().rows, [BORIS]);
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
    let snapshot = ground.store.snapshot().unwrap();
    let failed = snapshot.newest_failed(None, 4).unwrap();
    let failed: Vec<JobId> = failed.iter().map(|job| job.id()).collect();
    assert_eq!(failed, [10, 8, 6, 4].map(|at| jobs[at]));
    let before = snapshot.newest_failed(Some(failed[3].0), 9).unwrap();
    assert_eq!(before.len(), 2);
    for job in jobs {
        let mut all = snapshot.newest_entries(usize::MAX).unwrap();
        all.retain(|entry| entry.reason.job() == Some(job));
        let row = snapshot.job(job).unwrap();
        assert_eq!(all.len(), 1 + usize::from(row.stage.ended()));
        let found = snapshot.entries_of(&KnownJob::Kept(Box::new(row)));
        assert_eq!(found.unwrap(), all);
    }
}

#[test]
fn users_are_listed_newest_first_page_by_page() {
    let ground = Ground::new();
    for (user, second) in [(5, 0), (3, 1), (4, 2), (1, 3), (2, 3)] {
        let (shop, update) = (ground.shop.clone(), starts(UserId(user), user));
        let at = later(NOW, second);
        ground.write(move |txn| turn(txn, &shop, &update, &[7; 32], at));
    }
    // Who writes again is no newer.
    ground.turn(starts(UserId(5), 9));
    let snapshot = ground.store.snapshot().unwrap();
    let page = |before: Option<u64>| {
        let users = snapshot.newest_users(before.map(UserId), 2).unwrap();
        users.iter().map(|(id, _)| id.0).collect::<Vec<_>>()
    };
    assert_eq!(page(None), [2, 1]);
    assert_eq!(page(Some(1)), [4, 3]);
    assert_eq!(page(Some(3)), [5]);
    assert_eq!(page(Some(5)), [0; 0]);
}

#[test]
fn users_are_found_by_how_a_name_or_number_begins_and_by_parts_of_a_name() {
    let ground = Ground::new();
    for (user, name) in [(12, "Anna_shop"), (123, "best_anna"), (4123, "boris")] {
        ground.writes_as(UserId(user), user, Some(name));
    }
    let like = |like: &str, most: usize| {
        let snapshot = ground.store.snapshot().unwrap();
        let found = snapshot.users_like(like, most).unwrap();
        assert!(!found.cut);
        found.rows.iter().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(like("anna", 9), [12, 123]);
    assert_eq!(like("ANNA", 1), [12]);
    assert_eq!(like("12", 9), [12, 123]);
    assert_eq!(like("123", 9), [123]);
    assert_eq!(like("4", 9), [4123]);
    assert_eq!(like("nobody", 9), [0; 0]);
    // Among very many, names are looked at to some number and no further.
    ground.write(|txn| {
        (0..=NAMES as u64).try_for_each(|user| {
            let mut row = txn.known_user(UserId(12))?;
            row.user.username = Some(format!("a{user:06}"));
            txn.put_user(UserId(1_000_000 + user), &row)
        })
    });
    let snapshot = ground.store.snapshot().unwrap();
    let found = snapshot.users_like("oris", 9).unwrap();
    assert_eq!((found.rows, found.cut), (vec![], true));
    let found = snapshot.users_like("boris", 1).unwrap();
    assert_eq!((found.rows, found.cut), (vec![UserId(4123)], false));
}

#[test]
fn live_jobs_are_listed_newest_first_wherever_they_wait() {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Five);
    ground.claims(2, NOW);
    ground.fails(jobs[0], 1, Kind::Unknown, NOW).unwrap();
    let snapshot = ground.store.snapshot().unwrap();
    let page = |before, most| {
        let found = snapshot.newest_live(before, most).unwrap();
        assert!(!found.cut);
        found.rows.iter().map(|job| job.id).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 3), [jobs[4], jobs[3], jobs[2]]);
    assert_eq!(page(Some(jobs[2].0), 3), [jobs[1]]);
}
