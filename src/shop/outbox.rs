//! The outbox: what is to be said, in order per chat, until Telegram has it.

use crate::base::time::Timestamp;
use crate::rules::conversation::say::{Say, Worth};
use crate::rules::domain::id::{JobId, MessageId, NoteId, OrderId, TopicId, UserId};
use crate::rules::domain::user::Lang;
use crate::store::StoreError;
use crate::store::record::{Failing, Note};
use crate::store::txn::Txn;

/// Says something to a user.
pub fn tell(
    txn: &mut Txn<'_>,
    user: UserId,
    lang: Lang,
    say: Say,
    now: Timestamp,
) -> Result<(), StoreError> {
    tell_chat(txn, user.chat(), lang, say, now)
}

/// Says something in any chat.
pub fn tell_chat(
    txn: &mut Txn<'_>,
    chat: i64,
    lang: Lang,
    say: Say,
    now: Timestamp,
) -> Result<(), StoreError> {
    let note = Note {
        say,
        lang,
        at: now,
        failing: None,
    };
    txn.put_note(chat, &note)?;
    Ok(())
}

/// What Telegram made of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// Said; nothing to remember.
    Plainly,
    /// The status message of an order has this id from now on; nothing if nobody knows it.
    Status(OrderId, Option<MessageId>),
    /// The video of a job has this `file_id` from now on.
    Video(JobId, String),
    /// The message that tells how far a broadcast is has this id from now on; nothing if it is gone.
    Progress(u64, Option<MessageId>),
}

/// Strikes a note that was said, or cannot be.
pub fn strike(txn: &mut Txn<'_>, chat: i64, note: NoteId, sent: &Sent) -> Result<(), StoreError> {
    txn.strike_note(chat, note)?;
    match sent {
        Sent::Plainly => Ok(()),
        Sent::Status(order, message) => shown(txn, *order, *message),
        // It may have been retired while it was on its way.
        Sent::Video(job, file) => match txn.find_job(*job)? {
            Some(_) => txn.put_video(*job, file),
            None => Ok(()),
        },
        Sent::Progress(number, message) => {
            let mut broadcast = txn.known_broadcast(*number)?;
            broadcast.message = *message;
            txn.put_broadcast(*number, &broadcast)
        }
    }
}

/// Keeps the status message of an order, unless it has been retired meanwhile.
fn shown(txn: &mut Txn<'_>, order: OrderId, status: Option<MessageId>) -> Result<(), StoreError> {
    let Some(mut order) = txn.find_order(order)? else {
        return Ok(());
    };
    order.status = status;
    txn.put_order(&order)
}

/// Has a note that Telegram fails to take stand aside, so that others go on.
pub fn put_aside(
    txn: &mut Txn<'_>,
    chat: i64,
    id: NoteId,
    note: &Note,
    failing: Failing,
) -> Result<(), StoreError> {
    let failing = Some(failing);
    let note = Note {
        failing,
        ..note.clone()
    };
    txn.change_note(chat, id, &note)
}

/// Forgets the topic a user was in: it is gone.
pub fn forget_topic(txn: &mut Txn<'_>, chat: i64, topic: TopicId) -> Result<(), StoreError> {
    let Some(user) = UserId::of_chat(chat) else {
        return Ok(());
    };
    match txn.user(user)? {
        Some(mut row) if row.user.topic == Some(topic) => {
            row.user.topic = None;
            txn.put_user(user, &row)
        }
        Some(_) | None => Ok(()),
    }
}

/// Marks the user of a chat as out of reach and drops what waits for them, but for how their orders ended:
/// that is said when they come back.
pub fn unreachable(txn: &mut Txn<'_>, chat: i64) -> Result<(), StoreError> {
    let known = match UserId::of_chat(chat) {
        Some(user) => txn.user(user)?.map(|row| (user, row)),
        None => None,
    };
    let stays = known.is_some();
    if let Some((user, mut row)) = known {
        row.user.reachable = false;
        txn.put_user(user, &row)?;
    }
    for (id, note) in txn.notes(chat)? {
        if !(stays && note.say.worth() == Worth::Outcome) {
            txn.strike_note(chat, id)?;
        }
    }
    txn.put_away(chat)
}
