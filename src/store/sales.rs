//! Whether orders are taken: not while the disk is nearly full.

use super::record::Closed;
use super::txn::Txn;
use super::{Shop, StoreError, outbox};
use crate::domain::time::Timestamp;
use crate::flow::say::Alert;

/// The cause under which want of room is told.
const CAUSE: &str = "room";

/// Takes no orders for want of room, and tells the operator; running jobs go on.
pub fn close(
    txn: &mut Txn<'_>,
    shop: &Shop,
    free_mb: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    if txn.put_closed(Some(Closed { since: now }))? {
        outbox::alert(txn, &shop.admins, CAUSE, &Alert::NoRoom { free_mb }, now)?;
    }
    Ok(())
}

/// Takes orders again, and says so.
pub fn open(txn: &mut Txn<'_>, shop: &Shop, now: Timestamp) -> Result<(), StoreError> {
    if txn.put_closed(None)? {
        outbox::recovered(txn, &shop.admins, CAUSE, &Alert::RoomBack, now)?;
    }
    Ok(())
}
