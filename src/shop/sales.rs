//! Whether orders are taken: not while the disk is nearly full, nor while an operator pauses sales.

use crate::base::time::Timestamp;
use crate::rules::domain::alert::Alert;
use crate::shop::alerts;
use crate::store::record::{Cause, Closed};
use crate::store::txn::Txn;
use crate::store::{Shop, StoreError};

/// The cause under which want of room is told.
const CAUSE: &str = "room";

/// Takes no orders for want of room, and tells the operator; running jobs go on.
pub fn close(
    txn: &mut Txn<'_>,
    shop: &Shop,
    free_mb: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    if txn.put_closed(Cause::Room, Some(Closed { since: now }))? {
        alerts::alert(txn, shop, CAUSE, &Alert::NoRoom { free_mb }, now)?;
    }
    Ok(())
}

/// There is room again, and it is said so.
pub fn open(txn: &mut Txn<'_>, shop: &Shop, now: Timestamp) -> Result<(), StoreError> {
    if txn.put_closed(Cause::Room, None)? {
        alerts::recovered(txn, shop, CAUSE, &Alert::RoomBack, now)?;
    }
    Ok(())
}

/// An operator stops sales; whether they were not stopped already. Running jobs go on.
pub fn pause(txn: &mut Txn<'_>, now: Timestamp) -> Result<bool, StoreError> {
    txn.put_closed(Cause::Pause, Some(Closed { since: now }))
}

/// An operator ends the pause; whether there was one.
pub fn resume(txn: &mut Txn<'_>) -> Result<bool, StoreError> {
    txn.put_closed(Cause::Pause, None)
}
