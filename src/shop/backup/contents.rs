//! Which files of a data directory belong to a backup beside the database, and how they get from place to place.
//!
//! Photos and videos are never written over, so a backup has them as further names of the same files where it can.
//! Secrets that the configuration names as files of their own are not among them.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use super::below::below;
use super::{At, BackupError, FILE};
use crate::store::disk::sync_dir;

/// The configuration.
pub const CONFIG: &str = "neurocards.toml";
/// What live jobs and unsaid notes need: a directory, and how its files end.
const LIVE: [(&str, &str); 2] = [("photos", ".jpg"), ("videos", ".mp4")];
/// What the operator or the daemon has made once: files, and directories of them.
const OWN: [&str; 8] = [
    CONFIG,
    "models.toml",
    "templates.toml",
    "failures.toml",
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

/// Which of them are directories.
const DIRS: [&str; 2] = ["texts", "certificates"];

/// Whether a file of a backup is one that live jobs or unsaid notes need.
pub fn is_live(path: &str) -> bool {
    let dir = path.split('/').next();
    LIVE.iter().any(|(live, _)| dir == Some(live))
}

/// Whether a restore puts a file of that path in its place: one that a backup of ours may have.
pub fn is_known(path: &str) -> bool {
    let plain = |name: &str| {
        let letters = name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        letters && !name.is_empty() && !name.starts_with('.')
    };
    let parts: Vec<_> = path.split('/').collect();
    if !parts.iter().all(|part| plain(part)) {
        return false;
    }
    match parts[..] {
        [FILE] => true,
        [name] => OWN.contains(&name) && !DIRS.contains(&name),
        ["photos", user, photo] => user.parse::<u64>().is_ok() && photo.ends_with(".jpg"),
        ["videos", video] => video.ends_with(".mp4"),
        ["texts", text] => text.ends_with(".ftl"),
        ["certificates", _] | ["certificates", _, _] => true,
        _ => false,
    }
}

/// Files at and below `path`. What begins with a dot is somebody's half-written one.
fn gather(
    data: &Path,
    path: &str,
    wanted: &dyn Fn(&str) -> bool,
    found: &mut Vec<String>,
) -> Result<(), BackupError> {
    let full = below(data, path)?;
    let entries = match fs::read_dir(&full) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            // Whoever opened a pipe would wait for ever.
            found.extend(full.is_file().then(|| path.to_owned()));
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

/// Copies a file, so that nobody but its owner may read the copy; whether it was there. The copy takes the place of what
/// has its name, wherever that leads, and is on disk when this returns.
pub fn copy(from: &Path, to: &Path) -> Result<bool, BackupError> {
    dirs_for(to)?;
    let mut source = match File::open(from) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        opened => opened.at(from)?,
    };
    match fs::remove_file(to) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error).at(to),
        Ok(()) | Err(_) => {}
    }
    let mut options = File::options();
    let options = options.write(true).create_new(true).mode(0o600);
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

/// Makes a directory that only its owner may enter, where nothing is yet.
pub fn make_new_dir(dir: &Path) -> Result<(), BackupError> {
    fs::DirBuilder::new().mode(0o700).create(dir).at(dir)
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
        let mut all = live.iter().chain(&own);
        assert!(all.all(|path| is_known(path)), "{live:?} {own:?}");
    }

    #[test]
    fn nothing_else_is_put_back() {
        for path in [
            "neurocards.redb",
            "certificates/self-signed/a.example.pem",
            "photos/18446744073709551615/0190a1b2.jpg",
        ] {
            assert!(is_known(path), "{path}");
        }
        for path in [
            "",
            "photos",
            "texts",
            "certificates",
            "operator.token",
            "telegram.token",
            "running",
            "control/socket",
            "backups/2026-11-23T05-37-49Z/neurocards.redb",
            "photos/a.jpg",
            "photos/7/a.sh",
            "photos/x/a.jpg",
            "photos/7/.tmp-a.jpg",
            "photos/7/b/a.jpg",
            "videos/3.mp4/x",
            "videos/../neurocards.redb",
            "texts/ru.ftl/x",
            "texts/ru.sh",
            "certificates/a/b/c.pem",
            "certificates/..",
            "certificates//a",
            "./neurocards.toml",
            "/neurocards.toml",
            ".bashrc",
        ] {
            assert!(!is_known(path), "{path}");
        }
    }
}
