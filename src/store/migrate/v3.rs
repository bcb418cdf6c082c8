//! From schema 3: what has happened so far is counted, an hour to a row; raised alerts have room for what they say;
//! who has which name, who came when, what failed and what is whose are found without looking at everything.
//!
//! Reads jobs as schema 4 has them: when their shape changes, theirs freezes here. Entries stay as they are: they are
//! sealed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use redb::{ReadableTable, Table, WriteTransaction};
use serde::{Deserialize, Serialize};

use crate::domain::brief::{Brief, Count};
use crate::domain::credit::{Entry, Seal};
use crate::domain::id::{CallbackId, EntryId, JobId, MessageId, OrderId, UserId};
use crate::domain::job::Stage;
use crate::domain::order::{Order, PhotoState};
use crate::domain::tally::{HOUR, Sort, Tally, begin};
use crate::domain::time::Timestamp;
use crate::domain::user::User;
use crate::flow::session::Session;
use crate::store::outbox;
use crate::store::record::{self, JobRow, Live, Record, encode, unsealed};
use crate::store::row::{missing, named, parse, read, small};
use crate::store::{StoreError, tables};

/// Hours by their beginning: a shop of a year has some thousands.
type Hours = BTreeMap<Timestamp, Tally>;

/// The last of something that each user has.
type Last<T> = HashMap<UserId, T>;

/// An alert as schema 3 wrote it.
#[derive(Serialize, Deserialize)]
struct Raised {
    told: Timestamp,
    held: u32,
}

impl Record for Raised {
    const TAG: u8 = 8;
    const VERSION: u8 = 1;
    const NAME: &'static str = "Raised of schema 3";
}

/// The counters as schemas 2 and 3 wrote them.
#[derive(Default, Serialize, Deserialize)]
pub struct OldCounters {
    pub order: u64,
    pub job: u64,
    pub entry: u64,
    pub note: u64,
    pub draft: u64,
    pub fair: u64,
    pub places: u32,
    pub gifts: i64,
    pub sales: i64,
    pub grants: i64,
    pub revenue: i64,
    pub seal: Seal,
    pub commit: u64,
    pub adopted: u64,
    pub orphans: u64,
    pub doubled: u64,
}

impl Record for OldCounters {
    const TAG: u8 = 1;
    const VERSION: u8 = 2;
    const NAME: &'static str = "Counters of schema 3";
}

/// A user as schema 3 wrote them.
#[derive(Serialize, Deserialize)]
struct OldUser {
    user: User,
    session: Session,
}

impl Record for OldUser {
    const TAG: u8 = 2;
    const VERSION: u8 = 1;
    const NAME: &'static str = "UserRow of schema 3";
}

/// An order as schema 3 wrote it.
#[derive(Serialize, Deserialize)]
struct OldOrder {
    id: OrderId,
    user: UserId,
    brief: Brief,
    count: Count,
    first_job: JobId,
    placed_at: Timestamp,
    callback: CallbackId,
    photo: PhotoState,
    status: Option<MessageId>,
}

impl Record for OldOrder {
    const TAG: u8 = 3;
    const VERSION: u8 = 1;
    const NAME: &'static str = "Order of schema 3";
}

pub fn to_4(transaction: &WriteTransaction) -> Result<(), StoreError> {
    alerts(transaction)?;
    let mut hours = Hours::new();
    let last_orders = orders(transaction, &mut hours)?;
    let live = videos(transaction, &mut hours)?;
    let last_entries = credits(transaction, &mut hours)?;
    let away = users(transaction, &mut hours, &last_orders, &last_entries)?;
    let chats = notes(transaction, &away)?;
    counters(transaction, live, chats)?;
    let mut tallies = transaction.open_table(tables::TALLIES)?;
    for (at, tally) in &hours {
        tallies.insert(at.0, encode(tally).as_slice())?;
    }
    Ok(())
}

