//! The medium under a lying disk: a cache, what of it is on the disk, and the chance by which troubles play out.

use std::collections::BTreeSet;
use std::io;

use tokio::sync::watch;

use super::{Fails, Tally, Trouble, gone};

/// What a cache writes back at once, and what room is counted in.
const PAGE: u64 = 4096;
/// What a disk writes at once.
const SECTOR: usize = 512;

/// One image as the system shows it and one as a power loss leaves it.
#[derive(Debug)]
pub(crate) struct Medium {
    pub cache: Vec<u8>,
    pub durable: Vec<u8>,
    /// What the cache has and the disk has not, in its order.
    pending: Vec<Change>,
    /// Pages that the cache takes for written, and that are not.
    given_up: BTreeSet<u64>,
    /// Pages that have room.
    blocks: BTreeSet<u64>,
    /// For how many pages there is room, if not for all.
    pub room: Option<usize>,
    /// Whether the cache shows for good what was given up.
    pub shows_all: bool,
    /// How often the power went.
    pub life: u64,
    pub off: watch::Sender<bool>,
    pub troubles: Vec<Trouble>,
    chance: Chance,
    pub tally: Tally,
}

/// Something that a sync is to write.
#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Len(u64),
}

impl Medium {
    pub fn new(seed: u64) -> Self {
        Self {
            cache: Vec::new(),
            durable: Vec::new(),
            pending: Vec::new(),
            given_up: BTreeSet::new(),
            blocks: BTreeSet::new(),
            room: None,
            shows_all: false,
            life: 0,
            off: watch::Sender::new(false),
            troubles: Vec::new(),
            chance: Chance(seed),
            tally: Tally::default(),
        }
    }

    /// Whether an operation fails, as a trouble that is due wants it.
    pub fn meets(&mut self, fails: Fails) -> bool {
        let due = |trouble: &&mut Trouble| trouble.fails == fails && trouble.times > 0;
        let Some(trouble) = self.troubles.iter_mut().find(due) else {
            return false;
        };
        if trouble.after > 0 {
            trouble.after -= 1;
            return false;
        }
        trouble.times -= 1;
        true
    }

    /// What an operation that changes something meets first.
    fn begins(&mut self) -> io::Result<()> {
        let full = self.meets(Fails::Room);
        let room = self.blocks.len();
        self.room = full.then(|| self.room.unwrap_or(room));
        if self.meets(Fails::Power) {
            self.cut();
            return Err(gone());
        }
        Ok(())
    }

