//! What was planned under one clock, when the next process begins under another.

use super::*;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::job::Stage;
use crate::rules::domain::keyring::Rest;
use crate::shop::reckoning::{begin, keep};
use crate::shop::{alerts, audit};

const HOUR: i64 = 3_600_000;

/// Two hours after the shop was last seen, its clock is `by` milliseconds from what ours showed; what is moved.
fn begins(ground: &Ground, shown: Timestamp, wall: Timestamp, now: Timestamp) -> i64 {
    ground.write(move |txn| keep(txn, shown, wall));
    ground.write(move |txn| begin(txn, now))
}

#[test]
fn a_shop_that_was_closed_for_hours_moves_nothing() {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Three);
    ground.claims(3, NOW);
    let before: Vec<_> = jobs.iter().map(|job| ground.job(*job)).collect();
    assert_eq!(ground.write(|txn| begin(txn, NOW)), 0, "it was never seen");
    for hours in [0, 1, 100_000] {
        let now = NOW.moved(hours * HOUR);
        assert_eq!(begins(&ground, NOW, NOW, now), 0, "{hours}");
    }
    assert_eq!(begins(&ground, NOW, NOW, NOW.moved(-1_000)), 0, "a second");
    let after: Vec<_> = jobs.iter().map(|job| ground.job(*job)).collect();
    assert_eq!(before, after);
}

#[test]
fn what_was_planned_is_as_far_away_as_it_was() {
    // What we went by, the system's clock beside it, the clock of the next start: how far all of it moves.
    for (shown, wall, now, by) in [
        (0, 0, -5 * HOUR, -5 * HOUR),
        (0, -5 * HOUR, -5 * HOUR, -5 * HOUR),
        (0, -5 * HOUR, -4 * HOUR, -5 * HOUR),
        (0, -5 * HOUR, -6 * HOUR, -6 * HOUR),
        (0, 5 * HOUR, 5 * HOUR, 5 * HOUR),
        (0, 5 * HOUR, 0, 0),
        (0, 400_000 * HOUR, 400_001 * HOUR, 400_000 * HOUR),
    ] {
        let ground = Ground::new();
        let [looked, lost, retried] = ground.orders(ANNA, Count::Three)[..] else {
            panic!("three")
        };
        ground.claims(3, NOW);
        ground.submits(looked, 1, NOW).unwrap();
        ground.accepted(looked, 1, NOW).unwrap();
        ground.submits(lost, 1, NOW).unwrap();
        ground.fails(retried, 1, Kind::Temporary, NOW).unwrap();
        let rest = Rest::new(NOW, Duration::from_secs(3600), Kind::RateLimit);
        ground.write(move |txn| txn.put_rest("key:1", &rest));
        let shop = ground.shop.clone();
        ground.write(move |txn| alerts::alert(txn, &shop, "keys", &Alert::AllKeysRest, NOW));
        let before = [looked, lost, retried].map(|job| ground.job(job).due);
        let at = |offset| NOW.moved(offset);

        assert_eq!(begins(&ground, at(shown), at(wall), at(now)), by);
        let after = [looked, lost, retried].map(|job| ground.job(job).due);
        assert_eq!(after, before.map(|due| due.moved(by)));
        for job in [looked, lost] {
            let (Stage::Rendering { since, .. } | Stage::Submitting { since, .. }) =
                ground.job(job).stage
            else {
                panic!("{:?}", ground.job(job));
            };
            assert_eq!(since, at(by));
        }
        let snapshot = ground.store.snapshot().unwrap();
        let rest = snapshot.rest("key:1").unwrap().unwrap();
        assert_eq!(rest.until, at(by + HOUR));
        assert_eq!(snapshot.raised().unwrap()[0].1.told, at(by));
        let (due, _) = snapshot.timed(Timestamp(u64::MAX), 9, |_| true).unwrap();
        let due: Vec<_> = due.iter().map(|due| (due.job, due.at)).collect();
        for (job, at) in [looked, lost, retried].into_iter().zip(after) {
            assert!(due.contains(&(job, at)), "the index knows it: {due:?}");
        }
        drop(snapshot);
        ground.books_balance();
        let again = ground.write(move |txn| begin(txn, at(now)));
        assert_eq!(again, 0, "it is moved once");
    }
}

#[test]
fn whoever_waits_for_a_place_is_left_where_they_are() {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Five);
    let row = |job| ground.store.snapshot().unwrap().job_row(job).unwrap();
    let before: Vec<_> = jobs.iter().map(|job| row(*job)).collect();
    begins(&ground, NOW, NOW, NOW.moved(-5 * HOUR));
    let after: Vec<_> = jobs.iter().map(|job| row(*job)).collect();
    assert_eq!(before, after);
    let report = audit::audit(&ground.store.snapshot().unwrap()).unwrap();
    assert_eq!(report.breaches.len(), 0);
}
