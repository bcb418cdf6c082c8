//! Broadcasts: begun, stopped, and each letter written down before the next is sent.
//!
//! There is one at a time, and no note for each of its letters: the last user who was dealt with says all. A crash,
//! or an answer of Telegram's that is lost, repeats at most the one letter that was on its way; nobody is left out.

use std::time::Duration;

use super::outbox;
use crate::base::time::Timestamp;
use crate::rules::conversation::office::line::Line;
use crate::rules::conversation::say::Say;
use crate::rules::domain::act::{Done, Who};
use crate::rules::domain::broadcast::{Broadcast, Course, Letter, Outcome, Segment};
use crate::rules::domain::id::UserId;
use crate::shop::deeds::{self, By};
use crate::store::txn::Txn;
use crate::store::{Snapshot, StoreError, tables};

/// Its author is told no more often how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);

/// The number of the one that is on its way, if one is.
pub(crate) fn on_its_way(txn: &Txn<'_>) -> Result<Option<u64>, StoreError> {
    let last = txn.last_broadcast()?;
    Ok(last
        .filter(|(_, last)| last.is_open())
        .map(|(number, _)| number))
}

/// Whether that one is on its way and nobody has stopped it.
pub(crate) fn runs(txn: &Txn<'_>, number: u64) -> Result<bool, StoreError> {
    let found = txn.broadcast(number)?;
    Ok(found.is_some_and(|found| found.course == Course::Running))
}

/// Begins one; its number. No other must be on its way.
pub(crate) fn begin(
    txn: &mut Txn<'_>,
    author: UserId,
    letter: &Letter,
    segment: Segment,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let lang = txn.lang_of(author)?;
    let broadcast = Broadcast {
        by: author,
        lang,
        at: now,
        letter: letter.clone(),
        segment,
        course: Course::Running,
        total: None,
        last: None,
        delivered: 0,
        blocked: 0,
        failed: 0,
        told: now,
        message: None,
    };
    let number = txn.last_broadcast()?.map_or(1, |(last, _)| last + 1);
    txn.put_broadcast(number, &broadcast)?;
    outbox::tell(txn, author, lang, Say::Progress { broadcast: number }, now)?;
    Ok(number)
}

/// Stops one that runs.
pub(crate) fn stop(txn: &mut Txn<'_>, number: u64) -> Result<(), StoreError> {
    let mut broadcast = txn.known_broadcast(number)?;
    broadcast.course = Course::Stopping;
    txn.put_broadcast(number, &broadcast)
}

/// Writes down how many it is for.
pub fn counted(txn: &mut Txn<'_>, number: u64, total: u64) -> Result<(), StoreError> {
    let mut broadcast = txn.known_broadcast(number)?;
    broadcast.total = Some(total);
    txn.put_broadcast(number, &broadcast)
}

/// Writes down what became of a user's letter.
pub fn dealt(
    txn: &mut Txn<'_>,
    number: u64,
    user: UserId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut broadcast = txn.known_broadcast(number)?;
    if broadcast.last >= Some(user) {
        return Ok(());
    }
    broadcast.last = Some(user);
    match outcome {
        Outcome::Delivered => broadcast.delivered += 1,
        Outcome::Blocked => {
            broadcast.blocked += 1;
            outbox::unreachable(txn, user.chat())?;
        }
        Outcome::Failed => broadcast.failed += 1,
    }
    if now.since(broadcast.told) >= TELL_EVERY {
        broadcast.told = now;
        tell_progress(txn, number, &broadcast, now)?;
    }
    txn.put_broadcast(number, &broadcast)
}

/// Ends one, and tells its author what came of it.
pub fn end(txn: &mut Txn<'_>, number: u64, now: Timestamp) -> Result<(), StoreError> {
    let mut broadcast = txn.known_broadcast(number)?;
    broadcast.course = match broadcast.course {
        Course::Running => Course::Done,
        Course::Stopping => Course::Stopped,
        Course::Done | Course::Stopped => return Ok(()),
    };
    let (delivered, blocked, failed) = (broadcast.delivered, broadcast.blocked, broadcast.failed);
    let done = Done::BroadcastEnded {
        broadcast: number,
        delivered,
        blocked,
        failed,
    };
    let who = Who::Chat(broadcast.by);
    deeds::note(txn, By { who, at: now }, done)?;
    tell_progress(txn, number, &broadcast, now)?;
    let line = Line::Sent {
        stopped: broadcast.course == Course::Stopped,
        delivered,
        blocked,
        failed,
    };
    outbox::tell(
        txn,
        broadcast.by,
        broadcast.lang,
        Say::Desk(Box::new(line)),
        now,
    )?;
    txn.put_broadcast(number, &broadcast)
}

/// The one that is on its way.
pub fn open(snapshot: &Snapshot) -> Result<Option<(u64, Broadcast)>, StoreError> {
    let last = snapshot.rows(tables::BROADCASTS)?.next_back().transpose()?;
    let Some((key, value)) = last else {
        return Ok(None);
    };
    let number = key.value();
    let last: Broadcast = crate::store::row::parse(value.value(), "broadcasts.v1", number)?;
    Ok(last.is_open().then_some((number, last)))
}

/// Has the message edited that tells how far it is; not while its author cannot be reached.
fn tell_progress(
    txn: &mut Txn<'_>,
    number: u64,
    broadcast: &Broadcast,
    now: Timestamp,
) -> Result<(), StoreError> {
    let author = txn.user(broadcast.by)?;
    if author.is_none_or(|row| !row.user.reachable) {
        return Ok(());
    }
    let say = Say::Progress { broadcast: number };
    outbox::tell(txn, broadcast.by, broadcast.lang, say, now)
}
