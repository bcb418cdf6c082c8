//! From due to claimed: 300 orders a second come by the clock, whatever becomes of them, and the real pool takes them.
//!
//! The pool makes every step as it always does: photo, script, submission, and its 20 workers are no more than usual;
//! the provider takes every task at once. An order's job is due the moment its commit is answered, and claimed when
//! the pool says so, which is after the commit of the claim. Nobody waits for a slow one before the next order comes,
//! so what waits is counted. `NEUROCARDS_BENCH_SECONDS` is the length, `NEUROCARDS_BENCH_RATE` the orders a second.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::{Json, Router, routing};
use neurocards::actors::workers::keys::Keys;
use neurocards::actors::workers::{Choices, Parts, Pool};
use neurocards::base::clock::Clock;
use neurocards::edge::author::Gpt;
use neurocards::edge::files::Photos;
use neurocards::edge::provider::kie::{Kie, Models};
use neurocards::edge::telegram::client::Telegram;
use neurocards::rules::domain::brief::Count;
use neurocards::rules::domain::id::{ModelName, UserId};
use neurocards::rules::domain::order::PhotoState;
use neurocards::store::{Options, Store, StoreError, Txn};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, Registry};

mod figures;
#[allow(dead_code, reason = "shared with the other benches")]
mod filled;
#[allow(dead_code, reason = "shared with the other benches")]
mod house;
#[allow(dead_code, reason = "shared with the other benches")]
mod shop;
use figures::Figures;
use house::{said, scratch};
use shop::{place_at, seed};

/// Sellers who order in turn.
const SELLERS: u64 = 300;
/// Orders before the ones that count.
const WARM_UP: u64 = 300;
/// Steps at once, as shipped.
const WORKERS: usize = 20;
/// A wait longer than this is not at all likely to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// From due to claimed, in ms: half of all, and all but one in a hundred.
const GOALS: (f64, f64) = (1.5, 5.0);

/// When each job was claimed, as the pool's log tells it.
#[derive(Clone, Default)]
struct Claims(Arc<Mutex<HashMap<u64, Instant>>>);

/// What an event of the log says.
#[derive(Default)]
struct Said {
    begins: bool,
    job: Option<u64>,
}

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.begins = format!("{value:?}") == "an attempt begins";
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "job.id" {
            self.job = Some(value);
        }
    }
}

impl<S: Subscriber> Layer<S> for Claims {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let (mut said, now) = (Said::default(), Instant::now());
        event.record(&mut said);
        if let (true, Some(job)) = (said.begins, said.job) {
            self.0.lock().expect("nobody panics").insert(job, now);
        }
    }
}

/// An order: when it should come, when its commit was answered, and its job.
struct Ordered {
    wanted: Instant,
    due: Instant,
    job: u64,
}

fn main() {
    let rate = said("NEUROCARDS_BENCH_RATE", 300);
    let seconds = said("NEUROCARDS_BENCH_SECONDS", 20);
    let claims = Claims::default();
    let log = Registry::default().with(claims.clone().with_filter(LevelFilter::INFO));
    tracing::subscriber::set_global_default(log).expect("nobody else listens");
    let runtime = Runtime::new().expect("a runtime");
    let scratch = scratch();
    let ordered = runtime.block_on(measure(scratch.path(), rate, seconds, &claims));
    let ordered = ordered.expect("a file that can be written");
    let claims = claims.0.lock().expect("nobody panics");
    let late = |from: fn(&Ordered) -> Instant| {
        let late = ordered.iter().map(|order| {
            let claimed = claims.get(&order.job).expect("it was claimed");
            claimed.saturating_duration_since(from(order))
        });
        let mut late: Vec<_> = late.collect();
        late.sort_unstable();
        late
    };
    let (due, wanted) = (late(|order| order.due), late(|order| order.wanted));
    let mut figures = Figures::of("pickup");
    let what = format!("due to claimed, {rate} orders a second");
    figures.at_most(&format!("{what}, p50"), "ms", part(&due, 0.5), GOALS.0);
    figures.at_most(&format!("{what}, p99"), "ms", part(&due, 0.99), GOALS.1);
    let parts = [0.5, 0.9, 0.99, 0.999, 1.0];
    for share in [0.999, 1.0] {
        figures.also(&format!("{what}, {}", name(share)), "ms", part(&due, share));
    }
    figures.also("its commit included, p50", "ms", part(&wanted, 0.5));
    figures.also("its commit included, p99", "ms", part(&wanted, 0.99));
    let slots = parts.map(name);
    let series = [
        (
            "due to claimed",
            parts.map(|share| part(&due, share)).into(),
        ),
        (
            "its commit included",
            parts.map(|share| part(&wanted, share)).into(),
        ),
    ];
    figures.chart("From due to claimed, ms", &slots, &series);
    figures.tell();
}

