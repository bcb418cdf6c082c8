//! The archive: what is retired, what of it stays, and how everything fares that meets a retired order.

use super::*;
use crate::rules::conversation::say::{Hint, Say, Toast};
use crate::rules::domain::act::Who;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::{MessageId, OrderId};
use crate::rules::domain::retired::{End, Retired};
use crate::shop::deeds::By;
use crate::shop::outbox::{self, Sent};
use crate::shop::retire::{Pass, retire};
use crate::shop::verdict::{Called, callback};

const DAY: u64 = 24 * 60 * 60;
const BY: By = By {
    who: Who::Page,
    at: NOW,
};

impl Ground {
    /// Looks at so many orders from `from` on, as the janitor does a day after the orders of `NOW`.
    fn retires(&self, from: OrderId, most: usize) -> Pass {
        let (before, now) = (later(NOW, 1), later(NOW, DAY));
        self.write(move |txn| retire(txn, from, before, most, now))
    }

    /// Says what waits for everybody, and retires whatever has ended.
    pub(crate) fn retires_all(&self) -> u64 {
        for chat in self.store.snapshot().unwrap().chats().unwrap() {
            self.says_all(chat);
        }
        self.retires(OrderId(0), usize::MAX).retired
    }

    /// Says what waits in a chat.
    fn says_all(&self, chat: i64) {
        self.write(move |txn| {
            let mut notes = txn.notes(chat)?.into_iter();
            notes.try_for_each(|(note, _)| outbox::strike(txn, chat, note, &Sent::Plainly))
        })
    }

    /// An order whose jobs have ended: every second one failed.
    fn ended(&self, user: UserId, count: Count) -> Vec<JobId> {
        let jobs = self.orders(user, count);
        self.claims(100, NOW);
        for (number, job) in jobs.iter().enumerate() {
            if number % 2 == 0 {
                self.films(*job);
                self.succeeds(*job, 1, NOW).unwrap();
            } else {
                self.fails(*job, 1, Kind::Unknown, NOW).unwrap();
            }
        }
        jobs
    }

    fn blocks(&self, user: UserId) {
        let chat = user.chat();
        self.write(move |txn| outbox::unreachable(txn, chat));
    }

    fn retired(&self, order: u64) -> Option<Retired> {
        self.store
            .snapshot()
            .unwrap()
            .retired(OrderId(order))
            .unwrap()
    }

    fn is_kept(&self, order: u64) -> bool {
        let order = self.store.snapshot().unwrap().find_order(OrderId(order));
        order.unwrap().is_some()
    }
}

#[test]
fn of_an_old_order_one_small_row_stays_and_its_entries() {
    let ground = Ground::new();
    let jobs = ground.ended(ANNA, Count::Three);
    let file = jobs[0];
    ground.write(move |txn| txn.put_video(file, "file of the video"));
    let entries = ground.store.snapshot().unwrap().counters().unwrap().entry;
    assert_eq!(ground.retires_all(), 1);

    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.find_order(OrderId(1)).unwrap(), None);
    for job in &jobs {
        assert_eq!(snapshot.find_job(*job).unwrap(), None);
    }
    assert_eq!(snapshot.video(file).unwrap(), None);
    assert_eq!(snapshot.confirmed_by("press 1000000").unwrap(), None);
    assert_eq!(snapshot.counters().unwrap().entry, entries);

    let retired = ground.retired(1).unwrap();
    assert_eq!((retired.order, retired.user), (OrderId(1), ANNA));
    assert_eq!((retired.first_job, retired.placed_at), (jobs[0], NOW));
    assert_eq!(retired.since, later(NOW, DAY));
    let ends: Vec<_> = retired.ends.iter().map(|ended| ended.end.clone()).collect();
    let (model, kind) = (route().model, Kind::Unknown);
    let done = End::Done {
        model: model.clone(),
    };
    let failed = End::Failed { kind, model: None };
    assert_eq!(ends, [done.clone(), failed, done]);
    let attempts: Vec<_> = retired
        .ends
        .iter()
        .map(|end| (end.attempt, end.missed))
        .collect();
    assert_eq!(attempts, [(1, 0), (1, 1), (1, 0)]);
    let failed = snapshot.newest_failed(None, 9).unwrap();
    let failed: Vec<_> = failed.iter().map(|job| job.id()).collect();
    assert_eq!(
        failed,
        [jobs[1]],
        "it is still found among those that failed"
    );
    drop(snapshot);
    ground.books_balance();
    ground.reopened().books_balance();
}

