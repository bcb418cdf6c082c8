//! Whether something can be restored: every file as its manifest says, a database of ours, books that balance.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::below::below;
use super::directory::Source;
use super::make::{audited, newest_entry};
use super::manifest::{Item, MANIFEST, Manifest, digest};
use super::{At, BackupError, FILE};
use crate::base::time::Timestamp;
use crate::shop::audit::Report;
use crate::store::{self, Snapshot, StoreError, copy, migrate};

/// What was found in something that can be restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The number of its last commit.
    pub commit: u64,
    /// When its newest ledger entry was made, in Unix milliseconds.
    pub newest_entry: Option<Timestamp>,
    /// How many ledger entries it has.
    pub entries: u64,
    pub users: u64,
    pub jobs: u64,
    /// How many of them have not ended.
    pub live_jobs: u64,
    /// Its files, the database among them.
    pub files: Vec<Item>,
}

/// Looks at all of it.
pub fn verify(source: &Source) -> Result<Contents, BackupError> {
    match source {
        Source::Whole(dir) => whole(dir),
        Source::File(file) => alone(file),
    }
}

fn whole(dir: &Path) -> Result<Contents, BackupError> {
    if !dir.join(MANIFEST).exists() {
        return Err(BackupError::damaged(
            dir,
            format!("has no {MANIFEST}: it is no backup, or one that was not finished"),
        ));
    }
    let manifest = Manifest::read(dir)?;
    if manifest.schema > migrate::SCHEMA {
        return Err(too_new(manifest.schema));
    }
    if !manifest.files.iter().any(|file| file.path == FILE) {
        return Err(BackupError::damaged(
            dir.join(MANIFEST),
            format!("does not speak of {FILE}"),
        ));
    }
    for file in &manifest.files {
        is_as_told(dir, file)?;
    }
    let file = dir.join(FILE);
    let snapshot = store::read_only(&file).map_err(|error| strange(error, &file))?;
    let found = contents(&snapshot, audited(&snapshot)?, manifest.files.clone())?;
    let told = Contents {
        commit: manifest.commit,
        newest_entry: manifest.newest_entry,
        entries: manifest.entries,
        users: manifest.users,
        jobs: manifest.jobs,
        live_jobs: manifest.live_jobs,
        files: manifest.files,
    };
    // What an older schema counted may have become something else on its way to ours.
    match found == told || manifest.schema < migrate::SCHEMA {
        true => Ok(found),
        false => Err(BackupError::damaged(
            dir.join(MANIFEST),
            format!("speaks of another {FILE}"),
        )),
    }
}

/// A database alone has no manifest: its own checksums must do.
fn alone(file: &Path) -> Result<Contents, BackupError> {
    File::open(file).at(file)?;
    let (bytes, sha256) = digest(file)?;
    if bytes == 0 {
        return Err(BackupError::damaged(file, "is empty"));
    }
    let snapshot = copy::examined(file).map_err(|error| strange(error, file))?;
    let item = Item {
        path: FILE.to_owned(),
        bytes,
        sha256,
    };
    contents(&snapshot, audited(&snapshot)?, vec![item])
}

fn contents(
    snapshot: &Snapshot,
    report: Report,
    files: Vec<Item>,
) -> Result<Contents, BackupError> {
    Ok(Contents {
        commit: snapshot.counters()?.commit,
        newest_entry: newest_entry(snapshot)?,
        entries: report.entries,
        users: report.users,
        jobs: report.jobs,
        live_jobs: snapshot.live_jobs()?,
        files,
    })
}

fn is_as_told(dir: &Path, told: &Item) -> Result<(), BackupError> {
    let path = below(dir, &told.path)?;
    let length = match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(BackupError::damaged(&path, "is missing"));
        }
        Ok(meta) if !meta.is_file() => return Err(BackupError::damaged(&path, "is no file")),
        meta => meta.at(&path)?.len(),
    };
    if length != told.bytes {
        let what = format!("is {length} bytes long and should be {}", told.bytes);
        return Err(BackupError::damaged(&path, what));
    }
    match digest(&path)?.1 == told.sha256 {
        true => Ok(()),
        false => Err(BackupError::damaged(
            &path,
            "is not what was backed up: its SHA-256 differs",
        )),
    }
}

/// What redb says of a file that is none of its own, in our words.
fn strange(error: StoreError, file: &Path) -> BackupError {
    match &error {
        StoreError::Redb(inner) => {
            BackupError::damaged(file, format!("is no database, or a damaged one: {inner}"))
        }
        _ => error.into(),
    }
}

fn too_new(found: u32) -> BackupError {
    let known = migrate::SCHEMA;
    StoreError::TooNew { found, known }.into()
}
