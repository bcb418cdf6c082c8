//! What is looked up when somebody asks for metrics: how things stand, read off the store and the system.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::answer::Status;

/// A gauge of any number.
type Real = Gauge<f64, std::sync::atomic::AtomicU64>;

/// One label of any name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stage {
    stage: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAccount {
    account: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Cause {
    cause: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Name {
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Version {
    version: &'static str,
}

/// The stages of live jobs, so that one without jobs is 0 and not absent.
const STAGES: [&str; 5] = ["queued", "preparing", "submitting", "rendering", "rendered"];

/// Names how the shop stands, under the prefix that the registry has.
pub fn register(registry: &mut Registry, status: &Status) {
    let stages = Family::<Stage, Gauge>::default();
    for stage in STAGES {
        let live = status.live.get(stage).copied().unwrap_or_default();
        let stage = stage.to_owned();
        set(&stages.get_or_create(&Stage { stage }), live);
    }
    registry.register("jobs", "Live jobs by stage", stages);
    let ledger = Family::<OfAccount, Gauge>::default();
    for (account, balance) in &status.accounts {
        let account = account.clone();
        ledger.get_or_create(&OfAccount { account }).set(*balance);
    }
    registry.register(
        "ledger_credits",
        "Balances of the shop's accounts; sellers have the rest",
        ledger,
    );
    let closed = Family::<Cause, Gauge>::default();
    for cause in crate::store::record::Cause::ALL.map(crate::store::record::Cause::word) {
        let is = status.closed.iter().any(|closed| closed == cause);
        closed.get_or_create(&Cause { cause }).set(is.into());
    }
    registry.register(
        "sales_closed",
        "Whether orders are not taken, by cause",
        closed,
    );
    let rests = Family::<Name, Real>::default();
    for rest in &status.resting {
        let name = rest.name.clone();
        rests
            .get_or_create(&Name { name })
            .set(rest.until as f64 / 1000.0);
    }
    registry.register(
        "rest_until_timestamp_seconds",
        "When a resting key or model is used again",
        rests,
    );
    let build = Family::<Version, Gauge>::default();
    let version = env!("CARGO_PKG_VERSION");
    build.get_or_create(&Version { version }).set(1);
    registry.register("build_info", "The program's version", build);
    let mut gauge = |name: &'static str, help: &'static str, value: f64| {
        let gauge = Real::default();
        gauge.set(value);
        registry.register(name, help, gauge);
    };
    let number = |number: u64| number as f64;
    gauge(
        "users",
        "Sellers who have written to the bot",
        number(status.users),
    );
    gauge(
        "users_banned",
        "Sellers who are shut out",
        number(status.banned),
    );
    gauge(
        "places_taken",
        "Videos between their claim and their end",
        status.places.into(),
    );
    gauge(
        "queue_oldest_seconds",
        "How long the oldest job has waited for its first attempt",
        number(status.oldest_queued_s.unwrap_or(0)),
    );
    gauge(
        "outbox_messages",
        "Messages that wait to be said",
        number(status.notes),
    );
    gauge(
        "outbox_oldest_seconds",
        "How long the oldest of them has waited",
        number(status.oldest_note_s.unwrap_or(0)),
    );
    gauge(
        "store_file_bytes",
        "Size of the data file",
        number(status.file_bytes),
    );
    gauge(
        "store_writable",
        "Whether the disk takes what is written",
        f64::from(u8::from(status.fault.is_none())),
    );
    gauge(
        "ledger_entries",
        "Entries in the ledger",
        number(status.entries),
    );
    if let Some(free) = status.free_bytes {
        gauge(
            "disk_free_bytes",
            "Room on the disk of the data file",
            number(free),
        );
    }
}

fn set(gauge: &Gauge, value: u64) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}
