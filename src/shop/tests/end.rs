//! Ends of attempts and grants: refunds and captures happen once.

use super::*;
use crate::rules::conversation::say::{Say, Worth};
use crate::rules::domain::act::Who;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::failure::{BILLING_REST, MODEL_REST};
use crate::rules::domain::job::Stage;
use crate::shop::deeds;
use crate::shop::verdict::{Called, callback, key_rest, model_rest};
use crate::store::snapshot::notes::Next;

fn refunds(ground: &Ground, user: UserId) -> usize {
    let refunded = |note: &&Note| matches!(note.say, Say::Refunded { .. });
    ground.notes(user).iter().filter(refunded).count()
}

#[test]
fn a_refund_happens_once_whatever_comes_after() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.films(job);
    let (failed, verdict) = ground.fails(job, 1, Kind::UserViolation, NOW).unwrap();
    assert_eq!(verdict, Verdict::Refund);
    let entries = ground.store.snapshot().unwrap().counters().unwrap().entry;
    assert!(ground.fails(job, 1, Kind::Unknown, NOW).is_err());
    assert!(ground.fails(job, 1, Kind::Billing, NOW).is_err());
    assert!(ground.succeeds(job, 1, NOW).is_err());
    assert!(ground.rendered(job, 1, NOW).is_err());
    assert_eq!(ground.job(job), failed);
    assert_eq!(ground.balance(ANNA), (1, 0));
    assert_eq!(refunds(&ground, ANNA), 1);
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.counters().unwrap().entry, entries);
    let rest = snapshot.rest(&key_rest(route().key)).unwrap();
    assert_eq!(rest, None, "a late failure rests no key");
    ground.books_balance();
}

#[test]
fn a_video_is_paid_once_whatever_comes_after() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.films(job);
    let done = ground.succeeds(job, 1, NOW).unwrap();
    let notes = ground.notes(ANNA);
    assert!(ground.succeeds(job, 1, NOW).is_err());
    assert!(ground.fails(job, 1, Kind::Temporary, NOW).is_err());
    assert_eq!(ground.job(job), done);
    assert_eq!(ground.balance(ANNA), (0, 0));
    assert_eq!(ground.notes(ANNA), notes);
    let counters = ground.store.snapshot().unwrap().counters().unwrap();
    assert_eq!((counters.revenue, counters.places), (1, 0));
    ground.books_balance();
}

#[test]
fn hurrying_never_orders_and_ordering_again_takes_a_failed_job_once() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    let by = || deeds::By {
        who: Who::Page,
        at: NOW,
    };
    let hurries = || ground.does(by(), Deed::Hurry { job });
    let orders = || {
        let why = Some("why".to_owned());
        ground.does(by(), Deed::Reorder { job, why })
    };
    assert_eq!(orders(), Err(Refusal::Live(job)));
    assert_eq!(hurries(), Err(Refusal::Waits(job)));
    ground.claims(1, NOW);
    ground.fails(job, 1, Kind::Temporary, NOW).unwrap();
    assert!(hurries().is_ok());
    ground.claims_timed(job, NOW).unwrap();
    ground.fails(job, 2, Kind::Unknown, NOW).unwrap();
    // Whoever was asked whether not to wait, and says yes only now, buys nothing.
    assert_eq!(hurries(), Err(Refusal::Failed(job)));
    assert_eq!(ground.balance(ANNA), (1, 0));
    let order = orders().unwrap().came.order().unwrap();
    assert_eq!(ground.balance(ANNA), (0, 1));
    assert_eq!(orders(), Err(Refusal::Reordered { job, order }));
    ground.books_balance();
}

#[test]
fn a_step_of_an_earlier_attempt_changes_nothing() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.fails(job, 1, Kind::Temporary, NOW).unwrap();
    let again = ground.claims_timed(job, later(NOW, 10)).unwrap();
    assert_eq!(again.attempt, 2);
    assert!(ground.fails(job, 1, Kind::Unknown, NOW).is_err());
    assert!(ground.submits(job, 1, NOW).is_err());
    assert!(ground.succeeds(job, 1, NOW).is_err());
    assert_eq!(ground.job(job), again);
    ground.books_balance();
}

