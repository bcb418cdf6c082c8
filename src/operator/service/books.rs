//! The books as they are shown: accounts, the newest entries, the newest jobs.

use serde::{Deserialize, Serialize};

use super::answer::{EntryLine, JobLine};
use super::orders;
use super::people;
use crate::store::{Store, StoreError};

/// The newest entries and jobs that are shown.
const SHOWN: usize = 200;

/// Accounts, the newest entries and the newest jobs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Books {
    /// The sum of all accounts: 0.
    pub sum: i64,
    /// Every account with its balance.
    pub accounts: Vec<AccountLine>,
    /// The newest entries, newest first.
    pub entries: Vec<EntryLine>,
    /// The newest jobs, newest first.
    pub jobs: Vec<JobLine>,
    /// Jobs that have not ended.
    pub live: u64,
    /// Notes that wait to be said.
    pub notes: u64,
}

/// An account's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountLine {
    /// Its name.
    pub name: String,
    /// Its balance.
    pub balance: i64,
}

/// The books as they stand.
pub fn books(store: &Store) -> Result<Books, StoreError> {
    let snapshot = store.snapshot()?;
    let counters = snapshot.counters()?;
    let mut accounts = vec![
        line("gifts", counters.gifts),
        line("sales", counters.sales),
        line("grants", counters.grants),
        line("revenue", counters.revenue),
    ];
    for (id, row) in snapshot.users()? {
        accounts.push(line(format!("available {id}"), row.user.available.0.into()));
        accounts.push(line(format!("held {id}"), row.user.held.0.into()));
    }
    let entries = snapshot.newest_entries(SHOWN)?;
    let jobs = snapshot.newest_jobs(None, SHOWN, |_| true)?.rows;
    Ok(Books {
        sum: accounts.iter().map(|account| account.balance).sum(),
        entries: entries.iter().map(people::entry).collect(),
        jobs: jobs.iter().map(orders::job_line).collect(),
        live: snapshot.live_jobs()?,
        notes: snapshot.waiting_notes()?,
        accounts,
    })
}

fn line(name: impl Into<String>, balance: i64) -> AccountLine {
    AccountLine {
        name: name.into(),
        balance,
    }
}
