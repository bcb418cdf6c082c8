//! Room in the file: how much of it the rows take, and giving the rest back to the disk.
//!
//! What is struck leaves free pages, which new rows take: the file of a shop that retires what is old stays as it is.
//! Only after much was retired at once is most of a file free for good. Then it is compacted, at the next start: it
//! takes seconds, and nobody may read meanwhile.

use redb::{Database, Key, ReadableDatabase, ReadableTableMetadata, TableDefinition, Value};

use super::disk::Disk;
use super::snapshot::Snapshot;
use super::tables::Visitor;
use super::txn::Txn;
use super::{StoreError, tables};
use crate::clock::Stopwatch;

/// The row of `meta.v1` that asks for it.
const WANTED: &str = "compact";
/// A smaller file is not worth the wait, in bytes.
const SMALL: u64 = 64 << 20;

/// Bytes of pages that rows, and what leads to them, are on. Every page is read.
pub fn taken(sight: &Snapshot) -> Result<u64, StoreError> {
    let mut sum = Sum { sight, bytes: 0 };
    tables::each(&mut sum)?;
    Ok(sum.bytes)
}

/// Whether a file of that many bytes, of which rows take so many, is worth compacting: a third of it is free.
pub fn is_worth_it(file: u64, taken: u64) -> bool {
    file >= SMALL && file.saturating_sub(taken) > file / 3
}

/// Has the next start compact the file.
pub fn ask(txn: &mut Txn<'_>) -> Result<(), StoreError> {
    txn.put_mark(WANTED)
}

/// Compacts the file if that was asked for; whether it was. Nobody may read it.
///
/// It is asked for no longer before it begins: a start that is killed over it is not followed by another such start.
/// What a kill in the middle leaves is whole, but is repaired when it is opened, which reads all of it.
pub(super) fn compact(disk: &Disk) -> Result<bool, StoreError> {
    if !disk.with(is_asked)? {
        return Ok(false);
    }
    disk.with(strike)?;
    let begun = Stopwatch::start();
    tracing::info!("the data file is compacted: much was retired at once");
    match disk.compact() {
        Ok(()) => {
            let seconds = begun.elapsed().as_secs_f64();
            tracing::info!(seconds, "the data file is compacted");
        }
        Err(error) if error.is_fault() => return Err(error),
        Err(error) => {
            tracing::warn!(%error, "the data file could not be compacted; it is used as it is")
        }
    }
    // The first commit saves what a start after a kill needs, so it is made at once.
    disk.with(strike)?;
    Ok(true)
}

fn is_asked(db: &Database) -> Result<bool, StoreError> {
    let meta = db.begin_read()?.open_table(tables::META)?;
    Ok(meta.get(WANTED)?.is_some())
}

/// Strikes the row, if it is there, in a commit that lets the next start be a short one.
fn strike(db: &Database) -> Result<(), StoreError> {
    let mut transaction = db.begin_write()?;
    transaction.set_quick_repair(true);
    transaction.open_table(tables::META)?.remove(WANTED)?;
    Ok(transaction.commit()?)
}

/// Adds up what tables take.
struct Sum<'s> {
    sight: &'s Snapshot,
    bytes: u64,
}

impl Visitor for Sum<'_> {
    fn visit<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        let stats = self.sight.table(table)?.stats()?;
        self.bytes += stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes();
        Ok(())
    }
}
