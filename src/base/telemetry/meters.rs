//! What is counted and timed while the daemon works. Handles are cheap to clone and share their numbers.
//!
//! Names are Prometheus's: base units, `_total` for what only grows. What can be read off the store is not counted
//! here but looked up when somebody asks.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Seconds of what takes milliseconds: commits, turns.
const QUICK: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];
/// Seconds of calls over a network.
const CALLS: [f64; 11] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];
/// Seconds until a seller has a video.
const VIDEOS: [f64; 10] = [
    30.0, 60.0, 120.0, 180.0, 300.0, 450.0, 600.0, 900.0, 1800.0, 3600.0,
];
/// Closures in one commit.
const BATCHES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

type Timed<L> = Family<L, Histogram, fn() -> Histogram>;

/// How something ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Outcome {
    /// In a word.
    pub outcome: &'static str,
}

/// What stage a step was made at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AtStage {
    pub stage: &'static str,
}

/// How a video ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Ended {
    /// `done`, or the kind of the last failure.
    pub outcome: &'static str,
    /// The model; empty if it did not get so far.
    pub model: String,
}

/// A failure of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Failed {
    pub kind: &'static str,
    pub source: &'static str,
    /// The model; empty if it did not get so far.
    pub model: String,
}

/// A call to another side.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Call {
    /// UserRef: `telegram`, `kie`, `gpt`.
    pub service: &'static str,
    pub call: &'static str,
    /// `ok`, or what went wrong.
    pub outcome: &'static str,
}

/// A model of the provider's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfModel {
    pub model: String,
}

/// Everything that is counted and timed.
#[derive(Debug, Clone)]
pub struct Meters {
    /// Updates by what became of them.
    pub updates: Family<Outcome, Counter>,
    /// How long a turn took, commit included.
    pub turn: Histogram,
    /// Orders placed.
    pub orders: Counter,
    /// Attempts begun.
    pub attempts: Counter,
    /// How long a step took, by the stage it began at.
    pub step: Timed<AtStage>,
    /// Failed attempts.
    pub failures: Family<Failed, Counter>,
    /// Videos that ended.
    pub videos: Family<Ended, Counter>,
    /// How long a seller waited for a video, from the order to its end.
    pub generation: Timed<OfModel>,
    /// The provider's credits that videos took.
    pub burned: Family<OfModel, Counter<f64, std::sync::atomic::AtomicU64>>,
    /// Messages that Telegram did not take and that were given up.
    pub dropped: Counter,
    /// Calls to the other sides.
    pub calls: Timed<Call>,
    /// Commits that reached the disk.
    pub commits: Counter,
    /// Closures in each.
    pub batch: Histogram,
    /// How long each took, its syncs included.
    pub commit: Histogram,
    /// How long a closure waited for the writer.
    pub queue: Histogram,
    /// Times that the disk could not be written.
    pub faults: Counter,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            updates: Family::default(),
            turn: Histogram::new(QUICK),
            orders: Counter::default(),
            attempts: Counter::default(),
            step: Family::new_with_constructor(|| Histogram::new(CALLS)),
            failures: Family::default(),
            videos: Family::default(),
            generation: Family::new_with_constructor(|| Histogram::new(VIDEOS)),
            burned: Family::default(),
            dropped: Counter::default(),
            calls: Family::new_with_constructor(|| Histogram::new(CALLS)),
            commits: Counter::default(),
            batch: Histogram::new(BATCHES),
            commit: Histogram::new(QUICK),
            queue: Histogram::new(QUICK),
            faults: Counter::default(),
        }
    }
}

impl Meters {
    /// Names everything.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("orders", "Orders placed", self.orders.clone());
        registry.register(
            "attempts",
            "Attempts at videos begun",
            self.attempts.clone(),
        );
        registry.register(
            "messages_dropped",
            "Messages that Telegram did not take and that were given up",
            self.dropped.clone(),
        );
        registry.register(
            "store_commits",
            "Commits that reached the disk",
            self.commits.clone(),
        );
        registry.register(
            "store_faults",
            "Times that the disk could not be written",
            self.faults.clone(),
        );
        registry.register(
            "turn_seconds",
            "Time of a turn, its commit included",
            self.turn.clone(),
        );
        registry.register(
            "store_batch_size",
            "Closures in one commit",
            self.batch.clone(),
        );
        registry.register(
            "store_commit_seconds",
            "Time of a commit, its syncs included",
            self.commit.clone(),
        );
        registry.register(
            "store_queue_seconds",
            "Time a closure waited for the writer",
            self.queue.clone(),
        );
        registry.register(
            "updates",
            "Updates by what became of them",
            self.updates.clone(),
        );
        registry.register("step_seconds", "Time of a step of a job", self.step.clone());
        registry.register("failures", "Failed attempts", self.failures.clone());
        registry.register("videos", "Videos that ended", self.videos.clone());
        registry.register(
            "generation_seconds",
            "Time from the order to the video",
            self.generation.clone(),
        );
        registry.register(
            "provider_credits_burned",
            "Credits of the provider that videos took",
            self.burned.clone(),
        );
        registry.register(
            "call_seconds",
            "Time of calls to the other sides",
            self.calls.clone(),
        );
    }

    /// A call ended.
    pub fn called(
        &self,
        service: &'static str,
        call: &'static str,
        outcome: &'static str,
        took: Duration,
    ) {
        let took_ms = took.as_millis() as u64;
        tracing::trace!(service, call, outcome, took_ms, "a call has ended");
        let call = Call {
            service,
            call,
            outcome,
        };
        self.calls.get_or_create(&call).observe(took.as_secs_f64());
    }
}
