//! Everything that must survive: one redb file, one writer, snapshots for readers.
//!
//! A write is a closure over a [`Txn`], run by the writer thread together with whatever else waits, and
//! answered after the one `fsync` they share. Wakers fire after the commit. No row locks, no leases: the
//! file lock makes this process the only owner.

mod compaction;
pub(crate) mod copy;
pub(crate) mod disk;
mod error;
pub mod found;
pub mod known;
mod links;
pub mod migrate;
mod options;
pub mod record;
pub mod room;
pub(crate) mod row;
pub mod snapshot;
pub mod tables;
pub mod txn;
pub mod wakes;
pub(crate) mod writer;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use redb::Database;
use redb::backends::FileBackend;
use tokio::sync::watch;

use disk::{Alarm, Disk};
pub use error::StoreError;
pub use options::Options;
pub use snapshot::Snapshot;
pub use txn::Txn;
use wakes::Wakes;
use writer::Writer;

use crate::base::live::Live;
use crate::base::telemetry::meters::Meters;
use crate::rules::domain::alert::Alerting;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::UserId;
use crate::rules::domain::job::MAX_ATTEMPTS;
use crate::rules::domain::template::Template;

/// The operator's choices that transactions need.
#[derive(Debug, Clone)]
pub struct Shop {
    /// What a new user is given.
    pub welcome: Credits,
    /// Who is told of trouble.
    pub admins: Vec<UserId>,
    /// What sellers can pick a script's style from.
    pub templates: Vec<Template>,
    /// The most attempts a job gets.
    pub max_attempts: u8,
    /// The most jobs that may be between their claim and their end at once.
    pub max_rendering: u32,
    /// Of what they are told, and when.
    pub alerts: Alerting,
}

impl Default for Shop {
    /// A shop that gives nothing away, tells nobody and has no templates.
    fn default() -> Self {
        Self {
            welcome: Credits(0),
            admins: Vec::new(),
            templates: Vec::new(),
            max_attempts: MAX_ATTEMPTS,
            max_rendering: 100,
            alerts: Alerting::default(),
        }
    }
}

/// The page cache of a file beside the shop's own, in bytes: a copy, or one that is only looked at.
const ASIDE: usize = 4 << 20;

/// A view of a file that no process has open, a backup for instance. One that was not closed in good order is
/// repaired; one of an older schema is left as it is, and a copy of it brought up to date and looked at.
pub fn read_only(path: &Path) -> Result<Snapshot, StoreError> {
    let snapshot = unlocked(path)?;
    match snapshot.schema()? {
        Some(migrate::SCHEMA) => Ok(snapshot),
        Some(older) if older < migrate::SCHEMA => {
            drop(snapshot);
            up_to_date(path)
        }
        Some(found) => Err(StoreError::TooNew {
            found,
            known: migrate::SCHEMA,
        }),
        None => Err(StoreError::NotOurs),
    }
}

/// The older schema that opening a file would bring up to date; nothing if it is of today.
pub fn pending(path: &Path) -> Result<Option<u32>, StoreError> {
    let schema = unlocked(path)?.schema()?;
    Ok(schema.filter(|schema| *schema < migrate::SCHEMA))
}

/// A view of a file as it is.
fn unlocked(path: &Path) -> Result<Snapshot, StoreError> {
    let builder = builder(ASIDE);
    let file = match builder.open_read_only(path) {
        Ok(db) => snapshot::File::ReadOnly(db),
        Err(redb::DatabaseError::RepairAborted) => snapshot::File::Whole(builder.open(path)?),
        Err(redb::DatabaseError::DatabaseAlreadyOpen) => return Err(StoreError::InUse),
        Err(error) => return Err(error.into()),
    };
    Snapshot::of(file)
}

/// A view of a copy of the file in the schema of today. The copy has no name and goes with the view.
fn up_to_date(path: &Path) -> Result<Snapshot, StoreError> {
    let db = builder(ASIDE).create_with_backend(FileBackend::new(nameless(path)?)?)?;
    migrate::migrate(&db)?;
    Snapshot::of(snapshot::File::Whole(db))
}

/// A copy of a file that has no name and goes when it is closed.
fn nameless(path: &Path) -> Result<File, StoreError> {
    let copy = |mut to: File| {
        std::io::copy(&mut File::open(path)?, &mut to)?;
        Ok(to)
    };
    // Beside it there is room for large files; a backup may lie where nothing can be written.
    let beside = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let beside = tempfile::tempfile_in(beside.unwrap_or(Path::new("."))).and_then(copy);
    let copied = beside.or_else(|_| tempfile::tempfile().and_then(copy));
    Ok(copied.map_err(redb::StorageError::from)?)
}

