//! What an order and a claim cost in a file with a million jobs, against one with a thousand, in turns.
//!
//! `NEUROCARDS_BENCH_DIR` names the directory, `NEUROCARDS_BENCH_JOBS` the large number of jobs. Nothing is retired:
//! that is the worst there can be. An order is of three jobs, of any seller; a claim is of one. Each is timed alone,
//! one after the other, and of many who ask at once. Both files are filled once, and each round begins with a new copy
//! of the small one; in the large one the orders and claims of all rounds stay.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::id::UserId;
use neurocards::shop::outbox::{self, Sent};
use neurocards::shop::queue;
use neurocards::store::{Options, Store, StoreError, Txn};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

mod figures;
mod filled;
#[allow(dead_code, reason = "shared with the other benches")]
mod house;
#[allow(dead_code, reason = "shared with the other benches")]
mod shop;
use figures::Figures;
use filled::{Filling, fill, rules};
use house::{said, scratch};
use shop::{NOW, place};

/// Sellers of either file, unless `NEUROCARDS_BENCH_SELLERS` names another number for the large one.
const SELLERS: u64 = 1_000;
const SMALL: u64 = 1_000;
const ROUNDS: usize = 7;
/// Who asks at once.
const MANY: u64 = 64;
/// Orders of a round, alone and of many.
const ALONE: u64 = 100;
const CROWD: u64 = 960;
/// No more than with a small file, as a factor.
const FLAT: f64 = 1.3;

fn main() {
    let jobs = said("NEUROCARDS_BENCH_JOBS", 1_000_000);
    let runtime = Runtime::new().expect("a runtime");
    let scratch = scratch();
    let of = |name: &str, jobs: u64, sellers: u64| {
        let path = scratch.path().join(name);
        let filling = Filling {
            ended: jobs,
            live: 0,
            sellers,
        };
        drop(runtime.block_on(fill(&path, filling)).expect("a full file"));
        (path, filling.sellers)
    };
    let (small, few) = of("small.redb", SMALL, SELLERS);
    let (large, all) = of(
        "large.redb",
        jobs,
        said("NEUROCARDS_BENCH_SELLERS", SELLERS),
    );
    let copy = scratch.path().join("copy.redb");
    let mut numbers = 1_000_000_000;
    let mut times: [[Vec<f64>; 2]; 4] = Default::default();
    let big = open(&large);
    for number in 0..ROUNDS {
        std::fs::copy(&small, &copy).expect("a copy");
        let mut files = [(0, open(&copy), few), (1, big.clone(), all)];
        if number % 2 == 1 {
            files.reverse();
        }
        for (size, store, sellers) in files {
            let took = round(&runtime, &store, sellers, &mut numbers);
            for (what, took) in took.into_iter().enumerate() {
                times[what][size].push(took);
            }
            runtime.block_on(said_all(&store)).expect("nothing waits");
        }
    }
    let mut figures = Figures::of("growth");
    let (mut slots, mut bars) = (Vec::new(), (Vec::new(), Vec::new()));
    for (what, [few, many]) in [
        "an order, alone",
        "an order, of 64",
        "a claim, alone",
        "a claim, of 64",
    ]
    .into_iter()
    .zip(times)
    {
        let (few, many) = (median(few), median(many));
        figures.at_most(&format!("{what}: large / small"), "×", many / few, FLAT);
        figures.also(&format!("{what}, {SMALL} jobs"), "µs", few);
        figures.also(&format!("{what}, {jobs} jobs"), "µs", many);
        slots.push(what.to_owned());
        bars.0.push(few);
        bars.1.push(many);
    }
    figures.chart(
        "µs each",
        &slots,
        &[("small file", bars.0), ("large file", bars.1)],
    );
    figures.tell();
}

/// Says whatever waits: it is to be as little in every round.
async fn said_all(store: &Store) -> Result<(), StoreError> {
    let snapshot = store.snapshot()?;
    let mut waiting = Vec::new();
    for chat in snapshot.chats()? {
        let notes = snapshot.notes(chat)?;
        waiting.extend(notes.into_iter().map(|(note, _)| (chat, note)));
    }
    let all = move |txn: &mut Txn<'_>| {
        let mut notes = waiting.iter();
        notes.try_for_each(|(chat, note)| outbox::strike(txn, *chat, *note, &Sent::Plainly))
    };
    store.write(all).await
}

fn open(path: &Path) -> Store {
    Store::open(path, Options::default(), rules()).expect("a store")
}

/// Orders and claims: what each took, in µs.
fn round(runtime: &Runtime, store: &Store, sellers: u64, numbers: &mut u64) -> [f64; 4] {
    let mut orders = |many: u64, count: u64| {
        let first = *numbers;
        *numbers += count;
        timed(
            runtime,
            many,
            count,
            move |store, at| async move {
                let shop = store.shop();
                let number = first + at;
                let user = UserId(1 + number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % sellers);
                let placed = store.write(move |txn| place(txn, &shop, user, number, Count::Three));
                placed.await.expect("an order");
            },
            store,
        )
    };
    let (order, of_many) = (orders(1, ALONE), orders(MANY, CROWD));
    let claims = |many: u64, count: u64| {
        timed(
            runtime,
            many,
            count,
            |store, _| async move {
                let shop = store.shop();
                let claimed = store
                    .write(move |txn| queue::claim(txn, &shop, 1, NOW))
                    .await;
                assert_eq!(claimed.expect("a claim").len(), 1);
            },
            store,
        )
    };
    [
        order,
        of_many,
        claims(1, 3 * ALONE),
        claims(MANY, 3 * CROWD),
    ]
}

/// Has so many do something `count` times in all; µs for each.
fn timed<W>(
    runtime: &Runtime,
    many: u64,
    count: u64,
    work: impl Fn(Store, u64) -> W + Copy + Send + 'static,
    store: &Store,
) -> f64
where
    W: Future<Output = ()> + Send,
{
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    runtime.block_on(async {
        let mut all = JoinSet::new();
        for _ in 0..many {
            let (store, next) = (store.clone(), Arc::clone(&next));
            all.spawn(async move {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    work(store.clone(), at).await;
                }
            });
        }
        all.join_all().await
    });
    begun.elapsed().as_secs_f64() * 1e6 / count as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}
