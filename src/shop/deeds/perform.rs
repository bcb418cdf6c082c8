//! Doing a deed: checked, done, and written into the trail.

use std::time::Duration;

use super::check::{outlook, person, rest_of};
use super::standing::price;
use super::undone::Undone;
use super::{By, note, refund_key, retry_key, standing};
use crate::rules::domain::act::{Ban, Done, Who};
use crate::rules::domain::brief::Count;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::{Came, Outcome};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::{CallbackId, JobId, OrderId, UserId};
use crate::rules::domain::keyring::Rest;
use crate::shop::ledger::{self, Granted};
use crate::shop::place::{Wish, place};
use crate::shop::{broadcasts, queue, sales, verdict};
use crate::store::Shop;
use crate::store::txn::Txn;

pub(super) fn perform(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    deed: &Deed,
    chance: &[u8; 32],
) -> Result<Outcome, Undone> {
    let user = outlook(txn, shop, deed, by.at)?
        .person
        .map(|person| person.user);
    let (mut came, mut before) = (Came::Nothing, false);
    match deed {
        Deed::Grant {
            user,
            credits,
            why,
            key,
        } => before = !grant(txn, by, *user, *credits, why, key.as_deref())?,
        Deed::Ban { user, why } => {
            let (since, why) = (by.at, why.clone());
            txn.put_ban(*user, Some(&Ban { since, why }))?;
        }
        Deed::Unban { user } => txn.put_ban(*user, None)?,
        Deed::Refund { job, why } => refund(txn, by, *job, why)?,
        Deed::Cancel { job, .. } => {
            let cancelled = verdict::cancel(txn, *job, by.at)?;
            cancelled.map_err(|_| Refusal::Live(*job))?;
        }
        Deed::Reorder { job, .. } => came = Came::Order(reorder(txn, by, *job, chance)?),
        Deed::Hurry { job } => queue::nudge(txn, *job, by.at)?,
        Deed::Pause { .. } => {
            sales::pause(txn, by.at)?;
        }
        Deed::Resume => {
            sales::resume(txn)?;
        }
        Deed::Rest { what, seconds } => {
            let until = by.at.plus(Duration::from_secs(*seconds));
            let why = Kind::Cancelled;
            txn.put_rest(&rest_of(what), &Rest { until, why })?;
            came = Came::Rest(until);
        }
        Deed::Wake { what } => {
            txn.end_rest(&rest_of(what))?;
        }
        Deed::Broadcast { letter, segment } => {
            let Who::Chat(author) = by.who else {
                return Err(Refusal::ChatOnly.into());
            };
            let number = broadcasts::begin(txn, author, letter, *segment, by.at)?;
            came = Came::Broadcast(number);
        }
        Deed::Stop { broadcast } => broadcasts::stop(txn, *broadcast)?,
    }
    if !before {
        let deed = deed.clone();
        note(txn, by, Done::Deed { deed, came })?;
    }
    let person = user.map(|user| person(txn, user)).transpose()?.flatten();
    Ok(Outcome {
        person,
        came,
        before,
    })
}

/// Gives credits, and tells whether they moved now and not before.
fn grant(
    txn: &mut Txn<'_>,
    by: By,
    user: UserId,
    credits: i32,
    why: &str,
    key: Option<&str>,
) -> Result<bool, Undone> {
    match ledger::grant(txn, user, credits, why, key, by.at)? {
        Granted::Done(_) => Ok(true),
        Granted::Before(_) => Ok(false),
        Granted::Not(refusal) => Err(refusal.into()),
    }
}

fn refund(txn: &mut Txn<'_>, by: By, job: JobId, why: &str) -> Result<(), Undone> {
    let Some((user, _)) = standing(txn, job)? else {
        return Err(Refusal::NoJob(job).into());
    };
    let said = format!("job {job}: {why}");
    let price = price(txn, job)?;
    grant(txn, by, user, price, &said, Some(&refund_key(job)))?;
    Ok(())
}

/// An order of one video with the same answers, for the credits that came back.
fn reorder(txn: &mut Txn<'_>, by: By, job: JobId, chance: &[u8; 32]) -> Result<OrderId, Undone> {
    let failed = txn.job(job)?.job;
    let old = txn.order(failed.order)?;
    let mut row = txn.known_user(failed.user)?;
    let wish = Wish {
        user: failed.user,
        brief: old.brief,
        count: Count::One,
        price: failed.price,
        callback: CallbackId(retry_key(job)),
        chance,
    };
    let Some(order) = place(txn, &mut row, wish, by.at)? else {
        return Err(Refusal::Failed(job).into());
    };
    txn.put_user(failed.user, &row)?;
    verdict::status(txn, order, failed.user, row.user.lang, by.at)?;
    Ok(order)
}
