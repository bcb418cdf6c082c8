//! Random walks: whatever is done in whatever order, the books balance after each step and every job ends.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::job::Stage;
use crate::flow::event::{Picture, Style};
use crate::flow::say::Say;
use crate::store::outbox::{self, Sent};

/// One thing that may happen. Jobs, users and keys are picked by number, modulo what there is.
#[derive(Debug, Clone)]
enum Act {
    Says(u64, Word),
    Repeats,
    Orders(u64, Count),
    PressesAgain(u64),
    Grants(u64, i32, Option<u8>),
    Claims(usize),
    ClaimsTimed(usize),
    Scripts(usize),
    PutsOff(usize),
    Submits(usize),
    Accepts(usize),
    LooksAgain(usize),
    Renders(usize),
    MissesVideo(usize),
    Succeeds(usize),
    Fails(usize, Kind, Source),
    FailsLate(usize, u8, Kind),
    Calls(usize, bool, bool),
    Nudges(usize),
    Blocks(u64),
    Strikes(u64),
    Passes(i64),
    Restarts,
}

/// What a user says.
#[derive(Debug, Clone, Copy)]
enum Word {
    Start,
    Make,
    Photo,
    Text,
    Style,
    Count,
    Yes,
}

fn word() -> impl Strategy<Value = Word> {
    proptest::sample::select(vec![
        Word::Start,
        Word::Make,
        Word::Photo,
        Word::Text,
        Word::Style,
        Word::Count,
        Word::Yes,
    ])
}

fn act() -> impl Strategy<Value = Act> {
    let user = 1..5u64;
    let job = 0..100usize;
    let kind = proptest::sample::select(Kind::ALL.to_vec());
    let source = proptest::sample::select(vec![
        Source::Telegram,
        Source::Gpt,
        Source::Kie,
        Source::Shop,
    ]);
    let count = proptest::sample::select(Count::ALL.to_vec());
    let key = proptest::option::of(0..3u8);
    let span = prop_oneof![
        4 => 0..120_000i64,
        1 => -7_200_000..0i64,
        1 => 0..90_000_000i64,
    ];
    prop_oneof![
        4 => (user.clone(), word()).prop_map(|(user, word)| Act::Says(user, word)),
        1 => Just(Act::Repeats),
        4 => (user.clone(), count).prop_map(|(user, count)| Act::Orders(user, count)),
        1 => user.clone().prop_map(Act::PressesAgain),
        2 => (user.clone(), -4..6i32, key).prop_map(|(user, n, key)| Act::Grants(user, n, key)),
        4 => (0..6usize).prop_map(Act::Claims),
        3 => job.clone().prop_map(Act::ClaimsTimed),
        1 => job.clone().prop_map(Act::Scripts),
        1 => job.clone().prop_map(Act::PutsOff),
        4 => job.clone().prop_map(Act::Submits),
        4 => job.clone().prop_map(Act::Accepts),
        1 => job.clone().prop_map(Act::LooksAgain),
        4 => job.clone().prop_map(Act::Renders),
        1 => job.clone().prop_map(Act::MissesVideo),
        4 => job.clone().prop_map(Act::Succeeds),
        5 => (job.clone(), kind.clone(), source).prop_map(|(job, kind, source)| Act::Fails(job, kind, source)),
        1 => (job.clone(), 0..4u8, kind).prop_map(|(job, attempt, kind)| Act::FailsLate(job, attempt, kind)),
        2 => (job.clone(), any::<bool>(), any::<bool>()).prop_map(|(job, known, same)| Act::Calls(job, known, same)),
        1 => job.prop_map(Act::Nudges),
        1 => user.clone().prop_map(Act::Blocks),
        2 => user.prop_map(Act::Strikes),
        3 => span.prop_map(Act::Passes),
        1 => Just(Act::Restarts),
    ]
}

/// A ground with what a walk must remember to judge it.
struct Walk {
    ground: Option<Ground>,
    now: Timestamp,
    updates: u64,
    last: Option<Update>,
    ended: BTreeMap<JobId, Job>,
    struck: usize,
}

