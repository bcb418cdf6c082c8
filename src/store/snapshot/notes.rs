//! Notes that wait, as readers see them.

use redb::ReadableTableMetadata;

use super::{Snapshot, WAITING};
use crate::base::time::Timestamp;
use crate::rules::domain::id::NoteId;
use crate::store::record::Note;
use crate::store::row::parse;
use crate::store::{StoreError, tables};

/// What of a chat's notes is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This one can be sent.
    Note(NoteId, Box<Note>),
    /// Those that are there stand aside until then.
    Aside(Timestamp),
    /// There are none.
    Nothing,
}

impl Snapshot {
    /// A chat's next note: the first that does not stand aside at `now`.
    pub fn next_note(&self, chat: i64, now: Timestamp) -> Result<Next, StoreError> {
        let table = self.0.open_table(tables::OUTBOX)?;
        let mut next = Next::Nothing;
        for row in table.range((chat, 0)..=(chat, u64::MAX))? {
            let (key, value) = row?;
            let (_, id) = key.value();
            let note: Note = parse(value.value(), "outbox.v1", id)?;
            next = match (note.failing.map(|failing| failing.again), next) {
                (Some(again), Next::Aside(other)) if again > now => Next::Aside(again.min(other)),
                (Some(again), _) if again > now => Next::Aside(again),
                _ => return Ok(Next::Note(NoteId(id), Box::new(note))),
            };
        }
        Ok(next)
    }

    /// When the first note of a chat was written that does not stand aside.
    fn first_written(&self, chat: i64) -> Result<Option<Timestamp>, StoreError> {
        let table = self.0.open_table(tables::OUTBOX)?;
        for row in table.range((chat, 0)..=(chat, u64::MAX))? {
            let (key, value) = row?;
            let note: Note = parse(value.value(), "outbox.v1", key.value().1)?;
            if note.failing.is_none() {
                return Ok(Some(note.at));
            }
        }
        Ok(None)
    }

    /// A chat's notes, those that are kept for somebody's return as well.
    pub fn notes(&self, chat: i64) -> Result<Vec<(NoteId, Note)>, StoreError> {
        let mut notes = Vec::new();
        for (table, name) in [(tables::KEPT, "kept.v1"), (tables::OUTBOX, "outbox.v1")] {
            for row in self.table(table)?.range((chat, 0)..=(chat, u64::MAX))? {
                let (key, value) = row?;
                let (_, id) = key.value();
                notes.push((NoteId(id), parse(value.value(), name, id)?));
            }
        }
        Ok(notes)
    }

    /// Every chat with notes that can be sent.
    pub fn chats(&self) -> Result<Vec<i64>, StoreError> {
        self.first_chats(usize::MAX)
    }

    /// The first chats with notes that can be sent, at most `most`, found by leaping from one to the next.
    fn first_chats(&self, most: usize) -> Result<Vec<i64>, StoreError> {
        let table = self.0.open_table(tables::OUTBOX)?;
        let mut chats = Vec::new();
        let mut from = (i64::MIN, 0);
        while chats.len() < most
            && let Some(row) = table.range(from..)?.next()
        {
            let (chat, _) = row?.0.value();
            chats.push(chat);
            if chat == i64::MAX {
                break;
            }
            from = (chat + 1, 0);
        }
        Ok(chats)
    }

    /// When the oldest note was written that can be sent and does not stand aside; of [`WAITING`] chats, if more wait.
    pub fn oldest_note(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut oldest: Option<Timestamp> = None;
        for chat in self.first_chats(WAITING)? {
            let first = self.first_written(chat)?;
            oldest = match (oldest, first) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
        Ok(oldest)
    }

    /// How many notes wait to be sent.
    pub fn waiting_notes(&self) -> Result<u64, StoreError> {
        Ok(self.0.open_table(tables::OUTBOX)?.len()?)
    }
}
