//! HTTPS GET of a photo of 300 KiB: the whole daemon against nginx, one core each, callers on another.
//!
//! The daemon is the real one between its stand-ins, with an order in the making and its photo on disk; nginx has
//! the same certificate and the same file. They take turns; the figures are medians, and what one answer costs the
//! server's processor is told beside, for callers may be the slower ones. `NEUROCARDS_BENCH_SECONDS` is the length
//! of a turn.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::base::time::Timestamp;
use neurocards::cli::playground::{Playground, Reach, Setting};
use neurocards::sandbox::sample_photo;

mod callers;
use callers::{Way, call};

/// A photo of the size most have.
const LENGTH: usize = 300 << 10;
/// Turns of each server.
const TURNS: usize = 5;
/// Names the directory in which the daemon is to be started.
const ROLE: &str = "NEUROCARDS_BENCH_SERVE";
/// The core of both servers; callers have the other one.
const SERVERS: &str = "0";
const CALLERS: &str = "1";

fn main() {
    if let Some(data) = std::env::var_os(ROLE) {
        return serve(Path::new(&data));
    }
    let seconds = std::env::var("NEUROCARDS_BENCH_SECONDS").ok();
    let seconds = seconds.map_or(4, |text| text.parse().expect("a whole number of seconds"));
    let scratch = tempfile::tempdir().expect("a temporary directory");
    pin(std::process::id(), CALLERS);
    let (ours, to, path) = daemon(scratch.path());
    let (nginx, other) = nginx(scratch.path(), &path);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let turn = |server: &Server, to, way| {
        let (before, begun) = (server.used(), Instant::now());
        let time = Duration::from_secs(seconds);
        let rate = runtime.block_on(call(to, &path, LENGTH, way, time));
        let answers = rate * begun.elapsed().as_secs_f64();
        let cost = (server.used() - before).as_secs_f64() * 1e6 / answers;
        Turn { rate, cost }
    };
    println!("| connections | nginx/s | ours/s | ratio | nginx, µs of CPU | ours | ratio |");
    println!("|---|---|---|---|---|---|---|");
    for (way, name) in [(Way::Kept, "kept"), (Way::New, "new for each request")] {
        let mut turns = Vec::new();
        for _ in 0..TURNS {
            turns.push((turn(&nginx, other, way), turn(&ours, to, way)));
        }
        let middle = |of: fn(&(Turn, Turn)) -> f64| {
            let mut all: Vec<_> = turns.iter().map(of).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        println!(
            "| {name} | {:.0} | {:.0} | {:.2} | {:.0} | {:.0} | {:.2} |",
            middle(|(nginx, _)| nginx.rate),
            middle(|(_, ours)| ours.rate),
            middle(|(nginx, ours)| ours.rate / nginx.rate),
            middle(|(nginx, _)| nginx.cost),
            middle(|(_, ours)| ours.cost),
            middle(|(nginx, ours)| nginx.cost / ours.cost),
        );
    }
}

/// Answers a second, and microseconds of the server's processor for each.
struct Turn {
    rate: f64,
    cost: f64,
}

/// A server, which ends with this.
struct Server(Child);

impl Server {
    fn start(command: &mut Command) -> Self {
        let child = command.spawn().expect("the server starts");
        pin(child.id(), SERVERS);
        Self(child)
    }

    /// The processor's time it has used.
    fn used(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id())).expect("it runs");
        let fields = stat.rsplit(')').next().expect("fields follow the name");
        let ticks: u64 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().expect("a number"))
            .sum();
        // Linux tells times in hundredths of a second.
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Keeps a process on one core, and what it starts.
fn pin(process: u32, core: &str) {
    let mut taskset = Command::new("taskset");
    taskset.args(["-a", "-p", "-c", core, &process.to_string()]);
    let pinned = taskset.stdout(Stdio::null()).status();
    assert!(
        pinned.expect("taskset, of util-linux").success(),
        "two cores are needed"
    );
}

