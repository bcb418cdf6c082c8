//! Whether a deed may be done, as the books stand, and what the numbers will be: asked before an operator says yes, and
//! again when it is done. Nothing is written.

use super::standing::{Standing, price, standing};
use super::undone::Undone;
use super::{refund_key, retry_key};
use crate::base::time::Timestamp;
use crate::rules::domain::deed::outlook::{Outlook, Person};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::deed::{Deed, Resting};
use crate::rules::domain::id::{CallbackId, JobId, UserId};
use crate::rules::domain::job::Stage;
use crate::shop::{broadcasts, ledger, verdict};
use crate::store::record::{Cause, Lane};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// The outlook of a deed, or why it cannot be done.
pub(super) fn outlook(
    txn: &Txn<'_>,
    shop: &Shop,
    deed: &Deed,
    now: Timestamp,
) -> Result<Outlook, Undone> {
    let mut change = 0;
    let user = match deed {
        Deed::Grant {
            user, credits, key, ..
        } => {
            ledger::may_grant(txn, *user, *credits, key.as_deref())?;
            change = i64::from(*credits);
            Some(*user)
        }
        Deed::Ban { user, .. } => {
            known(txn, *user)?;
            if shop.admins.contains(user) {
                return Err(Refusal::Operator(*user).into());
            }
            unless_already(txn.ban(*user)?.is_some())?;
            Some(*user)
        }
        Deed::Unban { user } => {
            known(txn, *user)?;
            unless_already(txn.ban(*user)?.is_none())?;
            Some(*user)
        }
        Deed::Refund { job, .. } => {
            change = price(txn, *job)?.into();
            Some(refund(txn, *job)?)
        }
        Deed::Cancel { job, .. } => {
            change = price(txn, *job)?.into();
            Some(stands(txn, *job, Standing::Live)?)
        }
        Deed::Reorder { job, .. } => {
            change = -i64::from(price(txn, *job)?);
            Some(reorder(txn, *job)?)
        }
        Deed::Hurry { job } => Some(hurry(txn, *job, now)?),
        Deed::Pause { .. } => {
            unless_already(txn.closed(Cause::Pause)?.is_some())?;
            None
        }
        Deed::Resume => {
            unless_already(txn.closed(Cause::Pause)?.is_none())?;
            None
        }
        Deed::Rest { .. } => None,
        Deed::Wake { what } => {
            let rest = txn.rest(&rest_of(what))?;
            unless_already(!rest.is_some_and(|rest| rest.lasts(now)))?;
            None
        }
        Deed::Broadcast { .. } => {
            if let Some(other) = broadcasts::on_its_way(txn)? {
                return Err(Refusal::OnItsWay(other).into());
            }
            None
        }
        Deed::Stop { broadcast } => {
            unless_already(!broadcasts::runs(txn, *broadcast)?)?;
            None
        }
    };
    let person = user.map(|user| person(txn, user)).transpose()?.flatten();
    Ok(Outlook { person, change })
}

/// The name of the rest of a key or a model.
pub(super) fn rest_of(what: &Resting) -> String {
    match what {
        Resting::Key(key) => verdict::key_rest(*key),
        Resting::Model(model) => verdict::model_rest(model),
    }
}

/// A user as they are now.
pub(crate) fn person(txn: &Txn<'_>, user: UserId) -> Result<Option<Person>, StoreError> {
    Ok(txn.user(user)?.map(|row| Person {
        user,
        name: row.user.username,
        balance: row.user.available,
        seen: row.seen,
    }))
}

fn known(txn: &Txn<'_>, user: UserId) -> Result<(), Undone> {
    match txn.user(user)? {
        Some(_) => Ok(()),
        None => Err(Refusal::NoUser(user.to_string()).into()),
    }
}

fn unless_already(already: bool) -> Result<(), Undone> {
    match already {
        true => Err(Refusal::Already.into()),
        false => Ok(()),
    }
}

/// The seller of a job that stands so.
fn stands(txn: &Txn<'_>, job: JobId, wanted: Standing) -> Result<UserId, Undone> {
    match standing(txn, job)? {
        Some((user, stands)) if stands == wanted => Ok(user),
        Some((_, stands)) => Err(stands.refusal(job).into()),
        None => Err(Refusal::NoJob(job).into()),
    }
}

fn refund(txn: &Txn<'_>, job: JobId) -> Result<UserId, Undone> {
    let user = stands(txn, job, Standing::Done)?;
    if txn.granted(&refund_key(job))?.is_some() {
        return Err(Refusal::Repaid(job).into());
    }
    ledger::may_grant(txn, user, price(txn, job)?, None)?;
    Ok(user)
}

fn reorder(txn: &Txn<'_>, job: JobId) -> Result<UserId, Undone> {
    let user = stands(txn, job, Standing::Failed)?;
    if let Some(order) = txn.confirmed_by(&CallbackId(retry_key(job)))? {
        return Err(Refusal::Reordered { job, order }.into());
    }
    let Some(row) = txn.find_job(job)? else {
        return Err(Refusal::Retired(job).into());
    };
    match txn.known_user(user)?.user.available < row.job.price {
        true => Err(Refusal::Poor(job).into()),
        false => Ok(user),
    }
}

fn hurry(txn: &Txn<'_>, job: JobId, now: Timestamp) -> Result<UserId, Undone> {
    let user = stands(txn, job, Standing::Live)?;
    let row = txn.job(job)?;
    if let Stage::Submitting { .. } = row.job.stage {
        return Err(Refusal::Asked(job).into());
    }
    match row.lane {
        Lane::Timed(at) if at > now => Ok(user),
        Lane::Timed(_) | Lane::Ready(_) | Lane::None => Err(Refusal::Waits(job).into()),
    }
}
