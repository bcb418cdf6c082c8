//! The due index: which job is next, fair between users; and every plain move of a job.
//!
//! A job in the timed lane waits for a moment, one in the ready lane for one of the places, in the order of its
//! fair tag. A job being stepped keeps its row, so that a restart finds it; who steps what is in memory only.

use super::verdict;
use crate::base::time::Timestamp;
use crate::rules::domain::id::JobId;
use crate::rules::domain::job::{Job, OutOfTurn, Stage};
use crate::rules::domain::user::User;
use crate::store::record::{JobRow, Lane, Live};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};
use redb::ReadableTable;

/// Puts a new job behind the user's other ones and beside everybody else's.
///
/// Start-time fair queueing: the tag is one more than the later of the user's last tag and the queue's own time,
/// so that five orders of one user do not stand before the first of another.
pub fn enqueue(txn: &mut Txn<'_>, user: &mut User, job: Job) -> Result<(), StoreError> {
    let tag = user.last_tag.max(txn.counted().fair) + 1;
    user.last_tag = tag;
    put(txn, Stood::NOWHERE, job, Lane::Ready(tag))?;
    Ok(())
}

/// Begins the attempts of up to `most` jobs that wait for a place, as long as there are places.
pub fn claim(
    txn: &mut Txn<'_>,
    shop: &Shop,
    most: usize,
    now: Timestamp,
) -> Result<Vec<Job>, StoreError> {
    let free = shop.max_rendering.saturating_sub(txn.counted().places) as usize;
    let mut rows = Vec::new();
    for row in txn.due.range(Lane::READY)?.take(most.min(free)) {
        let (_, tag, job) = row?.0.value();
        rows.push((tag, JobId(job)));
    }
    let mut claimed = Vec::new();
    for (tag, id) in rows {
        let row = txn.job(id)?;
        let stood = Stood::of(&row);
        let job = must(row.job.claim(now))?;
        txn.counters().fair = tag;
        let job = put(txn, stood, job, Lane::Timed(now))?;
        verdict::tell_status(txn, &job, now)?;
        claimed.push(job);
    }
    Ok(claimed)
}

/// Begins the next attempt of a job whose time has come; without a free place it joins those that wait for one.
pub fn claim_timed(
    txn: &mut Txn<'_>,
    shop: &Shop,
    id: JobId,
    now: Timestamp,
) -> Result<Option<Job>, StoreError> {
    let row = txn.job(id)?;
    if row.job.stage != Stage::Queued || row.job.due > now || !matches!(row.lane, Lane::Timed(_)) {
        return Ok(None);
    }
    let stood = Stood::of(&row);
    if txn.counted().places >= shop.max_rendering {
        let tag = txn.counted().fair;
        put(txn, stood, row.job, Lane::Ready(tag))?;
        return Ok(None);
    }
    let job = must(row.job.claim(now))?;
    let job = put(txn, stood, job, Lane::Timed(now))?;
    verdict::tell_status(txn, &job, now)?;
    Ok(Some(job))
}

/// Moves a job, if it is still at `attempt` and where the move begins; the job as it is then, or how it is not.
pub fn advance(
    txn: &mut Txn<'_>,
    id: JobId,
    attempt: u8,
    step: impl FnOnce(Job) -> Result<Job, OutOfTurn>,
) -> Result<Result<Job, OutOfTurn>, StoreError> {
    let row = txn.job(id)?;
    if row.job.attempt != attempt {
        let stage = row.job.stage.name();
        return Ok(Err(OutOfTurn {
            job: id,
            stage,
            wanted: "at the same attempt",
        }));
    }
    let stood = Stood::of(&row);
    match step(row.job) {
        Ok(job) => {
            let lane = Lane::Timed(job.due);
            Ok(Ok(put(txn, stood, job, lane)?))
        }
        Err(refused) => Ok(Err(refused)),
    }
}

/// Makes a job due at once.
pub fn nudge(txn: &mut Txn<'_>, id: JobId, now: Timestamp) -> Result<(), StoreError> {
    let mut row = txn.job(id)?;
    if !matches!(row.lane, Lane::Timed(at) if at > now) {
        return Ok(());
    }
    let stood = Stood::of(&row);
    row.job.due = now;
    put(txn, stood, row.job, Lane::Timed(now))?;
    Ok(())
}

/// How a job stood before a move.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stood {
    lane: Lane,
    queued: bool,
    placed: bool,
    live: Live,
}

impl Stood {
    /// Of a job that is new.
    const NOWHERE: Self = Self {
        lane: Lane::None,
        queued: false,
        placed: false,
        live: Live::NONE,
    };

    /// Of a job with that row.
    pub fn of(row: &JobRow) -> Self {
        Self {
            lane: row.lane,
            queued: row.job.stage == Stage::Queued,
            placed: row.job.stage.takes_a_place(),
            live: Live::of(&row.job.stage),
        }
    }
}

/// Keeps a job, its row in the due index and the numbers of stages and of places taken, all in step.
pub(crate) fn put(txn: &mut Txn<'_>, before: Stood, job: Job, to: Lane) -> Result<Job, StoreError> {
    let placed = job.stage.takes_a_place();
    if before.placed != placed {
        let places = &mut txn.counters().places;
        *places = if placed {
            *places + 1
        } else {
            places.saturating_sub(1)
        };
    }
    let live = Live::of(&job.stage);
    if before.live != live {
        let counted = &mut txn.counters().live;
        *counted = counted.minus(before.live).plus(live);
    }
    if before.placed && !placed {
        txn.wake_jobs();
    }
    let to = if job.stage.ended() { Lane::None } else { to };
    // The row also says whether the job must be claimed: it is written anew when that changes.
    let queued = job.stage == Stage::Queued;
    if before.lane != to || before.queued != queued {
        if let Some(key) = before.lane.key(job.id) {
            txn.strike_due(key)?;
        }
        if let Some(key) = to.key(job.id) {
            txn.put_due(key, queued)?;
        }
    }
    let row = JobRow { job, lane: to };
    txn.put_job(&row)?;
    Ok(row.job)
}

/// A move that the same transaction has just made sure of.
fn must(moved: Result<Job, OutOfTurn>) -> Result<Job, StoreError> {
    moved.map_err(|refused| StoreError::Corrupt {
        table: "jobs.v1",
        key: refused.job.to_string(),
        what: "does not agree with the due index",
    })
}
