//! Steps, not jobs, hold workers: thousands of videos in flight are rows, and a callback moves exactly its own.

use std::collections::BTreeSet;
use std::time::Duration;

use neurocards::base::clock::Clock;
use neurocards::base::time::Timestamp;
use neurocards::cli::playground::{Playground, Reach, Setting};
use neurocards::edge::files::Photos;
use neurocards::rules::domain::job::{Job, Stage};
use neurocards::sandbox::Ending;
use neurocards::shop::audit;
use tokio::runtime::Handle;

#[path = "../benches/filled.rs"]
#[allow(dead_code, reason = "shared with the benches")]
mod filled;
#[path = "../benches/flight.rs"]
mod flight;
#[path = "../benches/shop.rs"]
#[allow(dead_code, reason = "shared with the benches")]
mod shop;

/// Videos in flight; `benches/memory.rs` has 10,000 of them.
const MANY: u64 = 2_000;
/// As shipped.
const WORKERS: usize = 20;
/// So many videos are fetched at once, each over a connection with a task at either end.
const FETCHED: usize = 64;
/// Every so many of them ends, and the provider calls back.
const EVERY: usize = 50;
/// 2026-01-22 12:00:00 UTC; time stands still but for the pace of messages.
const NOON: Timestamp = Timestamp(1_769_083_200_000);
/// When they are looked at unless somebody calls: as late as it may be.
const LATE: Duration = Duration::from_secs(25 * 60);
/// Real time; nothing takes longer unless it hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The tasks of the runtime, of the stand-ins too.
fn alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

fn jobs(stage: &Playground) -> Vec<Job> {
    let rows = stage.daemon().store().snapshot().unwrap().jobs().unwrap();
    rows.into_iter().map(|row| row.job).collect()
}

fn is_done(job: &Job) -> bool {
    matches!(job.stage, Stage::Done { .. })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_in_flight_are_rows_and_a_callback_moves_exactly_its_own() {
    let data = tempfile::tempdir().unwrap();
    let setting = Setting {
        data: data.path(),
        clock: Clock::led(NOON, 0.0),
        page: None,
        config: "max_rendering = 10000\nworkers = 20\n\
                 [telegram]\nmessages_per_second = 1000\nper_chat_burst = 100\n",
        reach: Reach::Polling,
        author: false,
    };
    let mut stage = Playground::start(setting).await.unwrap();
    stage.settle().await.unwrap();
    let people = (1..=MANY as i64).map(|id| {
        let person = stage.sandbox.telegram.person(id, "Анна", Some("ru"));
        person.has_written();
        person
    });
    let people: Vec<_> = people.collect();
    let before = alive();
    let (store, photos) = (
        stage.daemon().store(),
        Photos::new(data.path().join("photos")),
    );
    let (base, now) = (stage.public_url(), stage.clock.now());
    let late = |_, now: Timestamp| now.plus(LATE);
    let tasks = flight::place(store, &photos, &stage.sandbox, &base, MANY, now, late);
    let tasks = tasks.await.unwrap();
    stage.settle().await.unwrap();
    assert_eq!(jobs(&stage).iter().filter(|job| is_done(job)).count(), 0);
    let waiting = alive();
    assert!(
        waiting <= before + WORKERS,
        "{MANY} jobs wait: {before} tasks became {waiting}"
    );

    let ended: BTreeSet<usize> = (0..tasks.len()).step_by(EVERY).collect();
    for index in &ended {
        assert!(stage.sandbox.kie.ends(&tasks[*index], Ending::Success));
    }
    let all_done = async {
        while jobs(&stage).iter().filter(|job| is_done(job)).count() < ended.len() {
            stage.settle().await.unwrap();
        }
        stage.settle().await.unwrap();
    };
    let all_done = tokio::time::timeout(PATIENCE, all_done).await;
    all_done.expect("each callback becomes a video");

    for (index, job) in jobs(&stage).iter().enumerate() {
        match ended.contains(&index) {
            true => assert!(is_done(job), "{job:?}"),
            false => assert_eq!((job.stage.name(), job.due), ("rendering", now.plus(LATE))),
        }
    }
    for (index, person) in people.iter().enumerate() {
        let videos = person.messages();
        let videos = videos.iter().filter(|message| message.video.is_some());
        assert_eq!(videos.count(), usize::from(ended.contains(&index)));
    }
    let looked = stage.sandbox.kie.tasks();
    for (index, task) in looked.iter().enumerate() {
        let looks = u32::from(ended.contains(&index));
        assert_eq!(task.looks, looks, "task {index} was looked at");
    }
    assert!(
        alive() <= before + 4 * WORKERS + 2 * FETCHED,
        "{before} became {}",
        alive()
    );
    assert_eq!(stage.sandbox.complaints(), Vec::<String>::new());
    let report = audit::audit(&stage.daemon().store().snapshot().unwrap()).unwrap();
    assert_eq!(report.breaches, []);
    stage.stop_daemon().await;
}
