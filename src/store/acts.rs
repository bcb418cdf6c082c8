//! What operators do: each deed and its line in the trail are one transaction.
//!
//! A deed that changes nothing, or is refused, leaves no line.

mod jobs;

use std::fmt;

use super::ledger::{self, Granted};
use super::txn::Txn;
use super::{StoreError, sales, verdict};
use crate::domain::act::{Act, Ban, Deed, Who};
use crate::domain::failure::Kind;
use crate::domain::id::{KeyPrint, ModelName, UserId};
use crate::domain::keyring::Rest;
use crate::domain::time::Timestamp;
pub use jobs::{
    Reordered, Unfit, cancel, hurry, refund, refund_key, reorder, retried, retry, retry_key,
    standing,
};

/// Who does it, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub who: Who,
    /// When.
    pub at: Timestamp,
}

fn note(txn: &mut Txn<'_>, by: By, deed: Deed) -> Result<(), StoreError> {
    let By { who, at } = by;
    txn.put_act(&Act { at, who, deed })
}

/// Writes down a deed that is done elsewhere in the store.
pub(super) fn write_down(txn: &mut Txn<'_>, by: By, deed: Deed) -> Result<(), StoreError> {
    note(txn, by, deed)
}

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
        Granted::Before(_) | Granted::NoUser | Granted::TooMuch(_) => {}
    }
    Ok(granted)
}

/// Shuts a user out. What they have ordered goes on.
pub fn ban(txn: &mut Txn<'_>, by: By, user: UserId, why: &str) -> Result<Changed, StoreError> {
    if txn.user(user)?.is_none() {
        return Ok(Changed::Unknown);
    }
    if txn.ban(user)?.is_some() {
        return Ok(Changed::Before);
    }
    let (since, why) = (by.at, why.to_owned());
    let ban = Ban {
        since,
        why: why.clone(),
    };
    txn.put_ban(user, Some(&ban))?;
    note(txn, by, Deed::Banned { user, why })?;
    Ok(Changed::Done)
}

/// Lets a user in again.
pub fn unban(txn: &mut Txn<'_>, by: By, user: UserId) -> Result<Changed, StoreError> {
    if txn.user(user)?.is_none() {
        return Ok(Changed::Unknown);
    }
    if txn.ban(user)?.is_none() {
        return Ok(Changed::Before);
    }
    txn.put_ban(user, None)?;
    note(txn, by, Deed::Unbanned { user })?;
    Ok(Changed::Done)
}

/// What a deed came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Done.
    Done,
    /// It was so before.
    Before,
    /// There is nothing of that name or number.
    Unknown,
}

/// Stops sales, or starts them again.
pub fn pause(txn: &mut Txn<'_>, by: By, why: &str) -> Result<Changed, StoreError> {
    if !sales::pause(txn, by.at)? {
        return Ok(Changed::Before);
    }
    let why = why.to_owned();
    note(txn, by, Deed::Paused { why })?;
    Ok(Changed::Done)
}

/// Ends a pause.
pub fn resume(txn: &mut Txn<'_>, by: By) -> Result<Changed, StoreError> {
    if !sales::resume(txn)? {
        return Ok(Changed::Before);
    }
    note(txn, by, Deed::Resumed)?;
    Ok(Changed::Done)
}

/// What may be left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tired {
    /// A key of the provider's.
    Key(KeyPrint),
    /// A model.
    Model(ModelName),
}

impl fmt::Display for Tired {
    /// The name of its rest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(&verdict::key_rest(*key)),
            Self::Model(model) => f.write_str(&verdict::model_rest(model)),
        }
    }
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
pub fn wake(txn: &mut Txn<'_>, by: By, tired: Tired) -> Result<Changed, StoreError> {
    let name = tired.to_string();
    let rests = txn.rest(&name)?.is_some_and(|rest| rest.lasts(by.at));
    if !rests {
        return Ok(Changed::Before);
    }
    txn.end_rest(&name)?;
    let deed = match tired {
        Tired::Key(key) => Deed::KeyWoken { key },
        Tired::Model(model) => Deed::ModelWoken { model },
    };
    note(txn, by, deed)?;
    Ok(Changed::Done)
}
