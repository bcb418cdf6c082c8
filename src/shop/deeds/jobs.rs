//! What operators do to one job: end it, pay it back, try it again.

use super::by::{By, note};
use super::{Plan, Unfit, check, price, refund_key, retry_key, standing};
use crate::rules::domain::act::Deed;
use crate::rules::domain::brief::Count;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{CallbackId, JobId, OrderId};
use crate::shop::ledger::{self, Granted};
use crate::shop::place::{Wish, place};
use crate::shop::{queue, verdict};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// Ends a live job and gives its credit back.
pub fn cancel(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    id: JobId,
    why: &str,
) -> Result<Result<(), Unfit>, StoreError> {
    if let Err(unfit) = check(txn, shop, &Plan::Cancel(id), by.at)? {
        return Ok(Err(unfit));
    }
    if verdict::cancel(txn, id, by.at)?.is_err() {
        return Ok(Err(Unfit::Live));
    }
    let (job, why) = (id, why.to_owned());
    note(txn, by, Deed::Cancelled { job, why })?;
    Ok(Ok(()))
}

/// Gives the credit of a finished video back, once; the balance then, and whether it was given before.
pub fn refund(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    id: JobId,
    why: &str,
) -> Result<Result<(Credits, bool), Unfit>, StoreError> {
    let Some((user, _)) = standing(txn, id)? else {
        return Ok(Err(Unfit::Unknown));
    };
    match check(txn, shop, &Plan::Refund(id), by.at)? {
        Ok(()) => {}
        Err(Unfit::Repaid) => return Ok(Ok((txn.known_user(user)?.user.available, true))),
        Err(unfit) => return Ok(Err(unfit)),
    }
    let credits = price(txn, id)?;
    let (said, key) = (format!("job {id}: {why}"), refund_key(id));
    let granted = ledger::grant(txn, user, credits, &said, Some(&key), by.at)?;
    Ok(match granted {
        Granted::Done(balance) => {
            let (job, why) = (id, why.to_owned());
            note(txn, by, Deed::Refunded { job, why })?;
            Ok((balance, false))
        }
        Granted::Before(balance) => Ok((balance, true)),
        Granted::Not(unfit) => Err(unfit),
    })
}

/// What a failed job became: an order of one video with the same answers, for one of the seller's credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reordered {
    pub order: OrderId,
    /// Whether it had been placed before.
    pub before: bool,
}

/// Tries a job again: a waiting one at once, a failed one as a new order, which it gives. `chance` is unguessable.
pub fn retry(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    id: JobId,
    chance: &[u8; 32],
) -> Result<Result<Option<Reordered>, Unfit>, StoreError> {
    match standing(txn, id)? {
        Some((_, Unfit::Failed)) => Ok(reorder(txn, by, shop, id, None, chance)?.map(Some)),
        Some(_) | None => Ok(hurry(txn, by, shop, id)?.map(|()| None)),
    }
}

/// Has a job that waits for a moment tried at once. It costs nobody anything.
pub fn hurry(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    id: JobId,
) -> Result<Result<(), Unfit>, StoreError> {
    if let Err(unfit) = check(txn, shop, &Plan::Hurry(id), by.at)? {
        return Ok(Err(unfit));
    }
    queue::nudge(txn, id, by.at)?;
    note(txn, by, Deed::Hurried { job: id })?;
    Ok(Ok(()))
}

/// Orders a failed job again, for one of its seller's credits; once. `chance` is unguessable.
pub fn reorder(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    id: JobId,
    why: Option<&str>,
    chance: &[u8; 32],
) -> Result<Result<Reordered, Unfit>, StoreError> {
    match check(txn, shop, &Plan::Reorder(id), by.at)? {
        Ok(()) => {}
        Err(Unfit::Reordered(order)) => {
            let before = true;
            return Ok(Ok(Reordered { order, before }));
        }
        Err(unfit) => return Ok(Err(unfit)),
    }
    let callback = CallbackId(retry_key(id));
    let job = txn.job(id)?.job;
    let price = job.price;
    let old = txn.order(job.order)?;
    let mut row = txn.known_user(job.user)?;
    let wish = Wish {
        user: job.user,
        brief: old.brief,
        count: Count::One,
        price,
        callback,
        chance,
    };
    let Some(order) = place(txn, &mut row, wish, by.at)? else {
        return Ok(Err(Unfit::Failed));
    };
    txn.put_user(job.user, &row)?;
    verdict::status(txn, order, job.user, row.user.lang, by.at)?;
    let job = id;
    let deed = match why.map(str::to_owned) {
        Some(why) => Deed::ReorderedFor { job, order, why },
        None => Deed::Reordered { job, order },
    };
    note(txn, by, deed)?;
    let before = false;
    Ok(Ok(Reordered { order, before }))
}