/// So many of all took no longer, in ms.
fn part(times: &[Duration], share: f64) -> f64 {
    let last = times.len() - 1;
    let at = (times.len() as f64 * share).ceil() as usize;
    times[at.saturating_sub(1).min(last)].as_secs_f64() * 1e3
}

fn name(share: f64) -> String {
    match share {
        1.0 => "longest".into(),
        share => format!("p{}", share * 100.0),
    }
}

/// Has orders come by the clock; what became of each that counts.
async fn measure(
    dir: &Path,
    rate: u64,
    seconds: u64,
    claims: &Claims,
) -> Result<Vec<Ordered>, StoreError> {
    let file = dir.join("neurocards.redb");
    let store = Store::open(&file, Options::default(), filled::rules())?;
    seed(&store, SELLERS).await?;
    let photos = Photos::new(dir.join("photos"));
    for user in (1..=SELLERS).map(UserId) {
        std::fs::create_dir_all(dir.join("photos").join(user.to_string())).expect("a directory");
    }
    let photo = dir.join("photo.jpg");
    std::fs::write(&photo, b"a photo").expect("a photo");
    let stop = CancellationToken::new();
    let pool = tokio::spawn(pool(&store, dir, &photos).await.run(stop.clone()));
    let begun = Instant::now() + Duration::from_millis(100);
    let many = rate * seconds + WARM_UP;
    let mut orders = tokio::task::JoinSet::new();
    for number in 0..many {
        let wanted = begun + Duration::from_nanos(number * 1_000_000_000 / rate);
        tokio::time::sleep_until(wanted.into()).await;
        let (store, photos, photo) = (store.clone(), photos.clone(), photo.clone());
        orders.spawn(async move {
            let (shop, now) = (store.shop(), Clock::system().now());
            let place = move |txn: &mut Txn<'_>| {
                let user = UserId(1 + number % SELLERS);
                place_at(txn, &shop, user, 1 + number, Count::One, now)?;
                let job = txn.job(neurocards::rules::domain::id::JobId(txn.counted().job))?;
                let mut order = txn.order(job.job.order)?;
                order.photo = PhotoState::Ready;
                txn.put_order(&order)?;
                // The closure may run twice.
                let _ = std::fs::hard_link(&photo, photos.path(user, job.job.photo));
                Ok(job.job.id.0)
            };
            let placed = store.write(place).await;
            let due = Instant::now();
            placed.map(|job| (number, Ordered { wanted, due, job }))
        });
    }
    let mut ordered = Vec::new();
    while let Some(order) = orders.join_next().await {
        let (number, order) = order.expect("an order")?;
        if number >= WARM_UP {
            ordered.push(order);
        }
    }
    let waited = Instant::now();
    while (claims.0.lock().expect("nobody panics").len() as u64) < many {
        assert!(waited.elapsed() < PATIENCE, "jobs are not claimed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    stop.cancel();
    pool.await.expect("the pool")?;
    Ok(ordered)
}

/// The pool as the daemon has it, and a provider that takes every task at once.
async fn pool(store: &Store, dir: &Path, photos: &Photos) -> Arc<Pool> {
    let made = Arc::new(AtomicU64::new(0));
    let create = move || async move {
        let task = format!("{:032x}", made.fetch_add(1, Ordering::Relaxed));
        Json(serde_json::json!({"code": 200, "msg": "success", "data": {"taskId": task}}))
    };
    let router = Router::new().route("/api/v1/jobs/createTask", routing::post(create));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a port");
    let provider = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let http = neurocards::edge::http::client(None, None).expect("a client");
    let (minute, nowhere) = (Duration::from_secs(60), "http://127.0.0.1:9");
    let telegram = Telegram::new(nowhere, &"1:t".into(), http.clone(), http.clone(), vec![]);
    Pool::new(Parts {
        store: store.clone(),
        clock: Clock::system(),
        telegram: Arc::new(telegram.expect("an address")),
        photos: photos.clone(),
        gpt: Gpt::new(http.clone(), nowhere, None, "none", false, minute, 100),
        kie: Kie::new(http.clone(), http, &provider, nowhere, minute),
        models: Models::shipped(),
        keys: Keys::new(vec!["k".into()], 1_000_000),
        choices: Choices {
            workers: WORKERS,
            look_every: 10 * minute,
            deadline: 30 * minute,
            photos_at: Some("https://example.test".into()),
            callbacks_at: Some("https://example.test".into()),
            call_timeout: minute,
            link_over: 1,
            videos: dir.to_owned(),
            chain: vec![ModelName("sora-2-image-to-video".into())],
        },
    })
}
