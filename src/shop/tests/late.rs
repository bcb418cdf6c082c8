//! Late tasks: one video is paid for and one is delivered, whichever comes first.

use super::*;
use crate::rules::conversation::say::Say;
use crate::rules::domain::alert::{Alert, Lack};
use crate::rules::domain::job::Stage;
use crate::rules::domain::late::Late;
use crate::shop::verdict::{Called, Found, callback};
use crate::shop::{audit, late};
use crate::store::tables;

impl Ground {
    /// A job whose task runs, and is given up now.
    fn gives_up(&self) -> JobId {
        let job = self.orders(ANNA, Count::One)[0];
        self.claims(1, NOW);
        self.submits(job, 1, NOW).unwrap();
        self.accepted(job, 1, NOW).unwrap();
        self.blows(job, None);
        job
    }

    /// A job is hit by what its task may survive.
    fn blows(&self, job: JobId, lack: Option<Lack>) -> Verdict {
        let shop = self.shop.clone();
        let failure = Failure::new(Kind::Temporary, Source::Kie);
        let blow = verdict::Blow {
            lingers: true,
            lack,
            ..verdict::Blow::new(&self.job(job), failure)
        };
        let hit = move |txn: &mut Txn<'_>| verdict::fail(txn, &shop, job, 1, blow, &chain(), NOW);
        self.write(hit).unwrap().1
    }

    fn late(&self) -> Vec<Late> {
        let far = later(NOW, 1_000_000);
        let snapshot = self.store.snapshot().unwrap();
        snapshot.late(far, 100, |_| true).unwrap().0
    }

    fn finds(&self, late: &Late) -> Found {
        let (shop, late) = (self.shop.clone(), late.clone());
        let urls = ["url".to_owned()];
        self.write(move |txn| verdict::found(txn, &shop, &late, &urls, 1.5, NOW))
    }

    fn gives(&self, late: &Late) -> bool {
        let (shop, late) = (self.shop.clone(), late.clone());
        self.write(move |txn| verdict::gift(txn, &shop, &late, "url", false, 1.5, NOW))
    }

    fn calls(&self, job: JobId, submission: usize, task: &str) -> Called {
        let (shop, nonce) = (self.shop.clone(), self.job(job).nonce);
        let task = TaskId(task.into());
        self.write(move |txn| callback(txn, &shop, job, nonce, submission, &task, NOW))
    }

    fn videos(&self) -> Vec<bool> {
        let notes = self.notes(ANNA).into_iter();
        let gift = |note: Note| match note.say {
            Say::Video(video) => Some(video.gift),
            _ => None,
        };
        notes.filter_map(gift).collect()
    }

    fn alerts(&self) -> Vec<Alert> {
        let notes = self.notes(ADMIN).into_iter();
        let alert = |note: Note| match note.say {
            Say::Alert(alert) => Some(alert),
            _ => None,
        };
        notes.filter_map(alert).collect()
    }
}

#[test]
fn what_may_still_bring_a_video_is_never_tried_anew() {
    let ground = Ground::new();
    let job = ground.gives_up();
    assert!(matches!(ground.job(job).stage, Stage::Failed { .. }));
    assert_eq!(ground.balance(ANNA), (1, 0));
    let late = ground.late();
    assert_eq!((late.len(), late[0].task.clone()), (1, task(job)));
    assert!(late[0].due > NOW);
    ground.books_balance();
}

#[test]
fn a_late_video_is_given_away_once() {
    let ground = Ground::new();
    let job = ground.gives_up();
    let late = ground.late().remove(0);
    for _ in 0..2 {
        assert_eq!(ground.finds(&late), Found::Gift, "until it is here");
    }
    assert!(ground.gives(&late));
    assert!(!ground.gives(&late));
    assert_eq!(ground.finds(&late), Found::Surplus);
    assert_eq!(ground.videos(), [true]);
    assert_eq!(ground.alerts(), [Alert::LateVideo { job }]);
    let counters = ground.store.snapshot().unwrap().counters().unwrap();
    assert_eq!((counters.late, counters.doubled), (1, 0));
    assert_eq!((ground.late(), ground.balance(ANNA)), (vec![], (1, 0)));
    ground.books_balance();
}

#[test]
fn a_call_back_has_a_late_task_looked_at_now() {
    let ground = Ground::new();
    let job = ground.gives_up();
    let due = |ground: &Ground| {
        let snapshot = ground.store.snapshot().unwrap();
        snapshot.late(NOW, 100, |_| true).unwrap().0.len()
    };
    assert_eq!(due(&ground), 0);
    assert_eq!(ground.calls(job, 1, &task(job).0), Called::Late);
    assert_eq!(due(&ground), 1);
}

