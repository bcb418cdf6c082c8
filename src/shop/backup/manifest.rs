//! The manifest of a backup: what it is, and the size and SHA-256 of every file in it.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path};

use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::below::below;
use super::name::Name;
use super::{At, BackupError};
use crate::base::time::Timestamp;

/// The manifest's file in a backup.
pub const MANIFEST: &str = "manifest.json";
/// The newest form of a backup that this program reads, and the one it writes.
const FORMAT: u32 = 1;
/// No manifest is longer, in bytes: some 400,000 files.
const LONGEST: u64 = 64 << 20;
/// What separates the manifest from its own seal: the SHA-256 of all before it.
const SEAL: &str = ",\n  \"seal\": \"";
/// The end of a manifest.
const END: &str = "\"\n}\n";
/// Files are read in pieces of this many bytes.
const PIECE: usize = 256 << 10;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// The version of the program that made it.
    pub version: String,
    /// The schema of its database.
    pub schema: u32,
    /// Its name, which says when it was made.
    pub name: Name,
    /// The number of the last commit in it.
    pub commit: u64,
    /// When the newest ledger entry in it was made, in Unix milliseconds.
    pub newest_entry: Option<Timestamp>,
    /// How many ledger entries it has.
    pub entries: u64,
    pub users: u64,
    pub jobs: u64,
    /// How many of them have not ended.
    pub live_jobs: u64,
    /// Every file but this one.
    pub files: Vec<Item>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Where it lies in the backup, with slashes.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// What is in it.
    pub sha256: String,
}

impl Item {
    /// What is to be said of a file as it is.
    pub fn of(dir: &Path, path: &str) -> Result<Self, BackupError> {
        let (bytes, sha256) = digest(&dir.join(path))?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
            sha256,
        })
    }

    /// Whether its path stays inside of the directory it is joined to.
    fn stays_inside(&self) -> bool {
        let path = Path::new(&self.path);
        path.components().next().is_some()
            && path
                .components()
                .all(|part| matches!(part, Component::Normal(_)))
    }
}

impl Manifest {
    /// A manifest of the form this program writes, with nothing in it yet.
    pub fn new(name: Name, schema: u32) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            schema,
            name,
            commit: 0,
            newest_entry: None,
            entries: 0,
            users: 0,
            jobs: 0,
            live_jobs: 0,
            files: Vec::new(),
        }
    }

    /// What all of its files take, in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The text of the file, seal included.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("a manifest is always JSON");
        let body = text.strip_suffix("\n}").unwrap_or(&text);
        format!("{body}{SEAL}{}{END}", hex(body))
    }

    /// Reads a backup's manifest; every byte of it counts.
    pub fn read(dir: &Path) -> Result<Self, BackupError> {
        let path = below(dir, MANIFEST)?;
        let file = fs::File::open(&path).at(&path)?;
        let mut text = String::new();
        match file.take(LONGEST + 1).read_to_string(&mut text) {
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(BackupError::damaged(&path, "is damaged"));
            }
            read => read.at(&path)?,
        };
        if text.len() as u64 > LONGEST {
            return Err(BackupError::damaged(&path, "is too long"));
        }
        let damaged = || BackupError::damaged(&path, "is damaged");
        let (body, seal) = text.rsplit_once(SEAL).ok_or_else(damaged)?;
        if seal.strip_suffix(END) != Some(hex(body).as_str()) {
            return Err(damaged());
        }
        let body = format!("{body}\n}}");
        /// What every form of a backup says.
        #[derive(Deserialize)]
        struct Any {
            format: u32,
            version: String,
        }
        let Any { format, version } = serde_json::from_str(&body).map_err(|_| damaged())?;
        if format > FORMAT {
            return Err(BackupError::Newer { version });
        }
        let manifest: Self = serde_json::from_str(&body).map_err(|_| damaged())?;
        match manifest.files.iter().find(|file| !file.stays_inside()) {
            Some(file) => Err(BackupError::damaged(
                &path,
                format!("speaks of {}, which is no file of a backup", file.path),
            )),
            None => Ok(manifest),
        }
    }
}

/// The length and SHA-256 of a file.
pub fn digest(path: &Path) -> Result<(u64, String), BackupError> {
    let mut file = fs::File::open(path).at(path)?;
    let (mut seen, mut bytes, mut piece) = (Context::new(&SHA256), 0, vec![0; PIECE]);
    loop {
        match file.read(&mut piece).at(path)? {
            0 => break,
            read => {
                seen.update(&piece[..read]);
                bytes += read as u64;
            }
        }
    }
    Ok((bytes, written(seen.finish().as_ref())))
}

fn hex(text: &str) -> String {
    written(ring::digest::digest(&SHA256, text.as_bytes()).as_ref())
}

fn written(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let name = Name::of(Timestamp(1_795_412_269_789));
        let file = Item {
            path: "photos/7/a.jpg".into(),
            bytes: 3,
            sha256: "00".into(),
        };
        Manifest {
            files: vec![file],
            entries: 12,
            ..Manifest::new(name, 2)
        }
    }

    #[test]
    fn a_manifest_reads_back() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(MANIFEST), manifest().text()).unwrap();
        assert_eq!(Manifest::read(dir.path()).unwrap(), manifest());
    }

    #[test]
    fn every_byte_of_it_counts() {
        let dir = tempfile::tempdir().unwrap();
        let good = manifest().text().into_bytes();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(dir.path().join(MANIFEST), &bad).unwrap();
            assert!(Manifest::read(dir.path()).is_err(), "byte {at}");
        }
        for end in 0..good.len() {
            fs::write(dir.path().join(MANIFEST), &good[..end]).unwrap();
            assert!(Manifest::read(dir.path()).is_err(), "length {end}");
        }
    }

    #[test]
    fn a_newer_form_names_the_version_it_wants() {
        let dir = tempfile::tempdir().unwrap();
        let newer = Manifest {
            format: FORMAT + 1,
            version: "9.0.0".into(),
            ..manifest()
        };
        fs::write(dir.path().join(MANIFEST), newer.text()).unwrap();
        let refused = Manifest::read(dir.path()).unwrap_err().to_string();
        assert!(refused.contains("made by version 9.0.0"), "{refused}");
    }

    #[test]
    fn no_file_leads_out_of_a_backup() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["", "/etc/passwd", "../up", "photos/../../up", "."] {
            let mut bad = manifest();
            bad.files[0].path = path.into();
            fs::write(dir.path().join(MANIFEST), bad.text()).unwrap();
            let refused = Manifest::read(dir.path()).unwrap_err().to_string();
            assert!(refused.contains("no file of a backup"), "{refused}");
        }
    }
}
