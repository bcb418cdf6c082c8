//! Random walks: whatever is done in whatever order, the books balance after each step and every job ends.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::act::{Act, act};
use super::step::{Pen, Step, What, fails};
use super::*;
use crate::rules::conversation::say::Say;
use crate::rules::domain::job::Stage;

/// A ground with what a walk must remember to judge it.
pub(crate) struct Walk {
    ground: Option<Ground>,
    ended: BTreeMap<JobId, Job>,
    struck: usize,
}

impl Walk {
    pub fn new(ground: Ground) -> Self {
        Self {
            ground: Some(ground),
            ended: BTreeMap::new(),
            struck: 0,
        }
    }

    pub fn ground(&self) -> &Ground {
        self.ground.as_ref().unwrap()
    }

    /// Closes the file and opens it again.
    fn restarts(&mut self) {
        self.ground = self.ground.take().map(Ground::reopened);
    }

    /// Does a deed, and `also` in the same transaction; what it answers.
    pub fn does<F>(&mut self, deed: &Step, also: F) -> String
    where
        F: Fn(&mut Txn<'_>) -> Result<(), StoreError> + Send + 'static,
    {
        if let What::Strikes(chat, struck) = deed.what {
            let notes = self.ground().store.snapshot().unwrap().notes(chat).unwrap();
            let ends = |(note, row): &(NoteId, Note)| *note == struck && ends_a_job(&row.say);
            self.struck += notes.iter().filter(|note| ends(note)).count();
        }
        let told = self.told();
        let retires = matches!(deed.what, What::Retires(..));
        let (deed, shop) = (deed.clone(), self.ground().shop.clone());
        let answer = self.ground().write(move |txn| {
            let answer = deed.run(txn, &shop)?;
            also(txn)?;
            Ok(answer)
        });
        if retires {
            // Dropped for somebody who has not come back.
            self.struck += told - self.told();
        }
        answer
    }

    /// How many ends wait to be told, now or when somebody returns.
    fn told(&self) -> usize {
        let snapshot = self.ground().store.snapshot().unwrap();
        let users = snapshot.users().unwrap().into_iter();
        // Those who have blocked the bot have notes, too.
        let notes = users.flat_map(|(id, _)| snapshot.notes(id.chat()).unwrap());
        notes.filter(|(_, note)| ends_a_job(&note.say)).count()
    }

    /// What must be true at any moment.
    pub fn holds(&mut self) {
        assert_eq!(self.ground().breaches(), [""; 0]);
        let snapshot = self.ground().store.snapshot().unwrap();
        assert!(snapshot.counters().unwrap().places <= self.ground().shop.max_rendering);
        let mut live: BTreeMap<UserId, u32> = BTreeMap::new();
        for row in snapshot.jobs().unwrap() {
            let job = row.job;
            assert!(job.attempt <= self.ground().shop.max_attempts);
            if let Some(before) = self.ended.get(&job.id) {
                assert_eq!(*before, job, "a job that ended has changed");
            } else if job.stage.ended() {
                self.ended.insert(job.id, job);
            } else {
                *live.entry(job.user).or_default() += 1;
            }
        }
        let mut told = self.struck;
        for (id, row) in snapshot.users().unwrap() {
            let live = live.get(&id).copied().unwrap_or_default();
            assert_eq!(
                row.user.held.0, live,
                "user {id} holds one credit a live job"
            );
            let notes = snapshot.notes(id.chat()).unwrap();
            told += notes
                .iter()
                .filter(|(_, note)| ends_a_job(&note.say))
                .count();
        }
        assert_eq!(told, self.ended.len(), "every end is told, once");
    }

    /// Ends every job by what the daemon would do, without a video, and nothing is left of any.
    pub fn drains(&mut self, mut now: Timestamp) {
        for _ in 0..1000 {
            let rows = self.ground().store.snapshot().unwrap().jobs().unwrap();
            let live = rows.into_iter().map(|row| row.job);
            let live: Vec<_> = live.filter(|job| !job.stage.ended()).collect();
            if live.is_empty() {
                self.holds();
                return self.is_drained();
            }
            for job in live {
                if job.stage == Stage::Queued {
                    now = now.max(job.due);
                    self.ground().claims_timed(job.id, now);
                    self.ground().claims(1, now);
                } else {
                    let failure = Failure::new(Kind::Temporary, Source::Kie);
                    let what = fails(&job, job.attempt, failure);
                    self.does(&Step { what, at: now }, |_| Ok(()));
                }
            }
        }
        panic!("jobs are left that nothing ends");
    }

    fn is_drained(&self) {
        let snapshot = self.ground().store.snapshot().unwrap();
        assert!(snapshot.due().unwrap().is_empty());
        for (user, row) in snapshot.users().unwrap() {
            assert_eq!(row.user.held, Credits(0), "user {user}");
        }
    }
}

/// Few places, so that jobs wait for one.
pub(crate) fn narrow() -> Shop {
    Shop {
        max_rendering: 4,
        ..shop()
    }
}

/// Whether a note tells how a job ended.
fn ends_a_job(say: &Say) -> bool {
    matches!(
        say,
        Say::Video(_) | Say::VideoLink(_) | Say::Refunded { .. }
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_the_books_balance_and_every_job_ends(
        acts in prop::collection::vec(act(), 1..120),
    ) {
        let (mut walk, mut pen) = (Walk::new(Ground::with(narrow())), Pen::new());
        for act in acts {
            let snapshot = walk.ground().store.snapshot().unwrap();
            for deed in pen.steps(&act, &snapshot) {
                let answer = walk.does(&deed, |_| Ok(()));
                let again = matches!(act, Act::Repeats);
                prop_assert!(!again || answer == "Before", "{answer}");
            }
            drop(snapshot);
            if matches!(act, Act::Restarts) {
                walk.restarts();
            }
            walk.holds();
        }
        walk.drains(pen.now);
    }
}