/// Some lines at most: an operator's own causes.
fn alerts(transaction: &WriteTransaction) -> Result<(), StoreError> {
    let mut table = transaction.open_table(tables::ALERTS)?;
    let mut rows = Vec::new();
    for row in table.iter()? {
        let (cause, raised) = row?;
        rows.push(named::<Raised>(cause.value(), raised.value(), "alerts.v1")?);
    }
    for (cause, old) in rows {
        let new = record::Raised {
            told: old.told,
            held: old.held,
            alert: None,
        };
        table.insert(cause.as_str(), encode(&new).as_slice())?;
    }
    Ok(())
}

fn hour(hours: &mut Hours, at: Timestamp) -> &mut Tally {
    hours.entry(begin(at, HOUR)).or_default()
}

/// Each user with the last of what is theirs, and who has which name, and who came when; those who have blocked the
/// bot.
fn users(
    transaction: &WriteTransaction,
    hours: &mut Hours,
    last_orders: &Last<OrderId>,
    last_entries: &Last<EntryId>,
) -> Result<HashSet<UserId>, StoreError> {
    let mut away = HashSet::new();
    let mut names = transaction.open_table(tables::NAMES)?;
    let mut joined = transaction.open_table(tables::JOINED)?;
    let mut table = transaction.open_table(tables::USERS)?;
    let mut from = 0;
    // A row at a time: the table is changed under no open iterator.
    while let Some(old) = first_from::<OldUser>(&table, from, "users.v1")? {
        let (number, OldUser { user, session }) = old;
        hour(hours, user.since).newcomers += 1;
        joined.insert((user.since.0, number), ())?;
        if let Some(name) = &user.username {
            names.insert((small(name).as_str(), number), 0)?;
        }
        let id = UserId(number);
        if !user.reachable {
            away.insert(id);
        }
        let new = record::UserRow {
            session,
            last_order: last_orders.get(&id).copied(),
            last_entry: last_entries.get(&id).copied(),
            ..record::UserRow::new(user)
        };
        table.insert(number, encode(&new).as_slice())?;
        from = number + 1;
    }
    Ok(away)
}

/// What cannot be sent waits elsewhere; how many chats are left.
fn notes(transaction: &WriteTransaction, away: &HashSet<UserId>) -> Result<u64, StoreError> {
    let mut outbox = transaction.open_table(tables::OUTBOX)?;
    let mut kept = transaction.open_table(tables::KEPT)?;
    let is_away = |(chat, _): (i64, u64), _: &[u8]| {
        outbox::user_of(chat).is_some_and(|user| away.contains(&user))
    };
    for row in outbox.extract_if(is_away)? {
        let (key, note) = row?;
        kept.insert(key.value(), note.value())?;
    }
    let mut chats = BTreeSet::new();
    for row in outbox.iter()? {
        chats.insert(row?.0.value().0);
    }
    Ok(chats.len() as u64)
}

fn counters(transaction: &WriteTransaction, live: Live, chats: u64) -> Result<(), StoreError> {
    let mut meta = transaction.open_table(tables::META)?;
    let old: Option<OldCounters> = read(&meta, "counters", "meta.v1")?;
    let Some(old) = old else { return Ok(()) };
    let new = record::Counters {
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
        seal: old.seal,
        commit: old.commit,
        adopted: old.adopted,
        orphans: old.orphans,
        doubled: old.doubled,
        live,
        chats,
    };
    meta.insert("counters", encode(&new).as_slice())?;
    Ok(())
}

/// Each order with the same user's order before it; the last of each user.
fn orders(transaction: &WriteTransaction, hours: &mut Hours) -> Result<Last<OrderId>, StoreError> {
    let mut table = transaction.open_table(tables::ORDERS)?;
    let mut last = Last::new();
    let mut from = 0;
    while let Some((number, old)) = first_from::<OldOrder>(&table, from, "orders.v1")? {
        let tally = hour(hours, old.placed_at);
        tally.orders += 1;
        tally.ordered += u64::from(old.count.number());
        let new = Order {
            id: old.id,
            user: old.user,
            brief: old.brief,
            count: old.count,
            first_job: old.first_job,
            placed_at: old.placed_at,
            callback: old.callback,
            photo: old.photo,
            status: old.status,
            before: last.insert(old.user, old.id),
        };
        table.insert(number, encode(&new).as_slice())?;
        from = number + 1;
    }
    Ok(last)
}

