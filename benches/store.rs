//! How many orders and whole jobs a second the store takes: one at a time, and grouped.
//!
//! `NEUROCARDS_BENCH_DIR` names the directory of the file, `NEUROCARDS_BENCH_SYNC_MS` makes each sync that much
//! slower. One iteration is a round: every submitter once. `NEUROCARDS_BENCH_LIVES=256/1` measures lives only, of 256
//! submitters and 1 seller, for `NEUROCARDS_BENCH_SECONDS`, and prints one line of JSON: scripts/bench-postgres.sh.

use std::fs::File;
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::id::{JobId, NoteId, TaskId, UserId};
use neurocards::rules::domain::job::{Job, OutOfTurn};
use neurocards::shop::audit::audit;
use neurocards::shop::outbox::{self, Sent};
use neurocards::shop::{queue, verdict};
use neurocards::store::{Options, Shop, Store, StoreError, Txn};
use redb::StorageBackend;
use redb::backends::FileBackend;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

mod shop;
use shop::{NOW, place, route, seed};

fn main() {
    let dir = std::env::var_os("NEUROCARDS_BENCH_DIR");
    let scratch = tempfile::TempDir::new().expect("a temporary directory");
    let dir = dir.map_or_else(|| scratch.path().to_owned(), Into::into);
    let slow = std::env::var("NEUROCARDS_BENCH_SYNC_MS").ok();
    let slow = slow.map(|ms| Duration::from_millis(ms.parse().expect("a whole number of ms")));
    if let Ok(wanted) = std::env::var("NEUROCARDS_BENCH_LIVES") {
        return only_lives(&dir, slow, &wanted);
    }
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut table = Vec::new();
    for (work, many, sellers) in [
        (Work::Order, 1, 1),
        (Work::Order, 64, 64),
        (Work::Order, 256, 256),
        (Work::Life, 1, 1),
        (Work::Life, 64, 64),
        (Work::Life, 256, 256),
        (Work::Life, 256, 1),
    ] {
        let ground = Ground::new(&dir, slow, many, sellers);
        let mut group = criterion.benchmark_group(work.name());
        group.throughput(Throughput::Elements(many));
        group.bench_function(format!("{many} submitters, {sellers} sellers"), |b| {
            b.iter_custom(|rounds| ground.rounds(work, rounds));
        });
        group.finish();
        table.push((work, many, sellers, ground.rate()));
        ground.books_balance();
    }
    criterion.final_summary();
    print(
        &table,
        sync_time(&dir).expect("the disk can be measured"),
        slow,
    );
}

/// Measures lives alone, and says so to a program.
fn only_lives(dir: &Path, slow: Option<Duration>, wanted: &str) {
    let seconds = std::env::var("NEUROCARDS_BENCH_SECONDS").ok();
    let span = seconds.map_or(10, |seconds| seconds.parse().expect("a number of seconds"));
    let number = |text: &str| text.parse().expect("a number");
    let (many, sellers) = wanted.split_once('/').expect("submitters/sellers");
    let ground = Ground::new(dir, slow, number(many), number(sellers));
    let before = written();
    ground.until(Duration::from_secs(span));
    let lives = ground.done.load(Ordering::Relaxed);
    let bytes = (written() - before) / lives;
    ground.books_balance();
    let earned = ground
        .store
        .snapshot()
        .and_then(|snapshot| snapshot.counters());
    let earned = earned.expect("counters").revenue;
    assert_eq!(earned, i64::try_from(lives).expect("not so many"));
    let sync = sync_time(dir).expect("the disk can be measured");
    let line = serde_json::json!({
        "submitters": ground.many,
        "sellers": ground.sellers,
        "lives": lives,
        "per_second": ground.rate(),
        "bytes_per_life": bytes,
        "sync_ms": sync.as_secs_f64() * 1e3,
    });
    println!("{line}");
}

