//! Notes that wait, as readers see them.

use redb::ReadableTableMetadata;

use super::{Snapshot, WAITING};
use crate::domain::id::NoteId;
use crate::domain::time::Timestamp;
use crate::store::record::Note;
use crate::store::row::parse;
use crate::store::{StoreError, tables};

impl Snapshot {
    /// A chat's first note.
    pub fn first_note(&self, chat: i64) -> Result<Option<(NoteId, Note)>, StoreError> {
        let table = self.0.open_table(tables::OUTBOX)?;
        let mut rows = table.range((chat, 0)..=(chat, u64::MAX))?;
        let Some(row) = rows.next() else {
            return Ok(None);
        };
        let (key, value) = row?;
        let (_, id) = key.value();
        Ok(Some((NoteId(id), parse(value.value(), "outbox.v1", id)?)))
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

    /// When the oldest note was written that can be sent; of [`WAITING`] chats, if more wait.
    pub fn oldest_note(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut oldest: Option<Timestamp> = None;
        for chat in self.first_chats(WAITING)? {
            let first = self.first_note(chat)?.map(|(_, note)| note.at);
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
