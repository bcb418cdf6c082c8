//! Orders and jobs, as operators see them.

use super::answer::{JobCard, JobLine, MissedLine, OrderCard, OrderLine, Refusal};
use super::ask::Wanted;
use super::people;
use crate::domain::credit::PRICE;
use crate::domain::id::{JobId, OrderId, UserId};
use crate::domain::job::{Job, Missed, Stage};
use crate::domain::order::{Order, PhotoState};
use crate::store::{Snapshot, StoreError, acts};

/// Orders, the newest first.
pub fn list(
    sight: &Snapshot,
    user: Option<UserId>,
    before: Option<u64>,
    most: usize,
) -> Result<Vec<OrderLine>, StoreError> {
    let orders = match user {
        Some(user) => sight.orders_of(user, before, most)?,
        None => sight.newest_orders(before, most)?,
    };
    orders.iter().map(|order| line(sight, order)).collect()
}

/// An order, closely.
pub fn card(sight: &Snapshot, id: u64) -> Result<Result<OrderCard, Refusal>, StoreError> {
    let Some(order) = sight.find_order(OrderId(id))? else {
        return Ok(Err(Refusal::NoOrder(id)));
    };
    let jobs = order
        .jobs()
        .map(|job| Ok(job_line(&sight.job(job)?)))
        .collect::<Result<_, StoreError>>()?;
    let photo = match order.photo {
        PhotoState::Wanted => "wanted",
        PhotoState::Ready => "ready",
        PhotoState::Refused => "refused",
    };
    Ok(Ok(OrderCard {
        order: line(sight, &order)?,
        photo: photo.to_owned(),
        jobs,
    }))
}

/// Jobs, the newest first.
pub fn jobs(
    sight: &Snapshot,
    wanted: Wanted,
    user: Option<UserId>,
    before: Option<u64>,
    most: usize,
) -> Result<Vec<JobLine>, StoreError> {
    let jobs = match (user, wanted) {
        (Some(user), Wanted::Live) => live_of(sight, user, before, most)?,
        (Some(user), Wanted::All) => sight.jobs_of(user, before, most, |_| true)?,
        (Some(user), Wanted::Failed) => sight.jobs_of(user, before, most, failed)?,
        (Some(user), Wanted::Done) => sight.jobs_of(user, before, most, done)?,
        (None, Wanted::Live) => live(sight, before, most)?,
        (None, Wanted::All) => sight.newest_jobs(before, most, |_| true)?.rows,
        (None, Wanted::Failed) => sight.newest_failed(before, most)?,
        (None, Wanted::Done) => sight.newest_jobs(before, most, done)?.rows,
    };
    Ok(jobs.iter().map(job_line).collect())
}

fn done(job: &Job) -> bool {
    matches!(job.stage, Stage::Done { .. })
}

fn failed(job: &Job) -> bool {
    matches!(job.stage, Stage::Failed { .. })
}

/// The newest job that had a task of the provider's, if one of the newest had it.
pub fn of_task(sight: &Snapshot, task: &str) -> Result<Vec<JobLine>, StoreError> {
    let had = |job: &Job| {
        let now = job.stage.task().into_iter();
        let missed = job.missed.iter().filter_map(|missed| missed.task.as_ref());
        now.chain(missed).any(|it| it.0 == task)
    };
    let jobs = sight.newest_jobs(None, 1, had)?;
    Ok(jobs.rows.iter().map(job_line).collect())
}

/// Each of a user's live jobs holds a credit: with the last of those the search is over.
fn live_of(
    sight: &Snapshot,
    user: UserId,
    before: Option<u64>,
    most: usize,
) -> Result<Vec<Job>, StoreError> {
    let held = sight.user(user)?.map_or(0, |row| row.user.held.0 / PRICE.0);
    let held = usize::try_from(held).unwrap_or(usize::MAX);
    let mut jobs = sight.jobs_of(user, None, held, |job| !job.stage.ended())?;
    jobs.retain(|job| before.is_none_or(|before| job.id.0 < before));
    jobs.truncate(most);
    Ok(jobs)
}

/// Live jobs are in the due index, however old they are.
fn live(sight: &Snapshot, before: Option<u64>, most: usize) -> Result<Vec<Job>, StoreError> {
    let mut numbers: Vec<JobId> = sight.due()?.into_iter().map(|(_, _, job)| job).collect();
    numbers.retain(|job| before.is_none_or(|before| job.0 < before));
    numbers.sort_unstable();
    let newest = numbers.into_iter().rev().take(most);
    newest.map(|job| sight.job(job)).collect()
}

/// A job, closely.
pub fn job_card(sight: &Snapshot, id: u64) -> Result<Result<JobCard, Refusal>, StoreError> {
    let Some(job) = sight.find_job(JobId(id))? else {
        return Ok(Err(Refusal::NoJob(id)));
    };
    let entries = sight.entries_of(&job)?;
    Ok(Ok(JobCard {
        job: job_line(&job),
        key: job.stage.route().map(|route| route.key.to_string()),
        task: job.stage.task().map(|task| task.0.clone()),
        scripted: job.script.is_some(),
        repaid: sight.granted(&acts::refund_key(job.id))?,
        reordered: sight
            .confirmed_by(&acts::retry_key(job.id))?
            .map(|order| order.0),
        missed: job.missed.iter().map(missed).collect(),
        entries: entries.iter().map(people::entry).collect(),
    }))
}

fn missed(missed: &Missed) -> MissedLine {
    MissedLine {
        attempt: missed.attempt,
        at: missed.at.0,
        failure: missed.failure.kind.name().to_owned(),
        source: missed.failure.source.word().to_owned(),
        model: missed.model.as_ref().map(|model| model.0.clone()),
        task: missed.task.as_ref().map(|task| task.0.clone()),
    }
}

/// An order's line.
pub fn line(sight: &Snapshot, order: &Order) -> Result<OrderLine, StoreError> {
    let jobs = order
        .jobs()
        .map(|job| Ok(sight.job(job)?.stage.name().to_owned()));
    Ok(OrderLine {
        id: order.id.0,
        seller: order.user.0,
        at: order.placed_at.0,
        template: order.brief.recipe.name().to_owned(),
        jobs: jobs.collect::<Result<_, StoreError>>()?,
    })
}

/// A job's line.
pub fn job_line(job: &Job) -> JobLine {
    let tried = job.missed.last().and_then(|missed| missed.model.as_ref());
    let model = match &job.stage {
        Stage::Done { model, .. } => Some(model),
        other => other.route().map(|route| &route.model).or(tried),
    };
    let (failure, ended) = match &job.stage {
        Stage::Failed { failure, at } => (Some(failure.kind.name().to_owned()), Some(at.0)),
        Stage::Done { at, .. } => (None, Some(at.0)),
        Stage::Queued
        | Stage::Preparing
        | Stage::Submitting { .. }
        | Stage::Rendering { .. }
        | Stage::Rendered { .. } => (None, None),
    };
    JobLine {
        id: job.id.0,
        order: job.order.0,
        seller: job.user.0,
        at: job.placed_at.0,
        stage: job.stage.name().to_owned(),
        attempt: job.attempt,
        model: model.map(|model| model.0.clone()),
        failure,
        due: ended.is_none().then_some(job.due.0),
        ended,
    }
}
