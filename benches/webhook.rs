//! `/start` by webhook: how many updates a second a bot takes over loopback HTTP, and after how long it says 200.
//!
//! Without anything said, the bot is our daemon (`NEUROCARDS_BENCH_BINARY` names another build of it). Else it is what
//! the command in `NEUROCARDS_BENCH_PEER` starts, in which `{port}`, `{secret}` and `{api}` stand for where it listens at
//! `/telegram`, what Telegram says there, and where the Bot API is. Either runs on the core `NEUROCARDS_BENCH_CORE`.
//! `NEUROCARDS_BENCH_SECONDS` are measured; memory is looked at after `NEUROCARDS_BENCH_UPDATES` updates, unless they
//! are 0; `NEUROCARDS_BENCH_MORE` is more of our configuration. Prints one line of JSON; scripts/bench-webhook.sh compares.

use std::ffi::{OsStr, OsString};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path as Called};
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use neurocards::shop::audit::audit;
use neurocards::store::{Options, Shop, Store};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connections kept open; Telegram opens up to 100.
const CONNECTIONS: u64 = 64;
/// One update of so many is of a seller who is new, the others of known ones: after 100,000 updates there are 10,000.
const TO_A_SELLER: u64 = 10;
/// The first seller.
const FIRST_SELLER: u64 = 5_000_000_001;
/// The first update; all have as many digits.
const FIRST_UPDATE: u64 = 100_000_001;
/// Answered before anything is measured.
const WARM_UP: u64 = 2_000;
/// What Telegram repeats in its header.
const SECRET: &str = "a-word-of-the-bench";
/// A bot serves within this time, or never; Python takes its time on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let said = |name: &str| std::env::var(name).ok();
    let number =
        |name: &str, usual| said(name).map_or(usual, |text| text.parse().expect("a whole number"));
    let plan = Plan {
        span: Duration::from_secs(number("NEUROCARDS_BENCH_SECONDS", 10)),
        updates: number("NEUROCARDS_BENCH_UPDATES", 100_000),
    };
    let told = runtime.block_on(async {
        match said("NEUROCARDS_BENCH_PEER") {
            Some(command) => Bot::peer(&command).await.driven(plan).await,
            None => ours(plan).await,
        }
    });
    println!("{told}");
}

/// Messages that bots have sent.
static MESSAGES: AtomicU64 = AtomicU64::new(0);

/// How long and how much.
#[derive(Clone, Copy)]
struct Plan {
    span: Duration,
    updates: u64,
}

/// A bot that is driven.
struct Bot {
    process: Child,
    address: SocketAddr,
}

/// What all connections share.
struct Drive {
    plan: Plan,
    pid: u32,
    sent: AtomicU64,
    newcomers: AtomicU64,
    done: AtomicU64,
    measured: AtomicBool,
    over: AtomicBool,
    kilobytes: AtomicU64,
}

impl Bot {
    async fn peer(command: &str) -> Self {
        let (door, telegram) = (free_port(), telegram().await);
        let filled = command
            .replace("{port}", &door.port().to_string())
            .replace("{secret}", SECRET)
            .replace("{api}", &format!("http://{telegram}"));
        let mut words = filled.split_whitespace();
        let mut process = on_its_core(words.next().expect("a command").as_ref());
        process.args(words);
        Self::start(process, door).await
    }

    async fn start(mut command: Command, address: SocketAddr) -> Self {
        let process = command.stdout(Stdio::null()).spawn();
        let process = process.expect("the bot starts");
        let bot = Self { process, address };
        let begun = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "the bot does not serve");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bot
    }

    async fn driven(&self, plan: Plan) -> serde_json::Value {
        let pid = self.process.id();
        let drive = Arc::new(Drive {
            plan,
            pid,
            sent: AtomicU64::new(0),
            newcomers: AtomicU64::new(0),
            done: AtomicU64::new(0),
            measured: AtomicBool::new(false),
            over: AtomicBool::new(false),
            kilobytes: AtomicU64::new(0),
        });
        let mut lines = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let stream = TcpStream::connect(self.address)
                .await
                .expect("a connection");
            stream.set_nodelay(true).expect("a socket");
            let line = Line::new(stream, self.address);
            lines.spawn(line.drive(Arc::clone(&drive)));
        }
        while drive.done.load(Ordering::Relaxed) < WARM_UP {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let (begun, ticks) = (Instant::now(), ticks(pid));
        let messages = MESSAGES.load(Ordering::Relaxed);
        drive.measured.store(true, Ordering::Relaxed);
        tokio::time::sleep(plan.span).await;
        drive.measured.store(false, Ordering::Relaxed);
        let (took, ticks) = (begun.elapsed(), self::ticks(pid) - ticks);
        let messages = MESSAGES.load(Ordering::Relaxed) - messages;
        drive.over.store(true, Ordering::Relaxed);
        let mut times: Vec<_> = lines.join_all().await.into_iter().flatten().collect();
        times.sort_unstable();
        assert!(!times.is_empty(), "nothing was answered in time");
        let ms = |part: f64| {
            let at = (times.len() as f64 * part) as usize;
            times[at.min(times.len() - 1)].as_secs_f64() * 1e3
        };
        let hertz = rustix::param::clock_ticks_per_second() as f64;
        json!({
            "requests": times.len(),
            "per_second": times.len() as f64 / took.as_secs_f64(),
            "messages_per_second": messages as f64 / took.as_secs_f64(),
            "p50_ms": ms(0.5),
            "p99_ms": ms(0.99),
            "worst_ms": ms(1.0),
            "cpu_us": ticks as f64 / hertz * 1e6 / times.len() as f64,
            "sellers": drive.newcomers.load(Ordering::Relaxed),
            "memory_mb": drive.kilobytes.load(Ordering::Relaxed) as f64 / 1e3,
        })
    }
}

