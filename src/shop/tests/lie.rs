//! A disk in memory that lies like a real one: a cache that every opening shares, and under it what a power loss
//! leaves.

mod medium;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use medium::Medium;
use redb::StorageBackend;
use tokio::sync::watch;

/// Something that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fails {
    /// A read.
    Read,
    /// A write, after a beginning of it has reached the cache.
    Write,
    /// A sync: some of what it was to write is written, and the rest, mostly, given up in silence; the cache
    /// still shows it, until it is turned out.
    Sync,
    /// A change of length.
    Len,
    /// There is no room for new pages; those that have room can be written.
    Room,
    /// The power: every opening is dead for good, and what was not synced survives by chance.
    Power,
}

/// A trouble to come: so many operations of its kind are spared, then so many fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trouble {
    pub fails: Fails,
    pub after: u16,
    pub times: u16,
}

/// How often something has happened.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    pub reads: u64,
    pub writes: u64,
    pub syncs: u64,
    pub lens: u64,
    pub full: u64,
    pub cuts: u64,
    /// Writes that were pending when the power went: those that survived whole, in part, or not.
    pub survived: u64,
    pub torn: u64,
    pub lost: u64,
    /// Writes given up by a failed sync.
    pub given_up: u64,
    /// Pages that showed such a write and were turned out.
    pub turned_out: u64,
}

impl Tally {
    /// Adds another disk's.
    pub fn add(&mut self, other: Self) {
        for (sum, more) in [
            (&mut self.reads, other.reads),
            (&mut self.writes, other.writes),
            (&mut self.syncs, other.syncs),
            (&mut self.lens, other.lens),
            (&mut self.full, other.full),
            (&mut self.cuts, other.cuts),
            (&mut self.survived, other.survived),
            (&mut self.torn, other.torn),
            (&mut self.lost, other.lost),
            (&mut self.given_up, other.given_up),
            (&mut self.turned_out, other.turned_out),
        ] {
            *sum += more;
        }
    }
}

/// The disk. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Lie(Arc<Mutex<Medium>>);

impl Lie {
    /// An empty disk; chance begins at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Medium::new(seed))))
    }

    /// Opens it, as often as it is asked. Pages whose writing was given up may be turned out meanwhile.
    pub fn opener(&self) -> impl Fn() -> io::Result<Opened> + Send + Sync + 'static {
        let disk = self.clone();
        move || {
            let mut medium = disk.medium();
            if *medium.off.borrow() {
                return Err(gone());
            }
            if !medium.shows_all {
                medium.turn_out();
            }
            Ok(Opened {
                disk: disk.clone(),
                life: medium.life,
            })
        }
    }

    /// Gives the cache all the memory there is: what was given up is never turned out.
    pub fn shows_all(&self) {
        self.medium().shows_all = true;
    }

    /// Has something go wrong.
    pub fn arm(&self, trouble: Trouble) {
        let mut medium = self.medium();
        if trouble.fails == Fails::Power || !*medium.off.borrow() {
            medium.troubles.push(trouble);
        }
    }

    /// Takes the power away at once.
    pub fn cut(&self) {
        self.medium().cut();
    }

    /// Gives the power back, to a disk without troubles.
    pub fn restore(&self) {
        let mut medium = self.medium();
        medium.troubles.clear();
        medium.room = None;
        medium.off.send_replace(false);
    }

    /// Whether the power is gone.
    pub fn off(&self) -> watch::Receiver<bool> {
        self.medium().off.subscribe()
    }

    /// Writes over both commits' slots in the file's head, on the disk and in the cache.
    pub fn spoil(&self) {
        let mut medium = self.medium();
        let medium = &mut *medium;
        for image in [&mut medium.cache, &mut medium.durable] {
            image[64..320].fill(0x5a);
        }
    }

    pub fn tally(&self) -> Tally {
        self.medium().tally
    }

    fn medium(&self) -> MutexGuard<'_, Medium> {
        self.0.lock().unwrap()
    }
}

fn gone() -> io::Error {
    io::Error::other("the power is gone")
}

/// A disk that was opened, for as long as the power lasts.
#[derive(Debug)]
pub(crate) struct Opened {
    disk: Lie,
    life: u64,
}

impl Opened {
    fn medium(&self) -> io::Result<MutexGuard<'_, Medium>> {
        let medium = self.disk.medium();
        let dead = *medium.off.borrow() || medium.life != self.life;
        if dead { Err(gone()) } else { Ok(medium) }
    }
}

impl StorageBackend for Opened {
    fn len(&self) -> io::Result<u64> {
        Ok(self.medium()?.cache.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut medium = self.medium()?;
        if medium.meets(Fails::Read) {
            medium.tally.reads += 1;
            return Err(io::Error::other("a read failed"));
        }
        let start = offset as usize;
        let found = medium.cache.get(start..start + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.medium()?.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.medium()?.sync()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.medium()?.write(offset, data)
    }
}