/// Bytes this process has had written, as Linux counts them.
fn written() -> u64 {
    let told = std::fs::read_to_string("/proc/self/io").expect("Linux tells");
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|bytes| bytes.parse().ok())
        .expect("a number of bytes")
}

/// What a submitter does in its turn.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    /// One transaction: 3 jobs, their holds, the session, the note.
    Order,
    /// An order of one video to its end: order, claim, submit, accepted, rendered, done, every note struck.
    Life,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Self::Order => "orders of 3 jobs",
            Self::Life => "lives of a job",
        }
    }
}

/// A store with its sellers; submitters order for them in turn.
struct Ground {
    store: Store,
    runtime: Runtime,
    many: u64,
    sellers: u64,
    numbers: Arc<AtomicU64>,
    done: AtomicU64,
    nanos: AtomicU64,
    path: std::path::PathBuf,
}

impl Ground {
    fn new(dir: &Path, slow: Option<Duration>, many: u64, sellers: u64) -> Self {
        let path = dir.join("bench.redb");
        let _ = std::fs::remove_file(&path);
        let shop = Shop {
            welcome: Credits(2),
            admins: Vec::new(),
            max_attempts: 3,
            max_rendering: 10_000,
            ..Shop::default()
        };
        let store = match slow {
            None => Store::open(&path, Options::default(), shop),
            Some(wait) => {
                let path = path.clone();
                let open = move || {
                    let mut file = File::options();
                    let file = file.read(true).write(true).create(true).truncate(false);
                    let inner = FileBackend::new(file.open(&path)?).expect("an unlocked file");
                    Ok(Slow { inner, wait })
                };
                Store::on(open, Options::default(), shop)
            }
        };
        let store = store.expect("a store");
        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(seed(&store, sellers)).expect("users");
        Self {
            store,
            runtime,
            many,
            sellers,
            numbers: Arc::default(),
            done: AtomicU64::new(0),
            nanos: AtomicU64::new(0),
            path,
        }
    }

    fn rounds(&self, work: Work, rounds: u64) -> Duration {
        self.run(work, move |done| done < rounds)
    }

    /// Lives until the time is over.
    fn until(&self, span: Duration) {
        let begun = Instant::now();
        self.run(Work::Life, move |_| begun.elapsed() < span);
    }

    /// Has every submitter work for as long as there is `more` after what it has done.
    fn run(&self, work: Work, more: impl Fn(u64) -> bool + Copy + Send + 'static) -> Duration {
        let begun = Instant::now();
        let done = self.runtime.block_on(async {
            let mut submitters = JoinSet::new();
            for submitter in 0..self.many {
                let user = UserId(1 + submitter % self.sellers);
                let (store, numbers) = (self.store.clone(), Arc::clone(&self.numbers));
                submitters.spawn(async move {
                    let mut done = 0;
                    while more(done) {
                        let number = numbers.fetch_add(1, Ordering::Relaxed);
                        let taken = match work {
                            Work::Order => {
                                order(&store, user, number, Count::Three).await.map(drop)
                            }
                            Work::Life => life(&store, user, number).await,
                        };
                        taken.expect("the store takes it");
                        done += 1;
                    }
                    done
                });
            }
            submitters.join_all().await.into_iter().sum::<u64>()
        });
        let took = begun.elapsed();
        self.done.fetch_add(done, Ordering::Relaxed);
        let nanos = u64::try_from(took.as_nanos()).expect("less than 500 years");
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        took
    }

    /// Done a second, over all rounds.
    fn rate(&self) -> f64 {
        let seconds = self.nanos.load(Ordering::Relaxed) as f64 / 1e9;
        self.done.load(Ordering::Relaxed) as f64 / seconds
    }

