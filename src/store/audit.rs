//! The audit: the whole ledger folded and held against balances, jobs, orders and the due index, row by row.
//!
//! [`audit`] looks at everything; [`glance`] at some of what lives and at the end of the ledger, whatever the file's
//! size.

mod archive;
mod jobs;
mod ledger;
mod notes;
mod orders;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use super::StoreError;
use super::record::{Counters, DecodeError, Record};
use super::snapshot::Snapshot;
use crate::domain::credit::Account;
use crate::domain::id::{EntryId, JobId, OrderId, UserId};

/// No more breaches are told one by one.
const TOLD: usize = 1000;

/// What was checked, and every breach found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Report {
    /// Entries folded.
    pub entries: u64,
    /// Users whose balances were compared.
    pub users: u64,
    /// Jobs whose entries were compared.
    pub jobs: u64,
    /// Orders looked through.
    pub orders: u64,
    /// What must hold, and how many rows it was held against.
    pub checks: Vec<Check>,
    /// What does not hold.
    pub breaches: Vec<Breach>,
    /// Breaches beyond those that are told.
    pub more: u64,
    /// What became of lost answers since the file was made.
    pub lost: Lost,
}

/// Something that must hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Check {
    /// What, as a sentence.
    pub what: String,
    /// How many rows were looked at.
    pub rows: u64,
}

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Breach {
    /// What, as a sentence.
    pub what: String,
    /// Which rows, as `table/key`.
    pub rows: Vec<String>,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.what, self.rows.join(" "))
    }
}

/// What became of the provider's answers that were lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lost {
    /// Tasks that a callback named before an answer did: the answer was lost, or slower.
    pub adopted: u64,
    /// Tasks that were made and nobody waited for any more.
    pub orphans: u64,
    /// Tasks that were made besides the one a submission had.
    pub doubled: u64,
}

/// How often the entries of a job hold, capture and release, for whom and for which order.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Moves {
    holds: u8,
    captures: u8,
    releases: u8,
    user: u64,
    order: u64,
}

/// What the entries make of an account, and the last of them.
#[derive(Clone, Copy, Default)]
struct Fold {
    balance: i64,
    last: u64,
}

/// Folds and compares everything.
pub fn audit(snapshot: &Snapshot) -> Result<Report, StoreError> {
    let mut audit = Audit::new(snapshot)?;
    audit.numbers()?;
    audit.ledger()?;
    audit.jobs()?;
    audit.notes()?;
    audit.orders()?;
    audit.users()?;
    audit.presses()?;
    audit.grants()?;
    audit.rows_of_jobs()?;
    Ok(audit.report)
}

/// Looks at the end of the ledger and at live jobs: what a fault that was not noticed would touch first.
pub fn glance(snapshot: &Snapshot) -> Result<Report, StoreError> {
    let mut audit = Audit::new(snapshot)?;
    audit.end_of_ledger()?;
    audit.live_jobs()?;
    Ok(audit.report)
}

/// The last order and entry of a user.
#[derive(Clone, Copy, Default)]
struct Last {
    order: Option<OrderId>,
    entry: Option<EntryId>,
}

struct Audit<'s> {
    snapshot: &'s Snapshot,
    counters: Counters,
    report: Report,
    balances: BTreeMap<Account, Fold>,
    /// By number of job; numbers run from 1 without gaps.
    moves: Vec<Moves>,
    /// What is the last of each user's.
    last: HashMap<UserId, Last>,
    /// Orders and entries that cannot be read: whoever leads there is not blamed.
    unread: (BTreeSet<OrderId>, BTreeSet<EntryId>),
    /// Who was welcomed.
    welcomed: BTreeSet<UserId>,
    /// Live jobs of each user.
    live: HashMap<UserId, u32>,
    /// The entry of each key of a grant.
    keys: HashMap<String, u64>,
    /// Jobs whose entries are to be told, and the row that has each.
    suspects: BTreeMap<JobId, String>,
}

impl<'s> Audit<'s> {
    fn new(snapshot: &'s Snapshot) -> Result<Self, StoreError> {
        let counters = snapshot.counters()?;
        let lost = Lost {
            adopted: counters.adopted,
            orphans: counters.orphans,
            doubled: counters.doubled,
        };
        Ok(Self {
            snapshot,
            counters,
            report: Report {
                lost,
                ..Report::default()
            },
            balances: BTreeMap::new(),
            moves: Vec::new(),
            last: HashMap::new(),
            unread: (BTreeSet::new(), BTreeSet::new()),
            welcomed: BTreeSet::new(),
            live: HashMap::new(),
            keys: HashMap::new(),
            suspects: BTreeMap::new(),
        })
    }

    fn holds(&mut self, what: &str, rows: u64) {
        self.report.checks.push(Check {
            what: what.to_owned(),
            rows,
        });
    }

    fn breach(&mut self, what: impl Into<String>, rows: impl IntoIterator<Item = String>) {
        if self.report.breaches.len() == TOLD {
            self.report.more += 1;
            return;
        }
        self.report.breaches.push(Breach {
            what: what.into(),
            rows: rows.into_iter().collect(),
        });
    }

    /// The record, or a breach.
    fn read<T: Record>(
        &mut self,
        read: Result<T, DecodeError>,
        row: impl FnOnce() -> String,
    ) -> Option<T> {
        match read {
            Ok(record) => Some(record),
            Err(error) => {
                self.breach(format!("a row {}", error.what()), [row()]);
                None
            }
        }
    }

    /// What was found; nothing if its row is damaged, which is a breach.
    fn found<T>(&mut self, found: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match found {
            Ok(found) => Ok(Some(found)),
            Err(StoreError::Corrupt { table, key, what }) => {
                self.breach(format!("a row {what}"), [format!("{table}/{key}")]);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

fn mark(flags: &mut [bool], number: u64) {
    if let Some(flag) = flags.get_mut(number as usize) {
        *flag = true;
    }
}

fn due_row(key: (u8, u64, u64)) -> String {
    format!("due.v1/{key:?}")
}

fn entry_row(number: u64) -> String {
    format!("ledger.v2/{number}")
}

fn job_row(number: u64) -> String {
    format!("jobs.v1/{number}")
}

fn archive_row(number: u64) -> String {
    format!("archive.v1/{number}")
}

fn user_row(user: UserId) -> String {
    format!("users.v1/{user}")
}

fn order_row(number: u64) -> String {
    format!("orders.v1/{number}")
}

fn press_row(press: &str) -> String {
    format!("callbacks.v1/{press}")
}

/// A number, or that there is none.
fn named(id: Option<impl fmt::Display>) -> String {
    id.map_or("none".to_owned(), |id| id.to_string())
}
