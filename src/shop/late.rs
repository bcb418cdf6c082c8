//! Tasks that may still bring videos their jobs no longer wait for: which are due for a look.
//!
//! They are few and in no index: whoever looks for those that are due reads them all.

use redb::ReadableTable;

use crate::base::time::Timestamp;
use crate::rules::domain::id::{JobId, TaskId};
use crate::rules::domain::late::Late;
use crate::store::row::parse;
use crate::store::txn::Txn;
use crate::store::{Snapshot, StoreError, tables};

/// No more tasks of one job are looked at.
const MOST: usize = 4;

/// Keeps a task, unless its job has as many as are looked at; whether it is kept.
pub(crate) fn keep(txn: &mut Txn<'_>, late: &Late) -> Result<bool, StoreError> {
    if txn.late_of(late.job)?.len() >= MOST {
        return Ok(false);
    }
    txn.put_late(late)?;
    Ok(true)
}

/// Has a task looked at now; whether it is one of these.
pub(crate) fn nudge(
    txn: &mut Txn<'_>,
    job: JobId,
    task: &TaskId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(mut late) = find(txn, job, task)? else {
        return Ok(false);
    };
    late.due = late.due.min(now);
    txn.put_late(&late)?;
    Ok(true)
}

/// A look showed no end: the next one comes later, or never.
pub fn looked(
    txn: &mut Txn<'_>,
    job: JobId,
    task: &TaskId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(late) = txn.strike_late(job, task)? else {
        return Ok(());
    };
    match late.looked(now) {
        Some(late) => txn.put_late(&late),
        None => Ok(()),
    }
}

/// A look showed that no video comes of it.
pub fn failed(txn: &mut Txn<'_>, job: JobId, task: &TaskId) -> Result<(), StoreError> {
    txn.strike_late(job, task).map(drop)
}

/// Moves every task's moments along with a clock that was set.
pub(crate) fn move_all(txn: &mut Txn<'_>, by: i64) -> Result<(), StoreError> {
    let rows = txn.late.range::<(u64, &str)>(..)?;
    let rows = rows.map(|row| parse(row?.1.value(), "late.v1", "any"));
    for late in rows.collect::<Result<Vec<Late>, StoreError>>()? {
        txn.put_late(&late.moved(by))?;
    }
    Ok(())
}

fn find(txn: &Txn<'_>, job: JobId, task: &TaskId) -> Result<Option<Late>, StoreError> {
    Ok(txn
        .late_of(job)?
        .into_iter()
        .find(|late| late.task == *task))
}

impl Snapshot {
    /// The tasks that are due and that `wanted` takes, at most `most`, and when the next one is.
    pub fn late(
        &self,
        now: Timestamp,
        most: usize,
        wanted: impl Fn(&Late) -> bool,
    ) -> Result<(Vec<Late>, Option<Timestamp>), StoreError> {
        let (mut due, mut next) = (Vec::new(), None::<Timestamp>);
        for row in self.rows(tables::LATE)? {
            let (key, value) = row?;
            // One that cannot be read holds nobody up; the audit tells of it.
            let late = parse::<Late>(value.value(), "late.v1", key.value().0).ok();
            let Some(late) = late.filter(&wanted) else {
                continue;
            };
            if late.due <= now && due.len() < most {
                due.push(late);
            } else {
                next = Some(next.map_or(late.due, |next| next.min(late.due)));
            }
        }
        Ok((due, next))
    }
}