/// A connection, with a request that is written again and again with other numbers.
struct Line {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
    head: usize,
}

impl Line {
    fn new(stream: TcpStream, host: SocketAddr) -> Self {
        let body = start(FIRST_UPDATE, FIRST_SELLER);
        let head = format!(
            "POST /telegram HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Self {
            stream,
            head: head.len(),
            request: (head + &body).into_bytes(),
            answer: Vec::with_capacity(4096),
        }
    }

    /// Sends until it is over, and tells how long each answer took that was measured.
    async fn drive(mut self, drive: Arc<Drive>) -> Vec<Duration> {
        let mut times = Vec::new();
        loop {
            let number = drive.sent.fetch_add(1, Ordering::Relaxed);
            if drive.over.load(Ordering::Relaxed) && number >= drive.plan.updates {
                return times;
            }
            let is_new = number.is_multiple_of(TO_A_SELLER);
            drive.newcomers.fetch_add(is_new.into(), Ordering::Relaxed);
            let body = start(FIRST_UPDATE + number, seller(number));
            self.request[self.head..].copy_from_slice(body.as_bytes());
            let measured = drive.measured.load(Ordering::Relaxed);
            let begun = Instant::now();
            self.ask().await.expect("an answer");
            if measured && drive.measured.load(Ordering::Relaxed) {
                times.push(begun.elapsed());
            }
            if drive.done.fetch_add(1, Ordering::Relaxed) + 1 == drive.plan.updates {
                drive.kilobytes.store(memory(drive.pid), Ordering::Relaxed);
            }
        }
    }

    /// One request and all of its answer, which is 200.
    async fn ask(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.request).await?;
        self.answer.clear();
        while !whole(&self.answer) {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let head = String::from_utf8_lossy(&self.answer);
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        Ok(())
    }
}

/// Whether an answer has come to its end.
fn whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let (head, body) = answer.split_at(end + 4);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    match length {
        Some(length) => body.len() >= length.trim().parse().expect("a length"),
        None if head.contains("\r\ntransfer-encoding: chunked") => body.ends_with(b"0\r\n\r\n"),
        None => panic!("an answer without an end: {head}"),
    }
}

/// Whose the update of that number is: of a new one, or of any of those before.
fn seller(number: u64) -> u64 {
    let newest = number / TO_A_SELLER;
    FIRST_SELLER
        + match number.is_multiple_of(TO_A_SELLER) {
            true => newest,
            false => number.wrapping_mul(0x9E37_79B9_7F4A_7C15) % (newest + 1),
        }
}

/// `/start` as Telegram brings it.
fn start(update: u64, seller: u64) -> String {
    format!(
        r#"{{"update_id":{update},"message":{{"message_id":{update},"from":{{"id":{seller},"is_bot":false,"first_name":"Анна","last_name":"Продавец","username":"seller_{seller}","language_code":"ru"}},"chat":{{"id":{seller},"first_name":"Анна","last_name":"Продавец","username":"seller_{seller}","type":"private"}},"date":1800000000,"text":"/start","entities":[{{"offset":0,"length":6,"type":"bot_command"}}]}}}}"#
    )
}

/// How long a process has been on a processor, in ticks.
fn ticks(pid: u32) -> u64 {
    let told = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind_name = told.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let fields: Vec<_> = behind_name.split(' ').collect();
    let field = |at: usize| -> u64 { fields.get(at).and_then(|n| n.parse().ok()).unwrap_or(0) };
    field(11) + field(12)
}

