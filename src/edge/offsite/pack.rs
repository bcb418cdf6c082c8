//! A backup as one stream: a tar, compressed, encrypted; and back into a directory.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, EntryType, Header};

use super::cipher::Cipher;
use super::error::{VaultError, at};
use super::parts::Parts;

/// Pieces smaller than this are gathered before they are encrypted or compressed.
const BUFFER: usize = 64 << 10;
/// No copy has more files: their names alone would fill a disk.
const FILES: usize = 1_000_000;
/// No path in a copy is longer, in bytes.
const PATH: u64 = 4096;
/// So many bytes may follow the end of a tar, which is padded.
const BEHIND: u64 = 1 << 20;
/// So many bytes stay free on the disk: whoever runs out of room altogether is in trouble beyond this copy.
const SPARE: u64 = 64 << 20;

/// Sends everything in `dir` into `parts`.
pub fn pack(dir: &Path, cipher: &Cipher, parts: Parts) -> Result<(), VaultError> {
    at(dir, try_pack(dir, cipher, parts))
}

fn try_pack(dir: &Path, cipher: &Cipher, parts: Parts) -> io::Result<()> {
    let sealing = BufWriter::with_capacity(BUFFER, cipher.seal(parts)?);
    let mut tar = Builder::new(GzEncoder::new(sealing, Compression::fast()));
    let mut files = Vec::new();
    gather(dir, Path::new(""), &mut files)?;
    files.sort();
    for path in files {
        let file = File::open(dir.join(&path))?;
        let mut header = Header::new_gnu();
        header.set_entry_type(EntryType::Regular);
        header.set_size(file.metadata()?.len());
        header.set_mode(0o600);
        tar.append_data(&mut header, &path, file)?;
    }
    let sealing = tar.into_inner()?.finish()?;
    let sealing = sealing
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    sealing.finish()?.finish()
}

fn gather(dir: &Path, inner: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir.join(inner))? {
        let entry = entry?;
        let path = inner.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => gather(dir, &path, found)?,
            false => found.push(path),
        }
    }
    Ok(())
}

/// Unpacks the file `packed` into `dir`.
pub fn unpack(
    packed: &Path,
    cipher: &Cipher,
    encrypted: bool,
    dir: &Path,
) -> Result<(), VaultError> {
    let file = BufReader::with_capacity(BUFFER, at(packed, File::open(packed))?);
    let opened = cipher.open(file, encrypted)?;
    let opened = BufReader::with_capacity(BUFFER, opened);
    let room = room(dir)?;
    match try_unpack(GzDecoder::new(opened), dir, room) {
        Err(error) if error.kind() == ErrorKind::StorageFull => Err(no_room(dir)),
        unpacked => at(dir, unpacked),
    }
}

/// Takes at most `room` bytes. The names of files are read here, for whoever reads them otherwise reads them whole,
/// however long they claim to be.
fn try_unpack(unzipped: impl Read, dir: &Path, mut room: u64) -> io::Result<()> {
    let mut archive = Archive::new(unzipped);
    let mut long = None;
    for (entry, number) in archive.entries()?.raw(true).zip(0..) {
        let mut entry = entry?;
        if entry.header().entry_type() == EntryType::GNULongName && long.is_none() {
            long = Some(long_name(&mut entry)?);
            continue;
        }
        let path = match long.take() {
            Some(path) => path,
            None => entry.path()?.into_owned(),
        };
        let inside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        let ours = inside && entry.header().entry_type() == EntryType::Regular;
        if !ours || number > FILES {
            return Err(strange());
        }
        room = match room.checked_sub(entry.size()) {
            Some(left) => left,
            None => return Err(ErrorKind::StorageFull.into()),
        };
        let to = dir.join(path);
        to.parent().map_or(Ok(()), make_dir)?;
        let mut options = File::options();
        let mut file = options.write(true).create_new(true).mode(0o600).open(to)?;
        io::copy(&mut entry, &mut file)?;
        file.flush()?;
        file.sync_all()?;
    }
    // What is behind the end would be somebody's addition; reading it also proves the last checksum.
    let mut behind = archive.into_inner().take(BEHIND + 1);
    match io::copy(&mut behind, &mut io::sink())? > BEHIND {
        true => Err(strange()),
        false => Ok(()),
    }
}

fn long_name(entry: &mut impl Read) -> io::Result<PathBuf> {
    let mut name = Vec::new();
    entry.take(PATH + 1).read_to_end(&mut name)?;
    if name.len() as u64 > PATH || name.pop() != Some(0) {
        return Err(strange());
    }
    let name = String::from_utf8(name).map_err(|_| strange())?;
    Ok(name.into())
}

fn strange() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "the copy is none of ours")
}

/// How many bytes a copy may take where `dir` is.
pub fn room(dir: &Path) -> Result<u64, VaultError> {
    let disk = at(dir, rustix::fs::statvfs(dir).map_err(io::Error::from))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    Ok(free.saturating_sub(SPARE))
}

/// There is not enough of it.
pub fn no_room(dir: &Path) -> VaultError {
    let room = room(dir).unwrap_or_default();
    VaultError::NoRoom {
        room_mb: room >> 20,
    }
}

/// Makes a directory that only its owner may enter.
fn make_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}

/// Makes one where nothing is yet.
pub fn make_new_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(dir)
}
