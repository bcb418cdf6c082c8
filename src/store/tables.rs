//! The tables: names with versions, keys, and what a value holds.

use redb::{Key, TableDefinition, Value};

use super::StoreError;

/// A row as `record` encodes it.
pub type Row = &'static [u8];

/// `"schema"` → u32 as four little-endian bytes; `"counters"` → [`super::record::Counters`]; `"closed:room"` and
/// `"closed:pause"` → [`super::record::Closed`] while orders are not taken for want of room, or by an operator; `"compact"` → nothing, while the
/// next start is to compact the file; `"clock"` → [`super::record::Reading`], what was shown when the shop was last seen.
pub const META: TableDefinition<'static, &str, Row> = TableDefinition::new("meta.v1");
/// User → [`super::record::UserRow`]: the user with balances and session, so that a turn touches one row.
pub const USERS: TableDefinition<'static, u64, Row> = TableDefinition::new("users.v1");
/// Update id → when it was handled (Unix ms). A repeated update is known by it.
pub const UPDATES: TableDefinition<'static, u64, u64> = TableDefinition::new("updates.v1");
/// Order → [`crate::rules::domain::order::Order`].
pub const ORDERS: TableDefinition<'static, u64, Row> = TableDefinition::new("orders.v1");
/// Callback id of the confirming press → order.
pub const CALLBACKS: TableDefinition<'static, &str, u64> = TableDefinition::new("callbacks.v1");
/// Job → [`super::record::JobRow`].
pub const JOBS: TableDefinition<'static, u64, Row> = TableDefinition::new("jobs.v1");
/// (lane, when or tag, job) → 1 if the job must be claimed first, else 0. Every live job has exactly one row.
pub const DUE: TableDefinition<'static, (u8, u64, u64), u8> = TableDefinition::new("due.v1");
/// Entry number, from 1 without gaps → [`crate::rules::domain::credit::Entry`], then its 32 bytes of
/// [`crate::rules::domain::credit::Seal`].
pub const LEDGER: TableDefinition<'static, u64, Row> = TableDefinition::new("ledger.v2");
/// (chat, note) → [`super::record::Note`] that can be sent; a chat's notes are sent in this order and then struck.
pub const OUTBOX: TableDefinition<'static, (i64, u64), Row> = TableDefinition::new("outbox.v1");
/// (chat, note) → [`super::record::Note`] to somebody who has blocked the bot: it waits here for their return.
pub const KEPT: TableDefinition<'static, (i64, u64), Row> = TableDefinition::new("kept.v1");
/// `key:<fingerprint>` or `model:<name>` → [`crate::rules::domain::keyring::Rest`].
pub const RESTS: TableDefinition<'static, &str, Row> = TableDefinition::new("rests.v1");
/// Cause of an alert → [`super::record::Raised`].
pub const ALERTS: TableDefinition<'static, &str, Row> = TableDefinition::new("alerts.v1");
/// Operator's idempotency key → entry number.
pub const GRANTS: TableDefinition<'static, &str, u64> = TableDefinition::new("grants.v1");
/// Job → the `file_id` Telegram gave its video (UTF-8).
pub const VIDEOS: TableDefinition<'static, u64, &str> = TableDefinition::new("videos.v1");

/// (job, task) of a task that the provider made for a job and nobody waited for → when it was heard of (Unix ms).
pub const STRAYS: TableDefinition<'static, (u64, &str), u64> = TableDefinition::new("strays.v1");

/// (job, task) → [`crate::rules::domain::late::Late`]: a task that may still bring a video its job no longer waits for.
pub const LATE: TableDefinition<'static, (u64, &str), Row> = TableDefinition::new("late.v1");

/// User → [`crate::rules::domain::act::Ban`] of somebody who may not use the bot.
pub const BANS: TableDefinition<'static, u64, Row> = TableDefinition::new("bans.v1");

/// Number, from 1 without gaps → [`crate::rules::domain::act::Act`]: what operators did.
pub const ACTS: TableDefinition<'static, u64, Row> = TableDefinition::new("acts.v1");

/// The beginning of ten minutes, of an hour after six hours, of a day after two days (Unix ms) → [`crate::rules::domain::tally::Tally`].
pub const TALLIES: TableDefinition<'static, u64, Row> = TableDefinition::new("tallies.v1");

/// User → [`crate::rules::conversation::office::form::Form`] that an operator has open.
pub const FORMS: TableDefinition<'static, u64, Row> = TableDefinition::new("forms.v1");

/// Number, from 1 without gaps → [`crate::rules::domain::broadcast::Broadcast`]; only the last can be on its way.
pub const BROADCASTS: TableDefinition<'static, u64, Row> = TableDefinition::new("broadcasts.v1");

/// (name on Telegram in small letters, user who has it as far as is known, or has had it) → when they were first known
/// without it (Unix ms); 0 for who has it. One given up may have been taken by somebody else, of whom nobody has heard.
pub const NAMES: TableDefinition<'static, (&str, u64), u64> = TableDefinition::new("names.v2");

/// (when a user first wrote, user) → nothing: who came last is found without looking at everybody.
pub const JOINED: TableDefinition<'static, (u64, u64), ()> = TableDefinition::new("joined.v1");

/// Job that ended without a video → nothing: they are few among those that have one.
pub const FAILED: TableDefinition<'static, u64, ()> = TableDefinition::new("failed.v1");

/// First job of a retired order → [`crate::rules::domain::retired::Retired`]; its rows of other tables are gone, but for those
/// of the ledger and of [`FAILED`].
pub const ARCHIVE: TableDefinition<'static, u64, Row> = TableDefinition::new("archive.v1");

/// Something that is done with a table, whatever it holds.
pub trait Visitor {
    /// Does it.
    fn visit<K: Key + 'static, V: Value + 'static>(
        &mut self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<(), StoreError>;
}

/// Does it with every table. This is the one list of them: what makes them and what copies them goes by it, and a
/// test compares it with the file.
pub fn each(visitor: &mut impl Visitor) -> Result<(), StoreError> {
    visitor.visit(META)?;
    visitor.visit(USERS)?;
    visitor.visit(UPDATES)?;
    visitor.visit(ORDERS)?;
    visitor.visit(CALLBACKS)?;
    visitor.visit(JOBS)?;
    visitor.visit(DUE)?;
    visitor.visit(LEDGER)?;
    visitor.visit(OUTBOX)?;
    visitor.visit(KEPT)?;
    visitor.visit(RESTS)?;
    visitor.visit(ALERTS)?;
    visitor.visit(GRANTS)?;
    visitor.visit(VIDEOS)?;
    visitor.visit(STRAYS)?;
    visitor.visit(LATE)?;
    visitor.visit(BANS)?;
    visitor.visit(ACTS)?;
    visitor.visit(TALLIES)?;
    visitor.visit(FORMS)?;
    visitor.visit(FAILED)?;
    visitor.visit(NAMES)?;
    visitor.visit(JOINED)?;
    visitor.visit(BROADCASTS)?;
    visitor.visit(ARCHIVE)
}
