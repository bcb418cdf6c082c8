//! From schema 1: entries get their balances, their keys and their seals, failed attempts and videos their tasks.
//!
//! The shapes here are frozen as version 0.1.0 wrote them.

use std::collections::HashMap;

use redb::{ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};

use super::v3::OldCounters;
use crate::domain::credit::{Account, Before, Credits, Entry, Reason, Seal};
use crate::domain::failure::Failure;
use crate::domain::id::{EntryId, JobId, ModelName, OrderId, PhotoName, TaskId, UserId};
use crate::domain::job::{self, Route};
use crate::domain::time::Timestamp;
use crate::store::record::{self, Lane, Record, encode, sealed};
use crate::store::row::parse;
use crate::store::{StoreError, tables};

const LEDGER: TableDefinition<'static, u64, tables::Row> = TableDefinition::new("ledger.v1");

#[derive(Serialize, Deserialize)]
struct Counters {
    order: u64,
    job: u64,
    entry: u64,
    note: u64,
    draft: u64,
    fair: u64,
    places: u32,
    gifts: i64,
    sales: i64,
    grants: i64,
    revenue: i64,
}

impl Record for Counters {
    const TAG: u8 = 1;
    const VERSION: u8 = 1;
    const NAME: &'static str = "Counters of schema 1";
}

#[derive(Serialize, Deserialize)]
struct EntryRow {
    id: EntryId,
    at: Timestamp,
    from: Account,
    to: Account,
    amount: Credits,
    reason: OldReason,
}

impl Record for EntryRow {
    const TAG: u8 = 5;
    const VERSION: u8 = 1;
    const NAME: &'static str = "Entry of schema 1";
}

#[derive(Serialize, Deserialize)]
enum OldReason {
    Welcome,
    Hold { order: OrderId, job: JobId },
    Capture { job: JobId },
    Release { job: JobId },
    Grant { why: String },
}

#[derive(Serialize, Deserialize)]
struct JobRow {
    job: Job,
    lane: Lane,
}

impl Record for JobRow {
    const TAG: u8 = 4;
    const VERSION: u8 = 1;
    const NAME: &'static str = "JobRow of schema 1";
}

#[derive(Serialize, Deserialize)]
struct Job {
    id: JobId,
    order: OrderId,
    user: UserId,
    photo: PhotoName,
    nonce: u64,
    attempt: u8,
    script: Option<String>,
    stage: Stage,
    due: Timestamp,
    placed_at: Timestamp,
    missed: Vec<Missed>,
}

#[derive(Serialize, Deserialize)]
enum Stage {
    Queued,
    Preparing,
    Submitting {
        route: Route,
        since: Timestamp,
    },
    Rendering {
        route: Route,
        task: TaskId,
        since: Timestamp,
    },
    Rendered {
        route: Route,
        task: TaskId,
        url: String,
        misses: u8,
    },
    Done {
        model: ModelName,
        at: Timestamp,
        url: String,
    },
    Failed {
        failure: Failure,
        at: Timestamp,
    },
}

#[derive(Serialize, Deserialize)]
struct Missed {
    attempt: u8,
    at: Timestamp,
    failure: Failure,
    model: Option<ModelName>,
}

/// Brings a file of schema 1 to schema 2.
pub fn to_2(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let seal = ledger(transaction)?;
    counters(transaction, seal)?;
    jobs(transaction)
}

/// Copies the ledger into its new table and folds the balances on the way; the last seal.
fn ledger(transaction: &WriteTransaction) -> Result<Seal, StoreError> {
    let keys = keys(transaction)?;
    let mut balances: HashMap<Account, i64> = HashMap::new();
    let mut links = HashMap::new();
    let mut last = Seal::default();
    {
        let old = transaction.open_table(LEDGER)?;
        let mut new = transaction.open_table(tables::LEDGER)?;
        for row in old.iter()? {
            let (number, row) = row?;
            let number = number.value();
            let entry: EntryRow = parse(row.value(), "ledger.v1", number)?;
            let mut moves = |account, change: i64| {
                let balance = balances.entry(account).or_default();
                *balance += change;
                *balance
            };
            let amount = i64::from(entry.amount.0);
            let user = entry.from.user().or(entry.to.user());
            let entry = Entry {
                before: Before::of(user.and_then(|user| links.insert(user, entry.id))),
                from_balance: moves(entry.from, -amount),
                to_balance: moves(entry.to, amount),
                id: entry.id,
                at: entry.at,
                from: entry.from,
                to: entry.to,
                amount: entry.amount,
                reason: reason(entry.reason, keys.get(&number)),
            };
            let (row, seal) = sealed(&entry, last);
            last = seal;
            new.insert(number, row.as_slice())?;
        }
    }
    transaction.delete_table(LEDGER)?;
    Ok(last)
}

