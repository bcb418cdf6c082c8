//! The users and the shop: every balance held against the entries, every credit held against a live job.

use super::{Audit, entry_row, named, user_row};
use crate::rules::domain::credit::Account;
use crate::rules::domain::id::{EntryId, UserId};
use crate::store::record::{UserRow, decode};
use crate::store::{StoreError, tables};

impl Audit<'_> {
    pub(crate) fn users(&mut self) -> Result<(), StoreError> {
        let mut sum = 0;
        let mut accounts = 0;
        let shop = [
            (Account::Gifts, self.counters.gifts),
            (Account::Sales, self.counters.sales),
            (Account::Grants, self.counters.grants),
            (Account::Revenue, self.counters.revenue),
        ];
        for (account, balance) in shop {
            sum += balance;
            accounts += 1;
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
                self.account(account, balance.into(), user_row(id));
            }
            let person = self.people.of(id);
            person.known = true;
            let person = *person;
            self.leads_to(id, row.last_entry, person.last_entry());
            let excused = row.last_order.is_some_and(|id| self.unread.0.contains(&id));
            let last = person.last_order();
            if row.last_order != last && !excused {
                let (said, last) = (named(row.last_order), named(last));
                let what = format!("user {id} leads to order {said}, their last is {last}");
                self.breach(what, [user_row(id)]);
            }
            let live = person.live;
            if held != live {
                let what = format!("user {id} holds {held} credits for live jobs of {live}");
                self.breach(what, [user_row(id)]);
            }
        }
        if sum != 0 {
            let what = format!("the sum of all accounts is {sum}, not 0");
            self.breach(what, ["meta.v1/counters".into(), "users.v1".into()]);
        }
        let strangers = self.people.iter().filter(|person| !person.known);
        let folds = strangers.flat_map(|person| person.accounts());
        let folds: Vec<_> = folds.filter(|(_, fold)| fold.last != 0).collect();
        for (account, fold) in folds {
            let what = format!("{account} has entries but no owner");
            self.breach(what, [entry_row(fold.last)]);
        }
        self.holds("the sum of all accounts is 0", accounts);
        self.holds("stored balances are what the entries make", accounts);
        let users = self.report.users;
        self.holds("a user's held credits are those of live jobs", users);
        self.holds("users lead to their last orders and entries", users);
        Ok(())
    }

    fn account(&mut self, account: Account, stored: i64, row: String) {
        let folded = self.folded(account).balance;
        if folded != stored {
            self.breach(
                format!("{account} is stored as {stored}, its entries make {folded}"),
                [row],
            );
        }
    }

    /// Holds the last entry that a user's row names against the one there is.
    pub(crate) fn leads_to(&mut self, user: UserId, said: Option<EntryId>, last: Option<EntryId>) {
        let excused = said.is_some_and(|id| self.unread.1.contains(&id));
        if said != last && !excused {
            let (said, last) = (named(said), named(last));
            let what = format!("user {user} leads to entry {said}, their last is {last}");
            self.breach(what, [user_row(user)]);
        }
    }

    pub(crate) fn stored(&self, account: Account) -> Result<Option<i64>, StoreError> {
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
}