#[test]
fn a_task_of_a_lost_answer_is_looked_at_when_it_is_heard_of() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.submits(job, 1, NOW).unwrap();
    ground.fails(job, 1, Kind::Unknown, NOW).unwrap();
    assert_eq!(ground.calls(job, 1, "heard of"), Called::Orphan);
    let late = ground.late().remove(0);
    assert_eq!((late.due, late.route.clone()), (NOW, route()));
    assert!(ground.gives(&late));
    for n in 0..10 {
        ground.calls(job, 1, &format!("another {n}"));
    }
    assert_eq!(ground.late().len(), 4, "and no more, whatever comes");
    ground.books_balance();
}

#[test]
fn the_first_video_to_come_is_the_jobs_and_the_other_is_told() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.submits(job, 1, NOW).unwrap();
    ground.fails(job, 1, Kind::Temporary, NOW).unwrap();
    ground.claims_timed(job, later(NOW, 10)).unwrap();
    ground.submits(job, 2, NOW).unwrap();
    ground.accepted(job, 2, NOW).unwrap();
    assert_eq!(ground.calls(job, 1, "first"), Called::Orphan);
    let late = ground.late().remove(0);
    assert_eq!(ground.finds(&late), Found::Rescued);
    assert_eq!(ground.job(job).stage.name(), "rendered");
    assert_eq!(ground.alerts(), [Alert::Doubled { job }]);
    assert!(ground.rendered(job, 2, NOW).is_err(), "the other is late");
    ground.succeeds(job, 2, NOW).unwrap();
    assert_eq!(ground.calls(job, 2, &task(job).0), Called::Late);
    assert_eq!(
        (ground.videos(), ground.balance(ANNA)),
        (vec![false], (0, 0))
    );
    assert_eq!(ground.late(), []);
    ground.books_balance();
}

#[test]
fn a_late_video_of_a_job_that_has_one_or_is_cancelled_is_nobodys() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.films(job);
    let other = Late::new(job, TaskId("other".into()), route(), NOW);
    let keeps = |late: &Late| {
        let late = late.clone();
        assert!(ground.write(move |txn| late::keep(txn, &late)));
    };
    keeps(&other);
    assert_eq!(ground.finds(&other), Found::Surplus);
    assert_eq!(ground.alerts(), [Alert::Doubled { job }]);
    let cancelled = ground.orders(BORIS, Count::One)[0];
    ground
        .write(move |txn| verdict::cancel(txn, cancelled, NOW))
        .unwrap();
    let of_it = Late {
        job: cancelled,
        ..other
    };
    keeps(&of_it);
    assert_eq!(ground.finds(&of_it), Found::Surplus);
    keeps(&of_it);
    assert!(!ground.gives(&of_it));
    assert_eq!(ground.late(), []);
    ground.books_balance();
}

#[test]
fn a_job_has_few_late_tasks_and_they_go_with_it() {
    let ground = Ground::new();
    let job = ground.gives_up();
    let kept = (0..10).filter(|n| {
        let late = Late::new(job, TaskId(n.to_string()), route(), NOW);
        ground.write(move |txn| late::keep(txn, &late))
    });
    assert_eq!(kept.count(), 3, "four with its own");
    assert!(ground.late().iter().all(|late| late.job == job));
    ground.write(move |txn| txn.strike_all_late(job));
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.rows(tables::LATE).unwrap().count(), 0);
}

#[test]
fn looks_come_ever_more_rarely_and_then_no_more() {
    let ground = Ground::new();
    let job = ground.gives_up();
    let mut looks = 0;
    while let Some(late) = ground.late().into_iter().next() {
        let now = late.due;
        ground.write(move |txn| late::looked(txn, late.job, &late.task, now));
        looks += 1;
    }
    assert!((20..40).contains(&looks), "{looks}");
    assert_eq!(ground.balance(ANNA), (1, 0));
    assert_eq!(ground.calls(job, 1, &task(job).0), Called::Late);
}

#[test]
fn what_is_the_matter_with_a_result_is_told() {
    let ground = Ground::new();
    let job = ground.orders(ANNA, Count::One)[0];
    ground.claims(1, NOW);
    ground.films(job);
    let (lack, verdict) = (Lack::Gone, ground.blows(job, Some(Lack::Gone)));
    assert_eq!(verdict, Verdict::Refund);
    assert_eq!(ground.alerts(), [Alert::NoResult { job, lack }]);
    assert_eq!(ground.late().len(), 1);
    ground.books_balance();
}

#[test]
fn a_late_task_of_nobody_is_a_breach() {
    let ground = Ground::new();
    let stranger = Late::new(JobId(404), TaskId("t".into()), route(), NOW);
    ground.write(move |txn| late::keep(txn, &stranger));
    let found = audit::audit(&ground.store.snapshot().unwrap()).unwrap();
    let told: Vec<_> = found.breaches.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(told, ["job 404 has a late task and no row"]);
}
