//! How long the daemon takes to serve again after SIGKILL, with few jobs in its file and with a million.
//!
//! `NEUROCARDS_BENCH_DIR` names the directory, `NEUROCARDS_BENCH_JOBS` the large number of jobs. A request counts as
//! served when the HTTP door has answered it; before each kill sellers have been at work for a while.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::domain::brief::Count;
use neurocards::domain::credit::Credits;
use neurocards::domain::id::{NoteId, TaskId, UserId};
use neurocards::sandbox::{Hooks, Options as Stage, Sandbox};
use neurocards::store::outbox::{self, Sent};
use neurocards::store::{Options, Shop, Store, StoreError, Txn, queue, verdict};
use tokio::runtime::Runtime;

mod shop;
use shop::{NOW, place, route, seed};

/// Sellers whose jobs fill the file.
const SELLERS: u64 = 50_000;
/// Jobs that are with the provider.
const LIVE: u64 = 1_000;
/// Jobs made in one transaction.
const AT_ONCE: u64 = 5_000;
const KILLS: usize = 15;

fn main() {
    let named = std::env::var("NEUROCARDS_BENCH_JOBS").ok();
    let many = named.map_or(1_000_000, |jobs| jobs.parse().expect("a number of jobs"));
    let runtime = Runtime::new().expect("a runtime");
    println!(
        "| jobs in the file | MB | serving again after SIGKILL, median | longest of {KILLS} |"
    );
    println!("|---|---|---|---|");
    for jobs in [1_000, many] {
        let scratch = match std::env::var_os("NEUROCARDS_BENCH_DIR") {
            Some(dir) => tempfile::TempDir::new_in(dir),
            None => tempfile::TempDir::new(),
        };
        let scratch = scratch.expect("a temporary directory");
        let file = scratch.path().join("neurocards.redb");
        runtime.block_on(fill(&file, jobs)).expect("a full file");
        let mut times = runtime.block_on(kills(scratch.path()));
        times.sort_unstable();
        let size = file.metadata().map_or(0, |file| file.len()) as f64 / 1e6;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, longest) = (ms(times[times.len() / 2]), ms(times[times.len() - 1]));
        println!("| {jobs} | {size:.0} | {median:.1} ms | {longest:.1} ms |");
    }
}

/// A file with so many jobs, the last of them with the provider and the others done.
async fn fill(file: &Path, jobs: u64) -> Result<(), StoreError> {
    let shop = Shop {
        welcome: Credits(2),
        admins: Vec::new(),
        max_attempts: 3,
        max_rendering: u32::MAX,
        ..Shop::default()
    };
    let store = Store::open(file, Options::default(), shop)?;
    seed(&store, SELLERS).await?;
    let mut made = 0;
    while made < jobs {
        let some = AT_ONCE.min(jobs - made);
        let live = LIVE.min(jobs / 2);
        let shop = store.shop();
        let chunk = move |txn: &mut Txn<'_>| {
            (made..made + some).try_for_each(|number| job(txn, &shop, number, number + live < jobs))
        };
        store.write(chunk).await?;
        made += some;
    }
    Ok(())
}

/// One job, to its end or until it renders; every note is said.
fn job(txn: &mut Txn<'_>, shop: &Shop, number: u64, ends: bool) -> Result<(), StoreError> {
    let user = UserId(1 + number % SELLERS);
    let first = txn.counted().note;
    place(txn, shop, user, 1 + number, Count::One)?;
    let claimed = queue::claim(txn, shop, 1, NOW)?;
    let id = claimed.first().expect("a job").id;
    let task = TaskId(format!("task_{number:016}"));
    // Far away, so that nobody looks at it meanwhile.
    let late = NOW.plus(Duration::from_secs(1 << 32));
    let moved = "nobody else moves it";
    queue::advance(txn, id, 1, |job| job.submit(route(), NOW, late))?.expect(moved);
    queue::advance(txn, id, 1, |job| job.accepted(task, late))?.expect(moved);
    if ends {
        let url = format!("https://example.test/{number}.mp4");
        queue::advance(txn, id, 1, |job| job.rendered(url, NOW))?.expect(moved);
        verdict::succeed(txn, id, 1, false, NOW)?.expect(moved);
    }
    let last = txn.counted().note;
    let chat = outbox::chat_of(user);
    (first + 1..=last).try_for_each(|note| outbox::strike(txn, chat, NoteId(note), &Sent::Plainly))
}

/// Starts and kills the daemon again and again; how long each start took to serve.
async fn kills(data: &Path) -> Vec<Duration> {
    let hooks = Hooks {
        now: Arc::new(|| NOW.0),
        speed: Arc::new(|| 1.0),
        set_speed: Arc::new(|_| {}),
        advance: Arc::new(|_| {}),
        books: Arc::new(|| serde_json::Value::Null),
        grant: Arc::new(|_, _| Box::pin(async { Err("nobody grants here".to_owned()) })),
    };
    let stage = Stage {
        hooks,
        photo_root_pem: None,
        page: None,
    };
    let sandbox = Sandbox::start(stage).await.expect("the stand-ins");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let door = free.local_addr().expect("an address");
    drop(free);
    let config = format!(
        "public_url = \"http://{door}\"\nupdates = \"polling\"\nadmin_ids = []\n\
         [telegram]\napi_url = \"{}\"\n[kie]\napi_url = \"{}\"\n[gpt]\napi_url = \"{}\"\n\
         [http]\nlisten = [\"{door}\"]\n[log]\nlevel = \"warn\"\n",
        sandbox.telegram.api_url(),
        sandbox.kie.api_url(),
        sandbox.gpt.api_url(),
    );
    std::fs::write(data.join("neurocards.toml"), config).expect("a configuration");
    let mut times = Vec::new();
    for kill in 0..=KILLS {
        let begun = Instant::now();
        let mut daemon = start(data, &sandbox);
        serves(door);
        // The first start was after an orderly stop.
        if kill > 0 {
            times.push(begun.elapsed());
        }
        for id in 1..=200 {
            let person = sandbox.telegram.person(1_000_000 + id, "Анна", Some("ru"));
            person.sends(if kill == 0 { "/start" } else { "/menu" });
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        daemon.kill().expect("it lives");
        daemon.wait().expect("it ends");
    }
    times
}

fn start(data: &Path, sandbox: &Sandbox) -> Child {
    Command::new(env!("CARGO_BIN_EXE_neurocards"))
        .args(["run", "--data-dir"])
        .arg(data)
        .env("TELEGRAM_TOKEN", sandbox.telegram.token())
        .env("KIE_API_KEY", &sandbox.kie.keys()[0])
        .env("OPENAI_API_KEY", sandbox.gpt.key())
        .stdout(Stdio::null())
        .spawn()
        .expect("the daemon starts")
}

/// Asks until the door answers.
fn serves(door: SocketAddr) {
    let mut answer = [0; 12];
    loop {
        let asked = TcpStream::connect(door).and_then(|mut stream| {
            stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
            stream.read_exact(&mut answer)
        });
        if asked.is_ok() {
            assert_eq!(&answer, b"HTTP/1.1 404");
            return;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}
