//! Which files of a data directory belong to a backup beside the database, and how they get from place to place.
//!
//! Photos and videos are never written over, so a backup has them as further names of the same files where it can.
//! Secrets that the configuration names as files of their own are not among them.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::{At, BackupError};
use crate::store::disk::sync_dir;

/// What live jobs and unsaid notes need: a directory, and how its files end.
const LIVE: [(&str, &str); 2] = [("photos", ".jpg"), ("videos", ".mp4")];
/// What the operator or the daemon has made once: files, and directories of them.
const OWN: [&str; 7] = [
    "neurocards.toml",
    "models.toml",
    "templates.toml",
    "menu.jpg",
    "webhook-secret",
    "texts",
    "certificates",
];

/// The photos and videos, by their paths from `data`.
pub fn live(data: &Path) -> Result<Vec<String>, BackupError> {
    let mut found = Vec::new();
    for (dir, end) in LIVE {
        gather(data, dir, &|name| name.ends_with(end), &mut found)?;
    }
    Ok(found)
}

/// What is the operator's own and what the daemon keeps for itself, by their paths from `data`.
pub fn own(data: &Path) -> Result<Vec<String>, BackupError> {
    let mut found = Vec::new();
    for path in OWN {
        gather(data, path, &|name| !name.ends_with(".part"), &mut found)?;
    }
    Ok(found)
}

/// Whether a file of a backup is one that live jobs or unsaid notes need.
pub fn is_live(path: &str) -> bool {
    let dir = path.split('/').next();
    LIVE.iter().any(|(live, _)| dir == Some(live))
}

/// Files at and below `path`. What begins with a dot is somebody's half-written one.
fn gather(
    data: &Path,
    path: &str,
    wanted: &dyn Fn(&str) -> bool,
    found: &mut Vec<String>,
) -> Result<(), BackupError> {
    let full = data.join(path);
    let entries = match fs::read_dir(&full) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            found.push(path.to_owned());
            return Ok(());
        }
        entries => entries.at(&full)?,
    };
    for entry in entries {
        let entry = entry.at(&full)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().at(&full)?;
        let inner = format!("{path}/{name}");
        match name.starts_with('.') {
            true => {}
            false if kind.is_dir() => gather(data, &inner, wanted, found)?,
            false if kind.is_file() && wanted(&name) => found.push(inner),
            false => {}
        }
    }
    Ok(())
}

/// Gives a file that is never written over a further name, or copies it where that cannot be; whether it was there.
/// A name that is there already stays.
pub fn link(from: &Path, to: &Path) -> Result<bool, BackupError> {
    dirs_for(to)?;
    match fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(_) => copy(from, to),
    }
}

/// Copies a file, so that nobody but its owner may read the copy; whether it was there. The copy is on disk when this
/// returns.
pub fn copy(from: &Path, to: &Path) -> Result<bool, BackupError> {
    dirs_for(to)?;
    let mut source = match File::open(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened.at(from)?,
    };
    let mut options = File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut copied = options.open(to).at(to)?;
    io::copy(&mut source, &mut copied).at(to)?;
    copied.sync_all().at(to)?;
    Ok(true)
}

/// Makes a directory and those above it that only their owner may enter.
pub fn make_dir(dir: &Path) -> Result<(), BackupError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(dir).at(dir)
}

fn dirs_for(file: &Path) -> Result<(), BackupError> {
    file.parent().map_or(Ok(()), make_dir)
}

/// Makes the names in a directory and in all below it last.
pub fn sync_tree(dir: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(dir).at(dir)? {
        let entry = entry.at(dir)?;
        if entry.file_type().at(dir)?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    sync_dir(dir).at(dir)
}

/// Makes the names of everything in a data directory last that may be in a backup.
pub fn sync_data(data: &Path) -> Result<(), BackupError> {
    let dirs = LIVE.iter().map(|(dir, _)| *dir).chain(OWN);
    for dir in dirs.map(|dir| data.join(dir)).filter(|dir| dir.is_dir()) {
        sync_tree(&dir)?;
    }
    sync_dir(data).at(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_half_written_or_a_stranger_s_is_left_out() {
        let data = tempfile::tempdir().unwrap();
        for file in [
            "photos/7/a.jpg",
            "photos/7/.tmp-b",
            "photos/7/note.txt",
            "videos/3.mp4",
            "videos/4.mp4.tmp",
            "texts/ru.ftl",
            "certificates/a/chain.pem",
            "neurocards.toml",
            "webhook-secret",
            "webhook-secret.part",
            "telegram.token",
            "control/socket",
            "backups/x/neurocards.redb",
        ] {
            let path = data.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        let mut live = live(data.path()).unwrap();
        live.sort();
        assert_eq!(live, ["photos/7/a.jpg", "videos/3.mp4"]);
        let own = own(data.path()).unwrap();
        assert_eq!(
            own,
            [
                "neurocards.toml",
                "webhook-secret",
                "texts/ru.ftl",
                "certificates/a/chain.pem"
            ]
        );
        assert!(is_live("photos/7/a.jpg") && !is_live("texts/ru.ftl"));
    }
}
