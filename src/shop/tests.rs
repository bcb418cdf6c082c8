//! The store on real files: a ground to stand on, and moves in words.

mod act;
mod alarm;
mod archive;
mod audit;
mod broadcast;
mod due;
mod end;
mod fault;
mod file;
mod late;
mod lie;
mod links;
mod names;
mod order;
mod outbox;
mod price;
mod reckoning;
mod room;
mod step;
mod storm;
mod tally;
mod walk;
mod writer;

use std::path::PathBuf;
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::deeds::{self, By};
use super::ledger::{self, Granted};
use super::turn::{Turned, turn};
use super::{queue, verdict};
use crate::base::time::Timestamp;
use crate::rules::conversation::draft::Draft;
use crate::rules::conversation::event::{Aside, Button, Command, Event, Place, Update};
use crate::rules::conversation::session::Session;
use crate::rules::domain::brief::{Brief, Count, Photo, Recipe, Text};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::Outcome;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{
    CallbackId, DraftId, FileId, Fingerprint, JobId, ModelName, NoteId, TaskId, TopicId, UpdateId,
    UserId,
};
use crate::rules::domain::job::{Job, OutOfTurn, Route, Verdict};
use crate::rules::domain::template::Template;
use crate::rules::domain::user::{Lang, User};
use crate::store::record::{Note, UserRow};
use crate::store::{Options, Shop, Store, StoreError, Txn};

const ANNA: UserId = UserId(1);
const BORIS: UserId = UserId(2);
const ADMIN: UserId = UserId(99);
const NOW: Timestamp = Timestamp(1_800_000_000_000);

/// A store in a directory of its own.
struct Ground {
    store: Store,
    shop: Shop,
    runtime: Runtime,
    dir: TempDir,
}

fn shop() -> Shop {
    Shop {
        welcome: Credits(2),
        admins: vec![ADMIN],
        templates: vec![Template::parse("ugc").unwrap()],
        max_attempts: 3,
        max_rendering: 100,
        ..Shop::default()
    }
}

impl Ground {
    fn new() -> Self {
        Self::with(shop())
    }

    fn with(shop: Shop) -> Self {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("neurocards.redb");
        let store = Store::open(&file, Options::default(), shop.clone()).unwrap();
        Self {
            dir,
            ..Self::over(store, shop)
        }
    }

    /// A store that is somewhere else; the directory is empty.
    fn over(store: Store, shop: Shop) -> Self {
        Self {
            store,
            shop,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            dir: TempDir::new().unwrap(),
        }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("neurocards.redb")
    }

    /// Closes the file and opens it again.
    fn reopened(self) -> Self {
        let file = self.file();
        let Self {
            store,
            shop,
            runtime,
            dir,
        } = self;
        drop(store);
        Self {
            store: patiently(|| Store::open(&file, Options::default(), shop.clone())),
            shop,
            runtime,
            dir,
        }
    }

