//! How the shop fares, at a glance.

use super::answer::{RestLine, Status};
use super::ask;
use super::desk::{Answerable, Desk};
use super::keys;
use super::place::Place;
use crate::base::time::Timestamp;
use crate::shop::deeds::{By, Judged};
use crate::store::record::Cause;
use crate::store::{Snapshot, StoreError, migrate};

impl Answerable for ask::Status {
    async fn answer(self, desk: &Desk, by: By) -> Judged<Status> {
        let (place, fault) = (desk.place.clone(), desk.store.fault().borrow().clone());
        let see = move |snapshot: &Snapshot| status(snapshot, &place, fault, by.at);
        Ok(Ok(desk.see(see).await?))
    }
}

/// What waits, lives or has ended is counted as it happens: how much of it there is makes no difference.
pub fn status(
    snapshot: &Snapshot,
    place: &Place,
    fault: Option<String>,
    now: Timestamp,
) -> Result<Status, StoreError> {
    let counters = snapshot.counters()?;
    let (users, banned) = snapshot.count_users()?;
    let mut closed = Vec::new();
    for cause in Cause::ALL {
        if snapshot.closed(cause)?.is_some() {
            closed.push(cause.word().to_owned());
        }
    }
    let live = counters
        .live
        .named()
        .into_iter()
        .filter(|(_, jobs)| *jobs > 0);
    let age = |at: Timestamp| now.since(at).as_secs();
    let rests = snapshot.rests()?.into_iter();
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
        live: live
            .map(|(stage, jobs)| (stage.to_owned(), jobs.into()))
            .collect(),
        places: counters.places,
        oldest_queued_s: snapshot.oldest_queued()?.map(age),
        notes: snapshot.waiting_notes()?,
        chats: counters.chats,
        oldest_note_s: snapshot.oldest_note()?.map(age),
        resting: resting
            .map(|(name, rest)| RestLine {
                name,
                until: rest.until.0,
                why: keys::why(rest.why),
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
