//! The due index: fair between users, bounded by places, and the same after a restart.

use super::*;
use crate::rules::domain::job::Stage;

fn places(ground: &Ground) -> u32 {
    ground.store.snapshot().unwrap().counters().unwrap().places
}

fn with_places(max_rendering: u32) -> Ground {
    Ground::with(Shop {
        max_rendering,
        ..shop()
    })
}

#[test]
fn many_jobs_of_one_do_not_stand_before_the_first_of_another() {
    let ground = Ground::new();
    for _ in 0..5 {
        ground.orders(ANNA, Count::Five);
    }
    let boris = ground.orders(BORIS, Count::One)[0];
    let claimed = ground.claims(2, NOW);
    assert!(
        claimed.iter().any(|job| job.id == boris),
        "Boris waits behind Anna's 25: {claimed:?}"
    );
}

#[test]
fn whoever_comes_later_does_not_catch_up_on_the_past() {
    let ground = Ground::new();
    for _ in 0..4 {
        ground.orders(ANNA, Count::Five);
    }
    ground.claims(10, NOW);
    for _ in 0..4 {
        ground.orders(BORIS, Count::Five);
    }
    let users: Vec<_> = ground.claims(10, NOW).iter().map(|job| job.user).collect();
    let annas = users.iter().filter(|user| **user == ANNA).count();
    assert_eq!(annas, 5, "they take turns: {users:?}");
}

#[test]
fn there_are_no_more_claims_than_places() {
    let ground = with_places(3);
    let jobs = ground.orders(ANNA, Count::Five);
    assert_eq!(ground.claims(10, NOW).len(), 3);
    assert_eq!(ground.claims(10, NOW).len(), 0);
    assert_eq!(places(&ground), 3);
    ground.fails(jobs[0], 1, Kind::Unknown, NOW).unwrap();
    assert_eq!(ground.claims(10, NOW).len(), 1);
    ground.films(jobs[1]);
    assert_eq!(places(&ground), 3, "a fetch keeps its place");
    ground.succeeds(jobs[1], 1, NOW).unwrap();
    assert_eq!(ground.claims(10, NOW).len(), 1);
    ground.books_balance();
}

#[test]
fn a_job_between_attempts_takes_no_place() {
    let ground = with_places(1);
    let first = ground.orders(ANNA, Count::One)[0];
    let second = ground.orders(BORIS, Count::One)[0];
    ground.claims(1, NOW);
    ground.fails(first, 1, Kind::Temporary, NOW).unwrap();
    assert_eq!(places(&ground), 0);
    assert_eq!(ground.claims(1, NOW)[0].id, second);
}

#[test]
fn a_retry_without_a_place_waits_for_one_and_goes_first() {
    let ground = with_places(1);
    let first = ground.orders(ANNA, Count::One)[0];
    let others = ground.orders(BORIS, Count::Three);
    ground.claims(1, NOW);
    ground.fails(first, 1, Kind::Temporary, NOW).unwrap();
    ground.claims(1, NOW);
    let due = later(NOW, 10);
    assert_eq!(ground.claims_timed(first, due), None);
    ground.books_balance();
    assert_eq!(ground.claims_timed(first, due), None, "it is in line now");
    let snapshot = ground.store.snapshot().unwrap();
    assert!(snapshot.any_ready().unwrap());
    ground.fails(others[0], 1, Kind::Unknown, due).unwrap();
    let claimed = ground.claims(1, due);
    assert_eq!((claimed[0].id, claimed[0].attempt), (first, 2));
    ground.books_balance();
}

#[test]
fn a_retry_is_not_begun_before_its_time() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    assert_eq!(
        ground.claims_timed(job, NOW),
        None,
        "it is in the ready lane"
    );
    ground.claims(1, NOW);
    ground.fails(job, 1, Kind::RateLimit, NOW).unwrap();
    assert_eq!(ground.claims_timed(job, later(NOW, 59)), None);
    let begun = ground.claims_timed(job, later(NOW, 60)).unwrap();
    assert_eq!(begun.attempt, 2);
    assert_eq!(ground.claims_timed(job, later(NOW, 60)), None);
    ground.books_balance();
}

#[test]
fn due_jobs_are_seen_in_order_with_the_next_moment() {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Three);
    ground.claims(3, NOW);
    for (job, wait) in jobs.iter().zip([30, 10, 20]) {
        ground
            .advances(*job, 1, move |job| job.put_off(later(NOW, wait)))
            .unwrap();
    }
    let snapshot = ground.store.snapshot().unwrap();
    let (due, next) = snapshot.timed(later(NOW, 20), 9, |_| true).unwrap();
    let due: Vec<_> = due.iter().map(|due| due.job).collect();
    assert_eq!(due, [jobs[1], jobs[2]]);
    assert_eq!(next, Some(later(NOW, 30)));
    let (due, next) = snapshot.timed(later(NOW, 20), 1, |_| true).unwrap();
    assert_eq!((due.len(), next), (1, Some(later(NOW, 20))));
    let (due, _) = snapshot
        .timed(later(NOW, 20), 9, |job| job != jobs[1])
        .unwrap();
    assert_eq!(due.len(), 1);
}

#[test]
fn a_nudge_brings_a_look_forward_and_nothing_else() {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Three);
    ground.claims(2, NOW);
    ground
        .advances(jobs[0], 1, |job| job.put_off(later(NOW, 30)))
        .unwrap();
    for job in jobs.clone() {
        ground.write(move |txn| queue::nudge(txn, job, NOW));
    }
    assert_eq!(ground.job(jobs[0]).due, NOW);
    assert_eq!(ground.job(jobs[2]).stage, Stage::Queued);
    ground.books_balance();
}

#[test]
fn the_due_index_is_the_same_after_a_restart() {
    let ground = with_places(2);
    let jobs = ground.orders(ANNA, Count::Five);
    ground.claims(2, NOW);
    ground.fails(jobs[0], 1, Kind::Temporary, NOW).unwrap();
    ground.submits(jobs[1], 1, NOW).unwrap();
    let before = ground.store.snapshot().unwrap();
    let (due, counters) = (before.due().unwrap(), before.counters().unwrap());
    drop(before);
    let ground = ground.reopened();
    let after = ground.store.snapshot().unwrap();
    assert_eq!(after.due().unwrap(), due);
    assert_eq!(after.counters().unwrap(), counters);
    drop(after);
    ground.books_balance();
    assert_eq!(ground.claims(9, NOW).len(), 1);
    assert_eq!(ground.claims_timed(jobs[0], later(NOW, 10)), None);
}