/// The memory a process has, in kB.
fn memory(pid: u32) -> u64 {
    let told = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.and_then(|n| n.parse().ok()).unwrap_or(0)
}

impl Drop for Bot {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Our daemon, driven and then killed as if the plug were pulled: what was answered must be in the books.
async fn ours(plan: Plan) -> serde_json::Value {
    let scratch = match std::env::var_os("NEUROCARDS_BENCH_DIR") {
        Some(dir) => TempDir::new_in(dir),
        None => TempDir::new(),
    };
    let scratch = scratch.expect("a temporary directory");
    let (door, telegram) = (free_port(), telegram().await);
    let config = format!(
        "public_url = \"https://bot.example.test\"\nupdates = \"webhook\"\nadmin_ids = []\n\
         [telegram]\napi_url = \"http://{telegram}\"\nwebhook_secret_file = \"secret\"\n\
         [http]\nlisten = [\"{door}\"]\n[tls]\nmode = \"off\"\n[operator]\nlisten = []\n\
         [backup]\nevery = \"0s\"\n[log]\nlevel = \"warn\"\n{}\n",
        std::env::var("NEUROCARDS_BENCH_MORE").unwrap_or_default()
    );
    std::fs::write(scratch.path().join("neurocards.toml"), config).expect("a configuration");
    std::fs::write(scratch.path().join("secret"), SECRET).expect("a secret");
    let ours = || env!("CARGO_BIN_EXE_neurocards").into();
    let binary: OsString = std::env::var_os("NEUROCARDS_BENCH_BINARY").unwrap_or_else(ours);
    let mut command = on_its_core(&binary);
    command
        .args(["run", "--data-dir"])
        .arg(scratch.path())
        .env(
            "TELEGRAM_TOKEN",
            "123456789:AAbenchbenchbenchbenchbenchbenchben",
        )
        .env("KIE_API_KEY", "key-of-the-bench");
    let bot = Bot::start(command, door).await;
    let told = bot.driven(plan).await;
    drop(bot);
    let file = scratch.path().join("neurocards.redb");
    let store = Store::open(&file, Options::default(), Shop::default()).expect("a store");
    let report = store.snapshot().and_then(|snapshot| audit(&snapshot));
    let report = report.expect("an audit");
    assert!(report.breaches.is_empty(), "{:?}", report.breaches);
    let sellers = told["sellers"].as_u64().expect("a number");
    assert!(report.users >= sellers, "{} of {sellers}", report.users);
    told
}

fn free_port() -> SocketAddr {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    free.local_addr().expect("an address")
}

fn on_its_core(program: &OsStr) -> Command {
    let Some(core) = std::env::var_os("NEUROCARDS_BENCH_CORE") else {
        return Command::new(program);
    };
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core).arg(program);
    command
}

/// Somebody who says yes to everything, at the cost of next to nothing.
async fn telegram() -> SocketAddr {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
    let listener = listener.expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = |Called((_, method)): Called<(String, String)>, _: Bytes| async move {
        let chat = json!({"id": FIRST_SELLER, "type": "private", "first_name": "Анна"});
        let message = json!({"message_id": 1, "date": 1_800_000_000, "chat": chat});
        let said = match method.to_ascii_lowercase().as_str() {
            "getme" => json!({
                "id": 123_456_789, "is_bot": true, "first_name": "bench", "username": "bench_bot",
                "can_join_groups": true, "can_read_all_group_messages": false,
                "supports_inline_queries": false, "can_connect_to_business": false,
                "has_main_web_app": false,
            }),
            "sendphoto" => {
                MESSAGES.fetch_add(1, Ordering::Relaxed);
                let photo = json!({"file_id": "AgAC", "file_unique_id": "AQAD", "width": 800,
                    "height": 600, "file_size": 50_000});
                merged(message, json!({"photo": [photo]}))
            }
            "sendmessage" => {
                MESSAGES.fetch_add(1, Ordering::Relaxed);
                merged(message, json!({"text": "…"}))
            }
            _ => json!(true),
        };
        let body = json!({"ok": true, "result": said}).to_string();
        ([(CONTENT_TYPE, "application/json")], body)
    };
    let router = Router::new()
        .route("/{bot}/{method}", axum::routing::any(answer))
        .layer(DefaultBodyLimit::disable());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn merged(mut into: serde_json::Value, more: serde_json::Value) -> serde_json::Value {
    if let (Some(into), serde_json::Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
    into
}
