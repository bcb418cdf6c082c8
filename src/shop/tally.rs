//! What happens, counted in the transaction in which it happens: ten minutes to a row, later an hour, then a day.

use std::time::Duration;

use redb::ReadableTable;

use crate::base::time::Timestamp;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::ModelName;
use crate::rules::domain::job::Job;
use crate::rules::domain::order::Order;
use crate::rules::domain::tally::{DAY, HOUR, SLOT, Sort, Tally, begin};
use crate::store::row::{parse, read};
use crate::store::txn::Txn;
use crate::store::{Snapshot, StoreError, tables};

/// Rows are told to ten minutes for so long, then to an hour: what looks closer looks at the last hour.
const NEW: Duration = Duration::from_secs(6 * 60 * 60);
/// And so long to an hour, then to a day: so that a month is some hundred rows.
const RECENT: Duration = Duration::from_secs(48 * 60 * 60);

/// An order was placed.
pub(crate) fn ordered(txn: &mut Txn<'_>, order: &Order) {
    let tally = txn.tally(order.placed_at);
    tally.orders += 1;
    tally.ordered += u64::from(order.count.number());
}

/// A video was made.
pub(crate) fn done(txn: &mut Txn<'_>, job: &Job, order: &Order, model: ModelName, now: Timestamp) {
    let sort = Sort::new(Some(model), &order.brief.recipe);
    let videos = txn.tally(now).of(sort);
    videos.done += 1;
    videos.waits.count(now.since(job.placed_at));
}

/// An attempt failed; `burned` is what the provider took for it all the same, in its credits.
pub(crate) fn missed(
    txn: &mut Txn<'_>,
    job: &Job,
    model: Option<ModelName>,
    kind: Kind,
    burned: f64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sort = Sort::new(model, &txn.order(job.order)?.brief.recipe);
    let videos = txn.tally(now).of(sort);
    *videos.missed.entry(kind).or_default() += 1;
    videos.burned += thousandths(burned);
    Ok(())
}

/// A job ended without a video.
pub(crate) fn failed(
    txn: &mut Txn<'_>,
    job: &Job,
    model: Option<ModelName>,
    kind: Kind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sort = Sort::new(model, &txn.order(job.order)?.brief.recipe);
    let videos = txn.tally(now).of(sort);
    *videos.failed.entry(kind).or_default() += 1;
    Ok(())
}

/// The provider took credits for a video.
pub(crate) fn burned(
    txn: &mut Txn<'_>,
    job: &Job,
    model: Option<ModelName>,
    credits: f64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sort = Sort::new(model, &txn.order(job.order)?.brief.recipe);
    txn.tally(now).of(sort).burned += thousandths(credits);
    Ok(())
}

fn thousandths(credits: f64) -> u64 {
    // A cast of what is no number, or below zero, is zero.
    (credits * 1000.0).round() as u64
}

/// Makes days of old rows, and hours of those that are no longer new; how many rows went.
pub fn fold(txn: &mut Txn<'_>, now: Timestamp) -> Result<usize, StoreError> {
    let old = coarsen(txn, begin(now.minus(RECENT), DAY), DAY)?;
    Ok(old + coarsen(txn, begin(now.minus(NEW), HOUR), HOUR)?)
}

/// Makes one of all rows of a span, of those before `until`.
fn coarsen(txn: &mut Txn<'_>, until: Timestamp, span: Duration) -> Result<usize, StoreError> {
    let mut fine = Vec::new();
    for row in txn.tallies.range(..until.0)? {
        let at = Timestamp(row?.0.value());
        if begin(at, span) != at {
            fine.push(at);
        }
    }
    for at in &fine {
        let part: Tally = read(&txn.tallies, at.0, "tallies.v1")?.unwrap_or_default();
        txn.strike_tally(*at)?;
        txn.tally_at(begin(*at, span)).add(&part);
    }
    Ok(fine.len())
}

impl Snapshot {
    /// What happened from a moment on: every row with the beginning of its ten minutes or, if it is old, its hour
    /// or its day.
    pub fn tallies(&self, from: Timestamp) -> Result<Vec<(Timestamp, Tally)>, StoreError> {
        let rows = self.rows_from(tables::TALLIES, begin(from, SLOT).0)?;
        rows.map(|row| {
            let (key, value) = row?;
            let at = key.value();
            Ok((Timestamp(at), parse(value.value(), "tallies.v1", at)?))
        })
        .collect()
    }
}
