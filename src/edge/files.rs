//! Photos on disk: one file per order under as many names as it has jobs.
//!
//! Everything here blocks: what writes or walks directories belongs into `spawn_blocking`. Nothing is indexed: a name knows its job,
//! and the store knows which jobs live.

pub mod colour;
pub mod decoded;
pub mod exif;
pub mod frame;
mod jpeg;
mod planes;
mod png;
pub mod raster;
pub mod thumbnail;
mod webp;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::frame::{FrameError, Framing};
use crate::base::{failpoints, private};
use crate::rules::domain::id::{PhotoName, UserId};

/// How a file that grows is called; nothing else begins like it.
const TEMPORARY: &str = ".tmp-";
/// How a photo's file ends.
const EXTENSION: &str = ".jpg";
/// Storing is begun anew this often when [`Photos::remove`] takes the directory away under it.
const TRIES: u32 = 3;

/// Pictures that are opened at once: one takes at most 150 MiB.
const OPENED: usize = 1;

/// The directory of photos. Clones share the places where pictures are opened.
#[derive(Debug, Clone)]
pub struct Photos {
    dir: PathBuf,
    places: Arc<Semaphore>,
    framing: Framing,
}

impl Photos {
    /// The photos under `dir`, which is made when the first one comes.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            places: Arc::new(Semaphore::new(OPENED)),
            framing: frame::frame_file,
        }
    }

    /// With something else that frames them.
    pub fn framed_by(self, framing: Framing) -> Self {
        Self { framing, ..self }
    }

    /// Makes a picture the first frame of a video; see [`frame::frame`].
    pub fn frame(&self, picture: File) -> Result<Vec<u8>, FrameError> {
        (self.framing)(picture)
    }

    /// Waits until one more picture may be opened.
    pub async fn place(&self) -> OwnedSemaphorePermit {
        let place = Arc::clone(&self.places).acquire_owned().await;
        place.expect("nobody closes it")
    }

    /// A new file without a name beside the photos: for a picture on its way in. It goes when it is closed, by a kill
    /// too.
    pub fn scratch(&self) -> io::Result<File> {
        private::dir(&self.dir)?;
        tempfile::tempfile_in(&self.dir)
    }

    /// Stores one photo under all of `names`; what is already there stays.
    ///
    /// When this returns, the photo survives a power cut. It may be repeated.
    pub fn store(&self, user: UserId, names: &[PhotoName], jpeg: &[u8]) -> io::Result<()> {
        let mut tries = 1;
        loop {
            match self.try_store(user, names, jpeg) {
                Err(error) if error.kind() == ErrorKind::NotFound && tries < TRIES => tries += 1,
                done => return done,
            }
        }
    }

    /// Where a photo lies.
    pub fn path(&self, user: UserId, name: PhotoName) -> PathBuf {
        self.home(user).join(format!("{name}{EXTENSION}"))
    }

    /// A photo to be read, with its length in bytes.
    pub fn open(&self, user: UserId, name: PhotoName) -> io::Result<(File, u64)> {
        let file = File::open(self.path(user, name))?;
        let length = file.metadata()?.len();
        Ok((file, length))
    }

    /// Whether a photo is there.
    pub fn has(&self, user: UserId, name: PhotoName) -> bool {
        self.path(user, name).is_file()
    }

    /// Removes one name, and the user's directory with the last one; a missing one is fine.
    pub fn remove(&self, user: UserId, name: PhotoName) -> io::Result<()> {
        forgive_missing(fs::remove_file(self.path(user, name)))?;
        remove_if_empty(&self.home(user))
    }

    /// Removes the photos that `keep` disowns, and unfinished files; says how many.
    ///
    /// Meant for the start, before anything is stored. Files we did not name are left alone.
    pub fn sweep(&self, keep: impl Fn(UserId, PhotoName) -> bool) -> io::Result<usize> {
        let mut swept = 0;
        for (name, home) in entries(&self.dir)? {
            let Ok(user) = name.parse() else { continue };
            for (name, path) in entries(&home)? {
                if leftover(&name, |photo| keep(UserId(user), photo)) {
                    forgive_missing(fs::remove_file(path))?;
                    swept += 1;
                }
            }
            remove_if_empty(&home)?;
        }
        Ok(swept)
    }

    fn home(&self, user: UserId) -> PathBuf {
        self.dir.join(user.to_string())
    }

    fn try_store(&self, user: UserId, names: &[PhotoName], jpeg: &[u8]) -> io::Result<()> {
        let Some((first, others)) = names.split_first() else {
            return Ok(());
        };
        let home = self.home(user);
        private::dir(&home)?;
        let original = self.path(user, *first);
        if !original.is_file() {
            write(&home, *first, jpeg, &original)?;
        }
        for name in others {
            let path = self.path(user, *name);
            if !path.is_file() && fs::hard_link(&original, &path).is_err() {
                write(&home, *name, jpeg, &path)?;
            }
        }
        failpoints::reach("photo.linked");
        File::open(&home)?.sync_all()?;
        File::open(&self.dir)?.sync_all()
    }
}

