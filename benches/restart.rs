//! How long the daemon takes from its start to the first answer: on a new directory, and after SIGKILL with few jobs in
//! its file and with a million.
//!
//! `NEUROCARDS_BENCH_DIR` names the directory, `NEUROCARDS_BENCH_JOBS` the large number of jobs. A request counts as
//! served when the HTTP door has answered it; before each kill sellers have been at work for a while.

use std::path::Path;
use std::time::{Duration, Instant};

use neurocards::sandbox::Sandbox;
use tokio::runtime::Runtime;

mod figures;
mod filled;
#[allow(dead_code, reason = "shared with the other benches")]
mod house;
#[allow(dead_code, reason = "shared with the other benches")]
mod shop;
use figures::Figures;
use filled::Filling;
use house::{House, said, scratch, stand_ins};

/// Sellers whose jobs fill the file.
const SELLERS: u64 = 50_000;
/// Jobs that are with the provider.
const LIVE: u64 = 1_000;
const TIMES: usize = 15;
/// From nothing, in ms.
const NEW: f64 = 30.0;
/// After SIGKILL, in ms.
const KILLED: f64 = 150.0;

fn main() {
    let many = said("NEUROCARDS_BENCH_JOBS", 1_000_000);
    let runtime = Runtime::new().expect("a runtime");
    let mut figures = Figures::of("restart");
    let mut slots = Vec::new();
    let mut bars = (Vec::new(), Vec::new());
    let mut told = |what: String, mut times: Vec<Duration>, goal: f64| {
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, longest) = (ms(times[times.len() / 2]), ms(times[times.len() - 1]));
        figures.at_most(&format!("{what}, median"), "ms", median, goal);
        figures.also(&format!("{what}, longest of {TIMES}"), "ms", longest);
        slots.push(what);
        bars.0.push(median);
        bars.1.push(goal);
    };
    told("a new directory".into(), runtime.block_on(news()), NEW);
    for jobs in [1_000, many] {
        let scratch = scratch();
        let file = scratch.path().join("neurocards.redb");
        let live = LIVE.min(jobs / 2);
        let filling = Filling {
            ended: jobs - live,
            live,
            sellers: SELLERS.min(jobs),
        };
        let store = runtime.block_on(filled::fill(&file, filling));
        drop(store.expect("a full file"));
        let times = runtime.block_on(kills(scratch.path()));
        let size = file.metadata().map_or(0, |file| file.len()) as f64 / 1e6;
        let what = format!("after SIGKILL, {jobs} jobs in {size:.0} MB");
        told(what, times, KILLED);
    }
    let series = [("median", bars.0), ("goal", bars.1)];
    figures.chart("Start to first answer, ms", &slots, &series);
    figures.tell();
}

/// Starts the daemon on a new directory, again and again.
async fn news() -> Vec<Duration> {
    let sandbox = stand_ins().await;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let scratch = scratch();
        let mut house = House::new(scratch.path(), &sandbox, "", "");
        times.push(served(&mut house, &sandbox));
    }
    times
}

/// Starts and kills the daemon again and again; how long each start took to serve.
async fn kills(data: &Path) -> Vec<Duration> {
    let sandbox = stand_ins().await;
    let mut house = House::new(data, &sandbox, "max_rendering = 10000", "");
    let mut times = Vec::new();
    for kill in 0..=TIMES {
        let took = served(&mut house, &sandbox);
        // The first start was after an orderly stop.
        if kill > 0 {
            times.push(took);
        }
        for id in 1..=200 {
            let person = sandbox.telegram.person(1_000_000 + id, "Анна", Some("ru"));
            person.sends(if kill == 0 { "/start" } else { "/menu" });
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        house.kill();
    }
    times
}

/// How long a start takes to the first answer.
fn served(house: &mut House, sandbox: &Sandbox) -> Duration {
    let begun = Instant::now();
    house.start(sandbox);
    house.serves();
    begun.elapsed()
}
