//! A video that comes when its job no longer waits for it: the first to come counts, and the credit moves once.

use super::handing::handed_over;
use super::status::tell_status;
use super::task::{doubled, understood};
use crate::base::time::Timestamp;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::id::{JobId, ModelName};
use crate::rules::domain::job::{Job, Stage};
use crate::rules::domain::late::Late;
use crate::shop::queue::{self, Stood};
use crate::shop::{alerts, outbox, tally};
use crate::store::record::{JobRow, Lane};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// What a late video comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The job has not got one yet: it is this.
    Rescued,
    /// The credit had gone back: it is given away once it is here.
    Gift,
    /// The job has one, or nobody wants it.
    Surplus,
}

/// A late task has a video, at one of `urls`, for which the provider took so many of its `credits`.
pub fn found(
    txn: &mut Txn<'_>,
    shop: &Shop,
    late: &Late,
    urls: &[String],
    credits: f64,
    now: Timestamp,
) -> Result<Found, StoreError> {
    if !txn.late_of(late.job)?.contains(late) {
        return Ok(Found::Surplus);
    }
    understood(txn, shop, &late.route.model, now)?;
    let Some(row) = txn.find_job(late.job)? else {
        txn.strike_late(late.job, &late.task)?;
        return Ok(Found::Surplus);
    };
    let found = match &row.job.stage {
        Stage::Failed { .. } if row.job.is_cancelled() => Found::Surplus,
        Stage::Failed { .. } => return Ok(Found::Gift),
        Stage::Rendered { .. } | Stage::Done { .. } => {
            doubled(txn, shop, late.job, now)?;
            Found::Surplus
        }
        Stage::Queued | Stage::Preparing | Stage::Submitting { .. } | Stage::Rendering { .. } => {
            rescue(txn, shop, row, late, urls, now)?;
            Found::Rescued
        }
    };
    txn.strike_late(late.job, &late.task)?;
    burned(txn, &late.route.model, late.job, credits, now)?;
    Ok(found)
}

/// The job gets the late task's video; a task it has besides is billed twice.
fn rescue(
    txn: &mut Txn<'_>,
    shop: &Shop,
    row: JobRow,
    late: &Late,
    urls: &[String],
    now: Timestamp,
) -> Result<(), StoreError> {
    let (stood, rendered) = (Stood::of(&row), row.job.stage.task().is_some());
    let made = (late.route.clone(), late.task.clone());
    let Ok(job) = row.job.rescued(made, urls.to_vec(), now) else {
        return Ok(());
    };
    let job = queue::put(txn, stood, job, Lane::Timed(now))?;
    if rendered {
        doubled(txn, shop, job.id, now)?;
    }
    tell_status(txn, &job, now)
}

/// A late video is here, or goes as a link if it is `large`: it is given to its seller, once. Whether it was.
pub fn gift(
    txn: &mut Txn<'_>,
    shop: &Shop,
    late: &Late,
    url: &str,
    large: bool,
    credits: f64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if txn.strike_late(late.job, &late.task)?.is_none() {
        return Ok(false);
    }
    let job = txn.find_job(late.job)?.map(|row| row.job);
    let wanted = |job: &Job| matches!(job.stage, Stage::Failed { .. }) && !job.is_cancelled();
    let Some(job) = job.filter(wanted) else {
        return Ok(false);
    };
    // One video was paid for: whatever else may come is not looked at any more.
    txn.strike_all_late(late.job)?;
    let (order, lang) = (txn.order(job.order)?, txn.lang_of(job.user)?);
    let model = late.route.model.clone();
    let say = handed_over(&order, job.id, model, url, large, true);
    outbox::tell(txn, job.user, lang, say, now)?;
    txn.counters().late += 1;
    burned(txn, &late.route.model, job.id, credits, now)?;
    alerts::alert(txn, shop, "late", &Alert::LateVideo { job: job.id }, now)?;
    Ok(true)
}

fn burned(
    txn: &mut Txn<'_>,
    model: &ModelName,
    job: JobId,
    credits: f64,
    now: Timestamp,
) -> Result<(), StoreError> {
    match txn.find_job(job)? {
        Some(row) => tally::burned(txn, &row.job, Some(model.clone()), credits, now),
        None => Ok(()),
    }
}
