//! Placing an order: its jobs, its credits and its rows, all of them or none.

use ring::digest;

use super::{ledger, queue, tally};
use crate::base::time::Timestamp;
use crate::rules::domain::brief::{Brief, Count};
use crate::rules::domain::credit::{Account, Credits, Reason};
use crate::rules::domain::id::{CallbackId, JobId, OrderId, PhotoName, UserId};
use crate::rules::domain::job::{Job, Stage};
use crate::rules::domain::order::{Order, PhotoState};
use crate::store::StoreError;
use crate::store::record::UserRow;
use crate::store::txn::Txn;

/// An order as it is asked for.
pub(crate) struct Wish<'w> {
    pub user: UserId,
    pub brief: Brief,
    pub count: Count,
    /// What each video costs.
    pub price: Credits,
    /// What confirms it: the same makes no second order.
    pub callback: CallbackId,
    /// Unguessable.
    pub chance: &'w [u8; 32],
}

/// N jobs and N credits, or nothing if it was placed before.
pub(crate) fn place(
    txn: &mut Txn<'_>,
    row: &mut UserRow,
    wish: Wish<'_>,
    now: Timestamp,
) -> Result<Option<OrderId>, StoreError> {
    let Wish {
        user,
        brief,
        count,
        price,
        callback,
        chance,
    } = wish;
    if txn.confirmed_by(&callback)?.is_some() {
        return Ok(None);
    }
    let counters = txn.counters();
    counters.order += 1;
    let id = OrderId(counters.order);
    let first_job = JobId(counters.job + 1);
    counters.job += u64::from(count.number());
    let order = Order {
        id,
        user,
        brief,
        count,
        first_job,
        placed_at: now,
        callback,
        photo: PhotoState::Wanted,
        status: None,
        before: row.last_order.replace(id),
    };
    for job in order.jobs() {
        let reason = Reason::Hold { order: id, job };
        let (from, to) = (Account::Available(user), Account::Held(user));
        ledger::post(txn, user, row, now, from, to, price, reason)?;
        let job = fresh_job(&order, job, price, chance, now);
        queue::enqueue(txn, &mut row.user, job)?;
    }
    txn.confirm(&order.callback, id)?;
    txn.put_order(&order)?;
    tally::ordered(txn, &order);
    Ok(Some(id))
}

fn fresh_job(order: &Order, id: JobId, price: Credits, chance: &[u8; 32], now: Timestamp) -> Job {
    let mut seed = chance.to_vec();
    seed.extend(id.0.to_le_bytes());
    let made = digest::digest(&digest::SHA256, &seed);
    let (photo, rest) = made.as_ref().split_at(16);
    let nonce = rest[..8]
        .try_into()
        .map(u64::from_le_bytes)
        .expect("a digest has 32 bytes");
    Job {
        id,
        order: order.id,
        user: order.user,
        price,
        photo: PhotoName::new(id, photo.try_into().expect("split at 16")),
        nonce,
        attempt: 0,
        script: None,
        stage: Stage::Queued,
        due: now,
        placed_at: now,
        missed: Vec::new(),
    }
}
