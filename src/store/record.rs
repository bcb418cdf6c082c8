//! Stored forms: `[tag][version][bincode]` with a limit; numbers take as many bytes as they need.
//!
//! A domain type is stored as it is. From 1.0 on a shape that changes freezes here under its version and the new one
//! gets the next; until then nobody has files and shapes change in place. Golden bytes in the tests make a change loud.

use std::ops::Range;

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use ring::digest;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::time::Timestamp;
use crate::rules::conversation::office::form::Form;
use crate::rules::conversation::say::Say;
use crate::rules::conversation::session::Session;
use crate::rules::domain::act::{Act, Ban};
use crate::rules::domain::alert::Alert;
use crate::rules::domain::broadcast::Broadcast;
use crate::rules::domain::credit::{Entry, Seal};
use crate::rules::domain::id::{EntryId, JobId, OrderId};
use crate::rules::domain::job::{Job, Stage};
use crate::rules::domain::keyring::Rest;
use crate::rules::domain::late::Late;
use crate::rules::domain::order::Order;
use crate::rules::domain::retired::Retired;
use crate::rules::domain::tally::Tally;
use crate::rules::domain::user::{Lang, User};

/// No record is larger, in bytes; a corrupt length cannot ask for more.
const LIMIT: usize = 1 << 20;
/// Most records are shorter, in bytes.
const USUAL: usize = 256;

/// Something stored under a tag and a version.
pub trait Record: Serialize + DeserializeOwned {
    /// Tells this kind of record from every other.
    const TAG: u8;
    /// The version written.
    const VERSION: u8;
    /// What it is called in errors.
    const NAME: &'static str;
}

macro_rules! records {
    ($($type:ty = $tag:literal;)*) => {$(
        impl Record for $type {
            const TAG: u8 = $tag;
            const VERSION: u8 = 1;
            const NAME: &'static str = stringify!($type);
        }
    )*};
}

records! {
    Counters = 1;
    UserRow = 2;
    Order = 3;
    JobRow = 4;
    Entry = 5;
    Note = 6;
    Rest = 7;
    Raised = 8;
    Closed = 9;
    Ban = 10;
    Act = 11;
    Tally = 12;
    Form = 13;
    Broadcast = 14;
    Retired = 15;
    Reading = 16;
    Late = 17;
}

/// Running numbers and the shop's own balances; one row, written once per commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
pub struct Counters {
    pub order: u64,
    pub job: u64,
    /// The last ledger entry.
    pub entry: u64,
    pub note: u64,
    pub draft: u64,
    /// The fair queue's virtual time: the tag of the job claimed last.
    pub fair: u64,
    /// Jobs between their claim and their end.
    pub places: u32,
    /// Balance of the account that gives welcomes.
    pub gifts: i64,
    /// Balance of the account that sells.
    pub sales: i64,
    /// Balance of the account that grants.
    pub grants: i64,
    /// Balance of the account that earns.
    pub revenue: i64,
    /// The seal of the last entry.
    pub seal: Seal,
    /// The last commit: tells after a fault whether it is on disk.
    pub commit: u64,
    /// Tasks that a callback named before an answer did: the answer was lost, or slower.
    pub adopted: u64,
    /// Tasks the provider made and nobody waited for.
    pub orphans: u64,
    /// Submissions the provider made two tasks of.
    pub doubled: u64,
    /// Videos that came after their credits had gone back, and were given away.
    pub late: u64,
    /// Jobs that have not ended.
    pub live: Live,
    /// Chats with notes that can be sent.
    pub chats: u64,
}

/// How many jobs stand at each stage before the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
pub struct Live {
    /// That wait for an attempt.
    pub queued: u32,
    /// Whose photo and script are made.
    pub preparing: u32,
    /// That are on their way to the provider.
    pub submitting: u32,
    /// That the provider films.
    pub rendering: u32,
    /// Whose videos are fetched.
    pub rendered: u32,
}

impl Live {
    /// None at all.
    pub const NONE: Self = Self {
        queued: 0,
        preparing: 0,
        submitting: 0,
        rendering: 0,
        rendered: 0,
    };

    /// One job at that stage; none if that is an end.
    pub fn of(stage: &Stage) -> Self {
        let mut one = Self::NONE;
        match stage {
            Stage::Queued => one.queued = 1,
            Stage::Preparing => one.preparing = 1,
            Stage::Submitting { .. } => one.submitting = 1,
            Stage::Rendering { .. } => one.rendering = 1,
            Stage::Rendered { .. } => one.rendered = 1,
            Stage::Done { .. } | Stage::Failed { .. } => {}
        }
        one
    }

    /// With those as well.
    pub fn plus(self, more: Self) -> Self {
        Self {
            queued: self.queued.saturating_add(more.queued),
            preparing: self.preparing.saturating_add(more.preparing),
            submitting: self.submitting.saturating_add(more.submitting),
            rendering: self.rendering.saturating_add(more.rendering),
            rendered: self.rendered.saturating_add(more.rendered),
        }
    }

    /// Without those.
    pub fn minus(self, less: Self) -> Self {
        Self {
            queued: self.queued.saturating_sub(less.queued),
            preparing: self.preparing.saturating_sub(less.preparing),
            submitting: self.submitting.saturating_sub(less.submitting),
            rendering: self.rendering.saturating_sub(less.rendering),
            rendered: self.rendered.saturating_sub(less.rendered),
        }
    }

