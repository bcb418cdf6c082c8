//! What readers see: everything committed before the snapshot was taken.

pub(crate) mod archive;
mod known;
mod ledger;
pub mod notes;
mod users;

use std::collections::BTreeSet;

use redb::{
    Range, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    TableDefinition,
};

use super::found::Found;
use super::known::KnownJob;
use super::record::{Cause, Closed, Counters, JobRow, Lane};
use super::row::{missing, parse, read};
use super::{StoreError, migrate, tables};
use crate::base::time::Timestamp;
use crate::rules::conversation::office::form::Form;
use crate::rules::domain::act::{Act, Ban};
use crate::rules::domain::broadcast::Broadcast;
use crate::rules::domain::id::{JobId, OrderId, UpdateId, UserId};
use crate::rules::domain::job::Job;
use crate::rules::domain::keyring::Rest;
use crate::rules::domain::order::Order;

/// Whoever looks for rows that no index leads to has so many looked at and no more, so that a question costs the same
/// however large the file is: some 0.3 s.
pub const LOOKED: usize = 200_000;
/// So many names are looked at for one that has something in its midst: some 5 ms.
pub const NAMES: usize = 20_000;

/// Whoever wants the oldest of what waits has so many looked at and no more: some 2 ms.
pub const WAITING: usize = 1_000;

/// A consistent view. It pins pages: read what is needed and let it go before any wait.
pub struct Snapshot(
    ReadTransaction,
    #[expect(dead_code, reason = "kept open")] Option<File>,
);

/// A file that is open for as long as somebody looks at it.
pub(crate) enum File {
    /// For reading only.
    ReadOnly(redb::ReadOnlyDatabase),
    /// With everything done that opening it takes.
    Whole(redb::Database),
}

/// A job the due index has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    pub job: JobId,
    /// When, for a timed one.
    pub at: Timestamp,
    /// Whether its next attempt must be claimed first.
    pub waits: bool,
}

impl Snapshot {
    pub(crate) fn new(transaction: ReadTransaction) -> Self {
        Self(transaction, None)
    }

    /// A view of a file that nobody else keeps open.
    pub(crate) fn of(file: File) -> Result<Self, StoreError> {
        let transaction = match &file {
            File::ReadOnly(db) => db.begin_read()?,
            File::Whole(db) => db.begin_read()?,
        };
        Ok(Self(transaction, Some(file)))
    }

    /// The schema of the file.
    pub(crate) fn schema(&self) -> Result<Option<u32>, StoreError> {
        migrate::schema_of(&self.0)
    }

