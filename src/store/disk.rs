//! The file under the store: opened, and after a fault closed and opened again.
//!
//! After an error redb refuses everything until its file is opened anew (`PreviousIo`). Only the writer's thread
//! opens it again, and only then is it known whether the commit that failed is on disk.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Bound;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use redb::backends::FileBackend;
use redb::{
    BackendError, Database, ReadTransaction, ReadableDatabase, StorageBackend, WriteTransaction,
};

use super::StoreError;
use crate::base::failpoints;

/// Opens the file, the first time and after each fault.
pub type Opener = Box<dyn Fn(&Alarm) -> Result<Database, StoreError> + Send + Sync>;

/// One open file, or none while a fault lasts.
pub struct Disk {
    opener: Opener,
    alarm: Alarm,
    db: RwLock<Option<Database>>,
}

/// Rings when the system refuses anything, whoever asked for it.
#[derive(Debug, Clone, Default)]
pub struct Alarm(Arc<AtomicBool>);

impl Alarm {
    /// Has what goes through `backend` ring it.
    pub fn on<B: StorageBackend>(&self, backend: B) -> impl StorageBackend + use<B> {
        Watched {
            backend,
            alarm: self.clone(),
        }
    }

    fn rings<T, E>(&self, done: Result<T, E>) -> Result<T, E> {
        if done.is_err() {
            self.0.store(true, Ordering::Relaxed);
        }
        done
    }
}

impl Disk {
    /// Opens it for the first time.
    pub fn new(opener: Opener) -> Result<Self, StoreError> {
        let alarm = Alarm::default();
        let db = RwLock::new(Some(opener(&alarm)?));
        Ok(Self { opener, alarm, db })
    }

    /// Whether the alarm has rung since this was last asked. A reader may be the only one to have heard it.
    pub fn rang(&self) -> bool {
        self.alarm.0.swap(false, Ordering::Relaxed)
    }

    /// A view of everything committed so far.
    pub fn begin_read(&self) -> Result<ReadTransaction, StoreError> {
        self.with(|db| Ok(db.begin_read()?))
    }

    /// Works on the open file.
    pub fn with<R>(
        &self,
        work: impl FnOnce(&Database) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        work(db.as_ref().ok_or(StoreError::Unwritable)?)
    }

    /// Gives free pages back to the disk. Nobody may read meanwhile.
    pub fn compact(&self) -> Result<(), StoreError> {
        let mut db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        db.as_mut().ok_or(StoreError::Unwritable)?.compact()?;
        Ok(())
    }

    /// Closes the file.
    pub fn close(&self) {
        *self.db.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Closes the file, without writing after a fault, and opens it again.
    pub fn reopen(&self) -> Result<(), StoreError> {
        let mut db = self.db.write().unwrap_or_else(PoisonError::into_inner);
        *db = None;
        *db = Some((self.opener)(&self.alarm)?);
        Ok(())
    }
}

/// Begins a transaction whose commit saves the allocator's state, and so goes to the disk in two phases: the file opens
/// in milliseconds after a crash, whatever its size.
pub fn begin(db: &Database) -> Result<WriteTransaction, StoreError> {
    let mut transaction = db.begin_write()?;
    transaction.set_quick_repair(true);
    Ok(transaction)
}

/// Opens a file that must be there, with the points of the crash harness around each `fsync`.
pub fn open(builder: &redb::Builder, path: &Path, alarm: &Alarm) -> Result<Database, StoreError> {
    let mut options = OpenOptions::new();
    open_as(builder, path, alarm, options.read(true).write(true))
}

/// Makes an empty file if there is none, under another name until it is whole: redb knows no file that it was
/// interrupted making.
pub fn make(builder: &redb::Builder, path: &Path) -> Result<(), StoreError> {
    let half = path.with_extension("half");
    match fs::remove_file(&half) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fault(error)),
        Ok(()) | Err(_) => {}
    }
    match path.metadata() {
        // redb would take it for a new one.
        Ok(file) if file.len() == 0 => return Err(StoreError::NotOurs),
        Ok(_) => return Ok(()),
        Err(_) => {}
    }
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true).create_new(true).mode(0o600);
    drop(open_as(builder, &half, &Alarm::default(), options)?);
    match fs::hard_link(&half, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fault(error)),
        // Another process may have been quicker.
        Ok(()) | Err(_) => fs::remove_file(&half).map_err(fault)?,
    }
    sync_dir(path.parent().unwrap_or(Path::new("."))).map_err(fault)
}

fn open_as(
    builder: &redb::Builder,
    path: &Path,
    alarm: &Alarm,
    options: &OpenOptions,
) -> Result<Database, StoreError> {
    let file = options.open(path).map_err(fault)?;
    match builder.create_with_backend(alarm.on(FileBackend::new(file)?)) {
        Err(redb::DatabaseError::DatabaseAlreadyOpen) => Err(StoreError::InUse),
        opened => Ok(opened?),
    }
}

fn fault(error: io::Error) -> StoreError {
    redb::StorageError::from(error).into()
}

/// Makes the names in a directory last.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    let dir = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    File::open(dir)?.sync_all()
}

/// A file that rings when it is refused anything, and whose `fsync`s the crash harness can die at.
#[derive(Debug)]
struct Watched<B> {
    backend: B,
    alarm: Alarm,
}

impl<B: StorageBackend> StorageBackend for Watched<B> {
    fn len(&self) -> io::Result<u64> {
        self.alarm.rings(self.backend.len())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.alarm.rings(self.backend.read(offset, out))
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.alarm.rings(self.backend.set_len(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        failpoints::reach("store.sync.before");
        self.alarm.rings(self.backend.sync_data())?;
        failpoints::reach("store.sync.after");
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.alarm.rings(self.backend.write(offset, data))
    }

    fn close(&self) -> io::Result<()> {
        self.backend.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.backend.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.backend.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.backend.query_lock_range(start, end)
    }
}
