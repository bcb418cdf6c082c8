//! What a year leaves in the file: with everything kept, with old orders retired as they age, and compacted.
//!
//! `NEUROCARDS_BENCH_JOBS` names the number of finished jobs, `NEUROCARDS_BENCH_DIR` the disk.

use std::path::Path;
use std::time::{Duration, Instant};

use neurocards::base::time::Timestamp;
use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::id::{NoteId, OrderId, TaskId, UpdateId, UserId};
use neurocards::shop::outbox::{self, Sent};
use neurocards::shop::{audit, queue, retire, verdict};
use neurocards::store::txn::REMEMBER;
use neurocards::store::{Options, Shop, Store, StoreError, Txn};
use redb::{Database, ReadableDatabase, ReadableTableMetadata, TableHandle};
use tokio::runtime::Runtime;

mod shop;
use shop::{NOW, place_at, route, seed};

/// Finished jobs to a seller.
const JOBS_EACH: u64 = 20;
/// Jobs made in one transaction.
const AT_ONCE: u64 = 5_000;
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// As the shipped configuration has it.
const DETAILS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// As the janitor does it.
const RETIRED_AT_ONCE: usize = 200;

fn main() {
    let named = std::env::var("NEUROCARDS_BENCH_JOBS").ok();
    let jobs: u64 = named.map_or(1_000_000, |jobs| jobs.parse().expect("a number of jobs"));
    let scratch = match std::env::var_os("NEUROCARDS_BENCH_DIR") {
        Some(dir) => tempfile::TempDir::new_in(dir),
        None => tempfile::TempDir::new(),
    };
    let scratch = scratch.expect("a temporary directory");
    let runtime = Runtime::new().expect("a runtime");
    let file = scratch.path().join("neurocards.redb");
    println!("{jobs} finished jobs in a year, one to an order\n");
    println!("| what | file, MB | in use, MB | seconds |\n|---|---|---|---|");

    let spent = timed(|| runtime.block_on(year(&file, jobs, true)).expect("a year"));
    line("retired as they age", &file, spent);
    let spent = timed(|| compact(&file));
    line("… and compacted", &file, spent);
    tables(&file);
    std::fs::remove_file(&file).expect("the file");

    let spent = timed(|| runtime.block_on(year(&file, jobs, false)).expect("a year"));
    line("everything kept", &file, spent);
    let spent = timed(|| runtime.block_on(retire_all(&file)).expect("an archive"));
    line("… then retired at once", &file, spent);
    let spent = timed(|| compact(&file));
    line("… and compacted", &file, spent);
}

fn open(file: &Path) -> Result<Store, StoreError> {
    let shop = Shop {
        welcome: Credits(2),
        max_rendering: u32::MAX,
        ..Shop::default()
    };
    Store::open(file, Options::default(), shop)
}

/// A year of orders, at even intervals until `NOW`.
async fn year(file: &Path, jobs: u64, retires: bool) -> Result<(), StoreError> {
    let store = open(file)?;
    let sellers = (jobs / JOBS_EACH).max(1);
    seed(&store, sellers).await?;
    let said = move |txn: &mut Txn<'_>| {
        let notes = (1..=txn.counted().note).zip(1..=sellers);
        notes
            .into_iter()
            .try_for_each(|(note, user)| strike(txn, UserId(user), note))
    };
    store.write(said).await?;
    let begun = NOW.minus(YEAR);
    let (mut made, mut update) = (0, UpdateId(0));
    while made < jobs {
        let some = AT_ONCE.min(jobs - made);
        let shop = store.shop();
        let at = move |number: u64| begun.plus(YEAR.mul_f64(number as f64 / jobs as f64));
        let chunk = move |txn: &mut Txn<'_>| {
            (made..made + some).try_for_each(|number| job(txn, &shop, number, sellers, at(number)))
        };
        store.write(chunk).await?;
        made += some;
        let now = at(made);
        let snapshot = store.snapshot()?;
        let (old, next) = snapshot.old_updates(update, usize::MAX, now.minus(REMEMBER))?;
        update = next;
        drop(snapshot);
        store.write(move |txn| txn.forget_updates(&old)).await?;
        if retires {
            retire(&store, now).await?;
        }
    }
    check(&store, jobs)
}

