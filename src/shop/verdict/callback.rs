//! What a callback of the provider's changes: it nudges a job, brings back a lost answer, or tells of a task nobody
//! waits for.

use super::status::tell_status;
use crate::base::time::Timestamp;
use crate::rules::domain::id::{JobId, TaskId};
use crate::rules::domain::job::{Job, Stage};
use crate::rules::domain::late::Late;
use crate::shop::{late, queue};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// What a callback came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Called {
    /// The job is looked at now.
    Nudged,
    /// The job's answer had been lost; it has its task now.
    Adopted,
    /// The job knows the task and is done with it.
    Late,
    /// Nobody waits for that task: its answer was lost and given up, or the submission has another one.
    Orphan,
    /// The address is none of ours.
    Stranger,
}

/// A callback came for a submission of a job and named `task`. Nothing else of it is believed.
pub fn callback(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    nonce: u64,
    submission: usize,
    task: &TaskId,
    now: Timestamp,
) -> Result<Called, StoreError> {
    let Some(row) = txn.find_job(id)? else {
        return Ok(Called::Stranger);
    };
    if row.job.nonce != nonce {
        return Ok(Called::Stranger);
    }
    let job = &row.job;
    let attempt = job.attempt;
    let current = job.submission() == submission;
    if let (true, Stage::Submitting { .. }) = (current, &job.stage) {
        let task = task.clone();
        if let Ok(job) = queue::advance(txn, id, attempt, |job| job.accepted(task, now))? {
            txn.counters().adopted += 1;
            tell_status(txn, &job, now)?;
        }
        return Ok(Called::Adopted);
    }
    let known = job.task_of(submission);
    if known == Some(task) {
        if let (true, Stage::Rendering { .. }) = (current, &job.stage) {
            queue::nudge(txn, id, now)?;
            return Ok(Called::Nudged);
        }
        late::nudge(txn, id, task, now)?;
        return Ok(Called::Late);
    }
    if late::nudge(txn, id, task, now)? {
        return Ok(Called::Late);
    }
    let doubled = known.is_some();
    let past = (1..job.submission()).contains(&submission);
    let made = past || current && job.stage.task().is_some();
    if made && txn.put_stray(id, task, now)? {
        match doubled {
            true => super::task::doubled(txn, shop, id, now)?,
            false => {
                txn.counters().orphans += 1;
                come(txn, job, submission, task, now)?;
            }
        }
    }
    Ok(Called::Orphan)
}

/// The answer to a submission was lost and given up, and here is its task: what becomes of it is looked at.
fn come(
    txn: &mut Txn<'_>,
    job: &Job,
    submission: usize,
    task: &TaskId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let route = job.route_of(submission).filter(|_| !job.is_cancelled());
    let Some(route) = route else {
        return Ok(());
    };
    let late = Late::new(job.id, task.clone(), route, now);
    late::keep(txn, &Late { due: now, ..late })?;
    Ok(())
}
