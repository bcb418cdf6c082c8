//! `neurocards stats`: what happened of late.

use super::place::Place;
use super::table::{fields, span as spell, table};
use crate::base::time::Timestamp;
use crate::operator::service::answer::{Counts, Stats, StatsOf};
use crate::operator::service::ask::{self, Span};

/// Show orders, videos and credits of the last day, week or month. Days are UTC.
#[derive(Debug, clap::Args)]
pub struct StatsArgs {
    #[command(flatten)]
    place: Place,
    /// How far back.
    #[arg(value_parser = ["day", "week", "month"], default_value = "day")]
    span: String,
}

pub fn stats(args: StatsArgs) -> anyhow::Result<()> {
    let span = Span::ALL.into_iter().find(|span| span.word() == args.span);
    let span = span.unwrap_or_default();
    args.place.show(ask::Stats { span }, show)
}

fn show(stats: &Stats) {
    let total = &stats.total;
    let failures = stats.failures.iter();
    let failures: Vec<_> = failures.map(|(kind, n)| format!("{n} {kind}")).collect();
    fields(&[
        ("since", Timestamp(stats.from).utc()),
        ("newcomers", total.newcomers.to_string()),
        (
            "orders",
            format!("{} of {} videos", total.orders, total.ordered),
        ),
        ("videos", outcome(total.done, total.failed)),
        (
            "failures",
            match failures.is_empty() {
                true => "-".to_owned(),
                false => failures.join(", "),
            },
        ),
        ("wait", waits(total.median_s, total.p90_s)),
        (
            "credits",
            format!(
                "{} sold, {} granted, {} given as welcome, {} taken back, {} earned, {} returned",
                total.sold, total.granted, total.gifts, total.taken, total.earned, total.released
            ),
        ),
        ("provider's credits", format!("{:.1}", total.burned)),
    ]);
    for (header, of) in [("MODEL", &stats.models), ("TEMPLATE", &stats.templates)] {
        say!("");
        let header = [
            header, "MADE", "FAILED", "SUCCESS", "CREDITS", "MEDIAN", "90 %",
        ];
        table(header, of.iter().map(row).collect(), "no videos");
    }
    say!("");
    let bars = stats.bars.iter().map(|bar| {
        let Counts {
            orders,
            done,
            failed,
            granted,
            sold,
            burned,
            ..
        } = &bar.counts;
        [
            Timestamp(bar.at).utc(),
            orders.to_string(),
            done.to_string(),
            failed.to_string(),
            (sold + granted).to_string(),
            format!("{burned:.1}"),
        ]
    });
    let header = ["SINCE", "ORDERS", "MADE", "FAILED", "CREDITS IN", "BURNED"];
    table(header, bars.collect(), "none");
}

fn row(of: &StatsOf) -> [String; 7] {
    [
        of.name.clone().unwrap_or_else(|| "-".to_owned()),
        of.done.to_string(),
        of.failed.to_string(),
        share(of.done, of.failed),
        format!("{:.1}", of.burned),
        of.median_s.map_or_else(|| "-".to_owned(), spell),
        of.p90_s.map_or_else(|| "-".to_owned(), spell),
    ]
}

fn outcome(done: u64, failed: u64) -> String {
    format!("{done} made, {failed} failed: {}", share(done, failed))
}

fn share(done: u64, failed: u64) -> String {
    match done + failed {
        0 => "-".to_owned(),
        all => format!("{:.0} %", done as f64 / all as f64 * 100.0),
    }
}

fn waits(median: Option<u64>, p90: Option<u64>) -> String {
    match (median, p90) {
        (Some(median), Some(p90)) => {
            format!("half within {}, 90 % within {}", spell(median), spell(p90))
        }
        _ => "-".to_owned(),
    }
}