/// One job to its end, with all that a real one leaves; every note is said.
fn job(
    txn: &mut Txn<'_>,
    shop: &Shop,
    number: u64,
    sellers: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let user = UserId(1 + number % sellers);
    let first = txn.counted().note;
    place_at(txn, shop, user, 1 + number, Count::One, now)?;
    let claimed = queue::claim(txn, shop, 1, now)?;
    let id = claimed.first().expect("a job").id;
    let task = TaskId(format!("{:032x}", u128::from(number) << 64));
    let moved = "nobody else moves it";
    // Some 500 letters, a kilobyte.
    let script = "Камера плавно приближается к чайнику, утренний свет. ".repeat(10);
    queue::advance(txn, id, 1, |job| job.scripted(script.clone()))?.expect(moved);
    queue::advance(txn, id, 1, |job| job.submit(route(), now, now))?.expect(moved);
    queue::advance(txn, id, 1, |job| job.accepted(task, now))?.expect(moved);
    let url = format!("https://tempfile.aiquickdraw.com/p/{number:032x}_0_1760000000.mp4");
    queue::advance(txn, id, 1, |job| job.rendered(vec![url.clone()], now))?.expect(moved);
    verdict::succeed(txn, id, 1, &url, false, now)?.expect(moved);
    let file = format!("BAACAgIAAxkBAAI{number:059x}");
    txn.put_video(id, &file)?;
    let last = txn.counted().note;
    (first + 1..=last).try_for_each(|note| strike(txn, user, note))
}

fn strike(txn: &mut Txn<'_>, user: UserId, note: u64) -> Result<(), StoreError> {
    outbox::strike(txn, user.chat(), NoteId(note), &Sent::Plainly)
}

/// Retires what is old at `now`, as the janitor does, but without a breath.
async fn retire(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let before = now.minus(DETAILS);
    let mut next = Some(OrderId(0));
    while let Some(from) = next {
        let some = move |txn: &mut Txn<'_>| retire::retire(txn, from, before, RETIRED_AT_ONCE, now);
        next = store.write(some).await?.next;
    }
    Ok(())
}

async fn retire_all(file: &Path) -> Result<(), StoreError> {
    let store = open(file)?;
    let jobs = store.snapshot()?.counters()?.job;
    retire(&store, NOW).await?;
    check(&store, jobs)
}

/// Nothing is lost.
fn check(store: &Store, jobs: u64) -> Result<(), StoreError> {
    let report = audit::audit(&store.snapshot()?)?;
    assert_eq!(report.breaches, []);
    assert_eq!(report.jobs, jobs);
    Ok(())
}

fn compact(file: &Path) {
    let mut db = Database::open(file).expect("the file");
    while db.compact().expect("room to move in") {}
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn line(what: &str, file: &Path, spent: Duration) {
    let length = std::fs::metadata(file).expect("the file").len();
    let db = Database::open(file).expect("the file");
    let transaction = db.begin_write().expect("a transaction");
    let stats = transaction.stats().expect("its stats");
    let used = stats.allocated_pages() * stats.page_size() as u64;
    let spent = spent.as_secs_f64();
    println!(
        "| {what} | {} | {} | {spent:.1} |",
        length / 1_000_000,
        used / 1_000_000
    );
}

/// What each table takes.
fn tables(file: &Path) {
    let db = Database::open(file).expect("the file");
    let snapshot = db.begin_read().expect("a snapshot");
    println!("\n| table | rows | MB |\n|---|---|---|");
    for handle in snapshot.list_tables().expect("the tables") {
        let name = handle.name().to_owned();
        let table = snapshot.open_untyped_table(handle).expect("a table");
        let stats = table.stats().expect("its stats");
        let bytes = stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes();
        let rows = table.len().expect("its rows");
        if rows > 100 {
            println!("| {name} | {rows} | {:.1} |", bytes as f64 / 1e6);
        }
    }
    println!();
}
