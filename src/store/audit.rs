//! The audit: the whole ledger folded and held against balances, jobs, orders and the due index.

use std::collections::{BTreeMap, HashMap};

use super::record::Lane;
use super::snapshot::Snapshot;
use super::{StoreError, queue};
use crate::domain::credit::{Account, PRICE, Reason};
use crate::domain::id::{EntryId, JobId, OrderId};
use crate::domain::job::Stage;

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
    /// What does not hold, a sentence each.
    pub breaches: Vec<String>,
}

/// Holds, captures and releases of one job.
#[derive(Default)]
struct Moves {
    holds: u32,
    captures: u32,
    releases: u32,
}

/// Folds and compares everything.
pub fn audit(snapshot: &Snapshot) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let mut balances: BTreeMap<Account, i64> = BTreeMap::new();
    let mut moves: HashMap<JobId, Moves> = HashMap::new();
    for (entry, number) in snapshot
        .entries(EntryId(1), usize::MAX)?
        .into_iter()
        .zip(1..)
    {
        report.entries += 1;
        if entry.id != EntryId(number) {
            report.breaches.push(format!(
                "entry {number} is missing, {} stands there",
                entry.id
            ));
        }
        *balances.entry(entry.from).or_default() -= i64::from(entry.amount.0);
        *balances.entry(entry.to).or_default() += i64::from(entry.amount.0);
        for account in [entry.from, entry.to] {
            let personal = matches!(account, Account::Available(_) | Account::Held(_));
            if personal && balances[&account] < 0 {
                report
                    .breaches
                    .push(format!("{account} is below 0 after entry {}", entry.id));
            }
        }
        if let Some(job) = entry.reason.job() {
            let moves = moves.entry(job).or_default();
            match entry.reason {
                Reason::Hold { .. } => moves.holds += 1,
                Reason::Capture { .. } => moves.captures += 1,
                Reason::Release { .. } => moves.releases += 1,
                Reason::Welcome | Reason::Grant { .. } => {}
            }
            if entry.amount != PRICE {
                report.breaches.push(format!(
                    "entry {} moves {} for a job",
                    entry.id, entry.amount
                ));
            }
        }
    }
    users(snapshot, &balances, &mut report)?;
    jobs(snapshot, &moves, &mut report)?;
    orders(snapshot, &mut report)?;
    Ok(report)
}

fn users(
    snapshot: &Snapshot,
    balances: &BTreeMap<Account, i64>,
    report: &mut Report,
) -> Result<(), StoreError> {
    let counters = snapshot.counters()?;
    let mut stored = vec![
        (Account::Gifts, counters.gifts),
        (Account::Sales, counters.sales),
        (Account::Grants, counters.grants),
        (Account::Revenue, counters.revenue),
    ];
    for (id, row) in snapshot.users()? {
        report.users += 1;
        stored.push((Account::Available(id), i64::from(row.user.available.0)));
        stored.push((Account::Held(id), i64::from(row.user.held.0)));
    }
    let sum: i64 = stored.iter().map(|(_, balance)| balance).sum();
    if sum != 0 {
        report
            .breaches
            .push(format!("the sum of all accounts is {sum}, not 0"));
    }
    for (account, balance) in &stored {
        let folded = balances.get(account).copied().unwrap_or_default();
        if folded != *balance {
            report.breaches.push(format!(
                "{account} is stored as {balance}, its entries make {folded}"
            ));
        }
    }
    let known: std::collections::BTreeSet<_> = stored.iter().map(|(account, _)| *account).collect();
    for account in balances.keys().filter(|account| !known.contains(account)) {
        report
            .breaches
            .push(format!("{account} has entries but no owner"));
    }
    Ok(())
}

fn jobs(
    snapshot: &Snapshot,
    moves: &HashMap<JobId, Moves>,
    report: &mut Report,
) -> Result<(), StoreError> {
    let none = Moves::default();
    let mut lanes = snapshot.due()?;
    lanes.sort();
    let mut places = 0;
    let mut rows = 0;
    for row in snapshot.jobs()? {
        report.jobs += 1;
        let job = row.job;
        places += u32::from(job.stage.takes_a_place());
        let moves = moves.get(&job.id).unwrap_or(&none);
        let wanted = match job.stage {
            Stage::Done { .. } => (1, 1, 0),
            Stage::Failed { .. } => (1, 0, 1),
            Stage::Queued
            | Stage::Preparing
            | Stage::Submitting { .. }
            | Stage::Rendering { .. }
            | Stage::Rendered { .. } => (1, 0, 0),
        };
        let found = (moves.holds, moves.captures, moves.releases);
        if found != wanted {
            let (id, stage) = (job.id, job.stage.name());
            report.breaches.push(format!(
                "job {id} is {stage} with (holds, captures, releases) {found:?}, not {wanted:?}"
            ));
        }
        let key = match row.lane {
            Lane::None => None,
            Lane::Timed(at) => Some((queue::TIMED, at.0, job.id)),
            Lane::Ready(tag) => Some((queue::READY, tag, job.id)),
        };
        rows += usize::from(key.is_some());
        if job.stage.ended() != key.is_none() {
            report.breaches.push(format!(
                "job {} is {} in lane {:?}",
                job.id,
                job.stage.name(),
                row.lane
            ));
        }
        if key.is_some_and(|key| lanes.binary_search(&key).is_err()) {
            report
                .breaches
                .push(format!("job {} is not in the due index", job.id));
        }
    }
    if rows != lanes.len() {
        report.breaches.push(format!(
            "the due index has {} rows for {rows} jobs",
            lanes.len()
        ));
    }
    let counted = snapshot.counters()?.places;
    if counted != places {
        report
            .breaches
            .push(format!("{counted} places are counted, {places} are taken"));
    }
    Ok(())
}

fn orders(snapshot: &Snapshot, report: &mut Report) -> Result<(), StoreError> {
    let callbacks: HashMap<OrderId, String> = snapshot
        .callbacks()?
        .into_iter()
        .map(|(callback, order)| (order, callback))
        .collect();
    let jobs: HashMap<JobId, OrderId> = snapshot
        .jobs()?
        .into_iter()
        .map(|row| (row.job.id, row.job.order))
        .collect();
    for order in snapshot.orders()? {
        report.orders += 1;
        if callbacks.get(&order.id) != Some(&order.callback.0) {
            report
                .breaches
                .push(format!("order {} is not known by its press", order.id));
        }
        for job in order.jobs() {
            if jobs.get(&job) != Some(&order.id) {
                report
                    .breaches
                    .push(format!("order {} has no job {job}", order.id));
            }
        }
    }
    Ok(())
}