fn daemon(data: &Path) -> (Server, SocketAddr, String) {
    // Pinned before it starts, so that its runtime counts one core.
    let this = std::env::current_exe().expect("a path");
    let mut command = Command::new("taskset");
    command.args(["-c", SERVERS]).arg(this);
    command
        .env(ROLE, data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut server = Server::start(&mut command);
    let mut told = BufReader::new(server.0.stdout.take().expect("it is piped"));
    let mut line = String::new();
    told.read_line(&mut line)
        .expect("the daemon tells where it is");
    let (to, path) = line.trim().split_once(' ').expect("an address and a path");
    (server, to.parse().expect("an address"), path.to_owned())
}

/// The daemon with an order in the making, until its standard input ends.
fn serve(data: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let stage = Playground::start(Setting {
            data,
            clock: Clock::led(Timestamp(1_769_083_200_000), 0.0),
            page: None,
            config: "",
            reach: Reach::Polling,
            author: false,
        });
        let stage = stage.await.expect("the playground");
        let anna = stage.sandbox.telegram.person(1, "Анна", Some("ru"));
        let settle = async || stage.settle().await.expect("it calms down");
        let presses = async |label: &str| {
            stage
                .pass(Duration::from_secs(4))
                .await
                .expect("time passes");
            anna.presses(label).expect("there is such a button");
            settle().await;
        };
        anna.sends("/start");
        settle().await;
        presses("Сделать Reels").await;
        anna.sends_photo(sample_photo(1));
        settle().await;
        anna.sends("Ортопедическая подушка для сна");
        settle().await;
        presses("UGC Блогер").await;
        anna.sends("Добавь динамичную музыку");
        settle().await;
        presses("1 видео").await;
        presses("Да, запустить").await;
        let task = stage.sandbox.kie.tasks().remove(0);
        let url = task.input["image_urls"][0].as_str().expect("an address");
        let (to, name) = url
            .trim_start_matches("https://")
            .split_once("/p/")
            .expect("a photo");
        let photo: Vec<u8> = (0..LENGTH).map(|at| (at * 7 % 251) as u8).collect();
        fs::write(data.join("photos/1").join(name), photo).expect("it is written");
        println!("{to} /p/{name}");
        tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()))
            .await
            .expect("it is waited for")
            .expect("it is read");
    });
}

fn nginx(data: &Path, path: &str) -> (Server, SocketAddr) {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let to = free.local_addr().expect("an address");
    drop(free);
    let (root, shown) = (data.join("nginx"), data.display());
    fs::create_dir_all(root.join("p")).expect("a directory");
    fs::copy(
        data.join("photos/1").join(&path["/p/".len()..]),
        root.join(&path[1..]),
    )
    .expect("a copy");
    let config = format!(
        "daemon off; master_process off; worker_processes 1; pid {shown}/nginx.pid; error_log stderr crit;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
           access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;\n\
           server_tokens off; default_type image/jpeg; open_file_cache max=100;\n\
           client_body_temp_path {shown}/b; proxy_temp_path {shown}/x; fastcgi_temp_path {shown}/f;\n\
           uwsgi_temp_path {shown}/u; scgi_temp_path {shown}/s;\n\
           server {{\n\
             listen {to} ssl backlog=1024; root {shown}/nginx; ssl_protocols TLSv1.2 TLSv1.3;\n\
             ssl_certificate {shown}/cert.pem; ssl_certificate_key {shown}/key.pem;\n\
             add_header Cache-Control no-store; etag off;\n\
           }}\n\
         }}\n"
    );
    let file = data.join("nginx.conf");
    fs::write(&file, config).expect("it is written");
    let mut command = Command::new("nginx");
    command
        .arg("-c")
        .arg(&file)
        .arg("-p")
        .arg(data)
        .stdin(Stdio::null());
    let server = Server::start(&mut command);
    let deadline = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(to).is_err() {
        assert!(Instant::now() < deadline, "nginx does not come up");
        std::thread::sleep(Duration::from_millis(20));
    }
    (server, to)
}
