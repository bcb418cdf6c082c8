//! A copy of everything a snapshot sees: a file of its own, row by row.
//!
//! The file under a running writer must not be copied as bytes. The snapshot pins pages for as long as it lives, so
//! nothing but the copying is done meanwhile; the writer goes on.

use std::fs::OpenOptions;
use std::ops::Bound;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use redb::backends::FileBackend;
use redb::{
    Key, ReadableDatabase, ReadableTable, StorageError, TableDefinition, Value, WriteTransaction,
};

use super::snapshot::{File, Snapshot};
use super::{ASIDE, StoreError, builder, disk, migrate, tables};

/// How often what is written is brought to the disk.
const PACE: Duration = Duration::from_millis(20);

impl Snapshot {
    /// Writes everything the snapshot sees into a new file, which is on disk when this returns.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(path).map_err(StorageError::from)?;
        let written = file.try_clone().map_err(StorageError::from)?;
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let pacer = scope.spawn(|| bring_to_disk(&written, &done));
            let copied = {
                let _over = Over(&done);
                self.fill(file)
            };
            let synced = pacer.join().map_err(|_| StoreError::Panicked)?;
            copied?;
            Ok(synced.map_err(StorageError::from)?)
        })
    }

    fn fill(&self, file: std::fs::File) -> Result<(), StoreError> {
        let db = builder(ASIDE).create_with_backend(FileBackend::new(file)?)?;
        let transaction = disk::begin(&db)?;
        let mut copier = Copier {
            from: self,
            to: &transaction,
        };
        tables::each(&mut copier)?;
        transaction.commit()?;
        Ok(db.close()?)
    }
}

/// Says that it is over when it goes, by a panic too.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Brings what is written to the disk a little at a time: all of it at once would hold up the commits of the shop.
///
/// An error is told here or nowhere: the system tells each but once, to whoever syncs first.
fn bring_to_disk(file: &std::fs::File, done: &AtomicBool) -> std::io::Result<()> {
    let mut synced = Ok(());
    while !done.load(Ordering::Relaxed) {
        thread::sleep(PACE);
        synced = synced.and(file.sync_data());
    }
    synced
}

/// A view of a copy nobody else has, with the checksum of every page looked at; a copy of an older schema is brought
/// up to date.
pub fn proven(file: std::fs::File) -> Result<Snapshot, StoreError> {
    let mut builder = builder(ASIDE);
    builder.set_check_integrity_on_open(true);
    let db = builder.create_with_backend(FileBackend::new(file)?)?;
    if migrate::schema_of(&db.begin_read()?)?.is_none() {
        return Err(StoreError::NotOurs);
    }
    migrate::migrate(&db)?;
    Snapshot::of(File::Whole(db))
}

/// As [`proven`], of a file that is left as it is: what is opened is a copy of it that has no name.
pub fn examined(path: &Path) -> Result<Snapshot, StoreError> {
    proven(super::nameless(path)?)
}

/// Copies tables from a snapshot into a file that has none yet.
struct Copier<'c> {
    from: &'c Snapshot,
    to: &'c WriteTransaction,
}

impl tables::Visitor for Copier<'_> {
    fn visit<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError> {
        let from = self.from.table(table)?;
        let mut to = self.to.open_table(table)?;
        // Rows come in order: each goes behind the last, without a search for its place.
        let mut end = to.upper_bound_mut(Bound::Unbounded::<K::SelfType<'_>>)?;
        for row in from.iter()? {
            let (key, value) = row?;
            end.insert_before(key.value(), value.value())?;
        }
        Ok(())
    }
}
