//! Steps: acts told to the end, so that one can be done again, and elsewhere, exactly.

use super::act::{Act, Word};
use super::*;
use crate::rules::conversation::event::Picture;
use crate::rules::domain::brief::Style;
use crate::rules::domain::id::OrderId;
use crate::shop::outbox::{self, Sent};
use crate::shop::{deeds, retire};
use crate::store::Snapshot;
use crate::store::snapshot::notes::Next;

/// A move of a job that needs the time.
type Move = fn(Job, Timestamp) -> Result<Job, OutOfTurn>;

/// One transaction of the shop with everything it needs, the time among it.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub what: What,
    pub at: Timestamp,
}

/// What is done.
#[derive(Debug, Clone)]
pub(crate) enum What {
    Asks(UserId, Count),
    Turns(Update),
    Grants(UserId, i32, Option<String>),
    Claims(usize),
    ClaimsTimed(JobId),
    Moves(JobId, u8, Move),
    Succeeds(JobId, u8, bool),
    Fails(JobId, u8, &'static str, Failure),
    Calls(JobId, u64, usize, TaskId),
    Nudges(JobId),
    Does(Deed),
    Blocks(i64),
    Strikes(i64, NoteId),
    Retires(OrderId, Timestamp, usize),
}

impl Step {
    /// Does it; what it answers, in words.
    pub fn run(&self, txn: &mut Txn<'_>, shop: &Shop) -> Result<String, StoreError> {
        let now = self.at;
        match self.what.clone() {
            What::Asks(user, count) => {
                let credits = u32::from(count.number());
                said(asks_to_confirm(txn, user, credits, count)?)
            }
            What::Turns(update) => said(turn(txn, shop, &update, &[7; 32], now)?),
            What::Grants(user, credits, key) => {
                let key = key.as_deref();
                said(ledger::grant(txn, user, credits, "why", key, now)?)
            }
            What::Claims(most) => said(queue::claim(txn, shop, most, now)?),
            What::ClaimsTimed(job) => said(queue::claim_timed(txn, shop, job, now)?),
            What::Moves(job, attempt, step) => {
                said(queue::advance(txn, job, attempt, |job| step(job, now))?)
            }
            What::Succeeds(job, attempt, large) => {
                said(verdict::succeed(txn, job, attempt, "url", large, now)?)
            }
            What::Fails(job, attempt, seen, failure) => {
                let chain = chain();
                let blow = verdict::Blow {
                    seen,
                    failure,
                    key: None,
                    burned: 0.0,
                    lingers: false,
                    lack: None,
                };
                said(verdict::fail(txn, shop, job, attempt, blow, &chain, now)?)
            }
            What::Calls(job, nonce, submission, task) => said(verdict::callback(
                txn, shop, job, nonce, submission, &task, now,
            )?),
            What::Nudges(job) => said(queue::nudge(txn, job, now)?),
            What::Does(deed) => said(deeds::perform(txn, by(now), shop, &deed, &[7; 32])?),
            What::Blocks(chat) => said(outbox::unreachable(txn, chat)?),
            What::Strikes(chat, note) => said(outbox::strike(txn, chat, note, &Sent::Plainly)?),
            What::Retires(from, before, most) => {
                said(retire::retire(txn, from, before, most, now)?)
            }
        }
    }
}

fn by(at: Timestamp) -> deeds::By {
    let who = crate::rules::domain::act::Who::Shell { uid: 0 };
    deeds::By { who, at }
}

#[expect(clippy::unnecessary_wraps, reason = "ends every arm alike")]
fn said(answer: impl std::fmt::Debug) -> Result<String, StoreError> {
    Ok(format!("{answer:?}"))
}

/// What must be remembered to make deeds of acts.
pub(crate) struct Pen {
    pub now: Timestamp,
    updates: u64,
    last: Option<Update>,
}

impl Pen {
    pub fn new() -> Self {
        Self {
            now: NOW,
            updates: 0,
            last: None,
        }
    }

    /// The deeds an act comes to in a shop that looks like this. What is picked by number is picked here.
    pub fn steps(&mut self, act: &Act, snapshot: &Snapshot) -> Vec<Step> {
        let done = self.done(act, snapshot);
        let at = self.now;
        done.into_iter().map(|what| Step { what, at }).collect()
    }

