//! The books as they are shown: accounts, the newest entries, the newest jobs.

use super::answer::{AccountLine, Books};
use super::desk::{Answerable, Desk};
use super::{ask, entries, orders};
use crate::shop::deeds::{By, Judged};
use crate::store::{Store, StoreError};

/// The newest entries and jobs that are shown.
const SHOWN: usize = 200;

impl Answerable for ask::Books {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Books> {
        Ok(Ok(books(&desk.store)?))
    }
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
    let newest = snapshot.newest_entries(SHOWN)?;
    let jobs = snapshot.newest_jobs(None, SHOWN, |_| true)?.rows;
    Ok(Books {
        sum: accounts.iter().map(|account| account.balance).sum(),
        entries: newest.iter().map(entries::line).collect(),
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
