//! What the clock showed when the shop was last seen. Whatever was planned by it is moved along when the next process
//! begins with a clock that was set meanwhile, so that nobody waits for hours that were only turned back.

use super::late;
use super::queue::{self, Stood};
use crate::base::time::Timestamp;
use crate::rules::domain::id::JobId;
use crate::store::StoreError;
use crate::store::record::{Lane, Reading};
use crate::store::txn::Txn;
use redb::ReadableTable;

/// Clocks that are less apart than this, in milliseconds, are not worth the work.
const LEAST: u64 = 2_000;

/// Keeps what is shown, and what the system's clock shows.
pub fn keep(txn: &mut Txn<'_>, shown: Timestamp, wall: Timestamp) -> Result<(), StoreError> {
    txn.put_reading(&Reading { shown, wall })
}

/// A process begins at `now`: moves what the last one planned by as many milliseconds as its clock was ahead or behind,
/// and the system's was set back since. By how many.
///
/// That the clock was set ahead in between looks like any other time in which nobody was there.
pub fn begin(txn: &mut Txn<'_>, now: Timestamp) -> Result<i64, StoreError> {
    let by = txn.reading()?.map_or(0, |last| apart(last, now));
    keep(txn, now, now)?;
    if by.unsigned_abs() < LEAST {
        return Ok(0);
    }
    move_jobs(txn, by)?;
    late::move_all(txn, by)?;
    for (name, mut rest) in txn.all_rests()? {
        rest.until = rest.until.moved(by);
        txn.put_rest(&name, &rest)?;
    }
    for (cause, mut raised) in txn.all_raised()? {
        raised.told = raised.told.moved(by);
        txn.put_raised(&cause, &raised)?;
    }
    Ok(by)
}

fn apart(last: Reading, now: Timestamp) -> i64 {
    let apart = |a: Timestamp, b: Timestamp| i128::from(a.0) - i128::from(b.0);
    let by = apart(last.wall, last.shown) + apart(now, last.wall).min(0);
    i64::try_from(by).unwrap_or_default()
}

fn move_jobs(txn: &mut Txn<'_>, by: i64) -> Result<(), StoreError> {
    let timed = txn.due.range(Lane::TIMED)?;
    let jobs = timed.map(|row| Ok(JobId(row?.0.value().2)));
    for id in jobs.collect::<Result<Vec<_>, StoreError>>()? {
        let row = txn.job(id)?;
        let stood = Stood::of(&row);
        let job = row.job.moved(by);
        let lane = Lane::Timed(job.due);
        queue::put(txn, stood, job, lane)?;
    }
    Ok(())
}
