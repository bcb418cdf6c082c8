//! Room in the file: how much of it the rows take, and whether the rest is worth giving back to the disk.
//!
//! What is struck leaves free pages, which new rows take: the file of a shop that retires what is old stays as it is.
//! Only after much was retired at once is a large part of a file free for long. Then it is compacted, at the next
//! start.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use redb::{Key, ReadableTableMetadata, TableDefinition, Value};

pub use super::compaction::{ask, is_asked};
use super::tables::Visitor;
use super::{Store, StoreError, tables};

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
