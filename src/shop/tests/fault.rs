//! Faults, one by one: who is told what while the disk refuses, and that all comes back by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::lie::{Fails, Lie, Trouble};
use super::*;
use crate::store::room;

/// No answer takes longer.
const SOON: Duration = Duration::from_secs(20);
/// Longer than any test.
const EVER: u16 = u16::MAX;

/// A store on a disk that can be told to fail. Anna is its user and has the 2 credits of her welcome.
struct Shaky {
    disk: Lie,
    ground: Ground,
}

/// What a write was answered, and how often it was run.
type Granting = (Result<Granted, StoreError>, u32);

fn quick() -> Options {
    Options {
        breath: Duration::from_millis(2),
        look: Duration::from_millis(1),
        ..Options::default()
    }
}

impl Shaky {
    fn new() -> Self {
        Self::with(1, quick())
    }

    fn with(seed: u64, options: Options) -> Self {
        let disk = Lie::new(seed);
        let store = Store::on(disk.opener(), options, shop()).unwrap();
        let ground = Ground::over(store, shop());
        ground.turn(starts(ANNA, 1));
        Self { disk, ground }
    }

    fn fails(&self, fails: Fails, after: u16, times: u16) {
        self.disk.arm(Trouble {
            fails,
            after,
            times,
        });
    }

    /// Gives Anna a credit by a key, waiting for as long as it takes.
    fn grants(&self, key: &'static str) -> Granting {
        let asked = self.asks(key, true);
        self.ground.runtime.block_on(soon(asked))
    }

    /// Gives Anna a credit by a key, or does not.
    fn hurries(&self, key: &'static str) -> Granting {
        let asked = self.asks(key, false);
        self.ground.runtime.block_on(soon(asked))
    }

    fn asks(
        &self,
        key: &'static str,
        waits: bool,
    ) -> impl Future<Output = Granting> + Send + 'static {
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let store = self.ground.store.clone();
        async move {
            let work = move |txn: &mut Txn<'_>| {
                counted.fetch_add(1, Ordering::Relaxed);
                ledger::grant(txn, ANNA, 1, "why", Some(key), NOW)
            };
            let answer = match waits {
                true => store.write(work).await,
                false => store.try_write(work).await,
            };
            (answer, runs.load(Ordering::Relaxed))
        }
    }

    fn credits(&self) -> u32 {
        self.ground.balance(ANNA).0
    }

    fn fault(&self) -> Option<String> {
        self.ground.store.fault().borrow().clone()
    }

    /// Waits until there is a fault, or none.
    fn until(&self, fault: bool) {
        let mut told = self.ground.store.fault();
        let changed = async {
            told.wait_for(|told| told.is_some() == fault)
                .await
                .map(drop)
        };
        self.ground.runtime.block_on(soon(changed)).unwrap();
    }

    /// Takes the power away and gives it back: what is there now was on the disk.
    fn loses_power(self) -> Self {
        let Self { disk, ground } = self;
        disk.cut();
        let Ground { store, shop, .. } = ground;
        drop(store);
        disk.restore();
        let store = Store::on(disk.opener(), quick(), shop.clone()).unwrap();
        let ground = Ground::over(store, shop);
        ground.books_balance();
        Self { disk, ground }
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, what).await.expect("no hang")
}

fn done(credits: u32) -> Option<Granted> {
    Some(Granted::Done(Credits(credits)))
}

fn before(credits: u32) -> Option<Granted> {
    Some(Granted::Before(Credits(credits)))
}

#[test]
fn a_batch_that_missed_the_disk_is_done_again_for_who_waits() {
    let shaky = Shaky::new();
    shaky.fails(Fails::Sync, 0, 1);
    let (answer, runs) = shaky.grants("a");
    assert_eq!((answer.ok(), runs), (done(3), 2));
    assert_eq!(shaky.credits(), 3);
    assert_eq!(shaky.loses_power().credits(), 3);
}

#[test]
fn a_batch_that_missed_the_disk_is_unknown_to_who_is_hurried() {
    let shaky = Shaky::new();
    shaky.fails(Fails::Sync, 0, 1);
    let (answer, runs) = shaky.hurries("a");
    assert!(matches!(answer, Err(StoreError::CommitUnknown)));
    assert_eq!(runs, 1);
    assert_eq!(shaky.grants("a").0.ok(), done(3), "asking again tells");
    assert_eq!(shaky.loses_power().credits(), 3);
}

