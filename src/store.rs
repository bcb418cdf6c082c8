//! Everything that must survive: one redb file, one writer, snapshots for readers.
//!
//! A write is a closure over a [`Txn`], run by the writer thread together with whatever else waits, and
//! answered after the one `fsync` they share. Wakers fire after the commit. No row locks, no leases: the
//! file lock makes this process the only owner.

pub mod audit;
pub mod ledger;
pub mod migrate;
pub mod outbox;
pub mod queue;
pub mod record;
pub mod snapshot;
pub mod tables;
pub mod turn;
pub mod txn;
pub mod verdict;
pub mod wakes;
mod writer;

use std::path::Path;
use std::sync::Arc;

use redb::{Database, ReadableDatabase};

pub use snapshot::Snapshot;
pub use txn::Txn;
use wakes::Wakes;
use writer::Writer;

use crate::domain::credit::Credits;
use crate::domain::id::UserId;

/// What can go wrong with the store, by what the caller must do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More writers wait than there is room for: refuse, and be asked again.
    #[error("the store is busy")]
    Busy,
    /// A commit failed half-way: it may or may not be on disk. The process must end and start again.
    #[error("a commit failed and may or may not be on disk")]
    CommitUnknown,
    /// The writer has stopped.
    #[error("the store is closed")]
    Closed,
    /// A closure panicked; nothing of it was kept.
    #[error("a store operation panicked")]
    Panicked,
    /// Credits would have gone below zero; nothing was written.
    #[error("{account} does not cover {amount}")]
    Overdrawn {
        /// Which account.
        account: String,
        /// What it was asked for.
        amount: Credits,
    },
    /// A row that must be there is not, or cannot be read.
    #[error("row {key} of table {table} {what}")]
    Corrupt {
        /// Which table.
        table: &'static str,
        /// Which row.
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The file was written by a newer program.
    #[error(
        "the data file has schema {found}, this program knows up to {known}: start the newer program, or restore a backup made by this one"
    )]
    TooNew {
        /// The file's schema.
        found: u32,
        /// The newest one we know.
        known: u32,
    },
    /// Another process has the file.
    #[error("the data file is in use by another process: stop the other neurocards first")]
    InUse,
    /// The file system, or redb itself.
    #[error("the data file: {0}")]
    Redb(Box<redb::Error>),
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::Redb(Box::new(error.into()))
    }
}

/// The operator's choices that transactions need.
#[derive(Debug, Clone)]
pub struct Shop {
    /// What a new user is given.
    pub welcome: Credits,
    /// Who is told of trouble.
    pub admins: Vec<UserId>,
    /// The most attempts a job gets.
    pub max_attempts: u8,
    /// The most jobs that may be between their claim and their end at once.
    pub max_rendering: u32,
}

/// How the file is opened.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// redb's page cache, in bytes.
    pub cache: usize,
    /// The most closures in one commit.
    pub batch: usize,
    /// The most closures that may wait for the writer.
    pub waiting: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache: 64 << 20,
            batch: 256,
            waiting: 4096,
        }
    }
}

/// A view of a file that no process has open, a backup for instance. Repairs it if it was not closed in good order.
pub fn read_only(path: &Path) -> Result<Snapshot, StoreError> {
    let transaction = match redb::ReadOnlyDatabase::open(path) {
        Ok(db) => db.begin_read()?,
        Err(redb::DatabaseError::RepairAborted) => Database::open(path)?.begin_read()?,
        Err(redb::DatabaseError::DatabaseAlreadyOpen) => return Err(StoreError::InUse),
        Err(error) => return Err(error.into()),
    };
    Ok(Snapshot::new(transaction))
}

/// The store. Clones share one file and one writer.
#[derive(Clone)]
pub struct Store {
    db: Arc<Database>,
    writer: Arc<Writer>,
    wakes: Arc<Wakes>,
    shop: Arc<Shop>,
}

impl Store {
    /// Opens the file, makes it if there is none, and brings its schema up to date.
    pub fn open(path: &Path, options: Options, shop: Shop) -> Result<Self, StoreError> {
        let db = match builder(options).create(path) {
            Err(redb::DatabaseError::DatabaseAlreadyOpen) => return Err(StoreError::InUse),
            other => other?,
        };
        Self::start(db, options, shop)
    }

    /// As [`Store::open`], on anything that keeps bytes: a slow disk, or one that fails.
    pub fn on(
        backend: impl redb::StorageBackend,
        options: Options,
        shop: Shop,
    ) -> Result<Self, StoreError> {
        let db = builder(options).create_with_backend(backend)?;
        Self::start(db, options, shop)
    }

    fn start(db: Database, options: Options, shop: Shop) -> Result<Self, StoreError> {
        let db = Arc::new(db);
        migrate::migrate(&db)?;
        let wakes = Arc::new(Wakes::default());
        let writer = Writer::start(Arc::clone(&db), Arc::clone(&wakes), options);
        Ok(Self {
            db,
            writer: Arc::new(writer),
            wakes,
            shop: Arc::new(shop),
        })
    }

    /// Runs `work` in a transaction and answers once it is on disk.
    ///
    /// `work` decides before it writes: an error it returns before writing costs the others nothing. It may
    /// run more than once, but only its last run is kept. A full queue makes the caller wait.
    pub async fn write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// As [`Store::write`], but a full queue is [`StoreError::Busy`] at once.
    pub async fn try_write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        self.writer.try_write(work).await
    }

    /// A view of everything committed so far. Short-lived: it pins pages while it lives.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot::new(self.db.begin_read()?))
    }

    /// What fires after commits.
    pub fn wakes(&self) -> &Arc<Wakes> {
        &self.wakes
    }

    /// The operator's choices.
    pub fn shop(&self) -> &Arc<Shop> {
        &self.shop
    }

    /// Resolves when a commit has failed or the writer has died, and the process must end.
    pub async fn broken(&self) {
        self.writer.broken().await;
    }
}

fn builder(options: Options) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(options.cache);
    builder
}

#[cfg(test)]
mod tests;