    /// Each stage by its name, with its number.
    pub fn named(self) -> [(&'static str, u32); 5] {
        [
            ("queued", self.queued),
            ("preparing", self.preparing),
            ("submitting", self.submitting),
            ("rendering", self.rendering),
            ("rendered", self.rendered),
        ]
    }
}

/// A user with the open question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct UserRow {
    pub user: User,
    pub session: Session,
    /// Their last order: each leads to the one before.
    pub last_order: Option<OrderId>,
    /// Their last entry in the ledger: each leads to the one before.
    pub last_entry: Option<EntryId>,
    /// When they last wrote.
    pub seen: Timestamp,
}

impl UserRow {
    /// Somebody of whom there is nothing yet but the row.
    pub fn new(user: User) -> Self {
        Self {
            seen: user.since,
            user,
            session: Session::new(),
            last_order: None,
            last_entry: None,
        }
    }
}

/// A job with its place in the due index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct JobRow {
    pub job: Job,
    /// Where the due index has it.
    pub lane: Lane,
}

/// Where the due index has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub enum Lane {
    /// Nowhere: it has ended.
    None,
    /// Waits for a moment.
    Timed(Timestamp),
    /// Waits for a place, in the order of fair tags.
    Ready(u64),
}

impl Lane {
    /// The due index's rows of jobs that wait for a moment.
    pub const TIMED: Range<(u8, u64, u64)> = (0, 0, 0)..(1, 0, 0);
    /// The due index's rows of jobs that wait for a place.
    pub const READY: Range<(u8, u64, u64)> = (1, 0, 0)..(2, 0, 0);

    /// A job's row in the due index.
    pub fn key(self, job: JobId) -> Option<(u8, u64, u64)> {
        match self {
            Self::None => None,
            Self::Timed(at) => Some((Self::TIMED.start.0, at.0, job.0)),
            Self::Ready(tag) => Some((Self::READY.start.0, tag, job.0)),
        }
    }
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Note {
    pub say: Say,
    pub lang: Lang,
    /// When it was written.
    pub at: Timestamp,
    /// How Telegram fails to take it, if it has.
    pub failing: Option<Failing>,
}

/// A note that Telegram fails to take: it stands aside and is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Failing {
    pub since: Timestamp,
    /// How often it has failed.
    pub times: u32,
    /// How often nobody knew whether it had been taken.
    pub unsure: u32,
    /// Not before this is it tried again.
    pub again: Timestamp,
}

/// An alert that was raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Raised {
    /// When it was last told.
    pub told: Timestamp,
    /// How often it was held back since.
    pub held: u32,
    pub alert: Alert,
}

/// Why orders are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The disk is nearly full.
    Room,
    /// An operator paused sales.
    Pause,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 2] = [Self::Room, Self::Pause];

    /// Its row.
    pub fn row(self) -> &'static str {
        match self {
            Self::Room => "closed:room",
            Self::Pause => "closed:pause",
        }
    }

    /// Its word for operators.
    pub fn word(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Pause => "pause",
        }
    }
}

/// Orders are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Closed {
    pub since: Timestamp,
}

/// What was shown when the shop was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Reading {
    /// What everything of ours went by.
    pub shown: Timestamp,
    /// What the system's clock showed.
    pub wall: Timestamp,
}

/// Why bytes are not a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not the tag of this kind.
    #[error("has a wrong tag")]
    Tag,
    /// A version we do not know.
    #[error("has an unknown version")]
    Version,
    /// Too short, too long, or senseless.
    #[error("is damaged")]
    Damaged,
}

impl DecodeError {
    /// The same as a fragment of a sentence.
    pub fn what(self) -> &'static str {
        match self {
            Self::Tag => "has a wrong tag",
            Self::Version => "has an unknown version",
            Self::Damaged => "is damaged",
        }
    }
}

fn form() -> Configuration<LittleEndian, Varint, Limit<LIMIT>> {
    bincode::config::standard().with_limit::<LIMIT>()
}

/// An entry's row: its record, and its seal over that and the seal before.
pub fn sealed(entry: &Entry, before: Seal) -> (Vec<u8>, Seal) {
    let mut row = encode(entry);
    let seal = seal(before, &row);
    row.extend(seal.0);
    (row, seal)
}

/// An entry's record and its seal, from its row.
pub fn unsealed(row: &[u8]) -> Result<(&[u8], Seal), DecodeError> {
    let (record, seal) = row.split_last_chunk().ok_or(DecodeError::Damaged)?;
    Ok((record, Seal(*seal)))
}

/// The seal of these bytes after that one.
pub fn seal(before: Seal, record: &[u8]) -> Seal {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(&before.0);
    hash.update(record);
    let hash = hash.finish();
    Seal(hash.as_ref().try_into().expect("SHA-256 has 32 bytes"))
}

/// The bytes of a record.
pub fn encode<T: Record>(record: &T) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(USUAL);
    bytes.extend([T::TAG, T::VERSION]);
    bincode::serde::encode_into_std_write(record, &mut bytes, form())
        .expect("our records are plain data and fit the limit");
    bytes
}

/// The record of these bytes, all of them.
pub fn decode<T: Record>(bytes: &[u8]) -> Result<T, DecodeError> {
    let [tag, version, payload @ ..] = bytes else {
        return Err(DecodeError::Damaged);
    };
    if *tag != T::TAG {
        return Err(DecodeError::Tag);
    }
    if *version != T::VERSION {
        return Err(DecodeError::Version);
    }
    match bincode::serde::decode_from_slice(payload, form()) {
        Ok((record, read)) if read == payload.len() => Ok(record),
        Ok(_) | Err(_) => Err(DecodeError::Damaged),
    }
}

#[cfg(test)]
mod tests;
