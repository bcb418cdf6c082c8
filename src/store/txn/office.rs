//! What operators do, in a transaction: closed sales, bans, acts, forms, broadcasts.

use redb::ReadableTable;

use super::Txn;
use crate::rules::conversation::office::form::Form;
use crate::rules::domain::act::{Act, Ban};
use crate::rules::domain::broadcast::Broadcast;
use crate::rules::domain::id::UserId;
use crate::store::StoreError;
use crate::store::record::{Cause, Closed, Reading, encode};
use crate::store::row::{missing, parse, read};

/// The row of what was shown.
const CLOCK: &str = "clock";

impl Txn<'_> {
    /// Since when orders are not taken for that cause, if they are not.
    pub fn closed(&self, cause: Cause) -> Result<Option<Closed>, StoreError> {
        read(&self.meta, cause.row(), "meta.v1")
    }

    /// Closes the shop for a cause, or ends that; whether it changes anything.
    pub(crate) fn put_closed(
        &mut self,
        cause: Cause,
        closed: Option<Closed>,
    ) -> Result<bool, StoreError> {
        if self.closed(cause)?.is_some() == closed.is_some() {
            return Ok(false);
        }
        self.writes += 1;
        match closed {
            Some(closed) => self.meta.insert(cause.row(), encode(&closed).as_slice())?,
            None => self.meta.remove(cause.row())?,
        };
        Ok(true)
    }

    /// What was shown when the shop was last seen, if it ever was.
    pub(crate) fn reading(&self) -> Result<Option<Reading>, StoreError> {
        read(&self.meta, CLOCK, "meta.v1")
    }

    /// Keeps what is shown.
    pub(crate) fn put_reading(&mut self, reading: &Reading) -> Result<(), StoreError> {
        self.writes += 1;
        self.meta.insert(CLOCK, encode(reading).as_slice())?;
        Ok(())
    }

    /// Why a user may not use the bot, if they may not.
    pub fn ban(&self, id: UserId) -> Result<Option<Ban>, StoreError> {
        read(&self.bans, id.0, "bans.v1")
    }

    /// Bans a user, or lets them in again.
    pub(crate) fn put_ban(&mut self, id: UserId, ban: Option<&Ban>) -> Result<(), StoreError> {
        self.writes += 1;
        match ban {
            Some(ban) => self.bans.insert(id.0, encode(ban).as_slice())?,
            None => self.bans.remove(id.0)?,
        };
        Ok(())
    }

    /// Writes down what an operator did.
    pub(crate) fn put_act(&mut self, act: &Act) -> Result<(), StoreError> {
        let last = self.acts.last()?.map_or(0, |(number, _)| number.value());
        self.writes += 1;
        self.acts.insert(last + 1, encode(act).as_slice())?;
        Ok(())
    }

    /// The form an operator has open.
    pub fn form(&self, id: UserId) -> Result<Option<Form>, StoreError> {
        read(&self.forms, id.0, "forms.v1")
    }

    /// Keeps the form an operator has open, or drops it.
    pub(crate) fn put_form(&mut self, id: UserId, form: Option<&Form>) -> Result<(), StoreError> {
        self.writes += 1;
        match form {
            Some(form) => self.forms.insert(id.0, encode(form).as_slice())?,
            None => self.forms.remove(id.0)?,
        };
        Ok(())
    }

    /// A broadcast, if there is one of that number.
    pub fn broadcast(&self, number: u64) -> Result<Option<Broadcast>, StoreError> {
        read(&self.broadcasts, number, "broadcasts.v1")
    }

    /// A broadcast that must be there.
    pub(crate) fn known_broadcast(&self, number: u64) -> Result<Broadcast, StoreError> {
        let broadcast = self.broadcast(number)?;
        broadcast.ok_or_else(|| missing("broadcasts.v1", number))
    }

    /// The last broadcast and its number.
    pub(crate) fn last_broadcast(&self) -> Result<Option<(u64, Broadcast)>, StoreError> {
        let Some((key, value)) = self.broadcasts.last()? else {
            return Ok(None);
        };
        let number = key.value();
        Ok(Some((
            number,
            parse(value.value(), "broadcasts.v1", number)?,
        )))
    }

    /// Keeps a broadcast.
    pub(crate) fn put_broadcast(
        &mut self,
        number: u64,
        broadcast: &Broadcast,
    ) -> Result<(), StoreError> {
        self.writes += 1;
        self.woken.broadcast = true;
        self.broadcasts
            .insert(number, encode(broadcast).as_slice())?;
        Ok(())
    }
}