#[test]
fn what_is_young_or_runs_or_has_something_to_say_stays() {
    let ground = Ground::new();
    ground.ended(ANNA, Count::One);
    assert_eq!(
        ground.retires(OrderId(0), 9),
        Pass::default(),
        "its notes wait"
    );
    ground.says_all(ANNA.chat());
    let young = ground.write(|txn| retire(txn, OrderId(0), NOW, 9, NOW));
    assert_eq!(young, Pass::default(), "it has not ended before that");
    let half = ground.orders(BORIS, Count::Three);
    ground.claims(1, NOW);
    ground.films(half[0]);
    ground.succeeds(half[0], 1, NOW).unwrap();
    ground.ended(ANNA, Count::One);
    assert_eq!(ground.retires_all(), 2);
    assert_eq!(
        [1, 2, 3].map(|order| ground.is_kept(order)),
        [false, true, false]
    );
    ground.books_balance();
}

#[test]
fn what_nobody_came_back_for_goes_with_its_order() {
    let ground = Ground::new();
    let videos = ground.ended(ANNA, Count::Three);
    ground.ended(BORIS, Count::One);
    ground.grants(ANNA, 1, None);
    ground.blocks(ANNA);
    let waits = ground.notes(ANNA).len();
    let pass = ground.retires(OrderId(0), 9);
    assert_eq!(
        (pass.retired, pass.dropped),
        (1, 3),
        "two videos and a refund"
    );
    assert_eq!(pass.videos, [videos[0], videos[2]]);
    let left = ground.notes(ANNA);
    assert_eq!(left.len(), waits - 3);
    assert!(
        left.iter()
            .all(|note| matches!(note.say, Say::Granted { .. }))
    );
    assert!(ground.is_kept(2), "Boris hears of his first");
    ground.books_balance();
}

#[test]
fn a_pass_looks_at_few_and_the_next_goes_on_behind_them() {
    let ground = Ground::new();
    for _ in 0..5 {
        ground.ended(ANNA, Count::One);
    }
    ground.orders(BORIS, Count::One);
    ground.says_all(ANNA.chat());
    let pass = ground.retires(OrderId(0), 2);
    assert_eq!((pass.retired, pass.next), (2, Some(OrderId(3))));
    let pass = ground.retires(OrderId(3), 2);
    assert_eq!((pass.retired, pass.next), (2, Some(OrderId(5))));
    let pass = ground.retires(OrderId(5), 3);
    assert_eq!((pass.retired, pass.next), (1, None));
}

#[test]
fn a_retired_order_is_found_by_its_number_and_by_each_of_its_jobs() {
    let ground = Ground::new();
    let mut all = Vec::new();
    for number in 0..40 {
        let count = Count::ALL[number % 3];
        let jobs = match number % 7 {
            3 => ground.orders(BORIS, count),
            _ => ground.ended(ANNA, count),
        };
        all.push(jobs);
    }
    assert_eq!(ground.retires_all(), 34);
    let snapshot = ground.store.snapshot().unwrap();
    for (order, jobs) in (1..).zip(&all) {
        let kept = ground.is_kept(order);
        let found = snapshot.retired(OrderId(order)).unwrap();
        assert_eq!(
            found.as_ref().map(|it| it.order),
            (!kept).then_some(OrderId(order))
        );
        for job in jobs {
            let with = snapshot.retired_with(*job).unwrap();
            assert_eq!(with, found, "{job}");
        }
    }
    for nobody in [0, 41, u64::MAX] {
        assert_eq!(snapshot.retired(OrderId(nobody)).unwrap(), None);
        assert_eq!(
            snapshot
                .retired_with(JobId(nobody.saturating_mul(9)))
                .unwrap(),
            None
        );
    }
    let newest = |before, most| -> Vec<u64> {
        let found = snapshot.newest_retired(before, most);
        found.unwrap().iter().map(|it| it.order.0).collect()
    };
    assert_eq!(newest(None, 3), [40, 38, 37]);
    assert_eq!(newest(Some(OrderId(12)), 3), [10, 9, 8]);
    assert_eq!(newest(Some(OrderId(1)), 3), [0; 0]);
    let before = all[2][1];
    let jobs = snapshot
        .newest_retired_jobs(Some(before), 3, |_| true)
        .unwrap();
    let jobs: Vec<_> = jobs.rows.iter().map(|job| job.id()).collect();
    assert_eq!(jobs, [all[2][0], all[1][2], all[1][1]]);
}

