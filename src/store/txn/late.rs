//! Late tasks: rows of those that may still bring videos.

use redb::ReadableTable;

use super::Txn;
use crate::rules::domain::id::{JobId, TaskId};
use crate::rules::domain::late::Late;
use crate::store::StoreError;
use crate::store::record::encode;
use crate::store::row::{parse, read};

impl Txn<'_> {
    /// Keeps a late task and wakes the workers, who look at it.
    pub(crate) fn put_late(&mut self, late: &Late) -> Result<(), StoreError> {
        self.writes += 1;
        self.woken.jobs = true;
        let key = (late.job.0, late.task.0.as_str());
        self.late.insert(key, encode(late).as_slice())?;
        Ok(())
    }

    /// The late tasks of a job.
    pub(crate) fn late_of(&self, job: JobId) -> Result<Vec<Late>, StoreError> {
        let rows = self.late.range((job.0, "")..(job.0 + 1, ""))?;
        rows.map(|row| parse(row?.1.value(), "late.v1", job))
            .collect()
    }

    /// Forgets a late task; the row, if there was one.
    pub(crate) fn strike_late(
        &mut self,
        job: JobId,
        task: &TaskId,
    ) -> Result<Option<Late>, StoreError> {
        let key = (job.0, task.0.as_str());
        let late = read(&self.late, key, "late.v1")?;
        if late.is_some() {
            self.writes += 1;
            self.late.remove(key)?;
        }
        Ok(late)
    }

    /// Forgets every late task of a job.
    pub(crate) fn strike_all_late(&mut self, job: JobId) -> Result<(), StoreError> {
        for late in self.late_of(job)? {
            self.strike_late(late.job, &late.task)?;
        }
        Ok(())
    }
}