    fn try_write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        self.runtime.block_on(self.store.write(work))
    }

    fn write<R, F>(&self, work: F) -> R
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        self.try_write(work).unwrap()
    }

    /// Does an operator's deed.
    fn does(&self, by: By, deed: Deed) -> Result<Outcome, Refusal> {
        let shop = self.shop.clone();
        self.write(move |txn| deeds::perform(txn, by, &shop, &deed, &[7; 32]))
    }

    fn turn(&self, update: Update) -> Turned {
        let shop = self.shop.clone();
        self.write(move |txn| turn(txn, &shop, &update, &[7; 32], NOW))
    }

    /// Makes a user who has `credits` and is asked to confirm `count` videos.
    fn asks_to_confirm(&self, user: UserId, credits: u32, count: Count) {
        self.write(move |txn| asks_to_confirm(txn, user, credits, count));
    }

    /// A whole order at `NOW`; its jobs.
    fn orders(&self, user: UserId, count: Count) -> Vec<JobId> {
        self.asks_to_confirm(user, u32::from(count.number()), count);
        let last = self.store.snapshot().unwrap().counters().unwrap().job;
        let number = 1_000_000 + last;
        let turned = self.turn(confirms(user, number, &format!("press {number}")));
        let Turned::Done {
            order: Some(order), ..
        } = turned
        else {
            panic!("no order: {turned:?}")
        };
        let order = self.store.snapshot().unwrap().order(order).unwrap();
        order.jobs().collect()
    }

    fn claims(&self, most: usize, now: Timestamp) -> Vec<Job> {
        let shop = self.shop.clone();
        self.write(move |txn| queue::claim(txn, &shop, most, now))
    }

    fn claims_timed(&self, job: JobId, now: Timestamp) -> Option<Job> {
        let shop = self.shop.clone();
        self.write(move |txn| queue::claim_timed(txn, &shop, job, now))
    }

    fn advances<F>(&self, job: JobId, attempt: u8, step: F) -> Result<Job, OutOfTurn>
    where
        F: Fn(Job) -> Result<Job, OutOfTurn> + Send + 'static,
    {
        self.write(move |txn| queue::advance(txn, job, attempt, &step))
    }

    /// Brings a claimed job to the provider.
    fn submits(&self, job: JobId, attempt: u8, now: Timestamp) -> Result<Job, OutOfTurn> {
        self.advances(job, attempt, move |job| {
            job.submit(route(), now, later(now, 1800))
        })
    }

    fn accepted(&self, job: JobId, attempt: u8, now: Timestamp) -> Result<Job, OutOfTurn> {
        self.advances(job, attempt, move |job| {
            let task = task(job.id);
            job.accepted(task, later(now, 10))
        })
    }

    fn rendered(&self, job: JobId, attempt: u8, now: Timestamp) -> Result<Job, OutOfTurn> {
        self.advances(job, attempt, move |job| {
            job.rendered(vec!["url".into()], now)
        })
    }

    fn succeeds(&self, job: JobId, attempt: u8, now: Timestamp) -> Result<Job, OutOfTurn> {
        self.write(move |txn| verdict::succeed(txn, job, attempt, "url", false, now))
    }

    fn fails(
        &self,
        job: JobId,
        attempt: u8,
        kind: Kind,
        now: Timestamp,
    ) -> Result<(Job, Verdict), OutOfTurn> {
        let shop = self.shop.clone();
        let failure = Failure::new(kind, Source::Kie);
        let blow = verdict::Blow::new(&self.job(job), failure);
        self.write(move |txn| verdict::fail(txn, &shop, job, attempt, blow, &chain(), now))
    }

    /// From the claim to a video on the provider's disk.
    fn films(&self, job: JobId) {
        self.submits(job, 1, NOW).unwrap();
        self.accepted(job, 1, NOW).unwrap();
        self.rendered(job, 1, NOW).unwrap();
    }

    fn grants(&self, user: UserId, credits: i32, key: Option<&'static str>) -> Granted {
        self.write(move |txn| ledger::grant(txn, user, credits, "why", key, NOW))
    }

    fn user(&self, user: UserId) -> User {
        let row = self.store.snapshot().unwrap().user(user).unwrap();
        row.unwrap().user
    }

    /// What a user may spend and what is set aside.
    fn balance(&self, user: UserId) -> (u32, u32) {
        let user = self.user(user);
        (user.available.0, user.held.0)
    }

    fn job(&self, job: JobId) -> Job {
        self.store.snapshot().unwrap().job(job).unwrap()
    }

    fn notes(&self, user: UserId) -> Vec<Note> {
        let chat = user.chat();
        let notes = self.store.snapshot().unwrap().notes(chat).unwrap();
        notes.into_iter().map(|(_, note)| note).collect()
    }

    fn breaches(&self) -> Vec<String> {
        let snapshot = self.store.snapshot().unwrap();
        let found = super::audit::audit(&snapshot).unwrap().breaches;
        found.iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn books_balance(&self) {
        assert_eq!(self.breaches(), [""; 0]);
    }
}

/// Opens a file whose last owner is about to let go of it.
fn patiently(mut open: impl FnMut() -> Result<Store, StoreError>) -> Store {
    for _ in 0..1000 {
        match open() {
            Err(StoreError::InUse) => std::thread::sleep(Duration::from_millis(2)),
            other => return other.unwrap(),
        }
    }
    panic!("the file is still in use");
}

fn asks_to_confirm(
    txn: &mut Txn<'_>,
    user: UserId,
    credits: u32,
    count: Count,
) -> Result<(), StoreError> {
    let session = Session {
        draft: DraftId(7),
        answers: Some(Draft {
            count: Some(count),
            ..Draft::again(brief())
        }),
        album: None,
        album_told: false,
    };
    let row = txn.user(user)?.unwrap_or_else(|| {
        UserRow::new(User {
            lang: Lang::Ru,
            username: None,
            reachable: true,
            available: Credits(0),
            held: Credits(0),
            last_tag: 0,
            since: NOW,
            topic: None,
        })
    });
    txn.put_user(user, &UserRow { session, ..row })?;
    let credits = i32::try_from(credits).unwrap();
    ledger::grant(txn, user, credits, "test", None, NOW)?;
    Ok(())
}

fn update(user: UserId, number: u64, event: Event) -> Update {
    Update {
        id: UpdateId(number),
        user,
        chat: user.chat(),
        username: None,
        lang: Lang::Ru,
        event,
        callback: None,
        place: Place::Chat,
        aside: Aside::default(),
    }
}

fn starts(user: UserId, number: u64) -> Update {
    update(user, number, Event::Command(Command::Start))
}

fn confirms(user: UserId, number: u64, press: &str) -> Update {
    let button = Button::Confirm { draft: DraftId(7) };
    Update {
        callback: Some(CallbackId(press.into())),
        ..update(user, number, Event::Press(Some(button)))
    }
}

fn brief() -> Brief {
    Brief {
        photo: Photo {
            file: FileId("file".into()),
        },
        product: Text::parse("чайник").unwrap(),
        recipe: Recipe::Own {
            prompt: Text::parse("пар").unwrap(),
        },
    }
}

fn chain() -> Vec<ModelName> {
    vec![ModelName("first".into()), ModelName("second".into())]
}

fn route() -> Route {
    Route {
        model: chain().remove(0),
        key: Fingerprint([1; 8]),
    }
}

fn task(job: JobId) -> TaskId {
    TaskId(format!("task {job}"))
}

fn later(now: Timestamp, seconds: u64) -> Timestamp {
    now.plus(Duration::from_secs(seconds))
}
