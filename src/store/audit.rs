//! The audit: the whole ledger folded and held against balances, jobs, orders and the due index, row by row.
//!
//! [`audit`] looks at everything; [`glance`] at what lives and at the end of the ledger, whatever the file's size.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use redb::ReadableTableMetadata;

use super::record::{Counters, DecodeError, JobRow, Lane, Record, UserRow, decode, seal, unsealed};
use super::snapshot::Snapshot;
use super::{StoreError, queue, tables};
use crate::domain::credit::{Account, Entry, PRICE, Reason, Seal};
use crate::domain::id::{JobId, OrderId, UserId};
use crate::domain::job::{Job, Stage};
use crate::domain::order::Order;

/// No more breaches are told one by one.
const TOLD: usize = 1000;
/// Numbers of jobs beyond the rows there are that are still taken for possible.
const SLACK: u64 = 1 << 16;
/// So many entries at the end of the ledger are looked at by a glance.
const GLANCE: u64 = 1000;

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

impl Report {
    /// Whether everything holds.
    pub fn is_fine(&self) -> bool {
        self.breaches.is_empty()
    }
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
    audit.users()?;
    audit.orders()?;
    audit.presses()?;
    audit.grants()?;
    audit.rows_of_jobs()?;
    Ok(audit.report)
}

