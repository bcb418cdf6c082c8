//! What is one user's, newest first: each order and entry leads to the same user's before it, so that a list costs
//! what it shows, however much the others have.

use redb::ReadOnlyTable;

use super::known::{KnownJob, KnownOrder};
use super::row::entry;
use super::row::missing;
use super::snapshot::Snapshot;
use super::{StoreError, tables};
use crate::rules::domain::credit::Entry;
use crate::rules::domain::id::{EntryId, JobId, OrderId, UserId};

impl Snapshot {
    /// A user's newest orders, at most `most`; only those below `before`.
    pub fn orders_of(
        &self,
        user: UserId,
        before: Option<u64>,
        most: usize,
    ) -> Result<Vec<KnownOrder>, StoreError> {
        let below = match before {
            Some(before) => self.known_order(OrderId(before))?,
            None => None,
        };
        let from = match below.filter(|order| order.user() == user) {
            Some(order) => order.before(),
            None => self.last_order(user)?,
        };
        let is_below = |order: &KnownOrder| before.is_none_or(|before| order.id().0 < before);
        self.orders_back(from)
            .filter(|order| order.as_ref().map_or(true, is_below))
            .take(most)
            .collect()
    }

    /// A user's newest jobs that are `wanted`, at most `most`; only those below `before`.
    pub fn jobs_of(
        &self,
        user: UserId,
        before: Option<u64>,
        most: usize,
        wanted: impl Fn(&KnownJob) -> bool,
    ) -> Result<Vec<KnownJob>, StoreError> {
        let below = match before {
            Some(before) => self.known_job(JobId(before))?,
            None => None,
        };
        let from = match below.filter(|job| job.user() == user) {
            Some(job) => Some(job.order()),
            None => self.last_order(user)?,
        };
        let mut jobs = Vec::new();
        for order in self.orders_back(from) {
            if jobs.len() == most {
                break;
            }
            for job in order?.jobs(self)?.into_iter().rev() {
                let is_below = before.is_none_or(|before| job.id().0 < before);
                if jobs.len() < most && is_below && wanted(&job) {
                    jobs.push(job);
                }
            }
        }
        Ok(jobs)
    }

    /// A user's newest entries, at most `most`; only those below `before`.
    pub fn entries_of_user(
        &self,
        user: UserId,
        before: Option<u64>,
        most: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let entries = self.entries_back(user, before)?;
        let is_below = |entry: &Entry| before.is_none_or(|before| entry.id.0 < before);
        entries
            .filter(|entry| entry.as_ref().map_or(true, is_below))
            .take(most)
            .collect()
    }

    /// A user's entries from the last one on; or from the one before `before`, if that is theirs.
    pub(crate) fn entries_back(
        &self,
        user: UserId,
        before: Option<u64>,
    ) -> Result<EntriesBack, StoreError> {
        let ledger = self.table(tables::LEDGER)?;
        let below = match before {
            Some(number) => ledger.get(number)?,
            None => None,
        };
        let below = match below {
            Some(row) => Some(entry(before.unwrap_or_default(), row.value())?.0),
            None => None,
        };
        let (next, at) = match below.filter(|entry| entry.user() == Some(user)) {
            Some(entry) => (entry.before, entry.id.0),
            None => {
                let row = self.user(user)?;
                (row.and_then(|row| row.last_entry), u64::MAX)
            }
        };
        Ok(EntriesBack { ledger, next, at })
    }

    fn last_order(&self, user: UserId) -> Result<Option<OrderId>, StoreError> {
        Ok(self.user(user)?.and_then(|row| row.last_order))
    }

    /// An order, and those of its user before it.
    fn orders_back(
        &self,
        from: Option<OrderId>,
    ) -> impl Iterator<Item = Result<KnownOrder, StoreError>> + '_ {
        let mut next = from;
        std::iter::from_fn(move || {
            let order = next.take().map(|id| self.order_or_retired(id))?;
            Some(order.and_then(|order| {
                let (id, before) = (order.id(), order.before());
                if before.is_some_and(|before| before >= id) {
                    return Err(astray("orders.v1", id.0));
                }
                next = before;
                Ok(order)
            }))
        })
    }
}

/// Goes back from one entry of a user to the one before.
pub(crate) struct EntriesBack {
    ledger: ReadOnlyTable<u64, tables::Row>,
    next: Option<EntryId>,
    /// Where it has come to.
    at: u64,
}

impl EntriesBack {
    fn step(&mut self) -> Result<Option<Entry>, StoreError> {
        let Some(id) = self.next.take() else {
            return Ok(None);
        };
        if id.0 >= self.at {
            return Err(astray("ledger.v2", self.at));
        }
        let row = self.ledger.get(id.0)?;
        let row = row.ok_or_else(|| missing("ledger.v2", id.0))?;
        let (found, _) = entry(id.0, row.value())?;
        (self.next, self.at) = (found.before, found.id.0);
        Ok(Some(found))
    }
}

impl Iterator for EntriesBack {
    type Item = Result<Entry, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// The error for a row whose link would lead in a circle.
fn astray(table: &'static str, key: u64) -> StoreError {
    StoreError::Corrupt {
        table,
        key: key.to_string(),
        what: "leads to one that is not before it",
    }
}