#[test]
fn an_attempt_fails_once_even_before_the_next_begins() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    assert!(ground.fails(job, 0, Kind::Unknown, NOW).is_err());
    ground.claims(1, NOW);
    let (waiting, _) = ground.fails(job, 1, Kind::Temporary, NOW).unwrap();
    assert_eq!(waiting.stage, Stage::Queued);
    assert!(ground.fails(job, 1, Kind::Temporary, NOW).is_err());
    assert!(ground.fails(job, 1, Kind::Unknown, NOW).is_err());
    assert_eq!(ground.job(job), waiting);
    assert_eq!(ground.balance(ANNA), (0, 1));
    ground.books_balance();
}

#[test]
fn a_billing_refusal_rests_the_key_and_is_told_once_an_hour() {
    let ground = Ground::new();
    let jobs = ground.orders(ANNA, Count::Three);
    ground.claims(3, NOW);
    for job in &jobs {
        ground.submits(*job, 1, NOW).unwrap();
    }
    ground.fails(jobs[0], 1, Kind::Billing, NOW).unwrap();
    let soon = later(NOW, 3599);
    ground.fails(jobs[1], 1, Kind::Billing, soon).unwrap();
    assert_eq!(ground.notes(ADMIN).len(), 1);
    let hour = later(NOW, 3600);
    ground.fails(jobs[2], 1, Kind::Billing, hour).unwrap();
    assert_eq!(ground.notes(ADMIN).len(), 2);
    let snapshot = ground.store.snapshot().unwrap();
    let rest = snapshot.rest(&key_rest(route().key)).unwrap().unwrap();
    assert_eq!(rest.until, hour.plus(BILLING_REST));
    ground.books_balance();
}

#[test]
fn a_dead_model_rests_and_the_job_goes_on_with_the_next() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.submits(job, 1, NOW).unwrap();
    let (moved, verdict) = ground.fails(job, 1, Kind::ModelOff, NOW).unwrap();
    assert_eq!(verdict, Verdict::NextModel);
    assert_eq!((moved.attempt, moved.stage), (1, Stage::Preparing));
    let snapshot = ground.store.snapshot().unwrap();
    let rest = snapshot.rest(&model_rest(&route().model)).unwrap().unwrap();
    assert_eq!(rest.until, NOW.plus(MODEL_REST));
    assert_eq!(snapshot.counters().unwrap().places, 1);
    ground.books_balance();
}

fn calls(ground: &Ground, job: JobId, nonce: u64, submission: usize, task: TaskId) -> Called {
    let shop = ground.shop.clone();
    ground.write(move |txn| callback(txn, &shop, job, nonce, submission, &task, NOW))
}

#[test]
fn a_callback_adopts_a_lost_task_and_only_that() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    let nonce = ground.job(job).nonce;
    let said = |nonce, attempt, task| calls(&ground, job, nonce, attempt, task);
    assert_eq!(said(nonce, 0, task(job)), Called::Orphan);
    ground.claims(1, NOW);
    assert_eq!(said(nonce, 1, task(job)), Called::Orphan);
    ground.submits(job, 1, NOW).unwrap();
    assert_eq!(said(nonce ^ 1, 1, task(job)), Called::Stranger);
    assert_eq!(said(nonce, 2, task(job)), Called::Orphan);
    assert_eq!(said(nonce, 1, task(job)), Called::Adopted);
    assert_eq!(said(nonce, 1, TaskId("other".into())), Called::Orphan);
    ground
        .advances(job, 1, |job| job.look_again(later(NOW, 10)))
        .unwrap();
    assert_eq!(said(nonce, 1, task(job)), Called::Nudged);
    assert_eq!(ground.job(job).due, NOW);
    let nobody = calls(&ground, JobId(404), nonce, 1, task(job));
    assert_eq!(nobody, Called::Stranger);
    ground.books_balance();
}

/// Adopted, orphans, doubled.
fn lost(ground: &Ground) -> (u64, u64, u64) {
    let counters = ground.store.snapshot().unwrap().counters().unwrap();
    (counters.adopted, counters.orphans, counters.doubled)
}

