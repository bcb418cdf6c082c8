//! Whether a deed may be done, as the books stand: asked before an operator says yes, and again when it is done.

use super::standing::ended;
use super::{Tired, Unfit, price, refund_key, retry_key, standing};
use crate::base::time::Timestamp;
use crate::rules::domain::id::{CallbackId, JobId, UserId};
use crate::rules::domain::job::Stage;
use crate::shop::ledger;
use crate::store::record::Cause;
use crate::store::record::Lane;
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// A deed that is not done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// Give a user credits, or take them back when negative.
    Grant {
        user: UserId,
        credits: i32,
        /// What makes a repeat harmless.
        key: Option<String>,
    },
    /// Shut a user out.
    Ban(UserId),
    /// Let a user in again.
    Unban(UserId),
    /// Give the credit of a finished video back.
    Refund(JobId),
    /// End a live job.
    Cancel(JobId),
    /// Order a failed video once more.
    Reorder(JobId),
    /// Make a waiting job due at once.
    Hurry(JobId),
    /// Take no orders.
    Pause,
    /// Take orders again.
    Resume,
    /// Use a key or a model again.
    Wake(Tired),
}

impl Plan {
    /// What makes a repeat harmless, if it is told.
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Grant { key, .. } => key.as_deref(),
            Self::Ban(_)
            | Self::Unban(_)
            | Self::Refund(_)
            | Self::Cancel(_)
            | Self::Reorder(_)
            | Self::Hurry(_)
            | Self::Pause
            | Self::Resume
            | Self::Wake(_) => None,
        }
    }

    /// The job it is about, if it is about one.
    pub fn job(&self) -> Option<JobId> {
        match self {
            Self::Refund(job) | Self::Cancel(job) | Self::Reorder(job) | Self::Hurry(job) => {
                Some(*job)
            }
            Self::Grant { .. }
            | Self::Ban(_)
            | Self::Unban(_)
            | Self::Pause
            | Self::Resume
            | Self::Wake(_) => None,
        }
    }
}

/// What stands in the way of a plan, if anything does.
pub fn check(
    txn: &Txn<'_>,
    shop: &Shop,
    plan: &Plan,
    now: Timestamp,
) -> Result<Result<(), Unfit>, StoreError> {
    let unless = |unfit: Option<Unfit>| Ok(unfit.map_or(Ok(()), Err));
    match plan {
        Plan::Grant { user, credits, key } => {
            unless(ledger::hindrance(txn, *user, *credits, key.as_deref())?)
        }
        Plan::Ban(user) | Plan::Unban(user) if txn.user(*user)?.is_none() => {
            Ok(Err(Unfit::NoUser(*user)))
        }
        Plan::Ban(user) if shop.admins.contains(user) => Ok(Err(Unfit::Operator(*user))),
        Plan::Ban(user) => unless(txn.ban(*user)?.map(|_| Unfit::Already)),
        Plan::Unban(user) => unless(txn.ban(*user)?.is_none().then_some(Unfit::Already)),
        Plan::Refund(job) => refund(txn, *job),
        Plan::Cancel(job) => Ok(match standing(txn, *job)? {
            Some((_, Unfit::Live)) => Ok(()),
            Some((_, ended)) => Err(ended),
            None => Err(Unfit::Unknown),
        }),
        Plan::Reorder(job) => reorder(txn, *job),
        Plan::Hurry(job) => hurry(txn, *job, now),
        Plan::Pause => unless(txn.closed(Cause::Pause)?.map(|_| Unfit::Already)),
        Plan::Resume => unless(
            txn.closed(Cause::Pause)?
                .is_none()
                .then_some(Unfit::Already),
        ),
        Plan::Wake(tired) => {
            let rest = txn.rest(&tired.to_string())?;
            let rests = rest.is_some_and(|rest| rest.lasts(now));
            unless((!rests).then_some(Unfit::Already))
        }
    }
}

fn refund(txn: &Txn<'_>, job: JobId) -> Result<Result<(), Unfit>, StoreError> {
    let user = match standing(txn, job)? {
        Some((user, Unfit::Done)) => user,
        Some((_, stands)) => return Ok(Err(stands)),
        None => return Ok(Err(Unfit::Unknown)),
    };
    if txn.granted(&refund_key(job))?.is_some() {
        return Ok(Err(Unfit::Repaid));
    }
    let price = price(txn, job)?;
    Ok(ledger::hindrance(txn, user, price, None)?.map_or(Ok(()), Err))
}

fn reorder(txn: &Txn<'_>, job: JobId) -> Result<Result<(), Unfit>, StoreError> {
    let user = match standing(txn, job)? {
        Some((user, Unfit::Failed)) => user,
        Some((_, stands)) => return Ok(Err(stands)),
        None => return Ok(Err(Unfit::Unknown)),
    };
    if let Some(order) = txn.confirmed_by(&CallbackId(retry_key(job)))? {
        return Ok(Err(Unfit::Reordered(order)));
    }
    let Some(row) = txn.find_job(job)? else {
        return Ok(Err(Unfit::Retired));
    };
    let balance = txn.known_user(user)?.user.available;
    Ok(match balance < row.job.price {
        true => Err(Unfit::Poor(balance)),
        false => Ok(()),
    })
}

fn hurry(txn: &Txn<'_>, job: JobId, now: Timestamp) -> Result<Result<(), Unfit>, StoreError> {
    let Some(row) = txn.find_job(job)? else {
        let stands = standing(txn, job)?.map(|(_, stands)| stands);
        return Ok(Err(stands.unwrap_or(Unfit::Unknown)));
    };
    Ok(match (ended(&row.job.stage), &row.job.stage) {
        (Some(unfit), _) => Err(unfit),
        (None, Stage::Submitting { .. }) => Err(Unfit::Asked),
        (None, _) if matches!(row.lane, Lane::Timed(at) if at > now) => Ok(()),
        (None, _) => Err(Unfit::Waits),
    })
}
