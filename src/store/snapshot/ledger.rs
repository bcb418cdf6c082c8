//! The ledger, as readers see it.

use super::LOOKED;
use super::Snapshot;
use crate::base::time::Timestamp;
use crate::rules::domain::credit::{Entry, Reason};
use crate::rules::domain::id::EntryId;
use crate::store::known::KnownJob;
use crate::store::row::{entry, missing};
use crate::store::{StoreError, tables};

impl Snapshot {
    /// The ledger from entry `first` on, at most `most`.
    pub fn entries(&self, first: EntryId, most: usize) -> Result<Vec<Entry>, StoreError> {
        let table = self.0.open_table(tables::LEDGER)?;
        table
            .range(first.0..)?
            .take(most)
            .map(|row| {
                let (key, value) = row?;
                entry(key.value(), value.value()).map(|(entry, _)| entry)
            })
            .collect()
    }

    /// The newest entries, newest first, at most `most`.
    pub fn newest_entries(&self, most: usize) -> Result<Vec<Entry>, StoreError> {
        let rows = self.rows(tables::LEDGER)?.rev().take(most);
        rows.map(|row| {
            let (key, value) = row?;
            Ok(entry(key.value(), value.value())?.0)
        })
        .collect()
    }

    /// The entries of a job, newest first: of the moments at which it was ordered and ended.
    ///
    /// They are found by halving, for later entries have higher numbers. Where a clock that was set back has spoilt
    /// that, and one is missing, its user's entries are looked at back to the one that began it.
    pub fn entries_of(&self, job: &KnownJob) -> Result<Vec<Entry>, StoreError> {
        let ended = job.ended_at();
        let mut found = Vec::new();
        for at in ended.into_iter().chain([job.placed_at()]) {
            let rows = self.rows_from(tables::LEDGER, self.first_entry_at(at)?)?;
            for row in rows.take(LOOKED) {
                let (key, value) = row?;
                let (entry, _) = entry(key.value(), value.value())?;
                if entry.at > at {
                    break;
                }
                let known = |known: &Entry| known.id == entry.id;
                if entry.reason.job() == Some(job.id()) && !found.iter().any(known) {
                    found.push(entry);
                }
            }
        }
        if found.len() < 1 + usize::from(ended.is_some()) {
            return self.entries_of_owner(job);
        }
        found.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        Ok(found)
    }

    fn entries_of_owner(&self, job: &KnownJob) -> Result<Vec<Entry>, StoreError> {
        let mut found = Vec::new();
        for entry in self.entries_back(job.user(), None)? {
            let entry = entry?;
            let begins = matches!(entry.reason, Reason::Hold { .. });
            if entry.reason.job() == Some(job.id()) {
                found.push(entry);
                if begins {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// The number of the first entry of that moment or later.
    fn first_entry_at(&self, at: Timestamp) -> Result<u64, StoreError> {
        let table = self.table(tables::LEDGER)?;
        let (mut low, mut high) = (1, self.counters()?.entry + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let row = table
                .get(middle)?
                .ok_or_else(|| missing("ledger.v2", middle))?;
            match entry(middle, row.value())?.0.at < at {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Ok(low)
    }
}