#[test]
fn tasks_nobody_waits_for_are_counted_once_each() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    let nonce = ground.job(job).nonce;
    let says = |submission, name: &str| {
        let task = TaskId(name.into());
        calls(&ground, job, nonce, submission, task)
    };
    ground.claims(1, NOW);
    assert_eq!(says(1, "early"), Called::Orphan);
    assert_eq!(lost(&ground), (0, 0, 0), "nothing was asked for yet");
    // The first answer is lost and given up: its task is an orphan, however often it is told.
    ground.submits(job, 1, NOW).unwrap();
    ground.fails(job, 1, Kind::ModelOff, NOW).unwrap();
    assert_eq!(says(1, "given up"), Called::Orphan);
    for _ in 0..3 {
        assert_eq!(says(1, "given up"), Called::Late, "it is looked at");
    }
    assert_eq!(lost(&ground), (0, 1, 0));
    // The second is lost and brought back; a second task of the same submission is billed twice.
    ground.submits(job, 1, NOW).unwrap();
    assert_eq!(says(2, "second"), Called::Adopted);
    assert_eq!(says(2, "twin"), Called::Orphan);
    assert_eq!(says(2, "twin"), Called::Orphan);
    assert_eq!(lost(&ground), (1, 1, 1));
    // Whatever becomes of it, its own calls are late and no news.
    ground.rendered(job, 1, NOW).unwrap();
    assert_eq!(says(2, "second"), Called::Late);
    ground.succeeds(job, 1, NOW).unwrap();
    assert_eq!(says(2, "second"), Called::Late);
    assert_eq!(says(0, "never"), Called::Orphan);
    assert_eq!(says(3, "never"), Called::Orphan);
    assert_eq!(lost(&ground), (1, 1, 1));
    for twin in 0..100 {
        assert_eq!(says(2, &format!("forged {twin}")), Called::Orphan);
    }
    assert_eq!(lost(&ground), (1, 1, 15), "no more than 16 a job");
    ground.books_balance();
}

#[test]
fn a_failed_task_that_calls_late_is_no_orphan() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    let nonce = ground.job(job).nonce;
    ground.claims(1, NOW);
    ground.submits(job, 1, NOW).unwrap();
    ground.accepted(job, 1, NOW).unwrap();
    ground.fails(job, 1, Kind::Unknown, NOW).unwrap();
    let said = calls(&ground, job, nonce, 1, task(job));
    assert_eq!((said, lost(&ground)), (Called::Late, (0, 0, 0)));
}

#[test]
fn a_task_for_a_job_that_was_cancelled_meanwhile_is_one_orphan_however_it_is_heard_of() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    let nonce = ground.job(job).nonce;
    ground.claims(1, NOW);
    ground.submits(job, 1, NOW).unwrap();
    let cancelled = ground.write(move |txn| crate::shop::verdict::cancel(txn, job, NOW));
    assert!(cancelled.is_ok());
    let (shop, made) = (ground.shop.clone(), task(job));
    let accepted = ground.write(move |txn| {
        let next = later(NOW, 10);
        crate::shop::verdict::accepted(txn, &shop, job, 1, &made, next, NOW)
    });
    assert!(accepted.is_err(), "nobody waits for it");
    assert_eq!(lost(&ground), (0, 1, 0));
    let said = calls(&ground, job, nonce, 1, task(job));
    assert_eq!((said, lost(&ground)), (Called::Orphan, (0, 1, 0)));
    ground.books_balance();
}

#[test]
fn a_grant_is_given_once_per_key() {
    let ground = Ground::new();
    assert_eq!(
        ground.grants(ANNA, 5, Some("a")),
        Granted::Not(Refusal::NoUser(ANNA.to_string()))
    );
    ground.turn(starts(ANNA, 1));
    assert_eq!(ground.grants(ANNA, 5, Some("a")), Granted::Done(Credits(7)));
    assert_eq!(
        ground.grants(ANNA, 5, Some("a")),
        Granted::Before(Credits(7))
    );
    assert_eq!(
        ground.grants(ANNA, 3, Some("b")),
        Granted::Done(Credits(10))
    );
    assert_eq!(ground.grants(ANNA, 3, None), Granted::Done(Credits(13)));
    assert_eq!(ground.grants(ANNA, 3, None), Granted::Done(Credits(16)));
    ground.turn(starts(BORIS, 2));
    for (user, credits) in [(BORIS, 5), (ANNA, 6), (ANNA, -5)] {
        let other = ground.grants(user, credits, Some("a"));
        let used = Refusal::Used {
            key: "a".into(),
            user: ANNA,
            credits: 5,
        };
        assert_eq!(other, Granted::Not(used));
    }
    assert_eq!(ground.balance(BORIS), (2, 0));
    ground.books_balance();
}

