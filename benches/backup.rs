//! How long a backup takes of a large file while sellers order, and how long it holds an order up at most.
//!
//! `NEUROCARDS_BENCH_DIR` names the directory, `NEUROCARDS_BENCH_JOBS` the number of jobs.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::id::UserId;
use neurocards::shop::backup::directory::{BackupDir, Source};
use neurocards::shop::backup::make::{self, Order};
use neurocards::shop::backup::verify::verify;
use neurocards::store::{Options, Shop, Store, StoreError, Txn};
use tokio::runtime::Runtime;

#[allow(dead_code, reason = "shared with the other benches")]
mod shop;
use shop::{NOW, place, seed};

/// Sellers who own the jobs.
const SELLERS: u64 = 10_000;
/// Sellers who order at once.
const AT_ONCE: u64 = 8;
/// Orders made in one transaction while the file is filled.
const CHUNK: u64 = 2_000;
/// How long orders are timed without a backup.
const CALM: Duration = Duration::from_secs(5);
const BACKUPS: usize = 3;

fn main() {
    let named = std::env::var("NEUROCARDS_BENCH_JOBS").ok();
    let jobs = named.map_or(300_000, |jobs| jobs.parse().expect("a number of jobs"));
    let scratch = match std::env::var_os("NEUROCARDS_BENCH_DIR") {
        Some(dir) => tempfile::TempDir::new_in(dir),
        None => tempfile::TempDir::new(),
    };
    let scratch = scratch.expect("a temporary directory");
    let runtime = Runtime::new().expect("a runtime");
    let measured = runtime.block_on(measure(scratch.path(), jobs));
    measured.expect("a file that can be written");
}

async fn measure(dir: &Path, jobs: u64) -> Result<(), StoreError> {
    let file = dir.join("neurocards.redb");
    let shop = Shop {
        welcome: Credits(2),
        admins: Vec::new(),
        max_attempts: 3,
        max_rendering: u32::MAX,
        ..Shop::default()
    };
    let store = Store::open(&file, Options::default(), shop)?;
    seed(&store, SELLERS).await?;
    let numbers = Arc::new(AtomicU64::new(1));
    for _ in 0..jobs / 3 / CHUNK {
        let (shop, first) = (store.shop(), numbers.fetch_add(CHUNK, Ordering::Relaxed));
        let chunk = move |txn: &mut Txn<'_>| {
            (first..first + CHUNK).try_for_each(|number| order(txn, &shop, number))
        };
        store.write(chunk).await?;
    }
    let megabytes = file.metadata().map_or(0, |file| file.len()) as f64 / 1e6;
    println!("{jobs} jobs, {megabytes:.0} MB, {AT_ONCE} sellers who order one after the other");
    println!("| | took | orders meanwhile | median of an order | longest |");
    println!("|---|---|---|---|---|");
    let ordering = Sellers::start(&store, &numbers);
    tokio::time::sleep(CALM).await;
    ordering.tell("no backup", CALM).await;
    for _ in 0..BACKUPS {
        let ordering = Sellers::start(&store, &numbers);
        let begun = Instant::now();
        let (snapshots, data) = (store.clone(), dir.to_owned());
        let made = tokio::task::spawn_blocking(move || {
            let backup_dir = BackupDir::new(data.join("backups"));
            let wanted = Order {
                data: &data,
                backup_dir: &backup_dir,
                floor: 0,
                now: NOW,
            };
            let manifest = make::make(&wanted, &|| snapshots.snapshot()).expect("a backup");
            backup_dir.path(manifest.name)
        });
        let path = made.await.expect("a backup");
        ordering.tell("a backup", begun.elapsed()).await;
        let begun = Instant::now();
        verify(&Source::Whole(path)).expect("a whole backup");
        println!(
            "| … verified again, nobody orders | {:.2} s | | | |",
            begun.elapsed().as_secs_f64()
        );
    }
    // The copy alone: for so long pages are pinned.
    let ordering = Sellers::start(&store, &numbers);
    let (snapshots, to) = (store.clone(), dir.join("copy.redb"));
    let begun = Instant::now();
    let copied = tokio::task::spawn_blocking(move || snapshots.snapshot()?.copy_to(&to));
    copied.await.expect("a copy")?;
    ordering.tell("the copy alone", begun.elapsed()).await;
    Ok(())
}

fn order(txn: &mut Txn<'_>, shop: &Shop, number: u64) -> Result<(), StoreError> {
    place(
        txn,
        shop,
        UserId(1 + number % SELLERS),
        number,
        Count::Three,
    )
}

/// Sellers at work, and how long each of their orders took.
struct Sellers {
    done: Arc<AtomicBool>,
    lanes: Vec<tokio::task::JoinHandle<Vec<Duration>>>,
}

impl Sellers {
    fn start(store: &Store, numbers: &Arc<AtomicU64>) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let lane = |_| {
            let (store, numbers, done) = (store.clone(), Arc::clone(numbers), Arc::clone(&done));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    let (shop, begun) = (store.shop(), Instant::now());
                    let placed = store.write(move |txn| order(txn, &shop, number));
                    placed.await.expect("an order");
                    times.push(begun.elapsed());
                }
                times
            })
        };
        let lanes = (0..AT_ONCE).map(lane).collect();
        Self { done, lanes }
    }

    async fn tell(self, what: &str, took: Duration) {
        self.done.store(true, Ordering::Relaxed);
        let mut times = Vec::new();
        for lane in self.lanes {
            times.extend(lane.await.expect("a seller"));
        }
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "| {what} | {:.2} s | {} | {:.1} ms | {:.1} ms |",
            took.as_secs_f64(),
            times.len(),
            ms(times[times.len() / 2]),
            ms(times[times.len() - 1])
        );
    }
}
