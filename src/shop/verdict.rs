//! How an attempt ends: stage, credit, rests, the user's note and the operator's, in one transaction.

mod callback;
mod cause;
mod handing;
mod late;
mod status;
mod task;

use std::time::Duration;

pub use callback::{Called, callback};
use cause::{ALL_KEYS_REST, NO_MODELS, billing_cause};
pub use cause::{key_rest, model_rest};
use handing::handed_over;
pub use late::{Found, found, gift};
pub(crate) use status::status;
pub use status::tell_status;
pub use task::{accepted, look_again, rendered};

use super::queue::Stood;
use super::{ledger, outbox, queue, tally};
use crate::base::time::Timestamp;
use crate::rules::conversation::say::Say;
use crate::rules::domain::alert::{Alert, Lack, Trouble};
use crate::rules::domain::credit::{Account, Reason};
use crate::rules::domain::failure::{Failure, Kind, MODEL_REST, Source};
use crate::rules::domain::id::{Fingerprint, JobId, ModelName};
use crate::rules::domain::job::{Job, OutOfTurn, Verdict};
use crate::rules::domain::keyring::Rest;
use crate::rules::domain::late::Late;
use crate::rules::domain::model;
use crate::shop::alerts;
use crate::store::record::Lane;
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// A model that was found dead at night rests until it has been looked at in the next one.
const FELT_LATE: Duration = Duration::from_secs(2 * 60 * 60);

/// The end with the video that lies at `url`: stage, capture and the note with the video.
///
/// `large` says that it goes as a link.
pub fn succeed(
    txn: &mut Txn<'_>,
    id: JobId,
    attempt: u8,
    url: &str,
    large: bool,
    now: Timestamp,
) -> Result<Result<Job, OutOfTurn>, StoreError> {
    let row = txn.job(id)?;
    if row.job.attempt != attempt {
        return Ok(Err(stale(&row.job)));
    }
    let Some(route) = row.job.stage.route().cloned() else {
        return Ok(Err(stale(&row.job)));
    };
    let stood = Stood::of(&row);
    let job = match row.job.done(url.to_owned(), now) {
        Ok(job) => job,
        Err(refused) => return Ok(Err(refused)),
    };
    let order = txn.order(job.order)?;
    let mut user = txn.known_user(job.user)?;
    let (from, to) = (Account::Held(job.user), Account::Revenue);
    ledger::post(
        txn,
        job.user,
        &mut user,
        now,
        from,
        to,
        job.price,
        Reason::Capture { job: id },
    )?;
    txn.put_user(job.user, &user)?;
    let job = queue::put(txn, stood, job, Lane::None)?;
    tally::done(txn, &job, &order, route.model.clone(), now);
    let gift = false;
    let say = handed_over(&order, id, route.model, url, large, gift);
    outbox::tell(txn, job.user, user.user.lang, say, now)?;
    status(txn, job.order, job.user, user.user.lang, now)?;
    Ok(Ok(job))
}

/// What ended an attempt without a video.
#[derive(Debug, Clone, Copy)]
pub struct Blow {
    /// The stage it hit: a job that has moved on meanwhile is left alone.
    pub seen: &'static str,
    pub failure: Failure,
    /// The key it was hit with, if no route of the stage names it.
    pub key: Option<Fingerprint>,
    /// What the provider took for it all the same, in its credits.
    pub burned: f64,
    /// Whether its task may still bring a video: then nothing is tried anew, and the task is looked at for a while.
    pub lingers: bool,
    /// What was the matter with the result, if the provider says there is one.
    pub lack: Option<Lack>,
}

impl Blow {
    /// A failure that hits a job where it stands.
    pub fn new(job: &Job, failure: Failure) -> Self {
        Self {
            seen: job.stage.name(),
            failure,
            key: None,
            burned: 0.0,
            lingers: false,
            lack: None,
        }
    }
}

