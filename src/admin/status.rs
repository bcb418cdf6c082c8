//! How the shop fares, at a glance.

use std::collections::BTreeMap;

use super::answer::{RestLine, Status};
use super::desk::Place;
use super::provider;
use crate::domain::job::Stage;
use crate::domain::time::Timestamp;
use crate::store::sales::Cause;
use crate::store::{Snapshot, StoreError, migrate, outbox};

/// Looks at everything that lives; how much has ended makes no difference.
pub fn status(
    sight: &Snapshot,
    place: &Place,
    fault: Option<String>,
    now: Timestamp,
) -> Result<Status, StoreError> {
    let counters = sight.counters()?;
    let (users, banned) = sight.count_users()?;
    let mut closed = Vec::new();
    for cause in Cause::ALL {
        if sight.closed(cause)?.is_some() {
            closed.push(cause.word().to_owned());
        }
    }
    let (live, oldest_queued) = live(sight)?;
    let (chats, oldest_note) = waiting(sight)?;
    let age = |at: Timestamp| now.since(at).as_secs();
    let rests = sight.rests()?.into_iter();
    let resting = rests.filter(|(_, rest)| rest.lasts(now));
    Ok(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        running: place.since.is_some(),
        pid: place.since.map(|_| std::process::id()),
        since: place.since.map(|since| since.0),
        schema: migrate::SCHEMA,
        file_bytes: std::fs::metadata(&place.file).map_or(0, |file| file.len()),
        free_bytes: rustix::fs::statvfs(&place.file)
            .ok()
            .map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize)),
        closed,
        fault,
        users,
        banned,
        orders: counters.order,
        jobs: counters.job,
        live,
        places: counters.places,
        oldest_queued_s: oldest_queued.map(age),
        notes: sight.waiting_notes()?,
        chats,
        oldest_note_s: oldest_note.map(age),
        resting: resting
            .map(|(name, rest)| RestLine {
                name,
                until: rest.until.0,
                why: provider::why(rest.why),
            })
            .collect(),
        entries: counters.entry,
        accounts: [
            ("gifts", counters.gifts),
            ("sales", counters.sales),
            ("grants", counters.grants),
            ("revenue", counters.revenue),
        ]
        .map(|(name, balance)| (name.to_owned(), balance))
        .into(),
    })
}

/// Live jobs by stage, and since when the oldest of those waits that have had no attempt.
pub fn live(sight: &Snapshot) -> Result<(BTreeMap<String, u64>, Option<Timestamp>), StoreError> {
    let mut stages = BTreeMap::new();
    let mut oldest: Option<Timestamp> = None;
    for (_, _, id) in sight.due()? {
        let job = sight.job(id)?;
        *stages.entry(job.stage.name().to_owned()).or_default() += 1;
        if job.stage == Stage::Queued && job.attempt == 0 {
            oldest = Some(oldest.map_or(job.placed_at, |oldest| oldest.min(job.placed_at)));
        }
    }
    Ok((stages, oldest))
}

/// How many chats wait for a message that can reach them, and when the oldest of those was written. How an order of
/// somebody who has blocked the bot ended is kept for their return, however long that takes.
pub fn waiting(sight: &Snapshot) -> Result<(u64, Option<Timestamp>), StoreError> {
    let mut oldest: Option<Timestamp> = None;
    let mut chats = 0;
    for chat in sight.chats()? {
        let user = match outbox::user_of(chat) {
            Some(user) => sight.user(user)?,
            None => None,
        };
        if user.is_some_and(|row| !row.user.reachable) {
            continue;
        }
        chats += 1;
        let first = sight.first_note(chat)?.map(|(_, note)| note.at);
        oldest = match (oldest, first) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    Ok((chats, oldest))
}
