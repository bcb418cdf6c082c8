//! Orders and jobs, as operators see them.

use std::cmp::Reverse;

use super::answer::{JobCard, JobLine, Listed, MissedLine, OrderCard, OrderLine};
use super::ask::{self, Wanted};
use super::desk::{Answerable, Desk};
use super::entries;
use super::whom::find_one;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::{JobId, OrderId, UserId};
use crate::rules::domain::job::{Job, Missed, Stage};
use crate::rules::domain::order::{Order, PhotoState};
use crate::rules::domain::retired::{Ended, Retired};
use crate::shop::deeds::{self, By, Judged};
use crate::store::found::Found;
use crate::store::known::{KnownJob, KnownOrder};
use crate::store::snapshot::LOOKED;
use crate::store::{Snapshot, StoreError};

impl Answerable for ask::Orders {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Vec<OrderLine>> {
        let see = move |snapshot: &Snapshot| match find_one(snapshot, self.whom.as_ref())? {
            Ok(user) => Ok(Ok(list(snapshot, user, self.before, self.most)?)),
            Err(refusal) => Ok(Err(refusal)),
        };
        desk.see(see).await
    }
}

impl Answerable for ask::Order {
    async fn answer(self, desk: &Desk, _: By) -> Judged<OrderCard> {
        desk.see(move |snapshot| card(snapshot, self.order)).await
    }
}

impl Answerable for ask::Jobs {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Listed<JobLine>> {
        let see = move |snapshot: &Snapshot| match find_one(snapshot, self.whom.as_ref())? {
            Ok(user) => Ok(Ok(jobs(
                snapshot,
                self.wanted,
                user,
                self.before,
                self.most,
            )?)),
            Err(refusal) => Ok(Err(refusal)),
        };
        desk.see(see).await
    }
}

impl Answerable for ask::Task {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Listed<JobLine>> {
        Ok(Ok(desk
            .see(move |snapshot| of_task(snapshot, &self.task))
            .await?))
    }
}

impl Answerable for ask::Job {
    async fn answer(self, desk: &Desk, _: By) -> Judged<JobCard> {
        desk.see(move |snapshot| job_card(snapshot, self.job)).await
    }
}

/// Orders, the newest first.
pub fn list(
    snapshot: &Snapshot,
    user: Option<UserId>,
    before: Option<u64>,
    most: usize,
) -> Result<Vec<OrderLine>, StoreError> {
    if let Some(user) = user {
        let orders = snapshot.orders_of(user, before, most)?;
        return orders.iter().map(|order| known(snapshot, order)).collect();
    }
    let kept = snapshot.newest_orders(before, most)?;
    let kept = kept.iter().map(|order| line(snapshot, order));
    let mut lines: Vec<OrderLine> = kept.collect::<Result<_, _>>()?;
    let last = snapshot.last_retired()?.map(|last| last.order.0);
    if goes_on(lines.get(most.wrapping_sub(1)).map(|line| line.id), last) {
        let retired = snapshot.newest_retired(before.map(OrderId), most)?;
        lines.extend(retired.iter().map(retired_line));
        lines.sort_by_key(|line| Reverse(line.id));
        lines.truncate(most);
    }
    Ok(lines)
}

/// Whether a list goes on into the archive: it is not full, or one that is retired is newer than its last.
fn goes_on(full_to: Option<u64>, retired: Option<u64>) -> bool {
    retired.is_some_and(|retired| full_to.is_none_or(|kept| kept < retired))
}

fn known(snapshot: &Snapshot, order: &KnownOrder) -> Result<OrderLine, StoreError> {
    match order {
        KnownOrder::Kept(order) => line(snapshot, order),
        KnownOrder::Retired(retired) => Ok(retired_line(retired)),
    }
}

/// An order, closely.
pub fn card(snapshot: &Snapshot, id: OrderId) -> Judged<OrderCard> {
    let Some(order) = snapshot.find_order(id)? else {
        let retired = snapshot.retired(id)?;
        return Ok(retired.map(retired_card).ok_or(Refusal::NoOrder(id)));
    };
    let jobs = order
        .jobs()
        .map(|job| Ok(job_line(&snapshot.job(job)?)))
        .collect::<Result<_, StoreError>>()?;
    let photo = match order.photo {
        PhotoState::Wanted => "wanted",
        PhotoState::Framing(_) => "framing",
        PhotoState::Ready => "ready",
        PhotoState::Refused => "refused",
    };
    Ok(Ok(OrderCard {
        order: line(snapshot, &order)?,
        photo: Some(photo.to_owned()),
        retired: None,
        jobs,
    }))
}

fn retired_card(retired: Retired) -> OrderCard {
    let jobs = retired.jobs();
    OrderCard {
        order: retired_line(&retired),
        photo: None,
        retired: Some(retired.since.0),
        jobs: jobs
            .map(|(job, ended)| ended_line(&retired, job, ended))
            .collect(),
    }
}

/// Jobs, the newest first.
pub fn jobs(
    snapshot: &Snapshot,
    wanted: Wanted,
    user: Option<UserId>,
    before: Option<u64>,
    most: usize,
) -> Result<Listed<JobLine>, StoreError> {
    let jobs = match (user, wanted) {
        (Some(user), Wanted::Live) => live_of(snapshot, user, before, most)?,
        (Some(user), Wanted::All) => snapshot.jobs_of(user, before, most, |_| true)?,
        (Some(user), Wanted::Failed) => {
            snapshot.jobs_of(user, before, most, KnownJob::has_failed)?
        }
        (Some(user), Wanted::Done) => snapshot.jobs_of(user, before, most, KnownJob::is_done)?,
        (None, Wanted::Live) => {
            let live = snapshot.newest_live(before, most)?;
            return Ok(Listed::of(&live, LOOKED, job_line));
        }
        (None, Wanted::All) => return all(snapshot, false, before, most),
        (None, Wanted::Failed) => snapshot.newest_failed(before, most)?,
        (None, Wanted::Done) => return all(snapshot, true, before, most),
    };
    Ok(Listed::of(&Found::whole(jobs), LOOKED, known_line))
}

