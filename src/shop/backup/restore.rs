//! The putting back of a backup.
//!
//! The new database is complete and on disk before one renaming puts it in the place of the old one, which has got a
//! second name by then: whoever is killed meanwhile leaves the old one or the new one, whole, and starts again.
//! Photos and videos come first: those that no job of the old database knows harm nobody.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::below::{below, reached};
use super::directory::{BackupDir, REPLACED, Source};
use super::manifest::digest;
use super::name::Name;
use super::verify::{Contents, verify};
use super::{At, BackupError, FILE, contents};
use crate::base::failpoints;
use crate::base::time::Timestamp;
use crate::store::disk::sync_dir;

/// What is to be restored, and where.
pub struct Order<'o> {
    pub source: &'o Source,
    pub data: &'o Path,
    /// Where what is replaced is kept.
    pub backup_dir: &'o BackupDir,
    /// Whether data that are there may be replaced.
    pub force: bool,
    /// Whether the configuration in force is another one than the data directory's, which would take its place.
    pub configured: bool,
    pub now: Timestamp,
}

/// What was put where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// What the backup held.
    pub contents: Contents,
    /// Where the database lies that was there before.
    pub replaced: Option<PathBuf>,
    /// Files of the operator's or the daemon's own that were there already, and were left.
    pub left: Vec<String>,
    /// Files that no backup of this version has, and that were not put anywhere.
    pub strange: Vec<String>,
}

/// Looks whether it could be restored, and changes nothing.
pub fn try_out(order: &Order<'_>) -> Result<Contents, BackupError> {
    let contents = verify(order.source)?;
    let _lock = lock(order)?;
    Ok(contents)
}

/// What the database is called while it is restored. A start removes what a restore has left behind.
pub const HALF: &str = "neurocards.restoring";

/// Restores.
pub fn restore(order: &Order<'_>) -> Result<Restored, BackupError> {
    let contents = verify(order.source)?;
    contents::make_dir(order.data)?;
    let lock = lock(order)?;
    reached(order.data, order.backup_dir.dir())?;
    let (left, strange) = put_files(order, &contents)?;
    failpoints::reach("restore.files");
    // Not the name that a daemon gives a file it makes, which it removes when it starts.
    let half = order.data.join(HALF);
    match fs::remove_file(&half) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error).at(&half),
        Ok(()) | Err(_) => {}
    }
    let placed = put_database(order, &contents, &half, lock.is_some());
    if placed.is_err() {
        let _ = fs::remove_file(&half);
    }
    Ok(Restored {
        contents,
        replaced: placed?,
        left,
        strange,
    })
}

/// Keeps every daemon away from the database that is there, if one is: it takes the same lock.
fn lock(order: &Order<'_>) -> Result<Option<File>, BackupError> {
    let path = below(order.data, FILE)?;
    let file = match File::open(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened.at(&path)?,
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            let data = order.data.display().to_string();
            return Err(BackupError::Running(data));
        }
        Err(TryLockError::Error(error)) => return Err(error).at(&path),
        Ok(()) => {}
    }
    match order.force {
        true => Ok(Some(file)),
        false => Err(BackupError::Occupied(path.display().to_string())),
    }
}

/// Puts everything but the database in its place; what was there and was left, and what has no place.
fn put_files(
    order: &Order<'_>,
    contents: &Contents,
) -> Result<(Vec<String>, Vec<String>), BackupError> {
    let (mut left, mut strange) = (Vec::new(), Vec::new());
    let Source::Whole(dir) = order.source else {
        return Ok((left, strange));
    };
    for file in contents.files.iter().filter(|file| file.path != FILE) {
        if !contents::is_known(&file.path) {
            strange.push(file.path.clone());
            continue;
        }
        let (from, to) = (below(dir, &file.path)?, below(order.data, &file.path)?);
        let unwanted = file.path == contents::CONFIG && order.configured;
        if contents::is_live(&file.path) {
            // Another one of this name is of another past.
            replace(&from, &to, &contents::link)?;
        } else if unwanted || to.exists() {
            left.push(file.path.clone());
        } else {
            replace(&from, &to, &contents::copy)?;
        }
    }
    contents::sync_data(order.data)?;
    Ok((left, strange))
}

/// How a file gets from one place to another.
type Way = dyn Fn(&Path, &Path) -> Result<bool, BackupError>;

/// Puts a file in its place whole, whatever is there.
fn replace(from: &Path, to: &Path, way: &Way) -> Result<(), BackupError> {
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    // As photos that are being written are called: a start removes it.
    let half = to.with_file_name(format!(".tmp-{name}"));
    let _ = fs::remove_file(&half);
    way(from, &half)?;
    fs::rename(&half, to).at(to)?;
    // Two names of one file: such a renaming does nothing.
    let _ = fs::remove_file(&half);
    Ok(())
}

/// Puts the database in its place; where the old one lies.
fn put_database(
    order: &Order<'_>,
    contents: &Contents,
    half: &Path,
    occupied: bool,
) -> Result<Option<PathBuf>, BackupError> {
    let from = match order.source {
        Source::Whole(dir) => below(dir, FILE)?,
        Source::File(file) => file.clone(),
    };
    contents::copy(&from, half)?;
    failpoints::reach("restore.written");
    // What was looked at is what is put in place, and what the disk now has.
    let wanted = contents.files.iter().find(|file| file.path == FILE);
    let same = wanted.is_some_and(|wanted| {
        let seen = digest(half);
        seen.is_ok_and(|(_, seen)| seen == wanted.sha256)
    });
    if !same {
        return Err(BackupError::damaged(&from, "changed while it was copied"));
    }
    let place = order.data.join(FILE);
    let replaced = match occupied {
        true => Some(put_aside(order, &place)?),
        false => None,
    };
    failpoints::reach("restore.aside");
    match occupied {
        true => fs::rename(half, &place).at(&place)?,
        // A daemon that was started meanwhile has made one of its own, which is not to be pulled from under it.
        false => {
            fs::hard_link(half, &place).map_err(|_| {
                let data = order.data.display().to_string();
                BackupError::Running(data)
            })?;
            fs::remove_file(half).at(half)?;
        }
    }
    failpoints::reach("restore.renamed");
    sync_dir(order.data).at(order.data)?;
    Ok(replaced)
}

/// Gives the old database a further name among the backups.
fn put_aside(order: &Order<'_>, place: &Path) -> Result<PathBuf, BackupError> {
    let mut name = Name::of(order.now);
    let dir = loop {
        let dir = order.backup_dir.dir().join(format!("{REPLACED}{name}"));
        match dir.exists() {
            true => name = name.next(),
            false => break dir,
        }
    };
    contents::make_dir(order.backup_dir.dir())?;
    contents::make_new_dir(&dir)?;
    let aside = dir.join(FILE);
    contents::link(place, &aside)?;
    contents::sync_tree(&dir)?;
    sync_dir(order.backup_dir.dir()).at(order.backup_dir.dir())?;
    Ok(dir)
}