/// An attempt failed: retry, next model, or refund; rests, notes and alerts with it.
///
/// `chain` is the operator's chain of models.
pub fn fail(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    attempt: u8,
    blow: Blow,
    chain: &[ModelName],
    now: Timestamp,
) -> Result<Result<(Job, Verdict), OutOfTurn>, StoreError> {
    let row = txn.job(id)?;
    let at_it = row.job.attempt == attempt && row.job.stage.name() == blow.seen;
    if !at_it || !row.job.stage.takes_a_place() {
        return Ok(Err(stale(&row.job)));
    }
    let failure = blow.failure;
    let route = row.job.stage.route().cloned();
    let key = route.as_ref().map(|route| route.key).or(blow.key);
    if let (Some(key), Some(span)) = (key, failure.key_rest()) {
        txn.put_rest(&key_rest(key), &Rest::new(now, span, failure.kind))?;
        if failure.kind != Kind::Billing {
            // Of a refusal to work unpaid operators hear anyway.
            let alert = Alert::KeyRests {
                key: key.to_string(),
                minutes: span.as_secs() / 60,
            };
            alerts::alert(txn, shop, &key_rest(key), &alert, now)?;
        }
    }
    if let (Some(route), Kind::ModelOff) = (&route, failure.kind) {
        let rest = Rest::new(now, MODEL_REST, failure.kind);
        txn.put_rest(&model_rest(&route.model), &rest)?;
    }
    let models_left = awake_model(txn, chain, now)?.is_some();
    let stood = Stood::of(&row);
    let task = row.job.stage.task().cloned();
    let attempts = match failure.kind {
        // Another try is for nothing, or it is not made.
        _ if blow.lingers => 0,
        Kind::OutputRefused if blow.burned > 0.0 => 0,
        Kind::OutputRefused
        | Kind::UserViolation
        | Kind::Billing
        | Kind::RateLimit
        | Kind::Temporary
        | Kind::Unknown
        | Kind::ModelOff
        | Kind::BadPhoto
        | Kind::Cancelled => shop.max_attempts,
    };
    let (job, verdict) = match row
        .job
        .fail(failure, now, attempts, models_left && !blow.lingers)
    {
        Ok(judged) => judged,
        Err(refused) => return Ok(Err(refused)),
    };
    let lane = Lane::Timed(job.due);
    let job = queue::put(txn, stood, job, lane)?;
    let model = route.as_ref().map(|route| route.model.clone());
    tally::missed(txn, &job, model, failure.kind, blow.burned, now)?;
    raise(txn, shop, &job, key, failure, models_left, now)?;
    if let Some(lack) = blow.lack {
        alerts::alert(txn, shop, "result", &Alert::NoResult { job: id, lack }, now)?;
    }
    if let (true, Some(task), Some(route)) = (blow.lingers, task, &route) {
        super::late::keep(txn, &Late::new(id, task, route.clone(), now))?;
    }
    match verdict {
        Verdict::Refund => {
            let model = route.map(|route| route.model);
            refund(txn, &job, failure.kind, model, now)?;
        }
        Verdict::Retry(_) if failure.kind == Kind::Temporary => {
            let lang = txn.lang_of(job.user)?;
            outbox::tell(txn, job.user, lang, Say::RetryingJob { job: id }, now)?;
        }
        Verdict::Retry(_) | Verdict::NextModel => {}
    }
    tell_status(txn, &job, now)?;
    Ok(Ok((job, verdict)))
}

/// An operator ends a job: its credit goes back, and the seller is told.
pub fn cancel(
    txn: &mut Txn<'_>,
    id: JobId,
    now: Timestamp,
) -> Result<Result<Job, OutOfTurn>, StoreError> {
    let row = txn.job(id)?;
    let model = row.job.stage.route().map(|route| route.model.clone());
    let stood = Stood::of(&row);
    let job = match row.job.cancel(now) {
        Ok(job) => job,
        Err(refused) => return Ok(Err(refused)),
    };
    let job = queue::put(txn, stood, job, Lane::None)?;
    refund(txn, &job, Kind::Cancelled, model, now)?;
    txn.wake_cancelled(id);
    tell_status(txn, &job, now)?;
    Ok(Ok(job))
}

/// Gives a failed job's credit back and says so.
fn refund(
    txn: &mut Txn<'_>,
    job: &Job,
    kind: Kind,
    model: Option<ModelName>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut user = txn.known_user(job.user)?;
    let (from, to) = (Account::Held(job.user), Account::Available(job.user));
    let reason = Reason::Release { job: job.id };
    ledger::post(txn, job.user, &mut user, now, from, to, job.price, reason)?;
    txn.put_user(job.user, &user)?;
    tally::failed(txn, job, model.clone(), kind, now)?;
    let say = Say::Refunded {
        job: job.id,
        kind,
        model,
    };
    outbox::tell(txn, job.user, user.user.lang, say, now)
}

