//! Notes in a transaction: in the outbox, or kept for the return of whoever has blocked the bot.

use redb::ReadableTable;

use super::{Rows, Txn};
use crate::rules::conversation::say::Worth;
use crate::rules::domain::id::{NoteId, UserId};
use crate::store::StoreError;
use crate::store::record::{Note, encode};
use crate::store::row::parse;

/// When so many notes wait for a chat, a new one takes the place of the oldest answer.
const MANY: usize = 20;

impl Txn<'_> {
    /// Puts a note into a chat's outbox; or with those that are kept for the return of whoever has blocked the bot.
    pub(crate) fn put_note(&mut self, chat: i64, note: &Note) -> Result<NoteId, StoreError> {
        let away = match UserId::of_chat(chat) {
            Some(user) => self.is_away(user)?,
            None => false,
        };
        let counters = self.counters();
        counters.note += 1;
        let id = NoteId(counters.note);
        match away {
            false => self.send_note(chat, id, &encode(note))?,
            true => drop(self.kept.insert((chat, id.0), encode(note).as_slice())?),
        }
        Ok(id)
    }

    fn send_note(&mut self, chat: i64, id: NoteId, note: &[u8]) -> Result<(), StoreError> {
        let rows = self.outbox.range((chat, 0)..=(chat, u64::MAX))?;
        match rows.take(MANY).count() {
            0 => self.counters().chats += 1,
            MANY => self.strike_answer(chat)?,
            _ => {}
        }
        self.outbox.insert((chat, id.0), note)?;
        self.woken.chats.insert(chat);
        Ok(())
    }

    /// Strikes the oldest answer that waits for a chat: whoever taps a lot reads the newest ones.
    fn strike_answer(&mut self, chat: i64) -> Result<(), StoreError> {
        let mut oldest = None;
        for row in self.outbox.range((chat, 0)..=(chat, u64::MAX))? {
            let (key, value) = row?;
            let (_, id) = key.value();
            let note: Note = parse(value.value(), "outbox.v1", id)?;
            if note.say.worth() == Worth::Answer {
                oldest = Some(NoteId(id));
                break;
            }
        }
        match oldest {
            Some(id) => self.strike_note(chat, id).map(drop),
            None => Ok(()),
        }
    }

    fn has_notes(&self, chat: i64) -> Result<bool, StoreError> {
        let mut rows = self.outbox.range((chat, 0)..=(chat, u64::MAX))?;
        Ok(rows.next().transpose()?.is_some())
    }

    /// Writes a note that waits to be sent anew; nothing if it does not wait any more.
    pub(crate) fn change_note(
        &mut self,
        chat: i64,
        id: NoteId,
        note: &Note,
    ) -> Result<(), StoreError> {
        if self.outbox.get((chat, id.0))?.is_some() {
            self.writes += 1;
            self.outbox.insert((chat, id.0), encode(note).as_slice())?;
        }
        Ok(())
    }

    /// Strikes a note.
    pub(crate) fn strike_note(&mut self, chat: i64, note: NoteId) -> Result<bool, StoreError> {
        self.writes += 1;
        let struck = self.outbox.remove((chat, note.0))?.is_some();
        if struck && !self.has_notes(chat)? {
            let chats = &mut self.counters().chats;
            *chats = chats.saturating_sub(1);
        }
        Ok(struck || self.kept.remove((chat, note.0))?.is_some())
    }

    /// A chat's notes, those that are kept for somebody's return as well.
    pub(crate) fn notes(&self, chat: i64) -> Result<Vec<(NoteId, Note)>, StoreError> {
        let mut notes = Vec::new();
        for (table, name) in [(&self.kept, "kept.v1"), (&self.outbox, "outbox.v1")] {
            for row in table.range((chat, 0)..=(chat, u64::MAX))? {
                let (key, value) = row?;
                let (_, id) = key.value();
                notes.push((NoteId(id), parse(value.value(), name, id)?));
            }
        }
        Ok(notes)
    }

    /// Keeps what waits for a chat until somebody returns.
    pub(crate) fn put_away(&mut self, chat: i64) -> Result<(), StoreError> {
        for (id, note) in of_chat(&self.outbox, chat)? {
            self.strike_note(chat, id)?;
            self.kept.insert((chat, id.0), note.as_slice())?;
        }
        Ok(())
    }

    /// What was kept for a chat can be sent again.
    pub(crate) fn bring_back(&mut self, chat: i64) -> Result<(), StoreError> {
        for (id, note) in of_chat(&self.kept, chat)? {
            self.kept.remove((chat, id.0))?;
            self.send_note(chat, id, &note)?;
        }
        Ok(())
    }
}

/// The rows of a chat's notes.
fn of_chat(table: &Rows<'_, (i64, u64)>, chat: i64) -> Result<Vec<(NoteId, Vec<u8>)>, StoreError> {
    let rows = table.range((chat, 0)..=(chat, u64::MAX))?;
    rows.map(|row| {
        let (key, value) = row?;
        Ok((NoteId(key.value().1), value.value().to_vec()))
    })
    .collect()
}
