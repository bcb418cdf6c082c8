//! What is learnt of a job's task: that there is one, that there are two, that its video is there, that nobody
//! understands what it says.

use super::cause::{ALL_KEYS_REST, NO_MODELS, billing_cause, key_rest, model_rest};
use super::status::tell_status;
use crate::base::time::Timestamp;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::failure::Source;
use crate::rules::domain::id::{JobId, ModelName, TaskId};
use crate::rules::domain::job::{Job, OutOfTurn, Stage};
use crate::shop::{alerts, queue, tally};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// The provider has taken the job: it has a task now, and key, model and account work.
pub fn accepted(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    attempt: u8,
    task: &TaskId,
    next_look: Timestamp,
    now: Timestamp,
) -> Result<Result<Job, OutOfTurn>, StoreError> {
    let moved = queue::advance(txn, id, attempt, |job| {
        job.accepted(task.clone(), next_look)
    })?;
    let Ok(job) = &moved else {
        stray(txn, shop, id, task, now)?;
        return Ok(moved);
    };
    tell_status(txn, job, now)?;
    let Some(route) = job.stage.route() else {
        return Ok(moved);
    };
    let source = Source::Kie;
    let over = Alert::BillingOver { source };
    alerts::recovered(
        txn,
        shop,
        &billing_cause(source, Some(route.key)),
        &over,
        now,
    )?;
    for cause in [model_rest(&route.model), NO_MODELS.to_owned()] {
        let back = Alert::ModelBack {
            model: route.model.clone(),
        };
        alerts::recovered(txn, shop, &cause, &back, now)?;
    }
    if txn
        .rest(&key_rest(route.key))?
        .is_none_or(|rest| !rest.lasts(now))
    {
        alerts::recovered(txn, shop, ALL_KEYS_REST, &Alert::KeysAwake, now)?;
        let back = Alert::KeyBack {
            key: route.key.to_string(),
        };
        alerts::recovered(txn, shop, &key_rest(route.key), &back, now)?;
    }
    Ok(moved)
}

/// The provider has the video, at one of `urls`, and took so many of its `credits` for it.
pub fn rendered(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    attempt: u8,
    urls: Vec<String>,
    credits: f64,
    now: Timestamp,
) -> Result<Result<Job, OutOfTurn>, StoreError> {
    let moved = queue::advance(txn, id, attempt, |job| job.rendered(urls, now))?;
    if let Ok(job) = &moved {
        let model = job.stage.route().map(|route| route.model.clone());
        if let Some(model) = &model {
            understood(txn, shop, model, now)?;
        }
        tally::burned(txn, job, model, credits, now)?;
    }
    Ok(moved)
}

/// Plans the next look at a job's task. If what looks show has not been understood for long, of which `shape` tells,
/// operators hear of it.
pub fn look_again(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    attempt: u8,
    at: Timestamp,
    shape: Option<&str>,
    now: Timestamp,
) -> Result<Result<Job, OutOfTurn>, StoreError> {
    let moved = queue::advance(txn, id, attempt, |job| job.look_again(at))?;
    if let (Ok(job), Some(shape)) = (&moved, shape)
        && let Some(route) = job.stage.route()
    {
        let model = route.model.clone();
        let cause = answers_cause(&model);
        let shape = shape.to_owned();
        let alert = Alert::AnswersChanged {
            job: id,
            model,
            shape,
        };
        alerts::lasts(txn, shop, &cause, &alert, now)?;
    }
    Ok(moved)
}

/// What the provider says of a model's tasks is understood.
pub(crate) fn understood(
    txn: &mut Txn<'_>,
    shop: &Shop,
    model: &ModelName,
    now: Timestamp,
) -> Result<(), StoreError> {
    let model = model.clone();
    let cause = answers_cause(&model);
    alerts::recovered(txn, shop, &cause, &Alert::AnswersFine { model }, now)
}

/// The provider has made two tasks for a job, and is paid for both.
pub(super) fn doubled(
    txn: &mut Txn<'_>,
    shop: &Shop,
    job: JobId,
    now: Timestamp,
) -> Result<(), StoreError> {
    txn.counters().doubled += 1;
    alerts::alert(txn, shop, "doubled", &Alert::Doubled { job }, now)
}

/// The provider has made a task for a job that has moved on: an operator has ended it, or an earlier task brought the
/// video after all.
fn stray(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    task: &TaskId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let job = txn.job(id)?.job;
    let known = job.stage.task() == Some(task)
        || job
            .missed
            .iter()
            .any(|missed| missed.task.as_ref() == Some(task));
    if known || !txn.put_stray(id, task, now)? {
        return Ok(());
    }
    match &job.stage {
        Stage::Rendered { .. } | Stage::Done { .. } => doubled(txn, shop, id, now),
        Stage::Queued
        | Stage::Preparing
        | Stage::Submitting { .. }
        | Stage::Rendering { .. }
        | Stage::Failed { .. } => {
            txn.counters().orphans += 1;
            Ok(())
        }
    }
}

/// The cause under which it is told that a model's tasks cannot be read.
fn answers_cause(model: &ModelName) -> String {
    format!("answers:{model}")
}