#[test]
fn a_batch_that_landed_is_answered_and_not_done_again() {
    let shaky = Shaky::new();
    shaky.disk.shows_all();
    shaky.fails(Fails::Sync, 1, 1);
    let (answer, runs) = shaky.grants("a");
    assert_eq!((answer.ok(), runs), (done(3), 1));
    assert_eq!(shaky.loses_power().credits(), 3);
}

#[test]
fn a_batch_that_landed_is_unknown_to_who_is_hurried() {
    let shaky = Shaky::new();
    shaky.disk.shows_all();
    shaky.fails(Fails::Sync, 1, 1);
    let (answer, _) = shaky.hurries("a");
    assert!(matches!(answer, Err(StoreError::CommitUnknown)));
    assert_eq!(shaky.grants("a").0.ok(), before(3), "asking again tells");
    assert_eq!(shaky.loses_power().credits(), 3);
}

#[test]
fn wherever_syncs_fail_a_write_that_waits_is_done_once() {
    let (mut landed, mut missed) = (0, 0);
    for seed in 0..40 {
        for (after, times) in [(0, 2), (1, 1), (1, 2), (1, 4)] {
            let shaky = Shaky::with(seed, quick());
            shaky.fails(Fails::Sync, after, times);
            let (answer, runs) = shaky.grants("a");
            assert_eq!(answer.ok(), done(3));
            landed += u32::from(runs == 1);
            missed += u32::from(runs > 1);
            assert_eq!(
                shaky.loses_power().credits(),
                3,
                "seed {seed}: {after}, {times}"
            );
        }
    }
    assert!(landed > 0 && missed > 0, "{landed} and {missed}");
}

#[test]
fn a_batch_that_missed_the_disk_is_not_taken_for_the_writer_s_own_commit() {
    for second in 0..8 {
        let shaky = Shaky::new();
        shaky.disk.shows_all();
        shaky.fails(Fails::Sync, 0, 1);
        // Somewhere here is the last sync of the commit that is to show that the disk works.
        shaky.fails(Fails::Sync, second, 1);
        let (answer, runs) = shaky.grants("a");
        assert_eq!(answer.ok(), done(3), "{second}");
        assert!(runs > 1, "{second}");
        assert_eq!(shaky.loses_power().credits(), 3, "{second}");
    }
}

#[test]
fn a_closure_that_meets_a_fault_is_run_again_when_the_disk_works() {
    let bare = Options {
        cache: 0,
        ..quick()
    };
    for after in 0..25 {
        let shaky = Shaky::with(1, bare);
        shaky.fails(Fails::Read, after, 1);
        assert_eq!(shaky.grants("a").0.ok(), done(3), "read {after}");
        shaky.fails(Fails::Read, after, 1);
        match shaky.hurries("b").0 {
            Ok(granted) => assert_eq!(Some(granted), done(4)),
            Err(error) => assert!(matches!(error, StoreError::CommitUnknown), "{error}"),
        }
        shaky.disk.restore();
        shaky.grants("b").0.unwrap();
        assert_eq!(shaky.loses_power().credits(), 4);
    }
}

#[test]
fn while_a_fault_lasts_who_waits_waits_and_who_cannot_is_told() {
    let shaky = Shaky::new();
    assert_eq!(shaky.fault(), None);
    shaky.fails(Fails::Write, 0, EVER);
    let waits = shaky.ground.runtime.spawn(shaky.asks("a", true));
    shaky.until(true);
    assert!(shaky.fault().unwrap().contains("a write failed"));
    let (answer, runs) = shaky.hurries("b");
    assert!(matches!(answer, Err(StoreError::Unwritable)), "{answer:?}");
    assert_eq!(runs, 0);
    let began = Instant::now();
    while shaky.ground.store.snapshot().is_ok() {
        assert!(began.elapsed() < SOON, "there is nothing to look at");
    }
    let comes = shaky.ground.runtime.spawn(shaky.asks("c", true));
    let (answer, _) = shaky.hurries("b");
    assert!(matches!(answer, Err(StoreError::Unwritable)), "{answer:?}");
    assert!(!waits.is_finished() && !comes.is_finished());
    shaky.disk.restore();
    let (waited, came) = shaky
        .ground
        .runtime
        .block_on(soon(async { tokio::join!(waits, comes) }));
    let (waited, runs) = waited.unwrap();
    assert_eq!((waited.ok(), runs), (done(3), 2));
    let (came, runs) = came.unwrap();
    assert_eq!((came.ok(), runs), (done(4), 1));
    assert_eq!(shaky.fault(), None);
    assert_eq!(shaky.hurries("b").0.ok(), done(5));
    assert_eq!(shaky.loses_power().credits(), 5);
}

