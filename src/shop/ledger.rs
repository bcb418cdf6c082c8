//! The books: every move of credits is an entry, and balances change only here.

use crate::base::time::Timestamp;
use crate::rules::domain::credit::{Account, Credits, Entry, Reason};
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::{EntryId, UserId};
use crate::shop::deeds::undone::Undone;
use crate::store::StoreError;
use crate::store::record::{Counters, UserRow};
use crate::store::txn::Txn;

/// Moves `amount` from one account to another and writes it down. The caller keeps `row` afterwards.
///
/// A user's account in the move must be `user`'s. Nothing is written when a user's account does not cover it.
#[allow(clippy::too_many_arguments)]
pub fn post(
    txn: &mut Txn<'_>,
    user: UserId,
    row: &mut UserRow,
    now: Timestamp,
    from: Account,
    to: Account,
    amount: Credits,
    reason: Reason,
) -> Result<EntryId, StoreError> {
    let taken = take(row, user, from, amount)?;
    row.user.available = taken.0;
    row.user.held = taken.1;
    give(row, user, to, amount);
    let counters = txn.counters();
    for (account, sign) in [(from, -1), (to, 1)] {
        let change = sign * i64::from(amount.0);
        match account {
            Account::Gifts => counters.gifts += change,
            Account::Sales => counters.sales += change,
            Account::Grants => counters.grants += change,
            Account::Revenue => counters.revenue += change,
            Account::Available(_) | Account::Held(_) => {}
        }
    }
    counters.entry += 1;
    let id = EntryId(counters.entry);
    let entry = Entry {
        id,
        at: now,
        from,
        to,
        amount,
        reason,
        from_balance: balance(counters, row, from),
        to_balance: balance(counters, row, to),
        before: row.last_entry.replace(id),
    };
    txn.put_entry(&entry)?;
    txn.tally(now).moved(from, to, amount);
    Ok(id)
}

fn balance(counters: &Counters, row: &UserRow, account: Account) -> i64 {
    match account {
        Account::Available(_) => row.user.available.0.into(),
        Account::Held(_) => row.user.held.0.into(),
        Account::Gifts => counters.gifts,
        Account::Sales => counters.sales,
        Account::Grants => counters.grants,
        Account::Revenue => counters.revenue,
    }
}

/// The user's balances after `amount` has left `from`.
fn take(
    row: &UserRow,
    user: UserId,
    from: Account,
    amount: Credits,
) -> Result<(Credits, Credits), StoreError> {
    let (available, held) = (row.user.available, row.user.held);
    let short = || StoreError::Overdrawn {
        account: from.to_string(),
        amount,
    };
    let less = |balance: Credits| {
        balance
            .0
            .checked_sub(amount.0)
            .map(Credits)
            .ok_or_else(short)
    };
    match from {
        Account::Available(owner) if owner == user => Ok((less(available)?, held)),
        Account::Held(owner) if owner == user => Ok((available, less(held)?)),
        Account::Available(_) | Account::Held(_) => Err(short()),
        Account::Gifts | Account::Sales | Account::Grants | Account::Revenue => {
            Ok((available, held))
        }
    }
}

fn give(row: &mut UserRow, user: UserId, to: Account, amount: Credits) {
    let more = |balance: &mut Credits| balance.0 = balance.0.saturating_add(amount.0);
    match to {
        Account::Available(owner) if owner == user => more(&mut row.user.available),
        Account::Held(owner) if owner == user => more(&mut row.user.held),
        Account::Available(_)
        | Account::Held(_)
        | Account::Gifts
        | Account::Sales
        | Account::Grants
        | Account::Revenue => {}
    }
}

/// What an operator's grant came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granted {
    /// Done; the balance now.
    Done(Credits),
    /// The same was granted with that key before; the balance now.
    Before(Credits),
    /// It cannot be done, and nothing was.
    Not(Refusal),
}