/// Looks at the end of the ledger and at every live job: what a fault that was not noticed would touch first.
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
    balances: BTreeMap<Account, Fold>,
    /// By number of job; numbers run from 1 without gaps.
    moves: Vec<Moves>,
    /// Who was welcomed.
    welcomed: BTreeSet<UserId>,
    /// Live jobs of each user.
    live: HashMap<UserId, u32>,
    /// The entry of each key of a grant.
    keys: HashMap<String, u64>,
    /// Jobs whose entries are to be told.
    suspects: BTreeSet<JobId>,
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
            welcomed: BTreeSet::new(),
            live: HashMap::new(),
            keys: HashMap::new(),
            suspects: BTreeSet::new(),
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

    /// Numbers are given once: no row is beyond its counter, and a wild one does not cost memory.
    fn numbers(&mut self) -> Result<(), StoreError> {
        let jobs = last(self.snapshot.rows(tables::JOBS)?)?;
        let orders = last(self.snapshot.rows(tables::ORDERS)?)?;
        let counted = (self.counters.job, self.counters.order);
        for (last, counted, row) in [
            (jobs, counted.0, job_row(jobs)),
            (orders, counted.1, order_row(orders)),
        ] {
            if last > counted {
                let what = format!("numbers are given up to {counted}, a row has {last}");
                self.breach(what, [row, "meta.v1/counters".into()]);
            }
        }
        let rows = self.snapshot.table(tables::JOBS)?.len()?;
        let last = counted.0.min(rows.saturating_add(SLACK));
        self.moves = vec![Moves::default(); last as usize + 1];
        self.holds("no row has a number that was not given", 2);
        Ok(())
    }

    fn ledger(&mut self) -> Result<(), StoreError> {
        let mut last = Seal::default();
        let mut next = 1;
        for row in self.snapshot.rows(tables::LEDGER)? {
            let (number, row) = row?;
            self.report.entries += 1;
            let entry = self.chained(number.value(), row.value(), &mut last, &mut next);
            if let Some(entry) = entry {
                self.fold(&entry);
            }
        }
        let entries = self.report.entries;
        self.ends_at(next - 1, last);
        self.holds("entries are numbered without a gap", entries);
        self.holds("each entry is sealed over the one before", entries);
        self.holds("each entry tells the balances it left", entries);
        self.holds("no user was ever below 0", entries);
        Ok(())
    }

    /// An entry that must have this number and be sealed over the last one.
    fn chained(
        &mut self,
        number: u64,
        row: &[u8],
        last: &mut Seal,
        next: &mut u64,
    ) -> Option<Entry> {
        let name = || entry_row(number);
        if number != *next {
            let (gap, to) = (*next, number.saturating_sub(1));
            self.breach(format!("entries {gap} to {to} are missing"), [name()]);
        }
        *next = number.saturating_add(1);
        let (record, sealed) = match unsealed(row) {
            Ok(parts) => parts,
            Err(error) => {
                self.breach(format!("a row {}", error.what()), [name()]);
                return None;
            }
        };
        if seal(*last, record) != sealed {
            self.breach(
                "the seal is broken: this entry or one before was changed",
                [name()],
            );
        }
        *last = sealed;
        let entry: Entry = self.read(decode(record), name)?;
        if entry.id.0 != number {
            self.breach(format!("the entry calls itself {}", entry.id), [name()]);
        }
        Some(entry)
    }

    fn ends_at(&mut self, number: u64, last: Seal) {
        let (counted, sealed) = (self.counters.entry, self.counters.seal);
        if (number, last) != (counted, sealed) {
            self.breach(
                format!("the ledger ends with {number}, sealed {last}; counted are {counted}, sealed {sealed}"),
                [entry_row(number), "meta.v1/counters".into()],
            );
        }
    }

    fn fold(&mut self, entry: &Entry) {
        let row = || [entry_row(entry.id.0)];
        let amount = i64::from(entry.amount.0);
        for (account, change, said) in [
            (entry.from, -amount, entry.from_balance),
            (entry.to, amount, entry.to_balance),
        ] {
            let fold = self.balances.entry(account).or_default();
            fold.balance += change;
            fold.last = entry.id.0;
            let balance = fold.balance;
            if balance != said {
                let what = format!("{account} has {balance} after it, it says {said}");
                self.breach(what, row());
            }
            let personal = matches!(account, Account::Available(_) | Account::Held(_));
            if personal && balance < 0 {
                self.breach(format!("{account} is below 0 after it"), row());
            }
        }
        let Some(user) = shape(entry) else {
            let (from, to, reason) = (entry.from, entry.to, entry.reason.word());
            self.breach(format!("a {reason} from {from} to {to}"), row());
            return;
        };
        if entry.reason == Reason::Welcome && !self.welcomed.insert(user) {
            self.breach(format!("user {user} is welcomed again"), row());
        }
        if let Reason::Grant { key: Some(key), .. } = &entry.reason
            && let Some(first) = self.keys.insert(key.clone(), entry.id.0)
        {
            let rows = [entry_row(first), entry_row(entry.id.0)];
            self.breach("two grants have the same key", rows);
        }
        let Some(job) = entry.reason.job() else {
            return;
        };
        if entry.amount != PRICE {
            self.breach(format!("it moves {} for a job", entry.amount), row());
        }
        let Some(moves) = self.moves.get_mut(job.0 as usize) else {
            self.breach(
                format!("it belongs to job {job}, which there is not"),
                row(),
            );
            return;
        };
        let count = match entry.reason {
            Reason::Hold { .. } => &mut moves.holds,
            Reason::Capture { .. } => &mut moves.captures,
            Reason::Release { .. } => &mut moves.releases,
            Reason::Welcome | Reason::Grant { .. } => return,
        };
        *count = count.saturating_add(1);
        if moves.user == 0 {
            moves.user = user.0;
        }
        if let Reason::Hold { order, .. } = entry.reason {
            moves.order = order.0;
        }
        let owner = moves.user;
        if owner != user.0 {
            let what = format!("it moves credits of user {user} for a job of user {owner}");
            self.breach(what, row());
        }
    }

    fn jobs(&mut self) -> Result<(), StoreError> {
        let mut places = 0;
        let mut due = 0;
        let mut known = vec![false; self.moves.len()];
        for row in self.snapshot.rows(tables::JOBS)? {
            let (number, row) = row?;
            let number = number.value();
            self.report.jobs += 1;
            let Some(row) = self.read::<JobRow>(decode(row.value()), || job_row(number)) else {
                continue;
            };
            mark(&mut known, number);
            self.job_moves(&row.job);
            due += u64::from(self.job_is_due(&row)?);
            places += u32::from(row.job.stage.takes_a_place());
            if !row.job.stage.ended() {
                *self.live.entry(row.job.user).or_default() += 1;
            }
        }
        let strangers = self.moves.iter().zip(known).enumerate();
        let strangers: Vec<_> = strangers
            .filter(|(_, (moves, known))| !known && **moves != Moves::default())
            .map(|(number, _)| JobId(number as u64))
            .collect();
        for job in strangers {
            self.suspects.insert(job);
            self.breach(
                format!("job {job} has entries and no row"),
                [job_row(job.0)],
            );
        }
        let rows = self.snapshot.table(tables::DUE)?.len()?;
        if rows != due {
            self.rows_of_nobody()?;
        }
        self.counted_places(places);
        let jobs = self.report.jobs;
        self.holds("a live job has one open hold, an ended one none", jobs);
        self.holds("done means one capture, failed one release", jobs);
        self.holds("every live job is due once, no other is", rows);
        self.holds("the places counted are the places taken", places.into());
        Ok(())
    }

    /// Rows of the due index that no job says it has.
    fn rows_of_nobody(&mut self) -> Result<(), StoreError> {
        for row in self.snapshot.rows(tables::DUE)? {
            let key = row?.0.value();
            let job = self.found(self.snapshot.job_row(JobId(key.2)))?.flatten();
            if job.is_none_or(|row| place(&row) != Some(key)) {
                self.breach("the due index has a row that is no job's", [due_row(key)]);
            }
        }
        Ok(())
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

    fn job_moves(&mut self, job: &Job) {
        let found = self
            .moves
            .get(job.id.0 as usize)
            .copied()
            .unwrap_or_default();
        let (captures, releases) = match job.stage {
            Stage::Done { .. } => (1, 0),
            Stage::Failed { .. } => (0, 1),
            Stage::Queued
            | Stage::Preparing
            | Stage::Submitting { .. }
            | Stage::Rendering { .. }
            | Stage::Rendered { .. } => (0, 0),
        };
        let wanted = Moves {
            holds: 1,
            captures,
            releases,
            ..found
        };
        if found == wanted && (found.user, found.order) != (job.user.0, job.order.0) {
            let (id, user, order) = (job.id, job.user, job.order);
            let (payer, paid) = (found.user, found.order);
            self.suspects.insert(id);
            self.breach(
                format!("job {id} of user {user} and order {order} is paid by user {payer} for order {paid}"),
                [job_row(id.0)],
            );
        }
        if found != wanted {
            let numbers = |moves: Moves| (moves.holds, moves.captures, moves.releases);
            let (id, stage) = (job.id, job.stage.name());
            let (found, wanted) = (numbers(found), numbers(wanted));
            self.suspects.insert(id);
            self.breach(
                format!(
                    "job {id} is {stage} with (holds, captures, releases) {found:?}, not {wanted:?}"
                ),
                [job_row(id.0)],
            );
        }
    }

    /// Whether the job has a row in the due index; a breach if it should have one and has none.
    fn job_is_due(&mut self, row: &JobRow) -> Result<bool, StoreError> {
        let job = &row.job;
        let key = place(row);
        if job.stage.ended() != key.is_none() {
            let (id, stage) = (job.id, job.stage.name());
            let what = format!("job {id} is {stage} in lane {:?}", row.lane);
            self.breach(what, [job_row(id.0)]);
        }
        let Some(key) = key else { return Ok(false) };
        let found = self.snapshot.table(tables::DUE)?.get(key)?;
        match found.map(|waits| waits.value() == 1) {
            None => {
                let what = format!("job {} is not in the due index", job.id);
                self.breach(what, [job_row(job.id.0), due_row(key)]);
                return Ok(false);
            }
            Some(waits) if waits != (job.stage == Stage::Queued) => {
                let what = format!("job {} is {} and due as another", job.id, job.stage.name());
                self.breach(what, [job_row(job.id.0), due_row(key)]);
            }
            Some(_) => {}
        }
        Ok(true)
    }

    fn counted_places(&mut self, taken: u32) {
        let counted = self.counters.places;
        if counted != taken {
            self.breach(
                format!("{counted} places are counted, {taken} are taken"),
                ["meta.v1/counters".into()],
            );
        }
    }

    fn users(&mut self) -> Result<(), StoreError> {
        let mut sum = 0;
        let mut accounts = 0;
        let mut known = BTreeSet::new();
        let shop = [
            (Account::Gifts, self.counters.gifts),
            (Account::Sales, self.counters.sales),
            (Account::Grants, self.counters.grants),
            (Account::Revenue, self.counters.revenue),
        ];
        for (account, balance) in shop {
            sum += balance;
            accounts += 1;
            known.insert(account);
            self.account(account, balance, "meta.v1/counters".into());
        }
        for row in self.snapshot.rows(tables::USERS)? {
            let (number, row) = row?;
            let id = UserId(number.value());
            self.report.users += 1;
            let Some(row) = self.read::<UserRow>(decode(row.value()), || user_row(id)) else {
                continue;
            };
            let (available, held) = (row.user.available.0, row.user.held.0);
            for (account, balance) in [
                (Account::Available(id), available),
                (Account::Held(id), held),
            ] {
                sum += i64::from(balance);
                accounts += 1;
                known.insert(account);
                self.account(account, balance.into(), user_row(id));
            }
            let live = self.live.get(&id).copied().unwrap_or_default();
            if held != live {
                let what = format!("user {id} holds {held} credits for {live} live jobs");
                self.breach(what, [user_row(id)]);
            }
        }
        if sum != 0 {
            let what = format!("the sum of all accounts is {sum}, not 0");
            self.breach(what, ["meta.v1/counters".into(), "users.v1".into()]);
        }
        let folds = std::mem::take(&mut self.balances);
        for (account, fold) in folds
            .iter()
            .filter(|(account, _)| !known.contains(*account))
        {
            let what = format!("{account} has entries but no owner");
            self.breach(what, [entry_row(fold.last)]);
        }
        self.holds("the sum of all accounts is 0", accounts);
        self.holds("stored balances are what the entries make", accounts);
        self.holds(
            "a user's held credits are those of live jobs",
            self.report.users,
        );
        Ok(())
    }

    fn account(&mut self, account: Account, stored: i64, row: String) {
        let fold = self.balances.get(&account).copied().unwrap_or_default();
        let folded = fold.balance;
        if folded != stored {
            self.breach(
                format!("{account} is stored as {stored}, its entries make {folded}"),
                [row],
            );
        }
    }

    fn orders(&mut self) -> Result<(), StoreError> {
        let mut listed = vec![false; self.moves.len()];
        let presses = self.snapshot.table(tables::CALLBACKS)?;
        for row in self.snapshot.rows(tables::ORDERS)? {
            let (number, row) = row?;
            let number = number.value();
            self.report.orders += 1;
            let Some(order) = self.read::<Order>(decode(row.value()), || order_row(number)) else {
                continue;
            };
            let press = presses.get(order.callback.0.as_str())?;
            if press.map(|order| order.value()) != Some(number) {
                let rows = [order_row(number), press_row(&order.callback.0)];
                self.breach(format!("order {number} is not known by its press"), rows);
            }
            for job in order.jobs() {
                let row = match self.snapshot.find_job(job) {
                    // It has been told.
                    Err(StoreError::Corrupt { .. }) => {
                        mark(&mut listed, job.0);
                        continue;
                    }
                    found => found?,
                };
                if row.is_none_or(|row| row.order.0 != number || row.user != order.user) {
                    let rows = [order_row(number), job_row(job.0)];
                    self.breach(format!("order {number} has no job {job}"), rows);
                } else {
                    mark(&mut listed, job.0);
                }
            }
        }
        for row in self.snapshot.rows(tables::JOBS)? {
            let number = row?.0.value();
            if listed.get(number as usize) != Some(&true) {
                self.breach(format!("no order has job {number}"), [job_row(number)]);
            }
        }
        self.holds(
            "every order has its jobs, every job its order",
            self.report.orders,
        );
        Ok(())
    }

    /// A job's key is its press and its number in the order, so one order a press is one job a key.
    fn presses(&mut self) -> Result<(), StoreError> {
        let mut presses = 0;
        for row in self.snapshot.rows(tables::CALLBACKS)? {
            let (press, order) = row?;
            presses += 1;
            let (press, order) = (press.value(), order.value());
            let found = match self.snapshot.find_order(OrderId(order)) {
                // It has been told.
                Err(StoreError::Corrupt { .. }) => continue,
                found => found?,
            };
            if found.is_none_or(|order| order.callback.0 != press) {
                let what = format!("a press points to order {order}, which it did not place");
                self.breach(what, [press_row(press), order_row(order)]);
            }
        }
        self.holds("one press is one order, one key at most one job", presses);
        Ok(())
    }

    fn grants(&mut self) -> Result<(), StoreError> {
        let mut known = 0;
        for row in self.snapshot.rows(tables::GRANTS)? {
            let (key, number) = row?;
            known += 1;
            let (key, number) = (key.value().to_owned(), number.value());
            // What is left of the keys in the end is known to no row.
            if self.keys.remove(&key) != Some(number) {
                let rows = [format!("grants.v1/{key}"), entry_row(number)];
                self.breach("a key of a grant leads to another entry", rows);
            }
        }
        for (key, number) in std::mem::take(&mut self.keys) {
            let rows = [entry_row(number), format!("grants.v1/{key}")];
            self.breach("the key of a grant is not known", rows);
        }
        self.holds("one payment or key is at most one grant", known);
        Ok(())
    }

    /// Adds the entries of each suspect to what was found about it.
    fn rows_of_jobs(&mut self) -> Result<(), StoreError> {
        if self.suspects.is_empty() {
            return Ok(());
        }
        let mut entries: HashMap<String, Vec<String>> = HashMap::new();
        for row in self.snapshot.rows(tables::LEDGER)? {
            let (number, row) = row?;
            let entry = unsealed(row.value()).and_then(|(record, _)| decode::<Entry>(record));
            let job = entry.ok().and_then(|entry| entry.reason.job());
            if let Some(job) = job.filter(|job| self.suspects.contains(job)) {
                let rows = entries.entry(job_row(job.0)).or_default();
                rows.push(entry_row(number.value()));
            }
        }
        for breach in &mut self.report.breaches {
            if let [row] = breach.rows.as_slice()
                && let Some(more) = entries.get(row)
            {
                breach.rows.extend_from_slice(more);
            }
        }
        Ok(())
    }

    fn end_of_ledger(&mut self) -> Result<(), StoreError> {
        let first = self.counters.entry.saturating_sub(GLANCE);
        let mut next = first + 1;
        let mut last = Seal::default();
        let mut balances = BTreeMap::new();
        for row in self.snapshot.rows_from(tables::LEDGER, first)? {
            let (number, row) = row?;
            if number.value() == first {
                // Only its seal is needed.
                last = unsealed(row.value()).map_or(last, |(_, seal)| seal);
                continue;
            }
            self.report.entries += 1;
            let entry = self.chained(number.value(), row.value(), &mut last, &mut next);
            if let Some(entry) = entry {
                balances.insert(entry.from, (entry.from_balance, number.value()));
                balances.insert(entry.to, (entry.to_balance, number.value()));
            }
        }
        self.ends_at(next - 1, last);
        let accounts = balances.len() as u64;
        for (account, (said, number)) in balances {
            let Some(stored) = self.found(self.stored(account))? else {
                continue;
            };
            if stored != Some(said) {
                let what = format!("{account} is stored as {stored:?}, its last entry says {said}");
                self.breach(what, [entry_row(number)]);
            }
        }
        let entries = self.report.entries;
        self.holds("the last entries are numbered without a gap", entries);
        self.holds("each of them is sealed over the one before", entries);
        self.holds("stored balances are what the last entries say", accounts);
        Ok(())
    }

    fn stored(&self, account: Account) -> Result<Option<i64>, StoreError> {
        let counters = &self.counters;
        Ok(match account {
            Account::Gifts => Some(counters.gifts),
            Account::Sales => Some(counters.sales),
            Account::Grants => Some(counters.grants),
            Account::Revenue => Some(counters.revenue),
            Account::Available(user) => {
                let row = self.snapshot.user(user)?;
                row.map(|row| row.user.available.0.into())
            }
            Account::Held(user) => {
                let row = self.snapshot.user(user)?;
                row.map(|row| row.user.held.0.into())
            }
        })
    }

    fn live_jobs(&mut self) -> Result<(), StoreError> {
        let mut places = 0;
        let mut rows = 0;
        for row in self.snapshot.rows(tables::DUE)? {
            let (lane, at, job) = row?.0.value();
            rows += 1;
            let due = due_row((lane, at, job));
            let row = match self.found(self.snapshot.job_row(JobId(job)))? {
                Some(Some(row)) => row,
                Some(None) => {
                    self.breach(format!("job {job} is due and there is not"), [due]);
                    continue;
                }
                None => continue,
            };
            self.report.jobs += 1;
            self.job_is_due(&row)?;
            places += u32::from(row.job.stage.takes_a_place());
            *self.live.entry(row.job.user).or_default() += 1;
        }
        self.counted_places(places);
        let live = std::mem::take(&mut self.live);
        for (user, live) in &live {
            self.report.users += 1;
            let Some(held) = self.found(self.stored(Account::Held(*user)))? else {
                continue;
            };
            if held != Some(i64::from(*live)) {
                let what = format!("user {user} holds {held:?} credits for {live} live jobs");
                self.breach(what, [user_row(*user)]);
            }
        }
        self.holds("every live job is due once, no other is", rows);
        self.holds("the places counted are the places taken", places.into());
        self.holds("held credits are those of live jobs", live.len() as u64);
        Ok(())
    }
}

