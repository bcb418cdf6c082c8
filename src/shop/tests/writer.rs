//! The writer: a batch is shared, its failures are not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use super::*;
use crate::store::row::missing;

/// Keeps the writer busy until told, so that what comes meanwhile is one batch.
fn hold_up(ground: &Ground) -> (tokio::task::JoinHandle<()>, mpsc::Sender<()>) {
    let (go, wait) = mpsc::channel::<()>();
    let (begun, began) = mpsc::channel();
    let store = ground.store.clone();
    let held = ground.runtime.spawn(async move {
        let wait = std::sync::Mutex::new(wait);
        store
            .write(move |_| {
                begun.send(()).unwrap();
                wait.lock().unwrap().recv().unwrap();
                Ok(())
            })
            .await
            .unwrap();
    });
    ground
        .runtime
        .block_on(async { tokio::task::yield_now().await });
    began.recv().unwrap();
    (held, go)
}

#[test]
fn a_closure_that_fails_after_writing_does_not_spoil_its_batch() {
    let ground = Ground::new();
    let runs = Arc::new(AtomicU32::new(0));
    let (held, go) = hold_up(&ground);
    let (store, counted) = (ground.store.clone(), Arc::clone(&runs));
    let ((), spoilt, panicked, ()) = ground.runtime.block_on(async {
        let before = store.write(move |txn| {
            counted.fetch_add(1, Ordering::Relaxed);
            asks_to_confirm(txn, UserId(10), 1, Count::One)
        });
        let spoilt = store.write(|txn| {
            asks_to_confirm(txn, UserId(11), 1, Count::One)?;
            Err::<(), _>(missing("jobs.v1", 1))
        });
        let panicked = store.write(|txn| -> Result<(), StoreError> {
            asks_to_confirm(txn, UserId(12), 1, Count::One)?;
            panic!("as the test wants");
        });
        let after = store.write(|txn| asks_to_confirm(txn, UserId(13), 1, Count::One));
        let all = async { tokio::join!(before, spoilt, panicked, after) };
        let release = async {
            tokio::task::yield_now().await;
            go.send(()).unwrap();
        };
        let ((before, spoilt, panicked, after), ()) = tokio::join!(all, release);
        held.await.unwrap();
        (before.unwrap(), spoilt, panicked, after.unwrap())
    });
    assert!(matches!(spoilt, Err(StoreError::Corrupt { .. })));
    assert!(matches!(panicked, Err(StoreError::Panicked)));
    assert!(runs.load(Ordering::Relaxed) > 1, "they shared a batch");
    let snapshot = ground.store.snapshot().unwrap();
    let users: Vec<_> = snapshot.users().unwrap();
    let users: Vec<_> = users.iter().map(|(user, _)| user.0).collect();
    assert_eq!(users, [10, 13]);
    let entries = snapshot.counters().unwrap().entry;
    assert_eq!(entries, 2, "the run that is kept counts once");
    ground.books_balance();
}