    /// A table, for whoever reads it row by row.
    pub(crate) fn table<K: redb::Key + 'static, V: redb::Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<ReadOnlyTable<K, V>, StoreError> {
        Ok(self.0.open_table(table)?)
    }

    /// Every row of a table, one after the other.
    pub(crate) fn rows<K: redb::Key + 'static, V: redb::Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<Range<'static, K, V>, StoreError> {
        Ok(self.table(table)?.range::<K::SelfType<'_>>(..)?)
    }

    /// The rows of a table from a number on.
    pub(crate) fn rows_from<V: redb::Value + 'static>(
        &self,
        table: TableDefinition<'static, u64, V>,
        first: u64,
    ) -> Result<Range<'static, u64, V>, StoreError> {
        Ok(self.table(table)?.range(first..)?)
    }

    /// The rows of a table below a number, if one is named.
    fn rows_before<V: redb::Value + 'static>(
        &self,
        table: TableDefinition<'static, u64, V>,
        before: Option<u64>,
    ) -> Result<Range<'static, u64, V>, StoreError> {
        match before {
            Some(before) => Ok(self.table(table)?.range(..before)?),
            None => self.rows(table),
        }
    }

    /// The counters.
    pub fn counters(&self) -> Result<Counters, StoreError> {
        Ok(read(&self.0.open_table(tables::META)?, "counters", "meta.v1")?.unwrap_or_default())
    }

    /// Since when orders are not taken for that cause, if they are not.
    pub fn closed(&self, cause: Cause) -> Result<Option<Closed>, StoreError> {
        read(&self.0.open_table(tables::META)?, cause.row(), "meta.v1")
    }

    /// Why a user may not use the bot, if they may not.
    pub fn ban(&self, id: UserId) -> Result<Option<Ban>, StoreError> {
        read(&self.0.open_table(tables::BANS)?, id.0, "bans.v1")
    }

    /// The newest acts of operators with their numbers, newest first, at most `most`; only those below `before`.
    pub fn acts(&self, before: Option<u64>, most: usize) -> Result<Vec<(u64, Act)>, StoreError> {
        let rows = self.rows_before(tables::ACTS, before)?.rev().take(most);
        rows.map(|row| {
            let (key, value) = row?;
            let number = key.value();
            Ok((number, parse(value.value(), "acts.v1", number)?))
        })
        .collect()
    }

    /// The form an operator has open.
    pub fn form(&self, id: UserId) -> Result<Option<Form>, StoreError> {
        read(&self.0.open_table(tables::FORMS)?, id.0, "forms.v1")
    }

    /// A broadcast, if there is one of that number.
    pub fn broadcast(&self, number: u64) -> Result<Option<Broadcast>, StoreError> {
        read(
            &self.0.open_table(tables::BROADCASTS)?,
            number,
            "broadcasts.v1",
        )
    }

    /// An order that must be there.
    pub fn order(&self, id: OrderId) -> Result<Order, StoreError> {
        self.find_order(id)?
            .ok_or_else(|| missing("orders.v1", id.0))
    }

    /// An order, if there is one of that number.
    pub fn find_order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        read(&self.0.open_table(tables::ORDERS)?, id.0, "orders.v1")
    }

    /// Every order.
    pub fn orders(&self) -> Result<Vec<Order>, StoreError> {
        let table = self.0.open_table(tables::ORDERS)?;
        table
            .iter()?
            .map(|row| {
                let (key, value) = row?;
                parse(value.value(), "orders.v1", key.value())
            })
            .collect()
    }

    /// A job's row, if there is one of that number.
    pub fn job_row(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        read(&self.0.open_table(tables::JOBS)?, id.0, "jobs.v1")
    }

    /// A job, if there is one of that number.
    pub fn find_job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        Ok(self.job_row(id)?.map(|row| row.job))
    }

    /// A job that must be there.
    pub fn job(&self, id: JobId) -> Result<Job, StoreError> {
        self.find_job(id)?.ok_or_else(|| missing("jobs.v1", id.0))
    }

    /// Every job's row.
    pub fn jobs(&self) -> Result<Vec<JobRow>, StoreError> {
        let table = self.0.open_table(tables::JOBS)?;
        table
            .iter()?
            .map(|row| {
                let (key, value) = row?;
                parse(value.value(), "jobs.v1", key.value())
            })
            .collect()
    }

    /// The first timed rows of the due index that `wanted` takes, by time, at most `most`; and when the one
    /// after them is due.
    pub fn timed(
        &self,
        now: Timestamp,
        most: usize,
        wanted: impl Fn(JobId) -> bool,
    ) -> Result<(Vec<Due>, Option<Timestamp>), StoreError> {
        let table = self.0.open_table(tables::DUE)?;
        let mut due = Vec::new();
        for row in table.range(Lane::TIMED)? {
            let (key, waits) = row?;
            let (_, at, job) = key.value();
            let found = Due {
                job: JobId(job),
                at: Timestamp(at),
                waits: waits.value() != 0,
            };
            if !wanted(found.job) {
                continue;
            }
            if found.at > now || due.len() == most {
                return Ok((due, Some(found.at)));
            }
            due.push(found);
        }
        Ok((due, None))
    }

    /// Whether a job waits for a place.
    pub fn any_ready(&self) -> Result<bool, StoreError> {
        let table = self.0.open_table(tables::DUE)?;
        let mut ready = table.range(Lane::READY)?;
        Ok(ready.next().transpose()?.is_some())
    }

    /// The whole due index.
    pub fn due(&self) -> Result<Vec<(u8, u64, JobId)>, StoreError> {
        let table = self.0.open_table(tables::DUE)?;
        table
            .iter()?
            .map(|row| {
                let (lane, at, job) = row?.0.value();
                Ok((lane, at, JobId(job)))
            })
            .collect()
    }

    /// The newest orders, newest first, at most `most`; only those below `before`.
    pub fn newest_orders(
        &self,
        before: Option<u64>,
        most: usize,
    ) -> Result<Vec<Order>, StoreError> {
        let rows = self.rows_before(tables::ORDERS, before)?.rev().take(most);
        rows.map(|row| {
            let (key, value) = row?;
            parse(value.value(), "orders.v1", key.value())
        })
        .collect()
    }

    /// The newest jobs that are `wanted`, newest first, at most `most`; only those below `before`. [`LOOKED`] rows are
    /// looked at.
    pub fn newest_jobs(
        &self,
        before: Option<u64>,
        most: usize,
        wanted: impl Fn(&Job) -> bool,
    ) -> Result<Found<Job>, StoreError> {
        let mut found = Found {
            rows: Vec::new(),
            cut: false,
        };
        for (row, looked) in self.rows_before(tables::JOBS, before)?.rev().zip(0..) {
            if found.rows.len() == most {
                break;
            }
            if looked == LOOKED {
                found.cut = true;
                break;
            }
            let (key, value) = row?;
            let JobRow { job, .. } = parse(value.value(), "jobs.v1", key.value())?;
            found.rows.extend(wanted(&job).then_some(job));
        }
        Ok(found)
    }

    /// The newest jobs that have not ended, newest first, at most `most`; only those below `before`. [`LOOKED`] rows of
    /// the due index are looked at, and no jobs but those found.
    pub fn newest_live(&self, before: Option<u64>, most: usize) -> Result<Found<Job>, StoreError> {
        let mut newest = BTreeSet::new();
        let mut cut = false;
        for (row, looked) in self.rows(tables::DUE)?.zip(0..) {
            if looked == LOOKED {
                cut = true;
                break;
            }
            let (_, _, job) = row?.0.value();
            if before.is_none_or(|before| job < before) {
                newest.insert(job);
            }
            if newest.len() > most {
                newest.pop_first();
            }
        }
        let rows = newest.into_iter().rev().map(|job| self.job(JobId(job)));
        let rows = rows.collect::<Result<_, _>>()?;
        Ok(Found { rows, cut })
    }

    /// The newest jobs that ended without a video, retired ones too, newest first, at most `most`; only those below
    /// `before`.
    pub fn newest_failed(
        &self,
        before: Option<u64>,
        most: usize,
    ) -> Result<Vec<KnownJob>, StoreError> {
        let rows = self.rows_before(tables::FAILED, before)?.rev().take(most);
        rows.map(|row| self.job_or_retired(JobId(row?.0.value())))
            .collect()
    }

    /// Whether an operator's key has led to an entry.
    pub fn granted(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.table(tables::GRANTS)?.get(key)?.is_some())
    }

    /// The order a press, or what stands for one, has confirmed.
    pub fn confirmed_by(&self, callback: &str) -> Result<Option<OrderId>, StoreError> {
        let order = self.table(tables::CALLBACKS)?.get(callback)?;
        Ok(order.map(|order| OrderId(order.value())))
    }

    /// Every key and model that has been put to rest, by its name, whether or not the rest still lasts.
    pub fn rests(&self) -> Result<Vec<(String, Rest)>, StoreError> {
        let rows = self.rows(tables::RESTS)?;
        rows.map(|row| {
            let (key, value) = row?;
            let name = key.value().to_owned();
            let rest = parse(value.value(), "rests.v1", &name)?;
            Ok((name, rest))
        })
        .collect()
    }

    /// Which updates of the next so many from a number on were handled before `before`, and where to go on; from the
    /// first once all were looked at. Numbers may start anew, so their order says nothing.
    pub fn old_updates(
        &self,
        from: UpdateId,
        looked: usize,
        before: Timestamp,
    ) -> Result<(Vec<UpdateId>, UpdateId), StoreError> {
        let mut old = Vec::new();
        let mut rows = self.rows_from(tables::UPDATES, from.0)?;
        for row in rows.by_ref().take(looked) {
            let (id, at) = row?;
            if at.value() < before.0 {
                old.push(UpdateId(id.value()));
            }
        }
        let next = rows.next().transpose()?.map_or(0, |(id, _)| id.value());
        Ok((old, UpdateId(next)))
    }

    /// Since when the job waits that has waited longest for its first attempt; of the [`WAITING`] that are next, if
    /// more wait.
    pub fn oldest_queued(&self) -> Result<Option<Timestamp>, StoreError> {
        let table = self.table(tables::DUE)?;
        let mut jobs = Vec::new();
        for row in table.range(Lane::READY)?.take(WAITING) {
            jobs.push(row?.0.value().2);
        }
        // Later ones have higher numbers.
        jobs.sort_unstable();
        for job in jobs {
            let job = self.job(JobId(job))?;
            if job.attempt == 0 {
                return Ok(Some(job.placed_at));
            }
        }
        Ok(None)
    }

    /// How many jobs have not ended.
    pub fn live_jobs(&self) -> Result<u64, StoreError> {
        Ok(self.0.open_table(tables::DUE)?.len()?)
    }

    /// The rest of a key or model.
    pub fn rest(&self, name: &str) -> Result<Option<Rest>, StoreError> {
        read(&self.0.open_table(tables::RESTS)?, name, "rests.v1")
    }

    /// The `file_id` of a delivered video.
    pub fn video(&self, job: JobId) -> Result<Option<String>, StoreError> {
        let table = self.0.open_table(tables::VIDEOS)?;
        Ok(table.get(job.0)?.map(|row| row.value().to_owned()))
    }

    /// The names of the file's tables.
    pub fn tables(&self) -> Result<Vec<String>, StoreError> {
        use redb::TableHandle;
        let mut names: Vec<String> = self
            .0
            .list_tables()?
            .map(|table| table.name().to_owned())
            .collect();
        names.sort();
        Ok(names)
    }
}
