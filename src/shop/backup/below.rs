//! Paths below a directory that is another user's perhaps: root looks after what the daemon's user owns.
//!
//! Nothing races here: whoever makes or restores a backup past the daemon has made sure that none runs.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{At, BackupError};

/// The path of `inner` in `base`, unless a link that somebody else has laid there leads elsewhere.
pub fn below(base: &Path, inner: impl AsRef<Path>) -> Result<PathBuf, BackupError> {
    let us = rustix::process::geteuid().as_raw();
    let mut path = base.to_owned();
    for part in inner.as_ref().components() {
        path.push(part);
        let meta = match path.symlink_metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            meta => meta.at(&path)?,
        };
        if meta.is_symlink() && !is_trusted(meta.uid(), us) {
            return Err(BackupError::Linked(path.display().to_string()));
        }
    }
    Ok(path)
}

/// A directory, if it is not reached through such a link in `data`.
pub fn reached(data: &Path, dir: &Path) -> Result<(), BackupError> {
    match dir.strip_prefix(data) {
        Ok(inner) => below(data, inner).map(drop),
        // Where else it is the operator has said.
        Err(_) => Ok(()),
    }
}

/// Our own links are followed, and root's.
fn is_trusted(owner: u32, us: u32) -> bool {
    owner == us || owner == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_followed_if_we_or_root_have_laid_it() {
        for (owner, us, trusted) in [
            (0, 0, true),
            (0, 1000, true),
            (1000, 1000, true),
            (1000, 0, false),
            (1001, 1000, false),
        ] {
            assert_eq!(is_trusted(owner, us), trusted, "{owner}'s for {us}");
        }
    }

    #[test]
    fn what_is_not_there_yet_is_no_link() {
        let dir = tempfile::tempdir().unwrap();
        let path = below(dir.path(), "photos/7/a.jpg").unwrap();
        assert_eq!(path, dir.path().join("photos/7/a.jpg"));
    }
}
