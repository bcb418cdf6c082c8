//! What operators do: each deed and its line in the trail are one transaction.
//!
//! A deed that changes nothing, or is refused, leaves no line.

mod by;
mod jobs;
mod once;
mod plan;
mod standing;
mod tired;
mod unfit;

use super::ledger::{self, Granted};
use super::sales;
use crate::base::time::Timestamp;
use crate::rules::domain::act::{Ban, Deed};
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::UserId;
use crate::rules::domain::keyring::Rest;
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};
pub use by::By;
pub(crate) use by::note;
pub use jobs::{Reordered, cancel, hurry, refund, reorder, retry};
pub use once::{refund_key, retried, retry_key};
pub use plan::{Plan, check};
pub use standing::{price, standing};
pub use tired::Tired;
pub use unfit::Unfit;

/// Gives a user credits, or takes them back when negative; see [`ledger::grant`].
pub fn grant(
    txn: &mut Txn<'_>,
    by: By,
    user: UserId,
    credits: i32,
    why: &str,
    key: Option<&str>,
) -> Result<Granted, StoreError> {
    let granted = ledger::grant(txn, user, credits, why, key, by.at)?;
    match granted {
        Granted::Done(_) => {
            let why = why.to_owned();
            note(txn, by, Deed::Granted { user, credits, why })?;
        }
        Granted::Before(_) | Granted::Not(_) => {}
    }
    Ok(granted)
}

/// Shuts a user out. What they have ordered goes on.
pub fn ban(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    user: UserId,
    why: &str,
) -> Result<Result<(), Unfit>, StoreError> {
    if let Err(unfit) = check(txn, shop, &Plan::Ban(user), by.at)? {
        return Ok(Err(unfit));
    }
    let (since, why) = (by.at, why.to_owned());
    let ban = Ban {
        since,
        why: why.clone(),
    };
    txn.put_ban(user, Some(&ban))?;
    note(txn, by, Deed::Banned { user, why })?;
    Ok(Ok(()))
}

/// Lets a user in again.
pub fn unban(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    user: UserId,
) -> Result<Result<(), Unfit>, StoreError> {
    if let Err(unfit) = check(txn, shop, &Plan::Unban(user), by.at)? {
        return Ok(Err(unfit));
    }
    txn.put_ban(user, None)?;
    note(txn, by, Deed::Unbanned { user })?;
    Ok(Ok(()))
}

/// Stops sales, or starts them again.
pub fn pause(txn: &mut Txn<'_>, by: By, why: &str) -> Result<Result<(), Unfit>, StoreError> {
    if !sales::pause(txn, by.at)? {
        return Ok(Err(Unfit::Already));
    }
    let why = why.to_owned();
    note(txn, by, Deed::Paused { why })?;
    Ok(Ok(()))
}

/// Ends a pause.
pub fn resume(txn: &mut Txn<'_>, by: By) -> Result<Result<(), Unfit>, StoreError> {
    if !sales::resume(txn)? {
        return Ok(Err(Unfit::Already));
    }
    note(txn, by, Deed::Resumed)?;
    Ok(Ok(()))
}

/// Leaves a key or a model alone until then.
pub fn rest(txn: &mut Txn<'_>, by: By, tired: Tired, until: Timestamp) -> Result<(), StoreError> {
    let rest = Rest {
        until,
        why: Kind::Cancelled,
    };
    txn.put_rest(&tired.to_string(), &rest)?;
    let deed = match tired {
        Tired::Key(key) => Deed::KeyRested { key, until },
        Tired::Model(model) => Deed::ModelRested { model, until },
    };
    note(txn, by, deed)
}

/// Uses a key or a model again.
pub fn wake(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    tired: Tired,
) -> Result<Result<(), Unfit>, StoreError> {
    let name = tired.to_string();
    if let Err(unfit) = check(txn, shop, &Plan::Wake(tired.clone()), by.at)? {
        return Ok(Err(unfit));
    }
    txn.end_rest(&name)?;
    let deed = match tired {
        Tired::Key(key) => Deed::KeyWoken { key },
        Tired::Model(model) => Deed::ModelWoken { model },
    };
    note(txn, by, deed)?;
    Ok(Ok(()))
}
