//! Entries of the ledger, as operators see them.

use super::answer::{EntryLine, Listed};
use crate::rules::domain::credit::{Entry, Reason};
use crate::rules::domain::id::UserId;
use crate::store::{Snapshot, StoreError};

/// A user's entries before that number, newest first.
pub fn history(
    snapshot: &Snapshot,
    id: UserId,
    before: Option<u64>,
    most: usize,
) -> Result<Listed<EntryLine>, StoreError> {
    let entries = snapshot.entries_of_user(id, before, most)?;
    Ok(Listed::whole(entries.iter().map(line).collect()))
}

/// An entry's line.
pub fn line(entry: &Entry) -> EntryLine {
    EntryLine {
        n: entry.id.0,
        at: entry.at.0,
        from: entry.from.to_string(),
        to: entry.to.to_string(),
        amount: entry.amount.0,
        reason: entry.reason.word().to_owned(),
        why: match &entry.reason {
            Reason::Grant { why, .. } => Some(why.clone()),
            Reason::Welcome
            | Reason::Hold { .. }
            | Reason::Capture { .. }
            | Reason::Release { .. } => None,
        },
        job: entry.reason.job().map(|job| job.0),
    }
}