#[test]
fn closures_of_a_batch_share_a_user_and_one_that_fails_leaves_no_trace_of_it() {
    let ground = Ground::new();
    let user = UserId(10);
    let write = |work: fn(&mut Txn<'_>) -> Result<(), StoreError>| ground.store.write(work);
    ground
        .runtime
        .block_on(write(|txn| asks_to_confirm(txn, UserId(10), 1, Count::One)))
        .unwrap();
    let before = ground.store.snapshot().unwrap().user(user).unwrap();
    let before = before.unwrap().user.available;
    let (held, go) = hold_up(&ground);
    ground.runtime.block_on(async {
        let named = write(|txn| {
            let mut row = txn.known_user(UserId(10))?;
            row.user.username = Some("First".into());
            txn.put_user(UserId(10), &row)?;
            ledger::grant(txn, UserId(10), 3, "first", None, NOW).map(drop)
        });
        let spoilt = write(|txn| {
            ledger::grant(txn, UserId(10), 100, "spoilt", None, NOW)?;
            let mut row = txn.known_user(UserId(10))?;
            row.user.username = Some("spoilt".into());
            txn.put_user(UserId(10), &row)?;
            Err(missing("jobs.v1", 1))
        });
        let renamed = write(|txn| {
            let mut row = txn.known_user(UserId(10))?;
            assert_eq!(row.user.username.as_deref(), Some("First"));
            row.user.username = Some("second".into());
            txn.put_user(UserId(10), &row)?;
            ledger::grant(txn, UserId(10), 4, "second", None, NOW).map(drop)
        });
        let all = async { tokio::join!(named, spoilt, renamed) };
        let release = async {
            tokio::task::yield_now().await;
            go.send(()).unwrap();
        };
        let ((named, spoilt, renamed), ()) = tokio::join!(all, release);
        held.await.unwrap();
        named.unwrap();
        assert!(matches!(spoilt, Err(StoreError::Corrupt { .. })));
        renamed.unwrap();
    });
    let snapshot = ground.store.snapshot().unwrap();
    let row = snapshot.user(user).unwrap().unwrap();
    assert_eq!(row.user.available.0, before.0 + 7);
    let named = |name: &str| {
        let bearers = snapshot.bearers(name).unwrap();
        bearers
            .iter()
            .map(|one| (one.user, one.has))
            .collect::<Vec<_>>()
    };
    assert_eq!(named("second"), [(user, true)]);
    assert_eq!(named("first"), [(user, false)]);
    assert_eq!(named("spoilt"), [], "what was not kept is not known");
    ground.books_balance();
}

#[test]
fn a_closure_that_refuses_costs_the_others_nothing() {
    let ground = Ground::new();
    let runs = Arc::new(AtomicU32::new(0));
    let (held, go) = hold_up(&ground);
    let (store, counted) = (ground.store.clone(), Arc::clone(&runs));
    ground.runtime.block_on(async {
        let fine = store.write(move |txn| {
            counted.fetch_add(1, Ordering::Relaxed);
            asks_to_confirm(txn, ANNA, 1, Count::One)
        });
        let refuses = store.write(|txn| txn.job(JobId(404)).map(drop));
        let release = async {
            tokio::task::yield_now().await;
            go.send(()).unwrap();
        };
        let (fine, refused, ()) = tokio::join!(fine, refuses, release);
        fine.unwrap();
        assert!(matches!(refused, Err(StoreError::Corrupt { .. })));
        held.await.unwrap();
    });
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[test]
fn credits_below_zero_are_refused_and_told() {
    let ground = Ground::new();
    ground.turn(starts(ANNA, 1));
    let spent = ground.try_write(|txn| {
        use crate::rules::domain::credit::{Account, Reason};
        let mut row = txn.known_user(ANNA)?;
        let (from, to) = (Account::Available(ANNA), Account::Sales);
        let reason = Reason::Grant {
            why: "test".into(),
            key: None,
        };
        ledger::post(txn, ANNA, &mut row, NOW, from, to, Credits(3), reason)
    });
    let told = spent.unwrap_err().to_string();
    assert_eq!(told, "available 1 does not cover 3");
    ground.books_balance();
}

#[test]
fn all_of_64_writers_are_answered_and_the_balances_are_right() {
    let ground = Ground::new();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut tasks = Vec::new();
        for user in 0..64 {
            let store = ground.store.clone();
            tasks.push(tokio::spawn(async move {
                let user = UserId(1000 + user);
                for number in 0..5 {
                    let shop = store.shop();
                    store
                        .write(move |txn| asks_to_confirm(txn, user, 3, Count::Three))
                        .await
                        .unwrap();
                    let number = user.0 * 100 + number;
                    let press = confirms(user, number, &number.to_string());
                    store
                        .write(move |txn| turn(txn, &shop, &press, &[3; 32], NOW))
                        .await
                        .unwrap();
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
    let snapshot = ground.store.snapshot().unwrap();
    assert_eq!(snapshot.counters().unwrap().job, 64 * 5 * 3);
    for (_, row) in snapshot.users().unwrap() {
        assert_eq!((row.user.available.0, row.user.held.0), (0, 15));
    }
    ground.books_balance();
}

#[test]
fn a_full_queue_is_busy_for_those_who_do_not_wait() {
    let dir = TempDir::new().unwrap();
    let options = Options {
        batch: 1,
        waiting: 1,
        ..Options::default()
    };
    let mut ground = Ground::new();
    ground.store = Store::open(&dir.path().join("small.redb"), options, shop()).unwrap();
    let (held, go) = hold_up(&ground);
    let store = ground.store.clone();
    ground.runtime.block_on(async {
        let first = tokio::spawn({
            let store = store.clone();
            async move { store.try_write(|_| Ok(())).await }
        });
        tokio::task::yield_now().await;
        let second = store.try_write(|_| Ok(())).await;
        assert!(matches!(second, Err(StoreError::Busy)));
        go.send(()).unwrap();
        first.await.unwrap().unwrap();
        held.await.unwrap();
    });
}

/// An answer nobody may drop.
struct Mine;

impl Drop for Mine {
    fn drop(&mut self) {
        assert!(
            std::thread::current().name() != Some("store-writer"),
            "as the test wants"
        );
    }
}

#[test]
fn a_writer_that_dies_is_told() {
    let ground = Ground::new();
    let (held, go) = hold_up(&ground);
    let store = ground.store.clone();
    ground.runtime.block_on(async {
        let asked = tokio::spawn({
            let store = store.clone();
            async move { store.write(|_| Ok(Mine)).await.map(drop) }
        });
        tokio::task::yield_now().await;
        asked.abort();
        let _ = asked.await;
        go.send(()).unwrap();
        held.await.unwrap();
        let told = tokio::time::timeout(Duration::from_secs(10), store.broken());
        told.await.unwrap();
        let late = store.write(|_| Ok(())).await;
        assert!(matches!(late, Err(StoreError::Closed)));
    });
}

#[test]
fn a_flood_at_the_doors_does_not_keep_a_worker_waiting_nor_workers_a_door() {
    /// How many doors, each with one update at a time, and what each brings.
    const DOORS: usize = 8;
    const UPDATES: usize = 100;
    const ROOM: usize = 4;
    let dir = TempDir::new().unwrap();
    let options = Options {
        batch: 1,
        waiting: ROOM,
        ..Options::default()
    };
    let mut ground = Ground::new();
    ground.store = Store::open(&dir.path().join("small.redb"), options, shop()).unwrap();
    let (held, go) = hold_up(&ground);
    let ran = Arc::new(std::sync::Mutex::new(Vec::new()));
    let door = |name: usize| {
        let (store, ran) = (ground.store.clone(), Arc::clone(&ran));
        async move {
            let mut taken = 0;
            while taken < UPDATES {
                let ran = Arc::clone(&ran);
                let update = store.try_write(move |_| {
                    ran.lock().unwrap().push(name);
                    Ok(())
                });
                match update.await {
                    Ok(()) => taken += 1,
                    Err(StoreError::Busy) => tokio::task::yield_now().await,
                    Err(error) => panic!("{error}"),
                }
            }
        }
    };
    let worker = {
        let (store, ran) = (ground.store.clone(), Arc::clone(&ran));
        async move {
            for _ in 0..UPDATES {
                let ran = Arc::clone(&ran);
                let step = store.write(move |_| {
                    ran.lock().unwrap().push(DOORS);
                    Ok(())
                });
                step.await.unwrap();
            }
        }
    };
    ground.runtime.block_on(async {
        let doors: Vec<_> = (0..DOORS).map(|name| tokio::spawn(door(name))).collect();
        tokio::task::yield_now().await;
        let worker = tokio::spawn(worker);
        tokio::task::yield_now().await;
        go.send(()).unwrap();
        worker.await.unwrap();
        for door in doors {
            door.await.unwrap();
        }
        held.await.unwrap();
    });
    let ran = ran.lock().unwrap();
    assert_eq!(ran.len(), (DOORS + 1) * UPDATES);
    // Whoever waits in line is let in first. A busy runtime looks only now and then (after 61 polls) at what another
    // thread, the writer's, has woken: so many updates pass before a step, and never half of the flood.
    let steps: Vec<_> = (0..ran.len()).filter(|at| ran[*at] == DOORS).collect();
    let between = steps.windows(2).map(|pair| pair[1] - pair[0] - 1).max();
    let most = between.max(steps.first().copied()).unwrap();
    assert!(most < DOORS * UPDATES / 2, "{most} updates before one step");
}
