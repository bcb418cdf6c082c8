//! The making of a backup, while sellers order.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::below::{below, reached};
use super::directory::BackupDir;
use super::manifest::{Item, MANIFEST, Manifest};
use super::name::Name;
use super::{At, BackupError, FILE, contents};
use crate::base::failpoints;
use crate::base::time::Timestamp;
use crate::rules::domain::id::EntryId;
use crate::shop::audit::{self, Report};
use crate::store::disk::sync_dir;
use crate::store::{Snapshot, StoreError, copy, migrate};

/// What a backup is made of, and under which conditions.
pub struct Order<'o> {
    pub data: &'o Path,
    /// Where backups are kept.
    pub backup_dir: &'o BackupDir,
    /// So many bytes must stay free on the disk.
    pub floor: u64,
    pub now: Timestamp,
}

/// Makes a backup. `snapshot` is asked for a view of the database, which is let go as soon as it is copied.
pub fn make(
    order: &Order<'_>,
    snapshot: &dyn Fn() -> Result<Snapshot, StoreError>,
) -> Result<Manifest, BackupError> {
    let backup_dir = order.backup_dir;
    reached(order.data, backup_dir.dir())?;
    contents::make_dir(backup_dir.dir())?;
    backup_dir.sweep()?;
    has_room(order)?;
    let name = backup_dir.free_name(Name::of(order.now));
    let part = backup_dir.part(name);
    let made = fill(order, name, &part, snapshot);
    if made.is_err() {
        // What is not whole is no backup, and would take the very room that may be wanted.
        let _ = fs::remove_dir_all(&part);
    }
    made
}

fn fill(
    order: &Order<'_>,
    name: Name,
    part: &Path,
    snapshot: &dyn Fn() -> Result<Snapshot, StoreError>,
) -> Result<Manifest, BackupError> {
    contents::make_new_dir(part)?;
    let mut manifest = Manifest::new(name, migrate::SCHEMA);
    let file = part.join(FILE);
    // What lives when the snapshot is taken has its photo before or just after: between the two looks nothing takes
    // long.
    let mut files = take_live(order.data, part)?;
    {
        let snapshot = snapshot()?;
        files.extend(take_live(order.data, part)?);
        snapshot.copy_to(&file)?;
    }
    failpoints::reach("copy.written");
    prove(&file, &mut manifest)?;
    failpoints::reach("copy.proven");
    for path in contents::own(order.data)? {
        if contents::copy(&below(order.data, &path)?, &part.join(&path))? {
            files.push(path);
        }
    }
    files.push(FILE.to_owned());
    files.sort();
    files.dedup();
    let files = files.iter().map(|path| Item::of(part, path));
    manifest.files = files.collect::<Result<_, _>>()?;
    seal(part, &manifest)?;
    failpoints::reach("copy.sealed");
    let done = order.backup_dir.path(name);
    fs::rename(part, &done).at(&done)?;
    failpoints::reach("copy.named");
    sync_dir(order.backup_dir.dir()).at(order.backup_dir.dir())?;
    Ok(manifest)
}

/// Gives every photo and video a further name in the backup; those that were still there.
fn take_live(data: &Path, part: &Path) -> Result<Vec<String>, BackupError> {
    let mut taken = Vec::new();
    for path in contents::live(data)? {
        if contents::link(&below(data, &path)?, &part.join(&path))? {
            taken.push(path);
        }
    }
    Ok(taken)
}

/// Opens the copy with every checksum looked at, audits it, and notes what is in it.
fn prove(file: &Path, manifest: &mut Manifest) -> Result<(), BackupError> {
    let opened = File::options().read(true).write(true).open(file).at(file)?;
    let snapshot = copy::proven(opened)?;
    let report = audited(&snapshot)?;
    let counters = snapshot.counters()?;
    manifest.commit = counters.commit;
    manifest.newest_entry = newest_entry(&snapshot)?;
    manifest.entries = report.entries;
    manifest.users = report.users;
    manifest.jobs = report.jobs;
    manifest.live_jobs = snapshot.live_jobs()?;
    Ok(())
}

/// The audit's report, if there is no breach in it.
pub(crate) fn audited(snapshot: &Snapshot) -> Result<Report, BackupError> {
    let report = audit::audit(snapshot)?;
    match report.breaches.first() {
        None => Ok(report),
        Some(first) => Err(BackupError::Breach {
            breaches: report.breaches.len() as u64 + report.more,
            first: first.to_string(),
        }),
    }
}

/// When the last ledger entry was made.
pub(crate) fn newest_entry(snapshot: &Snapshot) -> Result<Option<Timestamp>, StoreError> {
    let last = EntryId(snapshot.counters()?.entry);
    Ok(snapshot.entries(last, 1)?.first().map(|entry| entry.at))
}

/// Writes the manifest and makes everything last.
fn seal(part: &Path, manifest: &Manifest) -> Result<(), BackupError> {
    let path = part.join(MANIFEST);
    let mut options = File::options();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(&path).at(&path)?;
    file.write_all(manifest.text().as_bytes()).at(&path)?;
    let files = manifest.files.iter().map(|file| file.path.as_str());
    for file in files.chain([MANIFEST]) {
        let path = part.join(file);
        File::open(&path)
            .and_then(|file| file.sync_all())
            .at(&path)?;
    }
    contents::sync_tree(part)
}

/// A backup that filled the disk would close the shop.
fn has_room(order: &Order<'_>) -> Result<(), BackupError> {
    let Order { data, floor, .. } = *order;
    let dir = order.backup_dir.dir();
    let file = below(data, FILE)?;
    let mut need = file.metadata().at(&file)?.len();
    let device = |path: &Path| path.metadata().map(|meta| meta.dev()).at(path);
    if device(data)? != device(dir)? {
        // Names lead to files of the same disk only: elsewhere they are copied.
        for path in contents::live(data)? {
            need += data.join(path).metadata().map_or(0, |meta| meta.len());
        }
    }
    let disk = rustix::fs::statvfs(dir).map_err(Into::into).at(dir)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < need.saturating_add(floor) {
        return Err(BackupError::NoRoom {
            need_mb: need.div_ceil(1 << 20),
            floor_mb: floor >> 20,
            free_mb: free >> 20,
        });
    }
    Ok(())
}