/// Whose credits an entry moves, if its accounts fit its reason.
fn shape(entry: &Entry) -> Option<UserId> {
    match (&entry.reason, entry.from, entry.to) {
        (Reason::Welcome, Account::Gifts, Account::Available(user))
        | (Reason::Capture { .. }, Account::Held(user), Account::Revenue)
        | (Reason::Grant { .. }, Account::Grants, Account::Available(user))
        | (Reason::Grant { .. }, Account::Available(user), Account::Grants) => Some(user),
        (Reason::Hold { .. }, Account::Available(user), Account::Held(same))
        | (Reason::Release { .. }, Account::Held(user), Account::Available(same))
            if user == same =>
        {
            Some(user)
        }
        (
            Reason::Welcome
            | Reason::Hold { .. }
            | Reason::Capture { .. }
            | Reason::Release { .. }
            | Reason::Grant { .. },
            _,
            _,
        ) => None,
    }
}

/// A job's place in the due index, as its row says it.
fn place(row: &JobRow) -> Option<(u8, u64, u64)> {
    match row.lane {
        Lane::None => None,
        Lane::Timed(at) => Some((queue::TIMED, at.0, row.job.id.0)),
        Lane::Ready(tag) => Some((queue::READY, tag, row.job.id.0)),
    }
}

/// The last number of a table.
fn last<V: redb::Value>(mut rows: redb::Range<'static, u64, V>) -> Result<u64, StoreError> {
    let last = rows.next_back().transpose()?;
    Ok(last.map_or(0, |(number, _)| number.value()))
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

fn user_row(user: UserId) -> String {
    format!("users.v1/{user}")
}

fn order_row(number: u64) -> String {
    format!("orders.v1/{number}")
}

fn press_row(press: &str) -> String {
    format!("callbacks.v1/{press}")
}
