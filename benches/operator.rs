//! What an operator's questions cost as the file grows: by the door over HTTP, and by the socket.
//!
//! `NEUROCARDS_BENCH_JOBS` names the largest number of finished jobs. Absolute times say little; what counts is the
//! last column, the largest shop against the smallest in one run.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::operator::service::ask::Wanted;
use neurocards::operator::service::{Ask, UserRef, ask};
use neurocards::operator::socket;
use neurocards::rules::domain::id::JobId;
use neurocards::rules::domain::id::UserId;
use neurocards::sandbox::{Hooks, Options as Stage, Sandbox};
use neurocards::shop::{ledger, outbox};
use neurocards::store::{StoreError, Txn};
use tokio::runtime::Runtime;

#[allow(dead_code, reason = "shared with the other benches")]
mod filled;
#[allow(dead_code, reason = "shared with the other benches")]
mod shop;
use filled::Filling;
use shop::NOW;

/// Jobs that have not ended.
const LIVE: u64 = 100;
/// Finished jobs to a seller.
const JOBS_EACH: u64 = 20;
/// Each question is asked so often; the median counts.
const TIMES: usize = 15;
/// A seller of whom is asked.
const ASKED: u64 = 2;
const TOKEN: &str = "operator-token-of-the-bench";

fn main() {
    let named = std::env::var("NEUROCARDS_BENCH_JOBS").ok();
    let most: u64 = named.map_or(1_000_000, |jobs| jobs.parse().expect("a number of jobs"));
    let runtime = Runtime::new().expect("a runtime");
    let sizes = [1_000, most / 10, most];
    let mut columns = Vec::new();
    for jobs in sizes {
        let scratch = match std::env::var_os("NEUROCARDS_BENCH_DIR") {
            Some(dir) => tempfile::TempDir::new_in(dir),
            None => tempfile::TempDir::new(),
        };
        let scratch = scratch.expect("a temporary directory");
        runtime
            .block_on(fill(&scratch.path().join("neurocards.redb"), jobs))
            .expect("a full file");
        columns.push(runtime.block_on(asked(scratch.path(), jobs)));
    }
    print(&sizes, &columns);
}

/// A file with so many finished jobs, and some live ones.
async fn fill(file: &Path, jobs: u64) -> Result<(), StoreError> {
    let sellers = (jobs / JOBS_EACH).max(1);
    let filling = Filling {
        ended: jobs,
        live: LIVE,
        sellers,
    };
    let store = filled::fill(file, filling).await?;
    // One in ten has blocked the bot, and something waits for their return.
    let blocked = move |txn: &mut Txn<'_>| {
        (1..=sellers).step_by(10).try_for_each(|user| {
            outbox::unreachable(txn, UserId(user).chat())?;
            ledger::grant(txn, UserId(user), 1, "bench", None, NOW).map(drop)
        })
    };
    store.write(blocked).await?;
    // Somebody with a name, in the middle.
    let named = move |txn: &mut Txn<'_>| {
        let mut row = txn.known_user(UserId(sellers / 2 + 1))?;
        row.user.username = Some("somebody".into());
        txn.put_user(UserId(sellers / 2 + 1), &row)
    };
    store.write(named).await
}