#[test]
fn a_grant_takes_back_no_more_than_there_is() {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 1));
    assert_eq!(
        ground.grants(ANNA, -3, None),
        Granted::Not(Refusal::TooMuch {
            user: ANNA,
            balance: Credits(2)
        })
    );
    assert_eq!(
        ground.grants(ANNA, i32::MIN, None),
        Granted::Not(Refusal::TooMuch {
            user: ANNA,
            balance: Credits(2)
        })
    );
    assert_eq!(ground.grants(ANNA, -2, None), Granted::Done(Credits(0)));
    ground.books_balance();
}

#[test]
fn a_grant_gives_no_more_than_a_balance_can_hold() {
    let ground = Ground::new();
    ground.orders(ANNA, Count::Five);
    assert!(matches!(
        ground.grants(ANNA, i32::MAX, None),
        Granted::Done(_)
    ));
    assert!(matches!(
        ground.grants(ANNA, i32::MAX, None),
        Granted::Not(Refusal::Full { .. })
    ));
    for job in ground.claims(5, NOW) {
        ground.fails(job.id, 1, Kind::Unknown, NOW).unwrap();
    }
    ground.books_balance();
}

#[test]
fn what_an_unreachable_user_must_hear_is_kept() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.fails(job, 1, Kind::Unknown, NOW).unwrap();
    ground.write(|txn| crate::shop::outbox::unreachable(txn, 1));
    assert_eq!(refunds(&ground, ANNA), 1);
    assert!(
        ground
            .notes(ANNA)
            .iter()
            .all(|note| note.say.worth() == Worth::Outcome)
    );
    assert!(!ground.user(ANNA).reachable);
    let waiting = |ground: &Ground| {
        let snapshot = ground.store.snapshot().unwrap();
        let (notes, chats) = (snapshot.waiting_notes().unwrap(), snapshot.chats().unwrap());
        assert_eq!(snapshot.counters().unwrap().chats, chats.len() as u64);
        (notes, chats)
    };
    // What is written meanwhile is kept as well.
    ground.grants(ANNA, 1, None);
    let kept = ground.notes(ANNA);
    assert_eq!(waiting(&ground), (0, vec![]));
    ground.books_balance();
    let ground = ground.reopened();
    ground.turn(starts(ANNA, 1));
    assert!(ground.user(ANNA).reachable);
    let (notes, chats) = waiting(&ground);
    assert!(notes > kept.len() as u64);
    assert_eq!(chats, [1]);
    assert_eq!(ground.notes(ANNA)[..kept.len()], kept[..]);
    ground.books_balance();
    let mut woken = ground
        .runtime
        .block_on(ground.store.wakes().take_chats())
        .into_iter();
    assert!(woken.any(|chat| chat == 1));
}

#[test]
fn what_waits_for_somebody_who_blocks_the_bot_is_kept_for_their_return() {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 1));
    ground.turn(starts(BORIS, 2));
    let said = ground.notes(ANNA);
    ground.turn(update(ANNA, 3, Event::Blocked));
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.chats().unwrap(), [2]);
    assert_eq!(snapshot.next_note(1, NOW).unwrap(), Next::Nothing);
    assert_eq!(ground.notes(ANNA), said);
    ground.books_balance();
    ground.turn(update(ANNA, 4, Event::Unblocked));
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.chats().unwrap(), [1, 2]);
    assert_eq!(ground.notes(ANNA), said);
    ground.books_balance();
}

#[test]
fn the_oldest_that_waits_is_found() {
    let ground = Ground::new();
    let snapshot = || sight_of(&ground);
    assert_eq!(snapshot().oldest_queued().unwrap(), None);
    assert_eq!(snapshot().oldest_note().unwrap(), None);
    ground.orders(BORIS, Count::Three);
    ground.orders(ANNA, Count::One);
    assert_eq!(snapshot().oldest_queued().unwrap(), Some(NOW));
    assert_eq!(snapshot().oldest_note().unwrap(), Some(NOW));
    let live = || sight_of(&ground).counters().unwrap().live;
    assert_eq!((live().queued, live().preparing), (4, 0));
    let jobs = ground.claims(4, NOW);
    assert_eq!(snapshot().oldest_queued().unwrap(), None);
    assert_eq!((live().queued, live().preparing), (0, 4));
    ground.films(jobs[0].id);
    ground.succeeds(jobs[0].id, 1, NOW).unwrap();
    assert_eq!(live().preparing, 3);
    ground.books_balance();
}

fn sight_of(ground: &Ground) -> crate::store::Snapshot {
    ground.store.snapshot().unwrap()
}