impl Walk {
    fn new() -> Self {
        let ground = Ground::with(Shop {
            max_rendering: 4,
            ..shop()
        });
        Self {
            ground: Some(ground),
            now: NOW,
            updates: 0,
            last: None,
            ended: BTreeMap::new(),
            struck: 0,
        }
    }

    fn ground(&self) -> &Ground {
        self.ground.as_ref().unwrap()
    }

    fn does(&mut self, act: Act) {
        let now = self.now;
        match act {
            Act::Says(user, word) => self.says(UserId(user), word),
            Act::Repeats => {
                if let Some(update) = self.last.clone() {
                    let turned = self.turns(update);
                    assert_eq!(turned, Turned::Before);
                }
            }
            Act::Orders(user, count) => {
                let credits = u32::from(count.number());
                self.ground().asks_to_confirm(UserId(user), credits, count);
                let number = self.number();
                let press = format!("press {number}");
                self.turns(confirms(UserId(user), number, &press));
            }
            Act::PressesAgain(user) => {
                let number = self.number();
                self.ground().asks_to_confirm(UserId(user), 1, Count::One);
                self.turns(confirms(UserId(user), number, "the same press"));
            }
            Act::Grants(user, credits, key) => {
                let key = key.map(|key| format!("key {key}"));
                self.ground().write(move |txn| {
                    ledger::grant(txn, UserId(user), credits, "why", key.as_deref(), now)
                });
            }
            Act::Claims(most) => drop(self.ground().claims(most, now)),
            Act::ClaimsTimed(pick) => {
                if let Some(job) = self.pick(pick) {
                    self.ground().claims_timed(job.id, now);
                }
            }
            Act::Scripts(pick) => self.moves(pick, |job, _| job.scripted("script".into())),
            Act::PutsOff(pick) => self.moves(pick, |job, now| job.put_off(later(now, 5))),
            Act::Submits(pick) => {
                self.moves(pick, |job, now| job.submit(route(), now, later(now, 1800)))
            }
            Act::Accepts(pick) => self.moves(pick, |job, now| {
                let task = task(job.id);
                job.accepted(task, later(now, 10))
            }),
            Act::LooksAgain(pick) => self.moves(pick, |job, now| job.look_again(later(now, 10))),
            Act::Renders(pick) => self.moves(pick, |job, now| job.rendered("url".into(), now)),
            Act::MissesVideo(pick) => self.moves(pick, |job, now| job.missed_video(later(now, 5))),
            Act::Succeeds(pick) => {
                if let Some(job) = self.pick(pick) {
                    let large = pick % 2 == 0;
                    let _ = self
                        .ground()
                        .write(move |txn| verdict::succeed(txn, job.id, job.attempt, large, now));
                }
            }
            Act::Fails(pick, kind, source) => {
                if let Some(job) = self.pick(pick) {
                    self.fails(job.id, job.attempt, Failure::new(kind, source));
                }
            }
            Act::FailsLate(pick, attempt, kind) => {
                if let Some(job) = self.pick(pick) {
                    self.fails(job.id, attempt, Failure::new(kind, Source::Kie));
                }
            }
            Act::Calls(pick, known, same) => {
                if let Some(job) = self.pick(pick) {
                    let nonce = job.nonce ^ u64::from(!known);
                    let named = if same { job.id } else { JobId(404) };
                    self.ground().write(move |txn| {
                        verdict::callback(txn, job.id, nonce, job.submission(), &task(named), now)
                    });
                }
            }
            Act::Nudges(pick) => {
                if let Some(job) = self.pick(pick) {
                    self.ground()
                        .write(move |txn| queue::nudge(txn, job.id, now));
                }
            }
            Act::Blocks(user) => {
                let chat = outbox::chat_of(UserId(user));
                self.ground()
                    .write(move |txn| outbox::unreachable(txn, chat));
            }
            Act::Strikes(user) => self.strikes(UserId(user)),
            Act::Passes(millis) => self.now = Timestamp(now.0.saturating_add_signed(millis)),
            Act::Restarts => self.ground = self.ground.take().map(Ground::reopened),
        }
    }