/// Whether a grant could be made. The same grant with the same key could: it is known.
pub(crate) fn may_grant(
    txn: &Txn<'_>,
    user: UserId,
    credits: i32,
    key: Option<&str>,
) -> Result<(), Undone> {
    match standing(txn, user, credits, key)? {
        Standing::Unfit(refusal) => Err(refusal.into()),
        Standing::Due(_) | Standing::Made(_) => Ok(()),
    }
}

/// How a grant stands before it is made.
enum Standing {
    /// Nothing is in its way; the user's row.
    Due(Box<UserRow>),
    /// It was made with that key before; the balance now.
    Made(Credits),
    Unfit(Refusal),
}

fn standing(
    txn: &Txn<'_>,
    user: UserId,
    credits: i32,
    key: Option<&str>,
) -> Result<Standing, StoreError> {
    let Some(row) = txn.user(user)? else {
        return Ok(Standing::Unfit(Refusal::NoUser(user.to_string())));
    };
    if let Some(key) = key
        && let Some(entry) = txn.granted(key)?
    {
        let before = granted(&txn.entry(entry)?);
        return Ok(
            match before.filter(|before| *before != (user, credits.into())) {
                Some((user, credits)) => Standing::Unfit(Refusal::Used {
                    key: key.to_owned(),
                    user,
                    credits,
                }),
                None => Standing::Made(row.user.available),
            },
        );
    }
    let (amount, balance) = (Credits(credits.unsigned_abs()), row.user.available);
    Ok(match credits < 0 {
        true if balance < amount => Standing::Unfit(Refusal::TooMuch { user, balance }),
        false if !holds(&row, amount) => Standing::Unfit(Refusal::Full { user, balance }),
        true | false => Standing::Due(Box::new(row)),
    })
}

/// UserRef an entry of a grant was for, and how many credits it gave.
fn granted(entry: &Entry) -> Option<(UserId, i64)> {
    let amount = i64::from(entry.amount.0);
    match (entry.from, entry.to) {
        (_, Account::Available(user)) => Some((user, amount)),
        (Account::Available(user), _) => Some((user, -amount)),
        (_, _) => None,
    }
}

/// Gives `credits` to a user, or takes them back when negative. `key` makes a repeat harmless. The user is told.
pub fn grant(
    txn: &mut Txn<'_>,
    user: UserId,
    credits: i32,
    why: &str,
    key: Option<&str>,
    now: Timestamp,
) -> Result<Granted, StoreError> {
    let granted = credit(txn, user, credits, why, key, now)?;
    if let Granted::Done(balance) = granted {
        let credits = i64::from(credits);
        let say = crate::rules::conversation::say::Say::Granted { credits, balance };
        let lang = txn.lang_of(user)?;
        super::outbox::tell(txn, user, lang, say, now)?;
    }
    Ok(granted)
}

/// As [`grant`], and the caller tells the user.
pub fn credit(
    txn: &mut Txn<'_>,
    user: UserId,
    credits: i32,
    why: &str,
    key: Option<&str>,
    now: Timestamp,
) -> Result<Granted, StoreError> {
    let mut row = match standing(txn, user, credits, key)? {
        Standing::Due(row) => *row,
        Standing::Made(balance) => return Ok(Granted::Before(balance)),
        Standing::Unfit(unfit) => return Ok(Granted::Not(unfit)),
    };
    let amount = Credits(credits.unsigned_abs());
    let (from, to) = match credits < 0 {
        false => (Account::Grants, Account::Available(user)),
        true => (Account::Available(user), Account::Grants),
    };
    let reason = Reason::Grant {
        why: why.to_owned(),
        key: key.map(str::to_owned),
    };
    let entry = post(txn, user, &mut row, now, from, to, amount, reason)?;
    if let Some(key) = key {
        txn.put_granted(key, entry)?;
    }
    txn.put_user(user, &row)?;
    Ok(Granted::Done(row.user.available))
}

/// Whether all of a user's credits and `amount` more fit one account; what is held may come back to it.
fn holds(row: &UserRow, amount: Credits) -> bool {
    let all = row.user.available.0.checked_add(row.user.held.0);
    all.and_then(|all| all.checked_add(amount.0)).is_some()
}
