//! Retired orders, and their jobs as far as they are known.

use redb::ReadableTable;

use super::{LOOKED, Snapshot};
use crate::rules::domain::id::{JobId, OrderId};
use crate::rules::domain::retired::Retired;
use crate::store::found::Found;
use crate::store::known::KnownJob;
use crate::store::row::parse;
use crate::store::{StoreError, tables};

/// The retired order that has a job, if one has.
pub(crate) fn with(
    table: &impl ReadableTable<u64, tables::Row>,
    job: JobId,
) -> Result<Option<Retired>, StoreError> {
    let Some(row) = table.range(..=job.0)?.next_back() else {
        return Ok(None);
    };
    let (key, value) = row?;
    let retired: Retired = parse(value.value(), "archive.v1", key.value())?;
    Ok(Some(retired).filter(|retired| retired.job(job).is_some()))
}

/// A retired order, if there is one of that number.
pub(crate) fn of(
    table: &impl ReadableTable<u64, tables::Row>,
    order: OrderId,
) -> Result<Option<Retired>, StoreError> {
    let first = first_from(table, order)?;
    let Some((key, value)) = table.range(first..)?.next().transpose()? else {
        return Ok(None);
    };
    let retired: Retired = parse(value.value(), "archive.v1", key.value())?;
    Ok(Some(retired).filter(|retired| retired.order == order))
}

/// The key of the first row whose order has that number or a later one, found by halving; a number beyond all rows if
/// there is none.
fn first_from(
    table: &impl ReadableTable<u64, tables::Row>,
    order: OrderId,
) -> Result<u64, StoreError> {
    let last = table.last()?.map_or(0, |(key, _)| key.value());
    let (mut low, mut high) = (0, last.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        match table.range(middle..high)?.next().transpose()? {
            Some((key, value)) => {
                let retired: Retired = parse(value.value(), "archive.v1", key.value())?;
                match retired.order < order {
                    true => low = key.value().saturating_add(1),
                    false => high = middle,
                }
            }
            None => high = middle,
        }
    }
    Ok(low)
}

impl Snapshot {
    /// The retired order that has a job, if one has.
    pub fn retired_with(&self, job: JobId) -> Result<Option<Retired>, StoreError> {
        with(&self.table(tables::ARCHIVE)?, job)
    }

    /// A retired order, if there is one of that number.
    pub fn retired(&self, order: OrderId) -> Result<Option<Retired>, StoreError> {
        of(&self.table(tables::ARCHIVE)?, order)
    }

    /// The last retired order, if there is one.
    pub fn last_retired(&self) -> Result<Option<Retired>, StoreError> {
        let last = self.rows(tables::ARCHIVE)?.next_back().transpose()?;
        last.map(|(key, value)| parse(value.value(), "archive.v1", key.value()))
            .transpose()
    }

    /// The newest retired jobs that are `wanted`, newest first, at most `most`; only those below `before`. [`LOOKED`]
    /// orders are looked at.
    pub fn newest_retired_jobs(
        &self,
        before: Option<JobId>,
        most: usize,
        wanted: impl Fn(&KnownJob) -> bool,
    ) -> Result<Found<KnownJob>, StoreError> {
        let rows = match before {
            Some(before) => self.table(tables::ARCHIVE)?.range(..before.0)?,
            None => self.rows(tables::ARCHIVE)?,
        };
        let mut found = Vec::new();
        let mut cut = false;
        for (row, looked) in rows.rev().zip(0..) {
            if looked == LOOKED {
                cut = true;
                break;
            }
            let (key, value) = row?;
            let retired: Retired = parse(value.value(), "archive.v1", key.value())?;
            for (job, _) in retired.jobs().rev() {
                let older = before.is_none_or(|before| job < before);
                let job = KnownJob::of(retired.clone(), job);
                let job = job.filter(|job| older && found.len() < most && wanted(job));
                found.extend(job);
            }
            if found.len() == most {
                break;
            }
        }
        Ok(Found { rows: found, cut })
    }

    /// The newest retired orders, newest first, at most `most`; only those below `before`.
    pub fn newest_retired(
        &self,
        before: Option<OrderId>,
        most: usize,
    ) -> Result<Vec<Retired>, StoreError> {
        let table = self.table(tables::ARCHIVE)?;
        let rows = match before {
            Some(before) => table.range(..first_from(&table, before)?)?,
            None => table.range::<u64>(..)?,
        };
        let rows = rows.rev().take(most).map(|row| {
            let (key, value) = row?;
            parse(value.value(), "archive.v1", key.value())
        });
        rows.collect()
    }
}