/// A question's name, the bytes of its answer, and how long that took.
type Cell = (&'static str, usize, Duration);

/// Asks a daemon on that data everything.
async fn asked(data: &Path, jobs: u64) -> Vec<Cell> {
    let stage = Stage {
        hooks: Hooks {
            now: Arc::new(|| NOW.0),
            speed: Arc::new(|| 1.0),
            set_speed: Arc::new(|_| {}),
            advance: Arc::new(|_| {}),
            books: Arc::new(|| serde_json::Value::Null),
            grant: Arc::new(|_, _| Box::pin(async { Err("nobody grants here".to_owned()) })),
        },
        photo_root_pem: None,
        page: None,
    };
    let sandbox = Sandbox::start(stage).await.expect("the stand-ins");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let door = free.local_addr().expect("an address");
    drop(free);
    let config = format!(
        "[telegram]\napi_url = \"{}\"\n[kie]\napi_url = \"{}\"\n[gpt]\napi_url = \"{}\"\n[http]\nlisten = []\n\
         [operator]\nlisten = [\"{door}\"]\n[backup]\nevery = \"0s\"\n[log]\nlevel = \"warn\"\n",
        sandbox.telegram.api_url(),
        sandbox.kie.api_url(),
        sandbox.gpt.api_url(),
    );
    std::fs::write(data.join("neurocards.toml"), config).expect("a configuration");
    let mut daemon = start(data, &sandbox);
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let url = |path: &str| format!("http://{door}{path}");
    while client.get(url("/healthz")).send().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The socket opens last; on a busy disk that takes its time.
    while socket::ask(data, ask::Status).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut cells = Vec::new();
    let metrics = || client.get(url("/metrics")).bearer_auth(TOKEN);
    cells.push(by_http("GET /metrics", metrics).await);
    let signed = client.post(url("/signin")).form(&[("token", TOKEN)]);
    let signed = signed.header("origin", format!("http://{door}"));
    let signed = signed.send().await.expect("an answer");
    let cookie = signed.headers().get("set-cookie").expect("a session");
    let cookie = cookie
        .to_str()
        .expect("a text")
        .split(';')
        .next()
        .expect("a cookie")
        .to_owned();
    for (name, path) in [
        ("page /", "/".to_owned()),
        ("page /orders", "/orders".to_owned()),
        ("page /jobs", "/jobs".to_owned()),
        ("page /jobs/…", format!("/jobs/{}", jobs / 2)),
        ("page /users", "/users".to_owned()),
        ("page /users/…", format!("/users/{ASKED}")),
        ("page /acts", "/acts".to_owned()),
    ] {
        cells.push(by_http(name, || client.get(url(&path)).header("cookie", &cookie)).await);
    }
    let (before, most) = (None, 50);
    let asks: [(&str, Ask); 13] = [
        ("status", ask::Status.into()),
        (
            "orders list",
            ask::Orders {
                whom: None,
                before,
                most,
            }
            .into(),
        ),
        (
            "jobs list",
            ask::Jobs {
                wanted: Wanted::All,
                whom: None,
                before,
                most,
            }
            .into(),
        ),
        (
            "jobs list --live",
            ask::Jobs {
                wanted: Wanted::Live,
                whom: None,
                before,
                most,
            }
            .into(),
        ),
        (
            "jobs show",
            ask::Job {
                job: JobId(jobs / 2),
            }
            .into(),
        ),
        (
            "users show @name",
            ask::User {
                whom: UserRef::Name("Somebody".into()),
            }
            .into(),
        ),
        (
            "users show",
            ask::User {
                whom: UserRef::Number(ASKED),
            }
            .into(),
        ),
        (
            "history",
            ask::History {
                whom: UserRef::Number(ASKED),
                before,
                most,
            }
            .into(),
        ),
        (
            "orders list --user",
            ask::Orders {
                whom: Some(UserRef::Number(ASKED)),
                before,
                most,
            }
            .into(),
        ),
        (
            "jobs list --user",
            ask::Jobs {
                wanted: Wanted::All,
                whom: Some(UserRef::Number(ASKED)),
                before,
                most,
            }
            .into(),
        ),
        (
            "users list --like",
            ask::Users {
                like: Some("some".into()),
                banned: false,
                before,
                most,
            }
            .into(),
        ),
        (
            "users list",
            ask::Users {
                like: None,
                banned: false,
                before,
                most,
            }
            .into(),
        ),
        (
            "jobs list --failed, of which there are none",
            ask::Jobs {
                wanted: Wanted::Failed,
                whom: None,
                before,
                most,
            }
            .into(),
        ),
    ];
    for (name, ask) in asks {
        cells.push(by_socket(name, data, ask).await);
    }
    daemon.kill().expect("a daemon that runs");
    daemon.wait().expect("its end");
    cells
}

fn start(data: &Path, sandbox: &Sandbox) -> Child {
    Command::new(env!("CARGO_BIN_EXE_neurocards"))
        .args(["run", "--data-dir"])
        .arg(data)
        .env("TELEGRAM_TOKEN", sandbox.telegram.token())
        .env("KIE_API_KEY", &sandbox.kie.keys()[0])
        .env("OPERATOR_TOKEN", TOKEN)
        .stdout(Stdio::null())
        .spawn()
        .expect("the daemon starts")
}

async fn by_http(name: &'static str, request: impl Fn() -> reqwest::RequestBuilder) -> Cell {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let begun = Instant::now();
        let answer = request().send().await.expect("an answer");
        assert!(answer.status().is_success(), "{name}: {}", answer.status());
        bytes = answer.bytes().await.expect("a body").len();
        times.push(begun.elapsed());
    }
    (name, bytes, median(times))
}

async fn by_socket(name: &'static str, data: &Path, ask: Ask) -> Cell {
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..TIMES {
        let begun = Instant::now();
        let answer = socket::ask(data, ask.clone()).await.expect("an answer");
        let answer = answer.expect("no refusal");
        times.push(begun.elapsed());
        bytes = serde_json::to_vec(&answer).expect("JSON").len();
    }
    (name, bytes, median(times))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn print(sizes: &[u64], columns: &[Vec<Cell>]) {
    let heads: Vec<_> = sizes.iter().map(|jobs| format!("{jobs} jobs")).collect();
    println!(
        "| question | bytes, smallest and largest shop | {} | largest / smallest |",
        heads.join(" | ")
    );
    println!("|---|---|{}---|", "---|".repeat(sizes.len()));
    for (row, (name, bytes, first)) in columns[0].iter().enumerate() {
        let ms: Vec<_> = columns
            .iter()
            .map(|cells| format!("{:.2} ms", cells[row].2.as_secs_f64() * 1e3))
            .collect();
        let last = columns
            .last()
            .map_or((*bytes, *first), |cells| (cells[row].1, cells[row].2));
        let ratio = last.1.as_secs_f64() / first.as_secs_f64();
        println!(
            "| {name} | {bytes}, {} | {} | {ratio:.1} |",
            last.0,
            ms.join(" | ")
        );
    }
}
