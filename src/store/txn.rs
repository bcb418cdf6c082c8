//! One transaction: typed reads and writes over the tables, counters, and what to wake after the commit.

mod late;
mod met;
mod notes;
mod office;
mod rests;
mod users;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use redb::{ReadableTable, Table, WriteTransaction};

use super::record::{Counters, JobRow, Raised, decode, encode, sealed};
use super::row::{missing, named, read};
use super::snapshot::archive;
use super::{StoreError, tables};
use crate::base::time::Timestamp;
use crate::rules::domain::credit::Entry;
use crate::rules::domain::id::{CallbackId, EntryId, JobId, OrderId, TaskId, UpdateId, UserId};
use crate::rules::domain::job::Stage;
use crate::rules::domain::order::Order;
use crate::rules::domain::retired::Retired;
use crate::rules::domain::tally::{SLOT, Tally, begin};
use met::Met;

/// Updates are remembered so long: Telegram keeps one for 24 hours, and numbers may start anew after a week.
pub const REMEMBER: Duration = Duration::from_secs(6 * 24 * 60 * 60);
/// No more strays of one job are remembered.
const STRAYS: usize = 16;

type Rows<'t, K> = Table<'t, K, tables::Row>;

/// A transaction shared by all closures of a batch.
pub struct Txn<'t> {
    meta: Rows<'t, &'static str>,
    users: Rows<'t, u64>,
    /// Users this batch has met: each is read and written once, however many closures it concerns.
    met: RefCell<BTreeMap<UserId, Met>>,
    names: Table<'t, (&'static str, u64), u64>,
    joined: Table<'t, (u64, u64), ()>,
    updates: Table<'t, u64, u64>,
    orders: Rows<'t, u64>,
    callbacks: Table<'t, &'static str, u64>,
    jobs: Rows<'t, u64>,
    failed: Table<'t, u64, ()>,
    pub(crate) due: Table<'t, (u8, u64, u64), u8>,
    ledger: Rows<'t, u64>,
    outbox: Rows<'t, (i64, u64)>,
    kept: Rows<'t, (i64, u64)>,
    rests: Rows<'t, &'static str>,
    alerts: Rows<'t, &'static str>,
    grants: Table<'t, &'static str, u64>,
    videos: Table<'t, u64, &'static str>,
    strays: Table<'t, (u64, &'static str), u64>,
    pub(crate) late: Rows<'t, (u64, &'static str)>,
    bans: Rows<'t, u64>,
    acts: Rows<'t, u64>,
    pub(crate) tallies: Rows<'t, u64>,
    /// What this batch adds to them.
    happened: BTreeMap<Timestamp, Tally>,
    forms: Rows<'t, u64>,
    broadcasts: Rows<'t, u64>,
    archive: Rows<'t, u64>,
    counters: Counters,
    woken: Woken,
    writes: u64,
}

/// What to wake once the batch is on disk.
#[derive(Debug, Default)]
pub struct Woken {
    /// A job may be due.
    pub jobs: bool,
    /// Jobs that an operator has ended.
    pub cancelled: Vec<JobId>,
    /// Chats with new notes.
    pub chats: BTreeSet<i64>,
    /// A broadcast may have begun.
    pub broadcast: bool,
}

