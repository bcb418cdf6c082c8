//! What the daemon keeps in memory: idle, under siege, after 100,000 updates, with 10,000 videos in flight, while it
//! carries 20 large videos at once, and with a million jobs in its file.
//!
//! The real daemon, between its stand-ins. Parts can be named: `cargo bench --bench memory -- idle siege updates
//! flight videos jobs`. `NEUROCARDS_BENCH_JOBS`, `_UPDATES` and `_FLIGHT` say how many of each.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::base::time::Timestamp;
use neurocards::edge::files::Photos;
use neurocards::operator::service::{Ask, UserRef, ask};
use neurocards::operator::socket;
use neurocards::sandbox::{Ending, Sandbox};
use neurocards::store::{Options, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;

mod figures;
mod filled;
mod flight;
#[allow(dead_code, reason = "shared with the other benches")]
mod house;
#[allow(dead_code, reason = "shared with the other benches")]
mod shop;
use figures::Figures;
use filled::Filling;
use house::{House, Memory, SECRET, said, scratch, stand_ins};

/// The daemon's cache unless its configuration says otherwise, in MB.
const CACHE: f64 = 67.1;
/// Connections that updates come by.
const CONNECTIONS: u64 = 64;
/// Sellers who write.
const WRITERS: u64 = 10_000;
/// Large videos at once: as many as there are workers.
const VIDEOS: u64 = 20;
/// Connections of strangers: as many as the door takes in all.
const BESIEGERS: usize = 1024;
/// Nothing takes longer.
const PATIENCE: Duration = Duration::from_secs(180);
/// Telegram is no bottleneck here.
const FAST: &str = "messages_per_second = 1000\nper_chat_burst = 100\nlink_over = 50000000";

fn main() {
    let named: Vec<_> = std::env::args().skip(1).collect();
    let named: Vec<_> = named.iter().filter(|name| !name.starts_with('-')).collect();
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| *name == part);
    let runtime = Runtime::new().expect("a runtime");
    let mut figures = Figures::of("memory");
    let mut bars = Vec::new();
    for (part, goal, measure) in [
        ("idle", 15.0, Part::Idle),
        ("siege", 60.0, Part::Siege),
        ("updates", 25.0, Part::Updates),
        ("flight", 60.0, Part::Flight),
        ("videos", 60.0, Part::Videos),
        ("jobs", 15.0 + CACHE, Part::Jobs),
    ] {
        if !wanted(part) {
            continue;
        }
        let (what, memory) = runtime.block_on(measure.run());
        figures.at_most(&what, "MB", memory.resident, goal);
        figures.also(&format!("{what}: its own"), "MB", memory.own);
        figures.also(&format!("{what}: at most"), "MB", memory.most);
        bars.push((part.to_owned(), memory, goal));
    }
    let slots: Vec<_> = bars.iter().map(|(part, ..)| part.clone()).collect();
    let bars = |of: fn(&(String, Memory, f64)) -> f64| bars.iter().map(of).collect();
    let series = [
        ("resident", bars(|(_, memory, _)| memory.resident)),
        ("goal", bars(|(.., goal)| *goal)),
    ];
    figures.chart("Resident memory, MB", &slots, &series);
    figures.tell();
}

#[derive(Clone, Copy)]
enum Part {
    Idle,
    Siege,
    Updates,
    Flight,
    Videos,
    Jobs,
}

impl Part {
    async fn run(self) -> (String, Memory) {
        let scratch = scratch();
        let sandbox = stand_ins().await;
        let data = scratch.path();
        match self {
            Self::Idle => idle(data, &sandbox).await,
            Self::Siege => siege(data, &sandbox).await,
            Self::Updates => updates(data, &sandbox).await,
            Self::Flight => in_flight(data, &sandbox).await,
            Self::Videos => videos(data, &sandbox).await,
            Self::Jobs => jobs(data, &sandbox).await,
        }
    }
}

async fn idle(data: &Path, sandbox: &Sandbox) -> (String, Memory) {
    let house = begun(data, sandbox, "", "").await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    ("idle, nothing stored".into(), house.memory())
}

