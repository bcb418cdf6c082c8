//! The audit: the whole ledger folded and held against balances, jobs, orders and the due index, row by row.
//!
//! [`audit`] looks at everything; [`glance`] at some of what lives and at the end of the ledger, whatever the file's
//! size.

mod archive;
mod jobs;
mod late;
mod ledger;
mod notes;
mod orders;
mod people;
mod users;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use people::{Folded, People, Seat};

use crate::rules::domain::credit::{Account, Credits};
use crate::rules::domain::id::{EntryId, JobId, OrderId, UserId};
use crate::store::StoreError;
use crate::store::record::{Counters, DecodeError, Record};
use crate::store::snapshot::Snapshot;

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
    /// Videos that came after their credits had gone back.
    pub late: u64,
}

/// How often the entries of a job hold, capture and release, for whom and for which order; and which rows name it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Moves {
    user: Seat,
    order: u32,
    /// What the first of its entries moves; 0 before there is one.
    price: Credits,
    holds: u8,
    captures: u8,
    releases: u8,
    /// Which rows name it: [`KNOWN`], [`LISTED`].
    rows: u8,
}

/// A job has a row, of its own or in the archive.
const KNOWN: u8 = 1;
/// An order lists a job.
const LISTED: u8 = 2;

impl Moves {
    /// An order's number as it is kept here: there is one of these for each job of a shop, and there never are so
    /// many orders.
    fn short(order: OrderId) -> u32 {
        u32::try_from(order.0).unwrap_or(u32::MAX)
    }

    /// How often the entries hold, capture and release.
    fn counts(self) -> (u8, u8, u8) {
        (self.holds, self.captures, self.releases)
    }

    fn is(self, row: u8) -> bool {
        self.rows & row != 0
    }
}

/// Folds and compares everything.
pub fn audit(snapshot: &Snapshot) -> Result<Report, StoreError> {
    let mut audit = Audit::new(snapshot)?;
    audit.numbers()?;
    audit.ledger()?;
    audit.jobs()?;
    audit.late()?;
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

struct Audit<'s> {
    snapshot: &'s Snapshot,
    counters: Counters,
    report: Report,
    /// What the entries make of the shop's own accounts.
    shop: BTreeMap<Account, Folded>,
    people: People,
    /// By number of job; numbers run from 1 without gaps.
    moves: Vec<Moves>,
    /// Orders and entries that cannot be read: whoever leads there is not blamed.
    unread: (BTreeSet<OrderId>, BTreeSet<EntryId>),
    /// Keys of grants that lead to the entry that has them.
    keys: u64,
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
            late: counters.late,
        };
        Ok(Self {
            snapshot,
            counters,
            report: Report {
                lost,
                ..Report::default()
            },
            shop: BTreeMap::new(),
            people: People::default(),
            moves: Vec::new(),
            unread: (BTreeSet::new(), BTreeSet::new()),
            keys: 0,
            suspects: BTreeMap::new(),
        })
    }

    /// What is known of a job's entries.
    fn moves(&self, job: JobId) -> Moves {
        self.moves.get(job.0 as usize).copied().unwrap_or_default()
    }

    /// Notes that a row names a job: [`KNOWN`] or [`LISTED`].
    fn mark(&mut self, job: JobId, row: u8) {
        if let Some(moves) = self.moves.get_mut(job.0 as usize) {
            moves.rows |= row;
        }
    }

    /// What the entries so far make of an account.
    fn folded(&mut self, account: Account) -> &mut Folded {
        match account {
            Account::Available(user) => &mut self.people.of(user).available,
            Account::Held(user) => &mut self.people.of(user).held,
            Account::Gifts | Account::Sales | Account::Grants | Account::Revenue => {
                self.shop.entry(account).or_default()
            }
        }
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

fn grant_row(key: &str) -> String {
    format!("grants.v1/{key}")
}

fn press_row(press: &str) -> String {
    format!("callbacks.v1/{press}")
}

/// A number, or that there is none.
fn named(id: Option<impl fmt::Display>) -> String {
    id.map_or("none".to_owned(), |id| id.to_string())
}
