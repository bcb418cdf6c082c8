//! From schema 3: what has happened so far is counted, an hour to a row; raised alerts have room for what they say;
//! who has which name and what failed are found without looking at everything.
//!
//! Reads orders, jobs and entries as schema 4 has them: when their shapes change, theirs freeze here.

use std::collections::BTreeMap;

use redb::{ReadableTable, WriteTransaction};
use serde::{Deserialize, Serialize};

use crate::domain::credit::Entry;
use crate::domain::job::Stage;
use crate::domain::order::Order;
use crate::domain::tally::{HOUR, Sort, Tally, begin};
use crate::domain::time::Timestamp;
use crate::store::record::{self, JobRow, Record, UserRow, encode, unsealed};
use crate::store::txn::{missing, named, parse, read, small};
use crate::store::{StoreError, tables};

/// Hours by their beginning: a shop of a year has some thousands.
type Hours = BTreeMap<Timestamp, Tally>;

/// An alert as schema 3 wrote it.
#[derive(Serialize, Deserialize)]
struct Raised {
    told: Timestamp,
    held: u32,
}

impl Record for Raised {
    const TAG: u8 = 8;
    const VERSION: u8 = 1;
    const NAME: &'static str = "Raised of schema 3";
}

pub fn to_4(transaction: &WriteTransaction) -> Result<(), StoreError> {
    alerts(transaction)?;
    let mut hours = Hours::new();
    newcomers(transaction, &mut hours)?;
    names(transaction)?;
    orders(transaction, &mut hours)?;
    videos(transaction, &mut hours)?;
    credits(transaction, &mut hours)?;
    let mut tallies = transaction.open_table(tables::TALLIES)?;
    for (at, tally) in &hours {
        tallies.insert(at.0, encode(tally).as_slice())?;
    }
    Ok(())
}

/// Some lines at most: an operator's own causes.
fn alerts(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut table = transaction.open_table(tables::ALERTS)?;
    let mut rows = Vec::new();
    for row in table.iter()? {
        let (cause, raised) = row?;
        rows.push(named::<Raised>(cause.value(), raised.value(), "alerts.v1")?);
    }
    for (cause, old) in rows {
        let new = record::Raised {
            told: old.told,
            held: old.held,
            alert: None,
        };
        table.insert(cause.as_str(), encode(&new).as_slice())?;
    }
    Ok(())
}

fn hour(hours: &mut Hours, at: Timestamp) -> &mut Tally {
    hours.entry(begin(at, HOUR)).or_default()
}

fn newcomers(transaction: &WriteTransaction, hours: &mut Hours) -> Result<(), StoreError> {
    for row in transaction.open_table(tables::USERS)?.iter()? {
        let (id, row) = row?;
        let user: UserRow = parse(row.value(), "users.v1", id.value())?;
        hour(hours, user.user.since).newcomers += 1;
    }
    Ok(())
}

/// Who has which name, so that nobody need look at everybody.
fn names(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut names = transaction.open_table(tables::NAMES)?;
    for row in transaction.open_table(tables::USERS)?.iter()? {
        let (id, row) = row?;
        let user: UserRow = parse(row.value(), "users.v1", id.value())?;
        if let Some(name) = user.user.username {
            names.insert((small(&name).as_str(), id.value()), ())?;
        }
    }
    Ok(())
}

fn orders(transaction: &WriteTransaction, hours: &mut Hours) -> Result<(), StoreError> {
    for row in transaction.open_table(tables::ORDERS)?.iter()? {
        let (id, row) = row?;
        let order: Order = parse(row.value(), "orders.v1", id.value())?;
        let tally = hour(hours, order.placed_at);
        tally.orders += 1;
        tally.ordered += u64::from(order.count.number());
    }
    Ok(())
}

/// What videos took of the provider's credits was not kept.
fn videos(transaction: &WriteTransaction, hours: &mut Hours) -> Result<(), StoreError> {
    let orders = transaction.open_table(tables::ORDERS)?;
    let mut ended_badly = transaction.open_table(tables::FAILED)?;
    for row in transaction.open_table(tables::JOBS)?.iter()? {
        let (id, row) = row?;
        let JobRow { job, .. } = parse(row.value(), "jobs.v1", id.value())?;
        let order: Option<Order> = read(&orders, job.order.0, "orders.v1")?;
        let recipe = order.ok_or_else(|| missing("orders.v1", job.order.0))?;
        let recipe = recipe.brief.recipe;
        for missed in &job.missed {
            let sort = Sort::new(missed.model.clone(), &recipe);
            let of = hour(hours, missed.at).of(sort);
            *of.missed.entry(missed.failure.kind).or_default() += 1;
        }
        match job.stage {
            Stage::Done { model, at, .. } => {
                let of = hour(hours, at).of(Sort::new(Some(model), &recipe));
                of.done += 1;
                of.waits.count(at.since(job.placed_at));
            }
            Stage::Failed { failure, at } => {
                ended_badly.insert(id.value(), ())?;
                let model = job.missed.last().and_then(|missed| missed.model.clone());
                let of = hour(hours, at).of(Sort::new(model, &recipe));
                *of.failed.entry(failure.kind).or_default() += 1;
            }
            Stage::Queued
            | Stage::Preparing
            | Stage::Submitting { .. }
            | Stage::Rendering { .. }
            | Stage::Rendered { .. } => {}
        }
    }
    Ok(())
}

fn credits(transaction: &WriteTransaction, hours: &mut Hours) -> Result<(), StoreError> {
    for row in transaction.open_table(tables::LEDGER)?.iter()? {
        let (id, row) = row?;
        let (record, _) = unsealed(row.value()).map_err(|error| StoreError::Corrupt {
            table: "ledger.v2",
            key: id.value().to_string(),
            what: error.what(),
        })?;
        let entry: Entry = parse(record, "ledger.v2", id.value())?;
        hour(hours, entry.at).moved(entry.from, entry.to, entry.amount);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::decode;

    #[test]
    fn an_alert_of_schema_3_is_still_read() {
        let written = [8, 1, 9, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0];
        let raised: Raised = decode(&written).unwrap();
        assert_eq!((raised.told, raised.held), (Timestamp(9), 2));
        assert_eq!(encode(&raised), written);
    }
}