impl<'t> Txn<'t> {
    pub(crate) fn open(transaction: &'t WriteTransaction) -> Result<Self, StoreError> {
        let meta = transaction.open_table(tables::META)?;
        let counters = read(&meta, "counters", "meta.v1")?.unwrap_or_default();
        Ok(Self {
            meta,
            users: transaction.open_table(tables::USERS)?,
            met: RefCell::default(),
            names: transaction.open_table(tables::NAMES)?,
            joined: transaction.open_table(tables::JOINED)?,
            updates: transaction.open_table(tables::UPDATES)?,
            orders: transaction.open_table(tables::ORDERS)?,
            callbacks: transaction.open_table(tables::CALLBACKS)?,
            jobs: transaction.open_table(tables::JOBS)?,
            failed: transaction.open_table(tables::FAILED)?,
            due: transaction.open_table(tables::DUE)?,
            ledger: transaction.open_table(tables::LEDGER)?,
            outbox: transaction.open_table(tables::OUTBOX)?,
            kept: transaction.open_table(tables::KEPT)?,
            rests: transaction.open_table(tables::RESTS)?,
            alerts: transaction.open_table(tables::ALERTS)?,
            grants: transaction.open_table(tables::GRANTS)?,
            videos: transaction.open_table(tables::VIDEOS)?,
            strays: transaction.open_table(tables::STRAYS)?,
            late: transaction.open_table(tables::LATE)?,
            bans: transaction.open_table(tables::BANS)?,
            acts: transaction.open_table(tables::ACTS)?,
            tallies: transaction.open_table(tables::TALLIES)?,
            happened: BTreeMap::new(),
            forms: transaction.open_table(tables::FORMS)?,
            broadcasts: transaction.open_table(tables::BROADCASTS)?,
            archive: transaction.open_table(tables::ARCHIVE)?,
            counters,
            woken: Woken::default(),
            writes: 0,
        })
    }

    /// Numbers the commit, writes users, counters and tallies and lets the tables go; the caller commits.
    pub(crate) fn finish(mut self) -> Result<Woken, StoreError> {
        self.write_met()?;
        for (at, more) in &self.happened {
            let mut tally: Tally = read(&self.tallies, at.0, "tallies.v1")?.unwrap_or_default();
            tally.add(more);
            self.tallies.insert(at.0, encode(&tally).as_slice())?;
        }
        self.counters.commit += 1;
        self.meta
            .insert("counters", encode(&self.counters).as_slice())?;
        Ok(self.woken)
    }

    /// Writes a row with nothing in it into the table of what is known of the file, or strikes it; nothing is written
    /// if it is so already.
    pub(crate) fn put_mark(&mut self, name: &'static str, set: bool) -> Result<(), StoreError> {
        if self.meta.get(name)?.is_some() == set {
            return Ok(());
        }
        self.writes += 1;
        match set {
            true => self.meta.insert(name, [].as_slice())?,
            false => self.meta.remove(name)?,
        };
        Ok(())
    }

    /// How many writes there have been.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// The counters, to change; changing them is a write.
    pub fn counters(&mut self) -> &mut Counters {
        self.writes += 1;
        &mut self.counters
    }

    /// The counters, to read.
    pub fn counted(&self) -> &Counters {
        &self.counters
    }

    /// What this batch adds to what happens at `now`.
    pub(crate) fn tally(&mut self, now: Timestamp) -> &mut Tally {
        self.tally_at(begin(now, SLOT))
    }

    /// What this batch adds to the row of that beginning.
    pub(crate) fn tally_at(&mut self, at: Timestamp) -> &mut Tally {
        self.writes += 1;
        self.happened.entry(at).or_default()
    }

    /// Strikes a row of what happened.
    pub(crate) fn strike_tally(&mut self, at: Timestamp) -> Result<(), StoreError> {
        self.writes += 1;
        self.tallies.remove(at.0)?;
        Ok(())
    }

    /// Remembers an update; whether it is new. One of that number from long ago was another.
    pub fn see_update(&mut self, id: UpdateId, now: Timestamp) -> Result<bool, StoreError> {
        let seen = self.updates.get(id.0)?.map(|at| Timestamp(at.value()));
        if seen.is_some_and(|seen| now.since(seen) < REMEMBER) {
            return Ok(false);
        }
        self.writes += 1;
        self.updates.insert(id.0, now.0)?;
        Ok(true)
    }

    /// Forgets updates.
    pub fn forget_updates(&mut self, ids: &[UpdateId]) -> Result<(), StoreError> {
        for id in ids {
            self.writes += 1;
            self.updates.remove(id.0)?;
        }
        Ok(())
    }

    /// An order that must be there.
    pub fn order(&self, id: OrderId) -> Result<Order, StoreError> {
        self.find_order(id)?
            .ok_or_else(|| missing("orders.v1", id.0))
    }