#[test]
fn a_call_for_a_retired_job_is_a_strangers_and_leaves_nothing() {
    let ground = Ground::new();
    let job = ground.ended(ANNA, Count::One)[0];
    let nonce = ground.job(job).nonce;
    ground.retires_all();
    for nonce in [nonce, 0] {
        let called = ground
            .write(move |txn| callback(txn, &Shop::default(), job, nonce, 1, &task(job), NOW));
        assert_eq!(called, Called::Stranger);
    }
    let counters = ground.store.snapshot().unwrap().counters().unwrap();
    assert_eq!((counters.orphans, counters.doubled), (0, 0));
    ground.books_balance();
}

#[test]
fn strays_go_with_their_job() {
    let ground = Ground::new();
    let job = ground.ended(ANNA, Count::One)[0];
    ground.write(move |txn| {
        for task in ["one", "two"] {
            assert!(txn.put_stray(job, &TaskId(task.into()), NOW)?);
        }
        Ok(())
    });
    ground.retires_all();
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(
        snapshot.rows(crate::store::tables::STRAYS).unwrap().count(),
        0
    );
}

#[test]
fn a_retired_video_is_still_paid_back_once() {
    let ground = Ground::new();
    let jobs = ground.ended(ANNA, Count::Three);
    ground.retires_all();
    let (before, _) = ground.balance(ANNA);
    let refund = |job| {
        let why = "why".to_owned();
        ground.does(BY, Deed::Refund { job, why })
    };
    let person = refund(jobs[0]).unwrap().person.unwrap();
    assert_eq!(person.balance, Credits(before + 1));
    assert_eq!(refund(jobs[0]), Err(Refusal::Repaid(jobs[0])));
    assert_eq!(ground.balance(ANNA).0, before + 1);
    assert_eq!(refund(jobs[1]), Err(Refusal::Failed(jobs[1])));
    assert_eq!(refund(JobId(404)), Err(Refusal::NoJob(JobId(404))));
    ground.books_balance();
}

#[test]
fn what_needs_the_order_itself_is_refused() {
    let ground = Ground::new();
    let jobs = ground.ended(ANNA, Count::Three);
    ground.retires_all();
    let cancel = |job| {
        let why = "why".to_owned();
        ground.does(BY, Deed::Cancel { job, why })
    };
    assert_eq!(cancel(jobs[0]), Err(Refusal::Done(jobs[0])));
    assert_eq!(cancel(jobs[1]), Err(Refusal::Failed(jobs[1])));
    assert_eq!(cancel(JobId(404)), Err(Refusal::NoJob(JobId(404))));
    let reorder = |job| ground.does(BY, Deed::Reorder { job, why: None });
    assert_eq!(reorder(jobs[0]), Err(Refusal::Done(jobs[0])));
    assert_eq!(reorder(jobs[1]), Err(Refusal::Retired(jobs[1])));
    assert_eq!(reorder(JobId(404)), Err(Refusal::NoJob(JobId(404))));
    let hurry = |job| ground.does(BY, Deed::Hurry { job });
    assert_eq!(hurry(jobs[0]), Err(Refusal::Done(jobs[0])));
    assert_eq!(hurry(JobId(404)), Err(Refusal::NoJob(JobId(404))));
    assert_eq!(ground.store.snapshot().unwrap().acts(None, 9).unwrap(), []);
}

#[test]
fn a_failed_job_is_not_ordered_again_twice_because_its_second_order_is_retired() {
    let ground = Ground::new();
    // The second job of the order still runs when the order made of the first is long over.
    let jobs = ground.orders(ANNA, Count::Three);
    let failed = jobs[0];
    ground.claims(1, NOW);
    ground.fails(failed, 1, Kind::Unknown, NOW).unwrap();
    let (job, why) = (failed, None);
    let retry = || {
        ground.does(
            BY,
            Deed::Reorder {
                job,
                why: why.clone(),
            },
        )
    };
    let order = retry().unwrap().came.order().unwrap();
    let second = JobId(jobs[2].0 + 1);
    ground.claims(9, NOW);
    ground.films(second);
    ground.succeeds(second, 1, NOW).unwrap();
    assert_eq!(ground.retires_all(), 0);
    assert_eq!(retry(), Err(Refusal::Reordered { job, order }));
    for job in &jobs[1..] {
        ground.fails(*job, 1, Kind::Unknown, NOW).unwrap();
    }
    // The first goes before the second, in one pass; meanwhile what it became is still known.
    ground.says_all(ANNA.chat());
    assert_eq!(ground.retires(OrderId(0), 1).retired, 1);
    assert_eq!(retry(), Err(Refusal::Reordered { job, order }));
    assert_eq!(ground.retires_all(), 1);
    assert_eq!(retry(), Err(Refusal::Retired(failed)));
    ground.books_balance();
}

