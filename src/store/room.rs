//! Room in the file: how much of it the rows take, and giving the rest back to the disk.
//!
//! What is struck leaves free pages, which new rows take: the file of a shop that retires what is old stays as it is.
//! Only after much was retired at once is a large part of a file free for long. Then it is compacted, at the next
//! start: it takes seconds, and nobody may read meanwhile.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use redb::{Database, Key, ReadableTableMetadata, TableDefinition, Value};

use super::disk::{self, Disk};
use super::snapshot::Snapshot;
use super::tables::Visitor;
use super::txn::Txn;
use super::{Store, StoreError, tables};
use crate::base::clock::Stopwatch;

/// The row of `meta.v1` that asks for it.
const WANTED: &str = "compact";
/// A smaller file is not worth the wait, in bytes.
const SMALL: u64 = 64 << 20;

/// Bytes of pages that rows, and what leads to them, are on. Every page is read, a table at a time, so that no
/// snapshot pins pages for long.
pub fn taken(store: &Store) -> Result<u64, StoreError> {
    let mut sum = Sum { store, bytes: 0 };
    tables::each(&mut sum)?;
    Ok(sum.bytes)
}

/// Bytes that a file has on the disk. A file that grows is made twice as long; what was never written of it is not on
/// the disk.
pub fn held(file: &Path) -> std::io::Result<u64> {
    /// Of what Linux counts, whatever the disk's blocks are.
    const BLOCK: u64 = 512;
    Ok(file.metadata()?.blocks() * BLOCK)
}

/// Whether a file that has so many bytes on the disk, of which rows take so many, is worth compacting.
pub fn is_worth_it(held: u64, taken: u64) -> bool {
    held >= SMALL && much_is_free(held, taken)
}

/// Whether a third of it is free.
pub(crate) fn much_is_free(held: u64, taken: u64) -> bool {
    held.saturating_sub(taken) > held / 3
}

/// Has the next start compact the file, or not any more.
pub fn ask(txn: &mut Txn<'_>, wanted: bool) -> Result<(), StoreError> {
    txn.put_mark(WANTED, wanted)
}

/// Whether the next start is to compact the file.
pub fn is_asked(sight: &Snapshot) -> Result<bool, StoreError> {
    Ok(sight.table(tables::META)?.get(WANTED)?.is_some())
}

/// Compacts the file if that was asked for. Nobody may read it.
///
/// It is asked for no longer before it begins: a start that is killed over it is not followed by another such start.
/// What a kill in the middle leaves is whole, but is repaired when it is opened, which reads all of it. A disk that
/// refuses leaves the file as it is: nobody has to wait for this.
pub(crate) fn compact(disk: &Disk) -> Result<(), StoreError> {
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

/// Adds up what tables take.
struct Sum<'s> {
    store: &'s Store,
    bytes: u64,
}

impl Visitor for Sum<'_> {
    fn visit<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        let stats = self.store.snapshot()?.table(table)?.stats()?;
        self.bytes += stats.stored_bytes() + stats.metadata_bytes() + stats.fragmented_bytes();
        Ok(())
    }
}
