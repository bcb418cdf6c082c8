//! The archive: orders that ended long ago, each as one small row without what its seller wrote.
//!
//! Rows made smaller where they are would free nothing, for the file's pages are not merged; rows that go do. Numbers
//! of orders and of jobs rise together, so one table finds both.

use std::collections::BTreeMap;

use crate::base::time::Timestamp;
use crate::rules::conversation::say::{Say, Subject};
use crate::rules::domain::id::{JobId, NoteId, OrderId, UserId};
use crate::rules::domain::job::Job;
use crate::rules::domain::order::Order;
use crate::rules::domain::retired::Retired;
use crate::shop::deeds;
use crate::store::StoreError;
use crate::store::record::Note;
use crate::store::txn::Txn;

/// What a pass over some old orders has come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pass {
    /// Orders that were retired.
    pub retired: u64,
    /// Notes that their sellers never came back for.
    pub dropped: u64,
    /// Jobs whose videos were among those: the files are nobody's now.
    pub videos: Vec<JobId>,
    /// Where the next pass begins; nothing if no order after these is old enough.
    pub next: Option<OrderId>,
}

/// Looks at up to `most` orders from `from` on, and retires those whose jobs have all ended before `before`.
///
/// An order stays while a note of it waits for somebody who can be reached. Whoever has shut us out for so long is
/// told no more of it: those notes go with the order.
pub fn retire(
    txn: &mut Txn<'_>,
    from: OrderId,
    before: Timestamp,
    most: usize,
    now: Timestamp,
) -> Result<Pass, StoreError> {
    let mut pass = Pass::default();
    let mut notes = Notes::new();
    let orders = txn.orders_from(from, most)?;
    pass.next = match orders.last() {
        Some((last, _)) if orders.len() == most => Some(OrderId(last.0 + 1)),
        Some(_) | None => None,
    };
    for (_, order) in orders {
        // The audit tells of a row that cannot be read; it stays.
        let Some(order) = order else { continue };
        if order.placed_at >= before {
            pass.next = None;
            break;
        }
        let unread = |error: &StoreError| matches!(error, StoreError::Corrupt { .. });
        let aged = match aged(txn, &order, before, now, &mut notes) {
            Err(error) if unread(&error) => continue,
            aged => aged?,
        };
        let Some((retired, said_no_more)) = aged else {
            continue;
        };
        for (note, say) in said_no_more {
            txn.strike_note(order.user.chat(), note)?;
            pass.dropped += 1;
            if let Say::Video(video) = say {
                pass.videos.push(video.job);
            }
        }
        txn.retire(&order, &retired)?;
        pass.retired += 1;
    }
    Ok(pass)
}

/// What stays of an order, and the notes that go with it.
type Aged = (Retired, Vec<(NoteId, Say)>);

/// Notes of chats that were looked at.
type Notes = BTreeMap<UserId, Vec<(NoteId, Note)>>;

/// What stays of an order, and the notes that go with it; nothing if it is too young or still has a use.
fn aged(
    txn: &Txn<'_>,
    order: &Order,
    before: Timestamp,
    now: Timestamp,
    notes: &mut Notes,
) -> Result<Option<Aged>, StoreError> {
    let jobs: Vec<Job> = order
        .jobs()
        .map(|job| Ok(txn.job(job)?.job))
        .collect::<Result<_, StoreError>>()?;
    let old = |job: &Job| job.stage.ended_at().is_some_and(|at| at < before);
    // What it was ordered again from must not be ordered again once more.
    let first = deeds::retried(&order.callback);
    let wanted = match first {
        Some(job) => txn.find_job(job)?.is_some(),
        None => false,
    };
    if wanted || !jobs.iter().all(old) {
        return Ok(None);
    }
    let Some(retired) = Retired::new(order, &jobs, now) else {
        return Ok(None);
    };
    if let std::collections::btree_map::Entry::Vacant(entry) = notes.entry(order.user) {
        entry.insert(txn.notes(order.user.chat())?);
    }
    let waiting = notes.get(&order.user).into_iter().flatten();
    let of_it: Vec<_> = waiting
        .filter(|(_, note)| speaks_of(&note.say, order))
        .collect();
    if of_it.is_empty() {
        return Ok(Some((retired, Vec::new())));
    }
    let given_up = !txn.known_user(order.user)?.user.reachable;
    if !given_up || of_it.iter().any(|(_, note)| note.at >= before) {
        return Ok(None);
    }
    let of_it = of_it.into_iter().map(|(id, note)| (*id, note.say.clone()));
    Ok(Some((retired, of_it.collect())))
}

/// Whether something that is said to its seller cannot be said without the order.
fn speaks_of(say: &Say, order: &Order) -> bool {
    match say.subject() {
        Subject::Other => false,
        Subject::Order(id) => id == order.id,
        Subject::Job(job) => order.jobs().any(|its| its == job),
        Subject::Video(video) => video.order == order.id,
    }
}
