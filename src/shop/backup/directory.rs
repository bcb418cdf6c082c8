//! The directory backups are kept in.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::name::Name;
use super::retention::{Keep, kept};
use super::{At, BackupError, FILE};
use crate::base::time::Timestamp;
use crate::store::disk::sync_dir;

/// How a directory ends that is not a backup yet, or no more.
const PART: &str = ".part";
/// How a directory begins that a process needs for itself; its number follows.
const SCRATCH: &str = ".scratch-";
/// How a directory begins that holds what a restore has replaced.
pub(crate) const REPLACED: &str = "replaced-";

/// A directory of backups.
#[derive(Debug, Clone)]
pub struct BackupDir {
    dir: PathBuf,
}

/// What lies on a shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What it is called, here and for a restore.
    pub name: String,
    pub kind: Kind,
    /// When it was made, in Unix milliseconds.
    pub made: Option<Timestamp>,
    /// What it takes, in bytes; photos may be shared with others.
    pub bytes: u64,
    /// When the newest ledger entry in it was made; nothing if that is not known without opening it.
    pub newest_entry: Option<Timestamp>,
    /// What is wrong with it, as far as a look at its manifest tells.
    pub wrong: Option<String>,
}

/// What a thing on a shelf is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A backup.
    Backup,
    /// The database as it was before an upgrade.
    BeforeUpgrade,
    /// The database that a restore has moved aside.
    Replaced,
}

/// Something that can be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A backup, by its directory.
    Whole(PathBuf),
    /// A database alone.
    File(PathBuf),
}

impl BackupDir {
    /// The one at `dir`, which is made with the first backup.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Where a backup lies.
    pub fn path(&self, name: Name) -> PathBuf {
        self.dir.join(name.to_string())
    }

    /// Where a backup lies while it is made or removed.
    pub fn part(&self, name: Name) -> PathBuf {
        self.dir.join(format!("{name}{PART}"))
    }

    /// A place for this process alone, which is to remove it; if it dies, the next backup does.
    pub fn scratch(&self, what: &str) -> PathBuf {
        self.dir
            .join(format!("{SCRATCH}{}-{what}", std::process::id()))
    }

    /// The first name from `name` on that is not taken.
    pub fn free_name(&self, mut name: Name) -> Name {
        while self.path(name).exists() {
            name = name.next();
        }
        name
    }

    /// The backups, oldest first.
    pub fn names(&self) -> Result<Vec<Name>, BackupError> {
        let mut names: Vec<Name> = self.entries()?.iter().flat_map(|e| e.parse()).collect();
        names.sort();
        Ok(names)
    }

    /// Everything that can be restored, oldest first.
    pub fn list(&self) -> Result<Vec<Found>, BackupError> {
        let entries = self.entries()?;
        let mut found: Vec<_> = entries.iter().flat_map(|entry| self.look(entry)).collect();
        found.sort_by(|a, b| (a.made, &a.name).cmp(&(b.made, &b.name)));
        Ok(found)
    }

    /// What is meant by a name on this shelf, or by a path.
    pub fn find(&self, wanted: &str) -> Result<Source, BackupError> {
        let here = self.dir.join(wanted);
        let path = if here.exists() { here } else { wanted.into() };
        let unknown = || BackupError::Unknown {
            name: wanted.to_owned(),
            backup_dir: self.dir.display().to_string(),
        };
        let replaced = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(REPLACED));
        match path.metadata() {
            Ok(meta) if meta.is_dir() && replaced => Ok(Source::File(path.join(FILE))),
            Ok(meta) if meta.is_dir() => Ok(Source::Whole(path)),
            Ok(_) => Ok(Source::File(path)),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(unknown()),
            Err(error) => Err(error).at(&path),
        }
    }

    /// Removes what a process that was cut short has left behind. What cannot be removed, because it is another
    /// user's perhaps, is in nobody's way.
    pub fn sweep(&self) -> Result<(), BackupError> {
        for entry in self.entries()? {
            let half = entry.strip_suffix(PART).map(str::parse::<Name>);
            if matches!(half, Some(Ok(_))) || is_left(&entry) {
                let path = self.dir.join(entry);
                if let Err(error) = fs::remove_dir_all(&path) {
                    let path = path.display();
                    tracing::warn!(%path, %error, "what a backup has left behind stays for now");
                }
            }
        }
        Ok(())
    }

    /// Removes the backups that need not be kept any more; which.
    pub fn prune(&self, keep: Keep) -> Result<Vec<Name>, BackupError> {
        let names = self.names()?;
        let kept = kept(&names, keep);
        let gone: Vec<_> = names.into_iter().filter(|n| !kept.contains(n)).collect();
        for name in &gone {
            // Half a backup must not be taken for one.
            let (path, part) = (self.path(*name), self.part(*name));
            fs::rename(&path, &part).at(&path)?;
            sync_dir(&self.dir).at(&self.dir)?;
            fs::remove_dir_all(&part).at(&part)?;
        }
        Ok(gone)
    }

    fn entries(&self) -> Result<Vec<String>, BackupError> {
        let entries = match fs::read_dir(&self.dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.at(&self.dir)?,
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<std::io::Result<_>>().at(&self.dir)
    }

    fn look(&self, entry: &str) -> Option<Found> {
        if let Ok(name) = entry.parse::<Name>() {
            return Some(self.backup(name));
        }
        let kind = match entry.ends_with(".redb") {
            true => Kind::BeforeUpgrade,
            false if entry.starts_with(REPLACED) => Kind::Replaced,
            false => return None,
        };
        let path = match kind {
            Kind::Replaced => self.dir.join(entry).join(FILE),
            Kind::BeforeUpgrade | Kind::Backup => self.dir.join(entry),
        };
        let meta = path.metadata().ok()?;
        let changed = meta.modified().ok()?.duration_since(UNIX_EPOCH).ok();
        Some(Found {
            name: entry.to_owned(),
            kind,
            made: changed.map(|at| Timestamp(0).plus(at)),
            bytes: meta.len(),
            newest_entry: None,
            wrong: None,
        })
    }

    fn backup(&self, name: Name) -> Found {
        let manifest = Manifest::read(&self.path(name));
        let known = manifest.as_ref().ok();
        Found {
            name: name.to_string(),
            kind: Kind::Backup,
            made: Some(name.at()),
            bytes: known.map_or(0, Manifest::bytes),
            newest_entry: known.and_then(|manifest| manifest.newest_entry),
            wrong: manifest.as_ref().err().map(ToString::to_string),
        }
    }
}

/// Whether a directory belonged to a process that is gone.
fn is_left(entry: &str) -> bool {
    let owner = entry
        .strip_prefix(SCRATCH)
        .and_then(|rest| rest.split('-').next());
    owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists())
}