    pub fn write(&mut self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.begins()?;
        if self.meets(Fails::Write) {
            self.tally.writes += 1;
            let most = self.chance.below(data.len());
            self.put(offset, &data[..most]);
            return Err(io::Error::other("a write failed"));
        }
        let end = offset + data.len() as u64;
        for page in offset / PAGE..end.div_ceil(PAGE) {
            if self.room.is_some_and(|room| self.blocks.len() >= room)
                && !self.blocks.contains(&page)
            {
                self.tally.full += 1;
                let fits = (page * PAGE).saturating_sub(offset) as usize;
                self.put(offset, &data[..fits]);
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.blocks.insert(page);
        }
        self.put(offset, data);
        Ok(())
    }

    /// Into the cache, and later to the disk; a page that was given up is written whole.
    fn put(&mut self, offset: u64, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        let end = offset + data.len() as u64;
        let len = self.cache.len().max(end as usize);
        self.cache.resize(len, 0);
        self.cache[offset as usize..end as usize].copy_from_slice(data);
        for page in offset / PAGE..end.div_ceil(PAGE) {
            if self.given_up.remove(&page) {
                let whole = self.page(page);
                self.pending.push(Change::Write(page * PAGE, whole));
            }
        }
        self.pending.push(Change::Write(offset, data.to_vec()));
    }

    fn page(&self, page: u64) -> Vec<u8> {
        let end = self.cache.len().min(((page + 1) * PAGE) as usize);
        self.cache[(page * PAGE) as usize..end].to_vec()
    }

    pub fn set_len(&mut self, len: u64) -> io::Result<()> {
        self.begins()?;
        if self.meets(Fails::Len) {
            self.tally.lens += 1;
            return Err(io::Error::other("a change of length failed"));
        }
        self.cache.resize(len as usize, 0);
        self.blocks.retain(|page| page * PAGE < len);
        self.given_up.retain(|page| page * PAGE < len);
        self.pending.push(Change::Len(len));
        Ok(())
    }

    pub fn sync(&mut self) -> io::Result<()> {
        self.begins()?;
        let pending = std::mem::take(&mut self.pending);
        if !self.meets(Fails::Sync) {
            pending
                .iter()
                .for_each(|change| apply(&mut self.durable, change));
            return Ok(());
        }
        self.tally.syncs += 1;
        if self.chance.one_in(4) {
            self.pending = pending;
            return Err(io::Error::other("a sync failed"));
        }
        let all = self.chance.one_in(3);
        for change in pending {
            match &change {
                Change::Write(offset, data) if all || self.chance.one_in(2) => {
                    self.tally.given_up += 1;
                    let end = offset + data.len() as u64;
                    self.given_up.extend(offset / PAGE..end.div_ceil(PAGE));
                }
                Change::Write(..) | Change::Len(_) => apply(&mut self.durable, &change),
            }
        }
        Err(io::Error::other("a sync failed"))
    }

    /// Forgets some of the pages that were given up: the next look at them is at the disk.
    pub fn turn_out(&mut self) {
        for page in std::mem::take(&mut self.given_up) {
            if self.chance.one_in(2) {
                self.given_up.insert(page);
                continue;
            }
            self.tally.turned_out += 1;
            let (start, end) = ((page * PAGE) as usize, ((page + 1) * PAGE) as usize);
            for at in start..end.min(self.cache.len()) {
                self.cache[at] = self.durable.get(at).copied().unwrap_or(0);
            }
        }
    }

    /// The power goes: of what is pending a part survives, out of order, the last of it torn.
    pub fn cut(&mut self) {
        if self.off.send_replace(true) {
            return;
        }
        self.tally.cuts += 1;
        self.life += 1;
        self.given_up.clear();
        let (lens, mut writes): (Vec<_>, Vec<_>) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|change| matches!(change, Change::Len(_)));
        // A length is the file system's own affair, which keeps an order.
        let kept = self.chance.below(lens.len() + 1);
        lens[..kept]
            .iter()
            .for_each(|len| apply(&mut self.durable, len));
        let odds = self.chance.below(5);
        let all = writes.len();
        writes.retain(|_| self.chance.below(4) < odds);
        self.tally.lost += (all - writes.len()) as u64;
        self.chance.shuffle(&mut writes);
        let last = writes.len().saturating_sub(1);
        for (at, change) in writes.iter().enumerate() {
            let Change::Write(offset, data) = change else {
                continue;
            };
            if at == last {
                self.tally.torn += 1;
                let torn = self.chance.below(data.len() + 1);
                apply(
                    &mut self.durable,
                    &Change::Write(*offset, data[..torn].to_vec()),
                );
            } else if self.chance.one_in(4) {
                self.tally.torn += 1;
                for (sector, part) in data.chunks(SECTOR).enumerate() {
                    if self.chance.one_in(2) {
                        let at = offset + (sector * SECTOR) as u64;
                        apply(&mut self.durable, &Change::Write(at, part.to_vec()));
                    }
                }
            } else {
                self.tally.survived += 1;
                apply(&mut self.durable, change);
            }
        }
        self.cache.clone_from(&self.durable);
    }
}

/// To the disk; what lies behind the end of the file is nowhere.
fn apply(durable: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Len(len) => durable.resize(*len as usize, 0),
        Change::Write(offset, data) => {
            let start = durable.len().min(*offset as usize);
            let end = durable.len().min(start + data.len());
            durable[start..end].copy_from_slice(&data[..end - start]);
        }
    }
}

/// Chance that can be repeated: splitmix64.
#[derive(Debug, Clone)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `most`, or 0.
    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    fn one_in(&mut self, most: usize) -> bool {
        self.below(most) == 0
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for at in (1..all.len()).rev() {
            all.swap(at, self.below(at + 1));
        }
    }
}