#[test]
fn a_full_disk_is_waited_out() {
    let shaky = Shaky::new();
    shaky.fails(Fails::Room, 0, 60);
    assert_eq!(shaky.grants("a").0.ok(), done(3));
    assert!(shaky.disk.tally().full > 0, "it was full");
    assert_eq!(shaky.fault(), None);
    assert_eq!(shaky.loses_power().credits(), 3);
}

#[test]
fn a_disk_with_room_for_little_is_no_good_disk() {
    let shaky = Shaky::new();
    shaky.fails(Fails::Room, 0, 3000);
    let store = shaky.ground.store.clone();
    let large = |user: u64| {
        let store = store.clone();
        shaky.ground.runtime.spawn(async move {
            store
                .write(move |txn| {
                    asks_to_confirm(txn, UserId(user), 1, Count::One)?;
                    let mut row = txn.known_user(UserId(user))?;
                    row.user.username = Some("x".repeat(200_000));
                    txn.put_user(UserId(user), &row)
                })
                .await
        })
    };
    let waiting: Vec<_> = (100..108).map(large).collect();
    shaky.until(true);
    // A commit of the writer's own fits, what waits does not: who is hurried is told so, again and again.
    let mut told = 0;
    let began = Instant::now();
    while told < 3 {
        assert!(began.elapsed() < SOON, "told {told} times");
        let hurried = shaky.ground.runtime.block_on(store.try_write(|_| Ok(())));
        told += u32::from(matches!(hurried, Err(StoreError::Unwritable)));
    }
    assert!(shaky.fault().is_some());
    for waits in waiting {
        shaky.ground.runtime.block_on(waits).unwrap().unwrap();
    }
    shaky.until(false);
    shaky.ground.books_balance();
}

#[test]
fn readers_come_back_after_a_fault_of_their_own() {
    let bare = Options {
        cache: 0,
        ..quick()
    };
    let shaky = Shaky::with(1, bare);
    shaky.fails(Fails::Read, 0, 1);
    let store = &shaky.ground.store;
    let looks = || store.snapshot().and_then(|snapshot| snapshot.user(ANNA));
    assert!(looks().is_err());
    let began = Instant::now();
    while looks().is_err() {
        assert!(began.elapsed() < SOON, "nobody writes, and nobody can read");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_store_is_closed_at_once_whatever_it_waits_for() {
    let patient = Options {
        breath: Duration::from_secs(600),
        ..quick()
    };
    let shaky = Shaky::with(1, patient);
    shaky.fails(Fails::Write, 0, EVER);
    let waits = shaky.ground.runtime.spawn(shaky.asks("a", true));
    shaky.until(true);
    waits.abort();
    let _ = shaky.ground.runtime.block_on(waits);
    let began = Instant::now();
    let shaky = shaky.loses_power();
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    assert_eq!(shaky.credits(), 2);
}

#[test]
fn damage_is_no_fault_and_ends_the_store() {
    let shaky = Shaky::new();
    shaky.disk.spoil();
    shaky.fails(Fails::Write, 0, 1);
    let (answer, _) = shaky.grants("a");
    assert!(
        matches!(answer, Err(StoreError::CommitUnknown)),
        "{answer:?}"
    );
    let store = &shaky.ground.store;
    shaky.ground.runtime.block_on(soon(store.broken()));
    assert!(matches!(shaky.grants("b").0, Err(StoreError::Closed)));
    assert!(store.snapshot().is_err());
}

#[test]
fn a_disk_that_refuses_over_a_compaction_does_not_fail_the_start() {
    // What the next opening makes of it when a sync fails; nothing if no sync was left to fail.
    let starts = |wanted: bool, after: u16| {
        let Shaky { disk, ground } = Shaky::new();
        ground.write(move |txn| room::ask(txn, wanted));
        drop(ground);
        let (fails, times) = (Fails::Sync, 1);
        disk.arm(Trouble {
            fails,
            after,
            times,
        });
        let failed = disk.tally().syncs;
        let store = Store::on(disk.opener(), quick(), shop());
        (disk.tally().syncs > failed).then_some(store)
    };
    // Opening has syncs of its own, which a start needs.
    let plain = (0..).find(|after| starts(false, *after).is_none());
    let plain = plain.expect("a start ends");
    let mut refused = 0;
    while let Some(store) = starts(true, plain + refused) {
        let ground = Ground::over(store.unwrap(), shop());
        assert_eq!(ground.balance(ANNA).0, 2, "sync {refused}");
        ground.books_balance();
        ground.write(|txn| txn.see_update(UpdateId(77), NOW).map(drop));
        refused += 1;
    }
    assert!(refused >= 4, "{refused} syncs of its own");
}