/// Tells the operator what a failure means for the shop.
fn raise(
    txn: &mut Txn<'_>,
    shop: &Shop,
    job: &Job,
    key: Option<Fingerprint>,
    failure: Failure,
    models_left: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !failure.kind.alerts() {
        return Ok(());
    }
    let model = job.missed.last().and_then(|missed| missed.model.clone());
    let source = failure.source;
    let (cause, alert) = match (failure.kind, model) {
        (Kind::ModelOff, Some(model)) => {
            (model_rest(&model), Alert::ModelOff { model, models_left })
        }
        (Kind::ModelOff, None) => (NO_MODELS.to_owned(), Alert::NoModels),
        (Kind::Billing, _) => {
            let key = key.filter(|_| source == Source::Kie);
            let alert = Alert::Billing {
                source,
                key: key.map(|key| key.to_string()),
            };
            (billing_cause(source, key), alert)
        }
        (
            Kind::UserViolation
            | Kind::RateLimit
            | Kind::Temporary
            | Kind::Unknown
            | Kind::BadPhoto
            | Kind::Cancelled
            | Kind::OutputRefused,
            _,
        ) => {
            return Ok(());
        }
    };
    alerts::alert(txn, shop, &cause, &alert, now)
}

/// It was looked whether a model of the chain `lives`, without an order.
pub fn felt(
    txn: &mut Txn<'_>,
    shop: &Shop,
    model: &ModelName,
    lives: bool,
    chain: &[ModelName],
    now: Timestamp,
) -> Result<(), StoreError> {
    let name = model_rest(model);
    let rest = txn.rest(&name)?.filter(|rest| rest.lasts(now));
    let (model, ours) = (model.clone(), Kind::ModelOff);
    if rest.is_some_and(|rest| rest.why != ours) {
        // An operator lets it rest, and knows why.
        return Ok(());
    }
    if lives {
        txn.end_rest(&name)?;
        let back = Alert::ModelBack { model };
        for cause in [name.as_str(), NO_MODELS] {
            alerts::recovered(txn, shop, cause, &back, now)?;
        }
        return Ok(());
    }
    txn.put_rest(&name, &Rest::new(now, MODEL_REST + FELT_LATE, ours))?;
    if txn.raised(&name)?.is_some() {
        return Ok(());
    }
    let models_left = awake_model(txn, chain, now)?.is_some();
    let off = Alert::ModelOff { model, models_left };
    alerts::alert(txn, shop, &name, &off, now)
}

/// Tells the operator that every key rests and the first one is used all the same.
pub fn all_keys_rest(txn: &mut Txn<'_>, shop: &Shop, now: Timestamp) -> Result<(), StoreError> {
    alerts::alert(txn, shop, ALL_KEYS_REST, &Alert::AllKeysRest, now)
}

/// Tells the operator that the author of scripts wrote none and the template stood in.
pub fn unwritten(
    txn: &mut Txn<'_>,
    shop: &Shop,
    trouble: Trouble,
    now: Timestamp,
) -> Result<(), StoreError> {
    let cause = format!("author:{}", trouble.word());
    alerts::alert(txn, shop, &cause, &Alert::Unwritten { trouble }, now)
}

/// Tells the operator of a panic.
pub fn panicked(
    txn: &mut Txn<'_>,
    shop: &Shop,
    job: JobId,
    now: Timestamp,
) -> Result<(), StoreError> {
    alerts::alert(txn, shop, "panic", &Alert::Panic { job }, now)
}

/// The first model of the chain that does not rest.
fn awake_model(
    txn: &Txn<'_>,
    chain: &[ModelName],
    now: Timestamp,
) -> Result<Option<ModelName>, StoreError> {
    let rests: Vec<_> = chain
        .iter()
        .map(|name| Ok((name.clone(), txn.rest(&model_rest(name))?)))
        .collect::<Result<_, StoreError>>()?;
    Ok(model::first_awake(&rests, now).cloned())
}

/// Keeps a job's script. If it was `asked` of its author, who had refused to work unpaid, the operator is told.
pub fn scripted(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    attempt: u8,
    script: String,
    asked: bool,
    now: Timestamp,
) -> Result<Result<Job, OutOfTurn>, StoreError> {
    let moved = queue::advance(txn, id, attempt, |job| job.scripted(script))?;
    if asked && moved.is_ok() {
        let source = Source::Gpt;
        let over = Alert::BillingOver { source };
        alerts::recovered(txn, shop, &billing_cause(source, None), &over, now)?;
    }
    Ok(moved)
}

fn stale(job: &Job) -> OutOfTurn {
    OutOfTurn {
        job: job.id,
        stage: job.stage.name(),
        wanted: "in the same attempt",
    }
}