/// The store. Clones share one file and one writer.
#[derive(Clone)]
pub struct Store {
    disk: Arc<Disk>,
    writer: Arc<Writer>,
    wakes: Arc<Wakes>,
    shop: Live<Shop>,
    meters: Meters,
}

impl Store {
    /// Opens the file, makes it if there is none, and brings its schema up to date.
    pub fn open(path: &Path, options: Options, shop: Shop) -> Result<Self, StoreError> {
        let file = path.to_owned();
        disk::make(&builder(options.cache), path)?;
        let open = move |alarm: &Alarm| disk::open(&builder(options.cache), &file, alarm);
        let disk = Disk::new(Box::new(open))?;
        if let Some(schema) = disk.with(migrate::pending)? {
            disk.close();
            let kept = migrate::keep(path, schema)?;
            tracing::info!(
                from = schema,
                to = migrate::SCHEMA,
                kept = %kept.display(),
                "the data file is brought up to date; the old one is kept"
            );
            disk.reopen()?;
            if let Err(error) = disk.with(migrate::migrate) {
                // A copy of each failed start would fill the disk; but only if the file is surely the old one.
                let unchanged = disk.reopen().and_then(|()| disk.with(migrate::pending));
                if matches!(unchanged, Ok(Some(found)) if found == schema) {
                    let _ = std::fs::remove_file(&kept);
                }
                return Err(error);
            }
        }
        Self::start(disk, options, shop)
    }

    /// As [`Store::open`], on anything that keeps bytes: a slow disk, or one that fails. `open` is asked for it
    /// at the start and after each fault. An old file is brought up to date without being kept.
    pub fn on<B: redb::StorageBackend>(
        open: impl Fn() -> std::io::Result<B> + Send + Sync + 'static,
        options: Options,
        shop: Shop,
    ) -> Result<Self, StoreError> {
        let open = move |alarm: &Alarm| {
            let backend = open().map_err(redb::StorageError::from)?;
            Ok(builder(options.cache).create_with_backend(alarm.on(backend))?)
        };
        Self::start(Disk::new(Box::new(open))?, options, shop)
    }

    fn start(disk: Disk, options: Options, shop: Shop) -> Result<Self, StoreError> {
        let disk = Arc::new(disk);
        disk.with(migrate::migrate)?;
        compaction::compact(&disk)?;
        let wakes = Arc::new(Wakes::default());
        let meters = Meters::default();
        let writer = Writer::start(
            Arc::clone(&disk),
            Arc::clone(&wakes),
            options,
            meters.clone(),
        )?;
        Ok(Self {
            disk,
            writer: Arc::new(writer),
            wakes,
            shop: Live::new(shop),
            meters,
        })
    }

    /// Runs `work` in a transaction and answers once it is on disk.
    ///
    /// `work` decides before it writes: an error it returns before writing costs the others nothing. It may
    /// run more than once, but only its last run is kept. A full queue makes the caller wait, and so does a disk
    /// that cannot be written.
    pub async fn write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// As [`Store::write`], for whoever does not wait: a full queue is [`StoreError::Busy`] at once, a disk that
    /// cannot be written [`StoreError::Unwritable`].
    pub async fn try_write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        self.writer.try_write(work).await
    }

    /// Whether nobody waits for the writer.
    pub fn is_idle(&self) -> bool {
        self.writer.is_idle()
    }

    /// A view of everything committed so far. Short-lived: it pins pages while it lives.
    pub fn snapshot(&self) -> Result<Snapshot, StoreError> {
        if self.disk.rang() {
            self.writer.nudge();
        }
        Ok(Snapshot::new(self.disk.begin_read()?))
    }

    /// What is counted and timed, here and by whoever works with this store.
    pub fn meters(&self) -> &Meters {
        &self.meters
    }

    /// What fires after commits.
    pub fn wakes(&self) -> &Arc<Wakes> {
        &self.wakes
    }

    /// The operator's choices of now.
    pub fn shop(&self) -> Arc<Shop> {
        self.shop.now()
    }

    /// From now on these are the operator's choices.
    pub fn adopt(&self, shop: Shop) {
        self.shop.put(shop);
    }

    /// Why the disk cannot be written at the moment, if it cannot.
    pub fn fault(&self) -> watch::Receiver<Option<String>> {
        self.writer.fault()
    }

    /// Resolves when the file is damaged or the writer has died, and the process must end.
    pub async fn broken(&self) {
        self.writer.broken().await;
    }
}

/// What opens a file and keeps so many bytes of its pages; redb by itself would keep a gigabyte.
fn builder(cache: usize) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(cache);
    builder
}