/// Everybody's jobs, or those that are done, from the archive too.
fn all(
    snapshot: &Snapshot,
    done: bool,
    before: Option<u64>,
    most: usize,
) -> Result<Listed<JobLine>, StoreError> {
    let kept = snapshot.newest_jobs(before, most, |job| {
        !done || matches!(job.stage, Stage::Done { .. })
    })?;
    let mut lines: Vec<_> = kept.rows.iter().map(job_line).collect();
    let mut cut = kept.cut;
    let last = snapshot.last_retired()?.map(|last| last.first_job.0);
    if goes_on(lines.get(most.wrapping_sub(1)).map(|line| line.id), last) {
        let of = |job: &KnownJob| !done || job.is_done();
        let retired = snapshot.newest_retired_jobs(before.map(JobId), most, of)?;
        cut |= retired.cut;
        lines.extend(retired.rows.iter().map(known_line));
        lines.sort_by_key(|line| Reverse(line.id));
        lines.truncate(most);
    }
    let looked = cut.then_some(LOOKED);
    Ok(Listed { lines, looked })
}

fn known_line(job: &KnownJob) -> JobLine {
    match job {
        KnownJob::Kept(job) => job_line(job),
        KnownJob::Retired { job, order, ended } => ended_line(order, *job, ended),
    }
}

/// The newest job that had a task of the provider's, if one of the newest had it.
pub fn of_task(snapshot: &Snapshot, task: &str) -> Result<Listed<JobLine>, StoreError> {
    let had = |job: &Job| {
        let now = job.stage.task().into_iter();
        let missed = job.missed.iter().filter_map(|missed| missed.task.as_ref());
        now.chain(missed).any(|it| it.0 == task)
    };
    let jobs = snapshot.newest_jobs(None, 1, had)?;
    Ok(Listed::of(&jobs, LOOKED, job_line))
}

/// Each of a user's live jobs holds a credit or more: there are no more of them than credits held.
fn live_of(
    snapshot: &Snapshot,
    user: UserId,
    before: Option<u64>,
    most: usize,
) -> Result<Vec<KnownJob>, StoreError> {
    let held = snapshot.user(user)?.map_or(0, |row| row.user.held.0);
    let held = usize::try_from(held).unwrap_or(usize::MAX);
    let mut jobs = snapshot.jobs_of(user, None, held, |job| job.ended_at().is_none())?;
    jobs.retain(|job| before.is_none_or(|before| job.id().0 < before));
    jobs.truncate(most);
    Ok(jobs)
}

/// A job, closely.
pub fn job_card(snapshot: &Snapshot, id: JobId) -> Judged<JobCard> {
    let Some(known) = snapshot.known_job(id)? else {
        return Ok(Err(Refusal::NoJob(id)));
    };
    let moved = snapshot.entries_of(&known)?;
    let reordered = snapshot.confirmed_by(&deeds::retry_key(known.id()))?;
    let card = JobCard {
        job: known_line(&known),
        retired: None,
        key: None,
        task: None,
        scripted: false,
        repaid: snapshot.granted(&deeds::refund_key(known.id()))?,
        reordered: reordered.map(|order| order.0),
        missed: Vec::new(),
        entries: moved.iter().map(entries::line).collect(),
    };
    Ok(Ok(match known {
        KnownJob::Kept(job) => JobCard {
            key: job.stage.route().map(|route| route.key.to_string()),
            task: job.stage.task().map(|task| task.0.clone()),
            scripted: job.script.is_some(),
            missed: job.missed.iter().map(missed).collect(),
            ..card
        },
        KnownJob::Retired { order, .. } => JobCard {
            retired: Some(order.since.0),
            ..card
        },
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
pub fn line(snapshot: &Snapshot, order: &Order) -> Result<OrderLine, StoreError> {
    let jobs = order
        .jobs()
        .map(|job| Ok(snapshot.job(job)?.stage.name().to_owned()));
    Ok(OrderLine {
        id: order.id.0,
        seller: order.user.0,
        at: order.placed_at.0,
        template: order.brief.recipe.name().to_owned(),
        jobs: jobs.collect::<Result<_, StoreError>>()?,
    })
}

fn retired_line(retired: &Retired) -> OrderLine {
    let ends = retired.ends.iter();
    OrderLine {
        id: retired.order.0,
        seller: retired.user.0,
        at: retired.placed_at.0,
        template: retired.template_name().to_owned(),
        jobs: ends.map(|ended| ended.end.name().to_owned()).collect(),
    }
}

fn ended_line(retired: &Retired, job: JobId, ended: &Ended) -> JobLine {
    JobLine {
        id: job.0,
        order: retired.order.0,
        seller: retired.user.0,
        at: retired.placed_at.0,
        stage: ended.end.name().to_owned(),
        attempt: ended.attempt,
        model: ended.end.model().map(|model| model.0.clone()),
        failure: ended.end.failure().map(|kind| kind.name().to_owned()),
        due: None,
        ended: Some(ended.at.0),
    }
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
