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
use super::parts::Parts;
use super::{VaultError, at};

/// Pieces smaller than this are gathered before they are encrypted or compressed.
const BUFFER: usize = 64 << 10;

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
    at(dir, try_unpack(GzDecoder::new(opened), dir))
}

fn try_unpack(unzipped: impl Read, dir: &Path) -> io::Result<()> {
    let mut archive = Archive::new(unzipped);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let inside = path
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if !inside || entry.header().entry_type() != EntryType::Regular {
            return Err(io::Error::new(
                ErrorKind::InvalidData,
                "the copy is none of ours",
            ));
        }
        let to = dir.join(path);
        to.parent().map_or(Ok(()), make_dir)?;
        let mut options = File::options();
        let mut file = options.write(true).create_new(true).mode(0o600).open(to)?;
        io::copy(&mut entry, &mut file)?;
        file.flush()?;
        file.sync_all()?;
    }
    // What is behind the end would be somebody's addition; reading it also proves the last checksum.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(())
}

/// Makes a directory that only its owner may enter.
pub fn make_dir(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}