/// Strangers of 64 networks hold every connection there is, each with a head that almost fills its bound and never
/// ends, while others call with bodies for nobody.
async fn siege(data: &Path, sandbox: &Sandbox) -> (String, Memory) {
    let house = begun(data, sandbox, "", "").await;
    let mut lines = Vec::new();
    for number in 0..BESIEGERS {
        let socket = TcpSocket::new_v4().expect("a socket");
        let from = SocketAddr::from(([127, 1, (number % 64) as u8, 1], 0));
        socket.bind(from).expect("an address of this machine");
        let mut line = socket.connect(house.door).await.expect("a connection");
        let begin = match number % 2 {
            0 => format!(
                "GET /p/{number} HTTP/1.1\r\nHost: x\r\nX: {}",
                "a".repeat(15 << 10)
            ),
            _ => format!(
                "POST /kie/{number}/1/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\nHost: x\r\n\
                 Content-Length: 65536\r\n\r\n{}",
                "{".repeat(60 << 10)
            ),
        };
        // Who is shown the door while still speaking is where we want them.
        let _ = line.write_all(begin.as_bytes()).await;
        lines.push(line);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let memory = house.memory();
    let memory = Memory {
        resident: memory.most,
        ..memory
    };
    (
        format!("besieged by {BESIEGERS} connections, at most"),
        memory,
    )
}

async fn updates(data: &Path, sandbox: &Sandbox) -> (String, Memory) {
    let many = said("NEUROCARDS_BENCH_UPDATES", 100_000);
    people(sandbox, WRITERS);
    // Messages go at the pace that is shipped; what they say waits in the file.
    let house = begun(data, sandbox, "", "").await;
    let rate = flood(&house, many).await;
    eprintln!("{rate:.0} updates a second");
    tokio::time::sleep(Duration::from_secs(2)).await;
    (format!("after {many} updates"), house.memory())
}

async fn in_flight(data: &Path, sandbox: &Sandbox) -> (String, Memory) {
    let many = said("NEUROCARDS_BENCH_FLIGHT", 10_000);
    people(sandbox, many);
    let room = "max_rendering = 10000\nworkers = 20";
    let mut house = House::new(data, sandbox, room, FAST);
    let base = format!("http://{}", house.door);
    // Spread over the usual interval between two looks.
    let tasks = flying(data, sandbox, &base, many, |number, now| {
        now.plus(Duration::from_millis(number % 10_000))
    });
    let tasks = tasks.await;
    house.start(sandbox);
    house.serves();
    // Every one of them is looked at, and then some end.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let ended = tasks.len().min(500);
    for task in &tasks[..ended] {
        sandbox.kie.ends(task, Ending::Success);
    }
    delivered(data, tasks.len() - ended).await;
    (format!("{many} videos in flight"), house.memory())
}

/// Puts so many videos in flight before the daemon starts; their tasks.
async fn flying(
    data: &Path,
    sandbox: &Sandbox,
    base: &str,
    many: u64,
    due: fn(u64, Timestamp) -> Timestamp,
) -> Vec<String> {
    let file = data.join("neurocards.redb");
    let store = Store::open(&file, Options::default(), filled::rules()).expect("a file");
    let photos = Photos::new(data.join("photos"));
    let now = Clock::system().now();
    let placed = flight::place(&store, &photos, sandbox, base, many, now, due).await;
    placed.expect("a file that can be written")
}

/// Videos of 46 MiB, all fetched and sent at the same time.
async fn videos(data: &Path, sandbox: &Sandbox) -> (String, Memory) {
    people(sandbox, VIDEOS);
    let room = "max_rendering = 100\nworkers = 20";
    let mut house = House::new(data, sandbox, room, FAST);
    let base = format!("http://{}", house.door);
    let later = |_, now: Timestamp| now.plus(Duration::from_secs(600));
    let tasks = flying(data, sandbox, &base, VIDEOS, later).await;
    house.start(sandbox);
    house.serves();
    for task in &tasks {
        sandbox.kie.ends(task, Ending::BigVideo);
    }
    delivered(data, 0).await;
    let memory = house.memory();
    let memory = Memory {
        resident: memory.most,
        ..memory
    };
    (format!("{VIDEOS} videos of 48 MB at once, at most"), memory)
}

async fn jobs(data: &Path, sandbox: &Sandbox) -> (String, Memory) {
    let ended = said("NEUROCARDS_BENCH_JOBS", 1_000_000);
    let filling = Filling {
        ended,
        live: 100,
        sellers: ended / 20,
    };
    let store = filled::fill(&data.join("neurocards.redb"), filling).await;
    drop(store.expect("a full file"));
    people(sandbox, filling.sellers);
    let house = begun(data, sandbox, "max_rendering = 1000", FAST).await;
    let (before, most) = (None, 50);
    let asks: [Ask; 6] = [
        ask::Audit.into(),
        ask::Orders {
            whom: None,
            before,
            most,
        }
        .into(),
        ask::User {
            whom: UserRef::Number(filling.sellers / 2),
        }
        .into(),
        ask::Users {
            like: None,
            banned: false,
            before: None,
            most,
        }
        .into(),
        ask::Status.into(),
        ask::Backup.into(),
    ];
    // The door serves before the socket does.
    while socket::ask(data, ask::Status).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for ask in asks {
        let answer = socket::ask(data, ask).await.expect("an answer");
        answer.expect("no refusal");
    }
    flood(&house, filling.sellers.min(20_000)).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    (format!("{ended} jobs stored"), house.memory())
}

async fn begun(data: &Path, sandbox: &Sandbox, first: &str, telegram: &str) -> House {
    let mut house = House::new(data, sandbox, first, telegram);
    house.start(sandbox);
    house.serves();
    house
}

/// Sellers whom Telegram knows.
fn people(sandbox: &Sandbox, many: u64) {
    for id in 1..=many {
        let id = i64::try_from(id).expect("a small number");
        sandbox
            .telegram
            .person(id, "Анна", Some("ru"))
            .has_written();
    }
}

/// Waits until no more than so many videos are in the making and everything is said.
async fn delivered(data: &Path, left: usize) {
    let begun = Instant::now();
    loop {
        let answer = socket::ask(data, ask::Status).await;
        if let Ok(Ok(status)) = &answer
            && status.places as usize <= left
            && status.notes == 0
        {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{answer:?}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Brings so many updates by many connections, each answered before the next; how many a second.
async fn flood(house: &House, many: u64) -> f64 {
    let begun = Instant::now();
    let mut lanes = tokio::task::JoinSet::new();
    let door = house.door;
    for lane in 0..CONNECTIONS {
        lanes.spawn(async move {
            let mut line = TcpStream::connect(door).await.expect("a connection");
            line.set_nodelay(true).expect("a socket");
            let mut answer = vec![0; 4096];
            for number in (lane..many).step_by(CONNECTIONS as usize) {
                line.write_all(&update(number)).await.expect("it is taken");
                let mut heard = 0;
                let ended = |heard: &[u8]| heard.windows(4).any(|four| four == b"\r\n\r\n");
                while !ended(&answer[..heard]) {
                    let more = line.read(&mut answer[heard..]).await.expect("an answer");
                    assert_ne!(more, 0, "the door has hung up");
                    heard += more;
                }
                let told = String::from_utf8_lossy(&answer[..heard]);
                assert!(told.starts_with("HTTP/1.1 200"), "{told}");
            }
        });
    }
    lanes.join_all().await;
    many as f64 / begun.elapsed().as_secs_f64()
}

/// A seller writes: the first time to begin, then for the menu.
fn update(number: u64) -> Vec<u8> {
    let user = 1 + number % WRITERS;
    let text = if number < WRITERS { "/start" } else { "/menu" };
    let body = format!(
        "{{\"update_id\":{},\"message\":{{\"message_id\":{},\"date\":1769083200,\
         \"from\":{{\"id\":{user},\"is_bot\":false,\"first_name\":\"Anna\",\"language_code\":\"ru\"}},\
         \"chat\":{{\"id\":{user},\"type\":\"private\",\"first_name\":\"Anna\"}},\"text\":\"{text}\",\
         \"entities\":[{{\"type\":\"bot_command\",\"offset\":0,\"length\":{}}}]}}}}",
        1_000_000 + number,
        number + 1,
        text.len(),
    );
    format!(
        "POST /telegram HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