/// The operators' keys by the entries they led to.
fn keys(transaction: &WriteTransaction) -> Result<HashMap<u64, String>, StoreError> {
    let grants = transaction.open_table(tables::GRANTS)?;
    grants
        .iter()?
        .map(|row| {
            let (key, entry) = row?;
            Ok((entry.value(), key.value().to_owned()))
        })
        .collect()
}

fn reason(old: OldReason, key: Option<&String>) -> Reason {
    match old {
        OldReason::Welcome => Reason::Welcome,
        OldReason::Hold { order, job } => Reason::Hold { order, job },
        OldReason::Capture { job } => Reason::Capture { job },
        OldReason::Release { job } => Reason::Release { job },
        OldReason::Grant { why } => Reason::Grant {
            why,
            key: key.cloned(),
        },
    }
}

fn counters(transaction: &WriteTransaction, seal: Seal) -> Result<(), StoreError> {
    let mut meta = transaction.open_table(tables::META)?;
    let old: Option<Counters> = match meta.get("counters")? {
        Some(row) => Some(parse(row.value(), "meta.v1", "counters")?),
        None => None,
    };
    let Some(old) = old else { return Ok(()) };
    let new = OldCounters {
        order: old.order,
        job: old.job,
        entry: old.entry,
        note: old.note,
        draft: old.draft,
        fair: old.fair,
        places: old.places,
        gifts: old.gifts,
        sales: old.sales,
        grants: old.grants,
        revenue: old.revenue,
        seal,
        ..OldCounters::default()
    };
    meta.insert("counters", encode(&new).as_slice())?;
    Ok(())
}

fn jobs(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut table = transaction.open_table(tables::JOBS)?;
    let mut last = table.last()?.map_or(0, |(number, _)| number.value());
    // From the last to the first, a row at a time: the table is changed under no open iterator.
    while let Some(number) = {
        let next = table.range(..=last)?.next_back().transpose()?;
        next.map(|(number, _)| number.value())
    } {
        let old: JobRow = match table.get(number)? {
            Some(row) => parse(row.value(), "jobs.v1", number)?,
            None => break,
        };
        let new = record::JobRow {
            job: job(old.job),
            lane: old.lane,
        };
        table.insert(number, encode(&new).as_slice())?;
        match number.checked_sub(1) {
            Some(before) => last = before,
            None => break,
        }
    }
    Ok(())
}

fn job(old: Job) -> job::Job {
    let missed = |old: Missed| job::Missed {
        attempt: old.attempt,
        at: old.at,
        failure: old.failure,
        model: old.model,
        key: None,
        task: None,
    };
    job::Job {
        id: old.id,
        order: old.order,
        user: old.user,
        photo: old.photo,
        nonce: old.nonce,
        attempt: old.attempt,
        script: old.script,
        stage: stage(old.stage),
        due: old.due,
        placed_at: old.placed_at,
        missed: old.missed.into_iter().map(missed).collect(),
    }
}

fn stage(old: Stage) -> job::Stage {
    match old {
        Stage::Queued => job::Stage::Queued,
        Stage::Preparing => job::Stage::Preparing,
        Stage::Submitting { route, since } => job::Stage::Submitting { route, since },
        Stage::Rendering { route, task, since } => job::Stage::Rendering { route, task, since },
        Stage::Rendered {
            route,
            task,
            url,
            misses,
        } => job::Stage::Rendered {
            route,
            task,
            urls: vec![url],
            since: Timestamp(0),
            misses,
        },
        Stage::Done { model, at, url } => job::Stage::Done {
            model,
            at,
            url,
            task: None,
        },
        Stage::Failed { failure, at } => job::Stage::Failed { failure, at },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::{decode, encode_fixed};

    /// The records of this schema that have changed since, as 0.1.0 wrote them.
    const GOLDEN: &str = include_str!("v1.txt");

    fn again<T: Record>(bytes: &[u8]) -> Vec<u8> {
        encode_fixed(&decode::<T>(bytes).unwrap())
    }

    #[test]
    fn what_0_1_0_wrote_is_still_read() {
        for line in GOLDEN.lines() {
            let digits = line.as_bytes().chunks(2);
            let byte = |hex| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap();
            let bytes: Vec<u8> = digits.map(byte).collect();
            let read = match bytes[0] {
                Counters::TAG => again::<Counters>(&bytes),
                EntryRow::TAG => again::<EntryRow>(&bytes),
                JobRow::TAG => again::<JobRow>(&bytes),
                other => panic!("tag {other}"),
            };
            assert_eq!(read, bytes);
        }
    }
}