    fn number(&mut self) -> u64 {
        self.updates += 1;
        self.updates
    }

    fn turns(&mut self, update: Update) -> Turned {
        let (shop, now) = (self.ground().shop.clone(), self.now);
        self.last = Some(update.clone());
        self.ground()
            .write(move |txn| turn(txn, &shop, &update, &[7; 32], now))
    }

    fn says(&mut self, user: UserId, word: Word) {
        let row = self.ground().store.snapshot().unwrap().user(user).unwrap();
        let draft = row.map_or(DraftId(0), |row| row.session.draft);
        let press = |button| Event::Press(Some(button));
        let event = match word {
            Word::Start => Event::Command(Command::Start),
            Word::Make => press(Button::Make),
            Word::Photo => Event::Picture(Picture {
                photo: brief().photo,
                album: None,
                caption: None,
            }),
            Word::Text => Event::Text("чайник".into()),
            Word::Style => press(Button::Style {
                draft,
                style: Style::ALL[0],
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
        self.turns(Update {
            callback,
            ..update(user, number, event)
        });
    }

    fn pick(&self, pick: usize) -> Option<Job> {
        let mut rows = self.ground().store.snapshot().unwrap().jobs().unwrap();
        let most = rows.len();
        (most > 0).then(|| rows.swap_remove(pick % most).job)
    }

    fn moves(&self, pick: usize, step: fn(Job, Timestamp) -> Result<Job, OutOfTurn>) {
        let now = self.now;
        if let Some(job) = self.pick(pick) {
            let _ = self
                .ground()
                .advances(job.id, job.attempt, move |job| step(job, now));
        }
    }

    fn fails(&self, job: JobId, attempt: u8, failure: Failure) {
        let (shop, now) = (self.ground().shop.clone(), self.now);
        let seen = self.ground().job(job).stage.name();
        let _ = self.ground().write(move |txn| {
            verdict::fail(txn, &shop, job, attempt, seen, failure, &chain(), now)
        });
    }

    /// Strikes a user's first note, as if it had been sent.
    fn strikes(&mut self, user: UserId) {
        let chat = outbox::chat_of(user);
        let first = self.ground().store.snapshot().unwrap().first_note(chat);
        if let Some((id, note)) = first.unwrap() {
            self.struck += usize::from(ends_a_job(&note.say));
            self.ground()
                .write(move |txn| outbox::strike(txn, chat, id, &Sent::Plainly));
        }
    }

    /// What must be true at any moment.
    fn holds(&mut self) {
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
            let notes = snapshot.notes(outbox::chat_of(id)).unwrap();
            told += notes
                .iter()
                .filter(|(_, note)| ends_a_job(&note.say))
                .count();
        }
        assert_eq!(told, self.ended.len(), "every end is told, once");
    }

    /// Ends every job by what the daemon would do, without a video.
    fn drains(&mut self) {
        for _ in 0..1000 {
            let rows = self.ground().store.snapshot().unwrap().jobs().unwrap();
            let live: Vec<_> = rows
                .into_iter()
                .filter(|row| !row.job.stage.ended())
                .collect();
            if live.is_empty() {
                return;
            }
            for row in live {
                match row.job.stage {
                    Stage::Queued => {
                        self.now = self.now.max(row.job.due);
                        self.ground().claims_timed(row.job.id, self.now);
                        self.ground().claims(1, self.now);
                    }
                    _ => {
                        let failure = Failure::new(Kind::Temporary, Source::Kie);
                        self.fails(row.job.id, row.job.attempt, failure);
                    }
                }
            }
        }
        panic!("jobs are left that nothing ends");
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
        let mut walk = Walk::new();
        for act in acts {
            walk.does(act);
            walk.holds();
        }
        walk.drains();
        walk.holds();
        let snapshot = walk.ground().store.snapshot().unwrap();
        prop_assert!(snapshot.due().unwrap().is_empty());
        for (user, row) in snapshot.users().unwrap() {
            prop_assert_eq!(row.user.held, Credits(0), "user {}", user);
        }
    }
}
