//! `neurocards status`, `pause`, `resume` and `acts`: the shop as a whole.

use super::place::Place;
use super::table::{fields, moment, or_dash, size, span, table};
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::operator::service::answer::Status;
use crate::operator::service::ask::{self, Acts};
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::Outcome;

/// Show how the shop fares.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    #[command(flatten)]
    place: Place,
}

/// Take no orders; running ones go on, and sellers are told honestly.
#[derive(Debug, clap::Args)]
pub struct PauseArgs {
    #[command(flatten)]
    place: Place,
    /// Why; kept in the trail of acts.
    #[arg(long, value_name = "TEXT", default_value = "no reason given")]
    reason: String,
}

/// Take orders again.
#[derive(Debug, clap::Args)]
pub struct ResumeArgs {
    #[command(flatten)]
    place: Place,
}

/// Show what operators did, the newest first.
#[derive(Debug, clap::Args)]
pub struct ActsArgs {
    #[command(flatten)]
    place: Place,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 50)]
    most: usize,
}

pub fn status(args: StatusArgs) -> anyhow::Result<()> {
    args.place.show(ask::Status, show)
}

pub fn pause(args: PauseArgs) -> anyhow::Result<()> {
    let pause = Deed::Pause { why: args.reason };
    args.place.does(pause, true, |_| {
        "orders are not taken; `neurocards resume` takes them again".to_owned()
    })
}

pub fn resume(args: ResumeArgs) -> anyhow::Result<()> {
    let said = |_: &Outcome| "orders are taken again".to_owned();
    args.place.does(Deed::Resume, true, said)
}

pub fn acts(args: ActsArgs) -> anyhow::Result<()> {
    let acts = Acts {
        before: None,
        most: args.most,
    };
    args.place.show(acts, |acts| {
        let rows = acts.iter().map(|act| {
            [
                act.n.to_string(),
                moment(Some(act.at)),
                act.who.clone(),
                act.what.clone(),
            ]
        });
        table(["ACT", "AT", "WHO", "WHAT"], rows.collect(), "none");
    })
}

fn show(status: &Status) {
    let live: u64 = status.live.values().sum();
    let stages = status.live.iter();
    let stages: Vec<_> = stages.map(|(stage, n)| format!("{n} {stage}")).collect();
    let waited = |seconds: Option<u64>| match seconds {
        Some(seconds) => format!(", the oldest for {}", span(seconds)),
        None => String::new(),
    };
    let sales = match status.closed.is_empty() {
        true => "open".to_owned(),
        false => format!("CLOSED: {}", status.closed.join(", ")),
    };
    let runs = match (status.pid, status.since) {
        (Some(pid), Some(since)) => {
            let age = Clock::system().now().since(Timestamp(since));
            format!("process {pid} for {}", span(age.as_secs()))
        }
        _ => "no".to_owned(),
    };
    let mut lines = vec![
        ("version", status.version.clone()),
        ("runs", runs),
        ("sales", sales),
        (
            "users",
            format!("{} ({} banned)", status.users, status.banned),
        ),
        ("orders", status.orders.to_string()),
        ("videos", format!("{} ordered, {live} live", status.jobs)),
        (
            "live",
            match stages.is_empty() {
                true => "-".to_owned(),
                false => stages.join(", ") + &waited(status.oldest_queued_s),
            },
        ),
        ("places taken", status.places.to_string()),
        (
            "unsaid messages",
            format!("{}{}", status.notes, waited(status.oldest_note_s)),
        ),
        ("ledger", format!("{} entries", status.entries)),
        (
            "file",
            format!(
                "{} of schema {}, {} free on its disk",
                size(status.file_bytes),
                status.schema,
                or_dash(status.free_bytes.map(size))
            ),
        ),
    ];
    if let Some(fault) = &status.fault {
        lines.push(("DISK", format!("cannot be written: {fault}")));
    }
    for rest in &status.resting {
        let until = moment(Some(rest.until));
        lines.push((
            "rests",
            format!("{} until {until}: {}", rest.name, rest.why),
        ));
    }
    fields(&lines);
}
