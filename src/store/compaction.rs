//! Compaction: giving the free part of the file back to the disk, when a start was asked to.
//!
//! It takes seconds, and nobody may read meanwhile.

use redb::Database;

use super::disk::{self, Disk};
use super::snapshot::Snapshot;
use super::txn::Txn;
use super::{StoreError, tables};
use crate::base::clock::Stopwatch;

/// The row of `meta.v1` that asks for it.
const WANTED: &str = "compact";

/// Has the next start compact the file, or not any more.
pub fn ask(txn: &mut Txn<'_>, wanted: bool) -> Result<(), StoreError> {
    txn.put_mark(WANTED, wanted)
}

/// Whether the next start is to compact the file.
pub fn is_asked(snapshot: &Snapshot) -> Result<bool, StoreError> {
    Ok(snapshot.table(tables::META)?.get(WANTED)?.is_some())
}

/// Compacts the file if that was asked for. Nobody may read it.
///
/// It is asked for no longer before it begins: a start that is killed over it is not followed by another such start.
/// What a kill in the middle leaves is whole, but is repaired when it is opened, which reads all of it. A disk that
/// refuses leaves the file as it is: nobody has to wait for this.
pub(super) fn compact(disk: &Disk) -> Result<(), StoreError> {
    if !is_asked(&Snapshot::new(disk.begin_read()?))? {
        return Ok(());
    }
    let begun = Stopwatch::start();
    tracing::info!("the data file is compacted: much of it was free");
    let compacted = disk
        .with(strike)
        .and_then(|()| disk.compact())
        // The first commit saves what a start after a kill needs, so it is made at once.
        .and_then(|()| disk.with(strike));
    match compacted {
        Ok(()) => {
            let seconds = begun.elapsed().as_secs_f64();
            tracing::info!(seconds, "the data file is compacted");
            Ok(())
        }
        Err(error) => {
            tracing::warn!(%error, "the data file could not be compacted; it is used as it is");
            disk.reopen()
        }
    }
}

/// Strikes the row, if it is there, in a commit that lets the next start be a short one.
fn strike(db: &Database) -> Result<(), StoreError> {
    let transaction = disk::begin(db)?;
    transaction.open_table(tables::META)?.remove(WANTED)?;
    Ok(transaction.commit()?)
}