    /// An order, if there is one of that number.
    pub fn find_order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        read(&self.orders, id.0, "orders.v1")
    }

    /// Keeps an order.
    pub fn put_order(&mut self, order: &Order) -> Result<(), StoreError> {
        self.writes += 1;
        self.orders.insert(order.id.0, encode(order).as_slice())?;
        Ok(())
    }

    /// Up to `most` orders from a number on; nothing for one that cannot be read.
    pub(crate) fn orders_from(
        &self,
        first: OrderId,
        most: usize,
    ) -> Result<Vec<(OrderId, Option<Order>)>, StoreError> {
        let rows = self.orders.range(first.0..)?.take(most);
        rows.map(|row| {
            let (key, value) = row?;
            Ok((OrderId(key.value()), decode(value.value()).ok()))
        })
        .collect()
    }

    /// Puts what stays of an order into the archive, and strikes everything else of it but its entries.
    pub(crate) fn retire(&mut self, order: &Order, retired: &Retired) -> Result<(), StoreError> {
        self.put_retired(retired)?;
        for JobId(job) in order.jobs() {
            self.jobs.remove(job)?;
            self.videos.remove(job)?;
            while let Some(task) = self.first_stray(job)? {
                self.strays.remove((job, task.as_str()))?;
            }
            self.strike_all_late(JobId(job))?;
        }
        self.callbacks.remove(order.callback.0.as_str())?;
        self.orders.remove(order.id.0)?;
        Ok(())
    }

    /// Keeps the row of a retired order.
    pub(crate) fn put_retired(&mut self, retired: &Retired) -> Result<(), StoreError> {
        self.writes += 1;
        let row = encode(retired);
        self.archive.insert(retired.first_job.0, row.as_slice())?;
        Ok(())
    }

    fn first_stray(&self, job: u64) -> Result<Option<String>, StoreError> {
        let row = self.strays.range((job, "")..(job + 1, ""))?.next();
        Ok(row.transpose()?.map(|(key, _)| key.value().1.to_owned()))
    }

    /// The retired order that has a job, if one has.
    pub fn retired_with(&self, job: JobId) -> Result<Option<Retired>, StoreError> {
        archive::with(&self.archive, job)
    }

    /// A retired order, if there is one of that number.
    pub fn retired(&self, order: OrderId) -> Result<Option<Retired>, StoreError> {
        archive::of(&self.archive, order)
    }

    /// The order a press has confirmed before.
    pub fn confirmed_by(&self, callback: &CallbackId) -> Result<Option<OrderId>, StoreError> {
        Ok(self
            .callbacks
            .get(callback.0.as_str())?
            .map(|row| OrderId(row.value())))
    }

    /// Remembers that a press confirmed an order.
    pub fn confirm(&mut self, callback: &CallbackId, order: OrderId) -> Result<(), StoreError> {
        self.writes += 1;
        self.callbacks.insert(callback.0.as_str(), order.0)?;
        Ok(())
    }

    /// A job that must be there.
    pub fn job(&self, id: JobId) -> Result<JobRow, StoreError> {
        self.find_job(id)?.ok_or_else(|| missing("jobs.v1", id.0))
    }

    /// A job, if there is one of that number.
    pub fn find_job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        read(&self.jobs, id.0, "jobs.v1")
    }

    /// Keeps a job's row; the due index is `queue`'s business.
    pub(crate) fn put_job(&mut self, row: &JobRow) -> Result<(), StoreError> {
        self.writes += 1;
        self.jobs.insert(row.job.id.0, encode(row).as_slice())?;
        if let Stage::Failed { .. } = row.job.stage {
            self.failed.insert(row.job.id.0, ())?;
        }
        Ok(())
    }

    pub(crate) fn put_due(&mut self, key: (u8, u64, u64), waits: bool) -> Result<(), StoreError> {
        self.writes += 1;
        self.woken.jobs = true;
        self.due.insert(key, u8::from(waits))?;
        Ok(())
    }

    pub(crate) fn strike_due(&mut self, key: (u8, u64, u64)) -> Result<(), StoreError> {
        self.writes += 1;
        self.due.remove(key)?;
        Ok(())
    }

    /// Wakes the workers: a place has become free.
    pub(crate) fn wake_jobs(&mut self) {
        self.woken.jobs = true;
    }

    /// Tells the workers that a job was ended past them.
    pub(crate) fn wake_cancelled(&mut self, job: JobId) {
        self.woken.cancelled.push(job);
    }

    /// Writes an entry and seals it.
    pub(crate) fn put_entry(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let (row, seal) = sealed(entry, self.counters.seal);
        self.counters().seal = seal;
        self.ledger.insert(entry.id.0, row.as_slice())?;
        Ok(())
    }

    /// An entry of the ledger that must be there.
    pub(crate) fn entry(&self, id: EntryId) -> Result<Entry, StoreError> {
        let row = self.ledger.get(id.0)?;
        let row = row.ok_or_else(|| missing("ledger.v2", id.0))?;
        Ok(super::row::entry(id.0, row.value())?.0)
    }

    /// A raised alert.
    pub fn raised(&self, cause: &str) -> Result<Option<Raised>, StoreError> {
        read(&self.alerts, cause, "alerts.v1")
    }

    /// Every raised alert, by its cause.
    pub(crate) fn all_raised(&self) -> Result<Vec<(String, Raised)>, StoreError> {
        let rows = self.alerts.iter()?;
        rows.map(|row| {
            let (cause, raised) = row?;
            named(cause.value(), raised.value(), "alerts.v1")
        })
        .collect()
    }

    /// Remembers a raised alert.
    pub fn put_raised(&mut self, cause: &str, raised: &Raised) -> Result<(), StoreError> {
        self.writes += 1;
        self.alerts.insert(cause, encode(raised).as_slice())?;
        Ok(())
    }

    /// Forgets an alert; whether it was raised.
    pub fn end_raised(&mut self, cause: &str) -> Result<bool, StoreError> {
        if self.alerts.get(cause)?.is_none() {
            return Ok(false);
        }
        self.writes += 1;
        self.alerts.remove(cause)?;
        Ok(true)
    }

    /// The entry an operator's key has led to before.
    pub fn granted(&self, key: &str) -> Result<Option<EntryId>, StoreError> {
        Ok(self.grants.get(key)?.map(|row| EntryId(row.value())))
    }

    /// Remembers the entry an operator's key led to.
    pub fn put_granted(&mut self, key: &str, entry: EntryId) -> Result<(), StoreError> {
        self.writes += 1;
        self.grants.insert(key, entry.0)?;
        Ok(())
    }

    /// Keeps the `file_id` of a delivered video.
    pub fn put_video(&mut self, job: JobId, file: &str) -> Result<(), StoreError> {
        self.writes += 1;
        self.videos.insert(job.0, file)?;
        Ok(())
    }

    /// Remembers a task that nobody waited for; whether it is the first time, and one of few.
    pub(crate) fn put_stray(
        &mut self,
        job: JobId,
        task: &TaskId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let key = (job.0, task.0.as_str());
        let known = self.strays.get(key)?.is_some();
        let few = self.strays.range((job.0, "")..(job.0 + 1, ""))?.count() < STRAYS;
        if known || !few {
            return Ok(false);
        }
        self.writes += 1;
        self.strays.insert(key, now.0)?;
        Ok(true)
    }
}

#[cfg(test)]
impl Txn<'_> {
    /// Shows an entry's row.
    pub(crate) fn entry_row(
        &self,
        number: u64,
        look: impl FnOnce(&[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let row = self.ledger.get(number)?;
        look(row.ok_or_else(|| missing("ledger.v2", number))?.value())
    }

    /// Writes a version that nobody knows over a user's.
    pub(crate) fn damage_user(&mut self, id: UserId) -> Result<(), StoreError> {
        let mut row = encode(&self.known_user(id)?);
        row[1] = 99;
        self.writes += 1;
        self.met.get_mut().remove(&id);
        self.users.insert(id.0, row.as_slice())?;
        Ok(())
    }
}