/// Writes a whole file or none.
fn write(home: &Path, name: PhotoName, bytes: &[u8], to: &Path) -> io::Result<()> {
    let temporary = home.join(format!("{TEMPORARY}{name}"));
    let written = try_write(&temporary, bytes, to);
    if written.is_err() {
        // On a full disk half a file helps nobody.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn try_write(temporary: &Path, bytes: &[u8], to: &Path) -> io::Result<()> {
    let mut file = private::create(temporary)?;
    file.write_all(bytes)?;
    failpoints::reach("photo.written");
    file.sync_all()?;
    failpoints::reach("photo.synced");
    fs::rename(temporary, to)?;
    failpoints::reach("photo.renamed");
    Ok(())
}

/// Whether a file in a user's directory has nobody left who wants it.
fn leftover(file: &str, keep: impl Fn(PhotoName) -> bool) -> bool {
    let photo = file.strip_suffix(EXTENSION).and_then(PhotoName::parse);
    file.starts_with(TEMPORARY) || photo.is_some_and(|photo| !keep(photo))
}

/// What lies in a directory, by name; nothing if it is not one.
fn entries(dir: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let found = match fs::read_dir(dir) {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    found
        .map(|entry| {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            Ok((name, entry.path()))
        })
        .collect()
}

fn remove_if_empty(dir: &Path) -> io::Result<()> {
    match fs::remove_dir(dir) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory
            ) =>
        {
            Ok(())
        }
        done => forgive_missing(done),
    }
}

fn forgive_missing(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;
    use crate::rules::domain::id::JobId;

    const ANNA: UserId = UserId(42);

    fn photos() -> (tempfile::TempDir, Photos) {
        let dir = tempfile::tempdir().unwrap();
        let photos = Photos::new(dir.path().join("photos"));
        (dir, photos)
    }

    fn names() -> [PhotoName; 3] {
        [1, 2, 3].map(|job| PhotoName::new(JobId(job), [7; 16]))
    }

    fn listing(photos: &Photos) -> usize {
        entries(&photos.dir.join("42")).unwrap().len()
    }

    #[test]
    fn one_file_has_a_name_per_job() {
        let (_dir, photos) = photos();
        photos.store(ANNA, &names(), b"jpeg").unwrap();
        let path = photos.path(ANNA, names()[2]);
        assert_eq!(fs::read(&path).unwrap(), b"jpeg");
        assert_eq!(fs::metadata(&path).unwrap().nlink(), 3);
        assert!(path.ends_with(format!("42/{}.jpg", names()[2])));
    }

    #[test]
    fn storing_again_changes_nothing_and_fills_what_is_missing() {
        let (_dir, photos) = photos();
        photos.store(ANNA, &names(), b"jpeg").unwrap();
        photos.remove(ANNA, names()[1]).unwrap();
        photos.store(ANNA, &names(), b"other").unwrap();
        assert_eq!(fs::read(photos.path(ANNA, names()[1])).unwrap(), b"jpeg");
        assert_eq!(listing(&photos), 3);
    }

    #[test]
    fn the_last_name_takes_the_directory_with_it() {
        let (_dir, photos) = photos();
        photos.store(ANNA, &names(), b"jpeg").unwrap();
        for name in names() {
            assert!(photos.has(ANNA, name));
            photos.remove(ANNA, name).unwrap();
            photos.remove(ANNA, name).unwrap();
            assert!(!photos.has(ANNA, name));
        }
        assert!(!photos.dir.join("42").exists());
    }

    #[test]
    fn a_sweep_takes_leftovers_and_leaves_strangers() {
        let (_dir, photos) = photos();
        assert_eq!(photos.sweep(|_, _| false).unwrap(), 0);
        photos.store(ANNA, &names(), b"jpeg").unwrap();
        photos.store(UserId(5), &names()[..1], b"jpeg").unwrap();
        fs::write(photos.dir.join("42/.tmp-half"), "ha").unwrap();
        fs::write(photos.dir.join("42/note.txt"), "mine").unwrap();
        fs::write(photos.dir.join("readme"), "mine").unwrap();
        let keep = names()[0];
        let swept = photos.sweep(|user, name| user == ANNA && name == keep);
        assert_eq!(swept.unwrap(), 4);
        assert!(photos.has(ANNA, keep) && listing(&photos) == 2);
        assert!(!photos.dir.join("5").exists() && photos.dir.join("readme").exists());
    }
}