/// The first row from a number on.
fn first_from<T: Record>(
    table: &Table<'_, u64, tables::Row>,
    from: u64,
    name: &'static str,
) -> Result<Option<(u64, T)>, StoreError> {
    let Some(row) = table.range(from..)?.next() else {
        return Ok(None);
    };
    let (number, row) = row?;
    let number = number.value();
    Ok(Some((number, parse(row.value(), name, number)?)))
}

/// How many live jobs stand where. What videos took of the provider's credits was not kept.
fn videos(transaction: &WriteTransaction, hours: &mut Hours) -> Result<Live, StoreError> {
    let mut live = Live::default();
    let orders = transaction.open_table(tables::ORDERS)?;
    let mut ended_badly = transaction.open_table(tables::FAILED)?;
    for row in transaction.open_table(tables::JOBS)?.iter()? {
        let (id, row) = row?;
        let JobRow { job, .. } = parse(row.value(), "jobs.v1", id.value())?;
        let order: Option<Order> = read(&orders, job.order.0, "orders.v1")?;
        let recipe = order.ok_or_else(|| missing("orders.v1", job.order.0))?;
        let recipe = recipe.brief.recipe;
        for missed in &job.missed {
            let sort = Sort::new(missed.model.clone(), &recipe);
            let of = hour(hours, missed.at).of(sort);
            *of.missed.entry(missed.failure.kind).or_default() += 1;
        }
        live = live.plus(Live::of(&job.stage));
        match job.stage {
            Stage::Done { model, at, .. } => {
                let of = hour(hours, at).of(Sort::new(Some(model), &recipe));
                of.done += 1;
                of.waits.count(at.since(job.placed_at));
            }
            Stage::Failed { failure, at } => {
                ended_badly.insert(id.value(), ())?;
                let model = job.missed.last().and_then(|missed| missed.model.clone());
                let of = hour(hours, at).of(Sort::new(model, &recipe));
                *of.failed.entry(failure.kind).or_default() += 1;
            }
            Stage::Queued
            | Stage::Preparing
            | Stage::Submitting { .. }
            | Stage::Rendering { .. }
            | Stage::Rendered { .. } => {}
        }
    }
    Ok(live)
}

/// The last entry of each user.
fn credits(transaction: &WriteTransaction, hours: &mut Hours) -> Result<Last<EntryId>, StoreError> {
    let mut last = Last::new();
    for row in transaction.open_table(tables::LEDGER)?.iter()? {
        let (id, row) = row?;
        let (record, _) = unsealed(row.value()).map_err(|error| StoreError::Corrupt {
            table: "ledger.v2",
            key: id.value().to_string(),
            what: error.what(),
        })?;
        let entry: Entry = parse(record, "ledger.v2", id.value())?;
        hour(hours, entry.at).moved(entry.from, entry.to, entry.amount);
        if let Some(user) = entry.user() {
            last.insert(user, entry.id);
        }
    }
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::{decode, encode_fixed};

    #[test]
    fn an_alert_of_schema_3_is_still_read() {
        let written = [8, 1, 9, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0];
        let raised: Raised = decode(&written).unwrap();
        assert_eq!((raised.told, raised.held), (Timestamp(9), 2));
        assert_eq!(encode_fixed(&raised), written);
    }
    #[test]
    fn counters_users_and_orders_of_schema_3_are_still_read() {
        for line in include_str!("v3.txt").lines() {
            let digits = line.as_bytes().chunks(2);
            let byte = |hex| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).unwrap();
            let bytes: Vec<u8> = digits.map(byte).collect();
            let again = match bytes[0] {
                OldCounters::TAG => encode_fixed(&decode::<OldCounters>(&bytes).unwrap()),
                OldUser::TAG => encode_fixed(&decode::<OldUser>(&bytes).unwrap()),
                OldOrder::TAG => encode_fixed(&decode::<OldOrder>(&bytes).unwrap()),
                other => panic!("tag {other}"),
            };
            assert_eq!(again, bytes);
        }
    }
}