#[test]
fn a_seller_who_wants_an_old_order_once_more_hears_that_it_is_gone() {
    let ground = Ground::new();
    ground.ended(ANNA, Count::One);
    ground.retires_all();
    let press = Event::Press(Some(Button::Again(OrderId(1))));
    let turned = ground.turn(update(ANNA, 77, press));
    assert!(
        matches!(
            turned,
            Turned::Done {
                toast: Some(Toast::Stale),
                order: None,
                ..
            }
        ),
        "{turned:?}"
    );
    let said = ground.notes(ANNA).pop().unwrap().say;
    let hint = Some(Hint::OrderGone);
    assert_eq!(said, Say::Menu { hint });
}

#[test]
fn only_their_own_seller_hears_that_of_an_order() {
    let ground = Ground::new();
    ground.ended(ANNA, Count::One);
    ground.turn(starts(BORIS, 5));
    ground.retires_all();
    for (user, order) in [(BORIS, 1), (ANNA, 404)] {
        let press = Event::Press(Some(Button::Again(OrderId(order))));
        ground.turn(update(user, 70 + user.0, press));
        let hint = Some(Hint::OldButton);
        let said = ground.notes(user).pop().unwrap().say;
        assert_eq!(said, Say::Menu { hint });
    }
}

#[test]
fn what_was_on_its_way_when_its_order_was_retired_leaves_nothing() {
    let ground = Ground::new();
    let job = ground.ended(ANNA, Count::One)[0];
    ground.retires_all();
    let chat = ANNA.chat();
    for sent in [
        Sent::Video(job, "file".into()),
        Sent::Status(OrderId(1), Some(MessageId(5))),
        Sent::Status(OrderId(1), None),
    ] {
        ground.write(move |txn| outbox::strike(txn, chat, NoteId(1), &sent));
    }
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.video(job).unwrap(), None);
    assert!(!ground.is_kept(1));
}

#[test]
fn a_row_that_cannot_be_read_stays_and_the_others_go() {
    let ground = Ground::new();
    ground.ended(ANNA, Count::One);
    ground.ended(BORIS, Count::One);
    for chat in [ANNA, BORIS].map(UserId::chat) {
        ground.says_all(chat);
    }
    ground.write(|txn| txn.damage_user(ANNA));
    let pass = ground.retires(OrderId(0), 9);
    assert_eq!(
        pass.retired, 2,
        "nothing waits, so nobody asks for the user"
    );
    let ground = Ground::new();
    ground.ended(ANNA, Count::One);
    ground.ended(BORIS, Count::One);
    ground.says_all(BORIS.chat());
    ground.write(|txn| txn.damage_user(ANNA));
    assert_eq!(ground.retires(OrderId(0), 9).retired, 1);
    assert_eq!([1, 2].map(|order| ground.is_kept(order)), [true, false]);
}

#[test]
fn whoever_ordered_of_late_is_so_though_the_order_is_retired() {
    use crate::rules::domain::broadcast::Segment;
    use crate::shop::audience::Audience;
    let ground = Ground::new();
    ground.ended(ANNA, Count::One);
    ground.turn(starts(BORIS, 5));
    ground.retires_all();
    let snapshot = ground.store.snapshot().unwrap();
    let of = |days| {
        let audience = Audience::new(&snapshot, ADMIN, later(NOW, days * DAY)).unwrap();
        audience.after(&snapshot, Segment::Recent, None, 9).unwrap()
    };
    assert_eq!(of(2), [ANNA]);
    assert_eq!(of(31), []);
}

#[test]
fn old_updates_are_found_a_part_at_a_time_and_all_in_turn() {
    let ground = Ground::new();
    ground.write(|txn| {
        for number in 1..=10 {
            txn.see_update(UpdateId(number), later(NOW, number % 2))?;
        }
        Ok(())
    });
    let snapshot = ground.store.snapshot().unwrap();
    let look = |from| {
        let (old, next) = snapshot
            .old_updates(UpdateId(from), 4, later(NOW, 1))
            .unwrap();
        (old.iter().map(|id| id.0).collect::<Vec<_>>(), next.0)
    };
    assert_eq!(look(0), (vec![2, 4], 5));
    assert_eq!(look(5), (vec![6, 8], 9));
    assert_eq!(look(9), (vec![10], 0));
    assert_eq!(look(11), (vec![], 0));
}
