//! The ledger, entry by entry: numbers, seals, accounts, balances, and the keys of grants.

use std::collections::{BTreeMap, HashMap};

use redb::ReadableTableMetadata;

use super::people::Seat;
use super::{Audit, Moves, archive_row, entry_row, grant_row, job_row, named, order_row};
use crate::rules::domain::credit::{Account, Credits, Entry, Reason, Seal};
use crate::rules::domain::id::{EntryId, JobId, UserId};
use crate::store::record::{decode, seal, unsealed};
use crate::store::{StoreError, tables};

/// Numbers of jobs beyond the rows there are that are still taken for possible.
const SLACK: u64 = 1 << 16;
/// No order has more.
const MOST_JOBS: u64 = 5;
/// So many entries at the end of the ledger are looked at by a glance.
const GLANCE: u64 = 1000;

impl Audit<'_> {
    /// Numbers are given once: no row is beyond its counter, and a wild one does not cost memory.
    pub(crate) fn numbers(&mut self) -> Result<(), StoreError> {
        let jobs = last(self.snapshot.rows(tables::JOBS)?)?;
        let orders = last(self.snapshot.rows(tables::ORDERS)?)?;
        let retired = last(self.snapshot.rows(tables::ARCHIVE)?)?;
        let counted = (self.counters.job, self.counters.order);
        for (last, counted, row) in [
            (jobs, counted.0, job_row(jobs)),
            (retired, counted.0, archive_row(retired)),
            (orders, counted.1, order_row(orders)),
        ] {
            if last > counted {
                let what = format!("numbers are given up to {counted}, a row has {last}");
                self.breach(what, [row, "meta.v1/counters".into()]);
            }
        }
        let retired = self.snapshot.table(tables::ARCHIVE)?.len()?;
        let rows = self.snapshot.table(tables::JOBS)?.len()?;
        let rows = rows.saturating_add(retired.saturating_mul(MOST_JOBS));
        let last = counted.0.min(rows.saturating_add(SLACK));
        self.moves = vec![Moves::default(); last as usize + 1];
        let users = self.snapshot.table(tables::USERS)?.len()?;
        self.people.expect(users as usize);
        self.holds("no row has a number that was not given", 3);
        Ok(())
    }

    pub(crate) fn ledger(&mut self) -> Result<(), StoreError> {
        let mut last = Seal::default();
        let mut next = 1;
        for row in self.snapshot.rows(tables::LEDGER)? {
            let (number, row) = row?;
            self.report.entries += 1;
            let entry = self.chained(number.value(), row.value(), &mut last, &mut next);
            match entry {
                Some(entry) => self.fold(&entry)?,
                None => drop(self.unread.1.insert(EntryId(number.value()))),
            }
        }
        let entries = self.report.entries;
        self.ends_at(next - 1, last);
        self.holds("entries are numbered without a gap", entries);
        self.holds("each entry is sealed over the one before", entries);
        self.holds("each entry tells the balances it left", entries);
        self.holds("no user was ever below 0", entries);
        self.holds("each entry leads to the same user's before it", entries);
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

    fn fold(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let row = || [entry_row(entry.id.0)];
        let amount = i64::from(entry.amount.0);
        for (account, change, said) in [
            (entry.from, -amount, entry.from_balance),
            (entry.to, amount, entry.to_balance),
        ] {
            let fold = self.folded(account);
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
            return Ok(());
        };
        self.follows(user, entry);
        if entry.reason == Reason::Welcome {
            let person = self.people.of(user);
            if std::mem::replace(&mut person.welcomed, true) {
                self.breach(format!("user {user} is welcomed again"), row());
            }
        }
        if let Some(key) = key_of(entry) {
            self.key_leads_to(key, entry.id)?;
        }
        if let Some(job) = entry.reason.job() {
            self.fold_job(user, job, entry);
        }
        Ok(())
    }

    /// A job's entry: it moves what the first one did, for whom that did.
    fn fold_job(&mut self, user: UserId, job: JobId, entry: &Entry) {
        let row = || [entry_row(entry.id.0)];
        let seat = self.people.seat(user);
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
        if moves.user == Seat::default() {
            moves.user = seat;
        }
        if moves.price == Credits::default() {
            moves.price = entry.amount;
        }
        let price = moves.price;
        if let Reason::Hold { order, .. } = entry.reason {
            moves.order = Moves::short(order);
        }
        let owner = moves.user;
        if entry.amount != price {
            let moved = entry.amount;
            self.breach(format!("it moves {moved} for a job of {price}"), row());
        }
        if owner != seat {
            let owner = named(self.people.at(owner).map(|person| person.user));
            let what = format!("it moves credits of user {user} for a job of user {owner}");
            self.breach(what, row());
        }
    }

    /// Holds the entry against the one of the same user that was before it.
    fn follows(&mut self, user: UserId, entry: &Entry) {
        let before = self.people.of(user).follow_entry(entry.id);
        let excused = entry.before.is_some_and(|id| self.unread.1.contains(&id));
        if entry.before != before && !excused {
            let (said, before) = (named(entry.before), named(before));
            let what = format!("it leads to entry {said}, the same user's before is {before}");
            self.breach(what, [entry_row(entry.id.0)]);
        }
    }

    /// Holds the key of a grant against the entry that has it.
    fn key_leads_to(&mut self, key: &str, entry: EntryId) -> Result<(), StoreError> {
        let known = self.snapshot.table(tables::GRANTS)?.get(key)?;
        match known.map(|number| number.value()) {
            Some(number) if number == entry.0 => self.keys += 1,
            Some(number) if self.has_key(number, key)? => {
                let (first, second) = (number.min(entry.0), number.max(entry.0));
                let rows = [entry_row(first), entry_row(second)];
                self.breach("two grants have the same key", rows);
            }
            // The key will be told to lead elsewhere.
            Some(_) => {}
            None => {
                let rows = [entry_row(entry.0), grant_row(key)];
                self.breach("the key of a grant is not known", rows);
            }
        }
        Ok(())
    }

    /// Whether an entry has that key.
    fn has_key(&self, number: u64, key: &str) -> Result<bool, StoreError> {
        let row = self.snapshot.table(tables::LEDGER)?.get(number)?;
        let entry = row.map(|row| unsealed(row.value()).and_then(|(record, _)| decode(record)));
        // What cannot be read has been told.
        let entry: Option<Entry> = entry.and_then(Result::ok);
        Ok(entry.is_some_and(|entry| key_of(&entry) == Some(key)))
    }

    pub(crate) fn grants(&mut self) -> Result<(), StoreError> {
        let known = self.snapshot.table(tables::GRANTS)?.len()?;
        // As many keys as led to their entries: those are all.
        if self.keys != known {
            for row in self.snapshot.rows(tables::GRANTS)? {
                let (key, number) = row?;
                let (key, number) = (key.value(), number.value());
                if !self.has_key(number, key)? {
                    let rows = [grant_row(key), entry_row(number)];
                    self.breach("a key of a grant leads to another entry", rows);
                }
            }
        }
        self.holds("one payment or key is at most one grant", known);
        Ok(())
    }

    /// Adds the entries of each suspect to what was found about it.
    pub(crate) fn rows_of_jobs(&mut self) -> Result<(), StoreError> {
        if self.suspects.is_empty() {
            return Ok(());
        }
        let mut entries: HashMap<String, Vec<String>> = HashMap::new();
        for row in self.snapshot.rows(tables::LEDGER)? {
            let (number, row) = row?;
            let entry = unsealed(row.value()).and_then(|(record, _)| decode::<Entry>(record));
            let job = entry.ok().and_then(|entry| entry.reason.job());
            if let Some(row) = job.and_then(|job| self.suspects.get(&job)) {
                let rows = entries.entry(row.clone()).or_default();
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

    pub(crate) fn end_of_ledger(&mut self) -> Result<(), StoreError> {
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
        let mut last = BTreeMap::new();
        for (account, (said, number)) in balances {
            if let Some(user) = account.user() {
                let known: &mut u64 = last.entry(user).or_default();
                *known = number.max(*known);
            }
            let Some(stored) = self.found(self.stored(account))? else {
                continue;
            };
            if stored != Some(said) {
                let what = format!("{account} is stored as {stored:?}, its last entry says {said}");
                self.breach(what, [entry_row(number)]);
            }
        }
        let owners = last.len() as u64;
        for (user, number) in last {
            if let Some(Some(row)) = self.found(self.snapshot.user(user))? {
                self.leads_to(user, row.last_entry, Some(EntryId(number)));
            }
        }
        let entries = self.report.entries;
        self.holds("users lead to their last entries", owners);
        self.holds("the last entries are numbered without a gap", entries);
        self.holds("each of them is sealed over the one before", entries);
        self.holds("stored balances are what the last entries say", accounts);
        Ok(())
    }
}

/// The key of a grant.
fn key_of(entry: &Entry) -> Option<&str> {
    match &entry.reason {
        Reason::Grant { key, .. } => key.as_deref(),
        Reason::Welcome | Reason::Hold { .. } | Reason::Capture { .. } | Reason::Release { .. } => {
            None
        }
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

/// The last number of a table.
fn last<V: redb::Value>(mut rows: redb::Range<'static, u64, V>) -> Result<u64, StoreError> {
    let last = rows.next_back().transpose()?;
    Ok(last.map_or(0, |(number, _)| number.value()))
}
