//! Everything a store shows, to be compared; and the marks by which it shows what was done.
//!
//! Each deed leaves a mark in its own transaction, so that it can be asked which are there, and in which order.

use redb::{Key, TableDefinition, Value};

use super::super::*;
use crate::rules::conversation::say::Say;
use crate::store::{Snapshot, tables};

/// The chat whose notes are the marks; their times are the numbers of deeds.
const MARKS: i64 = i64::MIN;

/// Leaves the mark of a deed.
pub fn mark(txn: &mut Txn<'_>, number: u64) -> Result<(), StoreError> {
    let note = Note {
        say: Say::Retrying,
        lang: Lang::Ru,
        at: Timestamp(number),
        failing: None,
    };
    txn.put_note(MARKS, &note).map(drop)
}

/// Everything a store shows but the number of its commits.
pub struct Shown {
    /// The deeds that are there, in their order.
    pub marks: Vec<usize>,
    pub rows: Vec<String>,
}

impl Shown {
    pub fn of(snapshot: &Snapshot) -> Result<Self, StoreError> {
        let marks = snapshot.notes(MARKS)?;
        let marks = marks.iter().map(|(_, note)| note.at.0 as usize).collect();
        let mut counters = snapshot.counters()?;
        counters.commit = 0;
        let mut rows = vec![format!("{counters:?}")];
        rows_of(snapshot, tables::USERS, &mut rows)?;
        rows_of(snapshot, tables::UPDATES, &mut rows)?;
        rows_of(snapshot, tables::ORDERS, &mut rows)?;
        rows_of(snapshot, tables::CALLBACKS, &mut rows)?;
        rows_of(snapshot, tables::JOBS, &mut rows)?;
        rows_of(snapshot, tables::DUE, &mut rows)?;
        rows_of(snapshot, tables::LEDGER, &mut rows)?;
        rows_of(snapshot, tables::OUTBOX, &mut rows)?;
        rows_of(snapshot, tables::RESTS, &mut rows)?;
        rows_of(snapshot, tables::ALERTS, &mut rows)?;
        rows_of(snapshot, tables::GRANTS, &mut rows)?;
        rows_of(snapshot, tables::VIDEOS, &mut rows)?;
        rows_of(snapshot, tables::STRAYS, &mut rows)?;
        Ok(Self { marks, rows })
    }
}

fn rows_of<K: Key + 'static, V: Value + 'static>(
    snapshot: &Snapshot,
    table: TableDefinition<'static, K, V>,
    rows: &mut Vec<String>,
) -> Result<(), StoreError> {
    for row in snapshot.rows(table)? {
        let (key, value) = row?;
        rows.push(format!("{table} {:?} {:?}", key.value(), value.value()));
    }
    Ok(())
}
