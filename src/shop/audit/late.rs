//! Late tasks: each is of a job that is there.

use super::Audit;
use crate::rules::domain::id::JobId;
use crate::rules::domain::late::Late;
use crate::store::record::decode;
use crate::store::{StoreError, tables};

impl Audit<'_> {
    pub(crate) fn late(&mut self) -> Result<(), StoreError> {
        let mut rows = 0;
        for row in self.snapshot.rows(tables::LATE)? {
            let (key, value) = row?;
            let (job, task) = key.value();
            let name = || format!("late.v1/({job}, {task:?})");
            rows += 1;
            let Some(late) = self.read::<Late>(decode(value.value()), name) else {
                continue;
            };
            if late.job != JobId(job) || late.task.0 != task {
                self.breach("a late task has another's key", [name()]);
            }
            let known = self.found(self.snapshot.job_row(JobId(job)))?.flatten();
            if known.is_none() {
                self.breach(format!("job {job} has a late task and no row"), [name()]);
            }
        }
        self.holds("late tasks are of jobs that are there", rows);
        Ok(())
    }
}