    fn books_balance(&self) {
        let report = self.store.snapshot().and_then(|snapshot| audit(&snapshot));
        let report = report.expect("an audit");
        assert!(report.breaches.is_empty(), "{:?}", report.breaches);
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Numbers of the notes that a closure wrote.
type Notes = RangeInclusive<u64>;

/// The notes `work` writes.
fn noting<R>(
    txn: &mut Txn<'_>,
    work: impl FnOnce(&mut Txn<'_>) -> Result<R, StoreError>,
) -> Result<(R, Notes), StoreError> {
    let first = txn.counted().note + 1;
    let result = work(txn)?;
    Ok((result, first..=txn.counted().note))
}

async fn order(
    store: &Store,
    user: UserId,
    number: u64,
    count: Count,
) -> Result<Notes, StoreError> {
    let shop = store.shop();
    let placed = store
        .write(move |txn| noting(txn, |txn| place(txn, &shop, user, number, count)))
        .await;
    Ok(placed?.1)
}

async fn life(store: &Store, user: UserId, number: u64) -> Result<(), StoreError> {
    let accepted = order(store, user, number, Count::One).await?;
    let shop = store.shop();
    let (claimed, begun) = store
        .write(move |txn| noting(txn, |txn| queue::claim(txn, &shop, 1, NOW)))
        .await?;
    let job = claimed.into_iter().next().expect("as many jobs as claims");
    advance(store, job.id, |job| job.submit(route(), NOW, NOW)).await?;
    let task = TaskId(format!("task_{number:016}"));
    advance(store, job.id, move |job| job.accepted(task.clone(), NOW)).await?;
    let url = format!("https://example.test/{number}.mp4");
    let urls = vec![url.clone()];
    advance(store, job.id, move |job| job.rendered(urls.clone(), NOW)).await?;
    let (done, ended) = store
        .write(move |txn| {
            noting(txn, |txn| {
                verdict::succeed(txn, job.id, 1, &url, false, NOW)
            })
        })
        .await?;
    done.expect("nobody else ends it");
    // Somebody else's order may have been first: each strikes what it wrote.
    let chat = job.user.chat();
    strike(store, user.chat(), accepted).await?;
    strike(store, chat, begun).await?;
    strike(store, chat, ended).await
}

/// As if each had been said.
async fn strike(store: &Store, chat: i64, notes: Notes) -> Result<(), StoreError> {
    for note in notes.map(NoteId) {
        store
            .write(move |txn| outbox::strike(txn, chat, note, &Sent::Plainly))
            .await?;
    }
    Ok(())
}

async fn advance<F>(store: &Store, job: JobId, step: F) -> Result<(), StoreError>
where
    F: Fn(Job) -> Result<Job, OutOfTurn> + Send + 'static,
{
    let moved = store.write(move |txn| queue::advance(txn, job, 1, &step));
    moved.await?.expect("nobody else moves it");
    Ok(())
}

/// A file whose syncs take longer.
#[derive(Debug)]
struct Slow {
    inner: FileBackend,
    wait: Duration,
}

impl StorageBackend for Slow {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        std::thread::sleep(self.wait);
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }
}

/// The median of 200 writes of 4 KiB with fdatasync.
fn sync_time(dir: &Path) -> io::Result<Duration> {
    let path = dir.join("bench.sync");
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

fn print(table: &[(Work, u64, u64, f64)], sync: Duration, slow: Option<Duration>) {
    println!(
        "\n4 KiB write and fdatasync on this disk: {:.3} ms",
        sync.as_secs_f64() * 1e3
    );
    if let Some(slow) = slow {
        println!(
            "each sync of the store takes {} ms longer",
            slow.as_millis()
        );
    }
    println!("\n| work | submitters | sellers | per second | grouped / single |");
    println!("|---|---|---|---|---|");
    for (work, many, sellers, rate) in table {
        let alone = table
            .iter()
            .find(|(other, many, ..)| other == work && *many == 1);
        let ratio = alone.map_or(f64::NAN, |(.., alone)| rate / alone);
        println!(
            "| {} | {many} | {sellers} | {rate:.0} | {ratio:.1} |",
            work.name()
        );
    }
}
