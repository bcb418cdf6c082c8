//! The notes: those that can be sent, and those that are kept for somebody's return.

use super::Audit;
use crate::rules::domain::id::UserId;
use crate::store::{StoreError, tables};

impl Audit<'_> {
    pub(crate) fn notes(&mut self) -> Result<(), StoreError> {
        let (mut rows, mut chats) = (0, 0);
        for (table, name, away) in [
            (tables::OUTBOX, "outbox.v1", false),
            (tables::KEPT, "kept.v1", true),
        ] {
            let mut last = None;
            for row in self.snapshot.rows(table)? {
                let (chat, note) = row?.0.value();
                rows += 1;
                if last.replace(chat) == Some(chat) {
                    continue;
                }
                chats += u64::from(!away);
                let user = match UserId::of_chat(chat) {
                    Some(user) => self.found(self.snapshot.user(user))?.flatten(),
                    None => None,
                };
                let is_away = user.is_some_and(|row| !row.user.reachable);
                if is_away != away {
                    let what = match away {
                        true => format!("chat {chat} can be written to, its notes are kept"),
                        false => format!("chat {chat} cannot be written to, its notes are sent"),
                    };
                    self.breach(what, [format!("{name}/({chat}, {note})")]);
                }
            }
        }
        let counted = self.counters.chats;
        if counted != chats {
            let what = format!("{counted} chats with notes are counted, there are {chats}");
            self.breach(what, ["meta.v1/counters".into()]);
        }
        self.holds("notes are kept for those who cannot be written to", rows);
        Ok(())
    }
}