    fn done(&mut self, act: &Act, snapshot: &Snapshot) -> Vec<What> {
        let one = |what: Option<What>| Vec::from_iter(what);
        let moves = |which, step: Move| {
            let job = pick(snapshot, which);
            one(job.map(|job| What::Moves(job.id, job.attempt, step)))
        };
        match *act {
            Act::Says(user, word) => self.says(UserId(user), word, snapshot),
            Act::Repeats => one(self.last.clone().map(What::Turns)),
            Act::Orders(user, count) => {
                let number = self.number();
                self.orders(UserId(user), count, number, &format!("press {number}"))
            }
            Act::PressesAgain(user) => {
                let number = self.number();
                self.orders(UserId(user), Count::One, number, "the same press")
            }
            Act::Grants(user, credits, key) => {
                let key = key.map(|key| format!("key {key}"));
                vec![What::Grants(UserId(user), credits, key)]
            }
            Act::Claims(most) => vec![What::Claims(most)],
            Act::ClaimsTimed(which) => {
                one(pick(snapshot, which).map(|job| What::ClaimsTimed(job.id)))
            }
            Act::Scripts(which) => moves(which, |job, _| job.scripted("script".into())),
            Act::PutsOff(which) => moves(which, |job, now| job.put_off(later(now, 5))),
            Act::Submits(which) => {
                moves(which, |job, now| job.submit(route(), now, later(now, 1800)))
            }
            Act::Accepts(which) => moves(which, |job, now| {
                let task = task(job.id);
                job.accepted(task, later(now, 10))
            }),
            Act::LooksAgain(which) => moves(which, |job, now| job.look_again(later(now, 10))),
            Act::Renders(which) => moves(which, |job, now| job.rendered(vec!["url".into()], now)),
            Act::MissesVideo(which) => moves(which, |job, now| job.missed_video(later(now, 5))),
            Act::Succeeds(which) => {
                let large = which % 2 == 0;
                one(pick(snapshot, which).map(|job| What::Succeeds(job.id, job.attempt, large)))
            }
            Act::Fails(which, kind, source) => one(pick(snapshot, which)
                .map(|job| fails(&job, job.attempt, Failure::new(kind, source)))),
            Act::FailsLate(which, attempt, kind) => {
                let failure = Failure::new(kind, Source::Kie);
                one(pick(snapshot, which).map(|job| fails(&job, attempt, failure)))
            }
            Act::Calls(which, known, same) => one(pick(snapshot, which).map(|job| {
                let nonce = job.nonce ^ u64::from(!known);
                let named = if same { job.id } else { JobId(404) };
                What::Calls(job.id, nonce, job.submission(), task(named))
            })),
            Act::Nudges(which) => one(pick(snapshot, which).map(|job| What::Nudges(job.id))),
            Act::Cancels(which) => one(any(snapshot, which).map(|job| {
                let why = "why".to_owned();
                What::Does(Deed::Cancel { job, why })
            })),
            Act::Refunds(which) => one(any(snapshot, which).map(|job| {
                let why = "why".to_owned();
                What::Does(Deed::Refund { job, why })
            })),
            Act::Retries(which) => one(any(snapshot, which).map(|job| {
                let live = snapshot
                    .jobs()
                    .unwrap()
                    .iter()
                    .any(|row| row.job.id == job && row.job.stage.ended_at().is_none());
                What::Does(match live {
                    true => Deed::Hurry { job },
                    false => Deed::Reorder { job, why: None },
                })
            })),
            Act::Bans(user, out) => {
                let (user, why) = (UserId(user), "why".to_owned());
                vec![What::Does(match out {
                    true => Deed::Ban { user, why },
                    false => Deed::Unban { user },
                })]
            }
            Act::Pauses(on) => {
                let why = "why".to_owned();
                vec![What::Does(match on {
                    true => Deed::Pause { why },
                    false => Deed::Resume,
                })]
            }
            Act::Blocks(user) => vec![What::Blocks(UserId(user).chat())],
            Act::Strikes(user) => {
                let chat = UserId(user).chat();
                one(match snapshot.next_note(chat, self.now).unwrap() {
                    Next::Note(note, _) => Some(What::Strikes(chat, note)),
                    Next::Aside(_) | Next::Nothing => None,
                })
            }
            Act::Retires(most) => {
                let before = Timestamp(self.now.0.saturating_sub(60_000));
                vec![What::Retires(OrderId(0), before, most)]
            }
            Act::Passes(millis) => {
                self.now = Timestamp(self.now.0.saturating_add_signed(millis));
                Vec::new()
            }
            Act::Restarts => Vec::new(),
        }
    }

    fn number(&mut self) -> u64 {
        self.updates += 1;
        self.updates
    }

    fn turns(&mut self, update: Update) -> What {
        self.last = Some(update.clone());
        What::Turns(update)
    }

    fn orders(&mut self, user: UserId, count: Count, number: u64, press: &str) -> Vec<What> {
        let confirms = self.turns(confirms(user, number, press));
        vec![What::Asks(user, count), confirms]
    }

    fn says(&mut self, user: UserId, word: Word, snapshot: &Snapshot) -> Vec<What> {
        let row = snapshot.user(user).unwrap();
        let draft = row.map_or(DraftId(0), |row| row.session.draft);
        let press = |button| Event::Press(Some(button));
        let event = match word {
            Word::Start => Event::Command(Command::Start),
            Word::Make => press(Button::Make),
            Word::Photo => Event::Picture(Picture {
                photo: brief().photo,
                album: None,
                caption: None,
                as_file: false,
            }),
            Word::Text => Event::Text("чайник".into()),
            Word::Style => press(Button::Style {
                draft,
                style: Style::named("ugc").unwrap(),
            }),
            Word::Count => press(Button::Count {
                draft,
                count: Count::One,
            }),
            Word::Yes => press(Button::Confirm { draft }),
        };
        let number = self.number();
        let callback = matches!(event, Event::Press(_));
        let callback = callback.then(|| CallbackId(format!("said {number}")));
        vec![self.turns(Update {
            callback,
            ..update(user, number, event)
        })]
    }
}

/// The failure of a job as it looks now.
pub(crate) fn fails(job: &Job, attempt: u8, failure: Failure) -> What {
    What::Fails(job.id, attempt, job.stage.name(), failure)
}

/// A job that there is or was.
fn any(snapshot: &Snapshot, which: usize) -> Option<JobId> {
    let most = snapshot.counters().unwrap().job;
    (most > 0).then(|| JobId(1 + which as u64 % most))
}

fn pick(snapshot: &Snapshot, which: usize) -> Option<Job> {
    let mut rows = snapshot.jobs().unwrap();
    let most = rows.len();
    (most > 0).then(|| rows.swap_remove(which % most).job)
}
