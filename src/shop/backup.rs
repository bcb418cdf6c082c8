//! Backups: whole, audited copies of what the shop keeps, each in a directory that is named by its moment.
//!
//! A backup is made under another name and gets its own only when its file has been opened again and audited and
//! everything is on disk. What its manifest does not vouch for is not restored. Nothing here waits for a lock of the
//! writer's, and everything here blocks: it belongs into `spawn_blocking`.

mod below;
mod contents;
pub mod directory;
pub mod front;
pub mod make;
pub mod manifest;
pub mod name;
pub mod restore;
pub mod retention;
pub mod verify;

use std::io;
use std::path::Path;

use crate::store::StoreError;
pub use below::reached;

/// The database's name, in the data directory and in a backup.
pub const FILE: &str = "neurocards.redb";

/// Why a backup was not made, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There would be too little room left.
    #[error(
        "there is no room on the disk: {need_mb} MiB are wanted and {floor_mb} MiB are to stay free, but {free_mb} MiB are left"
    )]
    NoRoom {
        /// What the backup takes, in MiB.
        need_mb: u64,
        /// What must stay free, in MiB.
        floor_mb: u64,
        /// What is free, in MiB.
        free_mb: u64,
    },
    /// The file system refused.
    #[error("{path}: {error}")]
    Io { path: String, error: io::Error },
    /// The database could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What was copied does not pass its audit.
    #[error("its books do not balance: {breaches} breaches, the first: {first}")]
    Breach {
        breaches: u64,
        /// One of them.
        first: String,
    },
    /// A file is not what the manifest says.
    #[error("{path} {what}")]
    Damaged {
        path: String,
        /// What is wrong with it.
        what: String,
    },
    /// It was made by a newer program.
    #[error(
        "it was made by version {version}, which writes backups this program cannot read: use that version"
    )]
    Newer { version: String },
    /// A daemon has the data directory.
    #[error("a daemon runs on {0}: stop it first")]
    Running(String),
    /// There are data already.
    #[error("{0} is there already: say --force, and it is moved aside")]
    Occupied(String),
    /// A link of somebody else's leads elsewhere.
    #[error(
        "{0} is a link that another user has laid, and is not followed: put what it leads to in its place, or name \
         that in backup.dir"
    )]
    Linked(String),
    /// Nothing of that name is there.
    #[error("there is no backup {name} in {backup_dir}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// Where it was looked for.
        backup_dir: String,
    },
    /// Nobody makes backups here.
    #[error("nobody makes backups in this process")]
    Unattended,
}

impl BackupError {
    fn damaged(path: impl AsRef<Path>, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.as_ref().display().to_string(),
            what: what.into(),
        }
    }
}

/// Names the file that the system refused.
trait At<T> {
    fn at(self, path: &Path) -> Result<T, BackupError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T, BackupError> {
        self.map_err(|error| BackupError::Io {
            path: path.display().to_string(),
            error,
        })
    }
}
