//! Looks after what the shop stands on: room on the disk, a disk that can be written, books that balance, a clock
//! that may be set.

mod time;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::base::aside;
use crate::base::clock::Clock;
use crate::base::live::Live;
use crate::base::time::Timestamp;
use crate::edge::telegram::client::Telegram;
use crate::edge::telegram::words::Words;
use crate::rules::conversation::say::Say;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::user::Lang;
use crate::shop::audit::{self, Breach, Report};
use crate::shop::{alerts, sales};
use crate::store::record::Cause;
use crate::store::{Store, StoreError, Txn};

/// How often the room on the disk is looked at.
const ROOM_EVERY: Duration = Duration::from_secs(10);
/// There must be room for so long before orders are taken again, so that the shop does not flap.
const ROOM_FOR: Duration = Duration::from_secs(60);
/// The whole ledger is audited every day at this time, UTC: night in the shop's part of the world.
const NIGHT: Duration = Duration::from_secs(90 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The cause under which breaches are told.
const BOOKS: &str = "books";
/// A check that could not be made is made again after this time.
const RETRY: Duration = Duration::from_secs(10 * 60);
/// So many breaches are logged one by one.
const LOGGED: usize = 20;

/// Who says how many bytes are free where a directory lies.
pub type Free = Arc<dyn Fn(&Path) -> io::Result<u64> + Send + Sync>;

/// What the system says of it.
pub fn free(dir: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(dir)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// What is looked after, and how.
pub struct Guard {
    pub store: Store,
    pub clock: Clock,
    /// How operators are told when nothing can be stored.
    pub telegram: Live<Telegram>,
    pub words: Live<Words>,
    /// Where everything is kept.
    pub data: PathBuf,
    /// Who says what room there is.
    pub free: Free,
    /// Below so many bytes of room orders are not taken.
    pub floor: Live<u64>,
}

impl Guard {
    /// Looks after everything until told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let looks = async { tokio::join!(self.room(), self.books(), self.disk(), self.time()) };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = looks => {}
        }
        Ok(())
    }

    /// Closes the shop while there is little room.
    async fn room(&self) {
        let mut since = None;
        loop {
            match (self.free)(&self.data) {
                Ok(free) => {
                    if let Err(error) = self.judge_room(free, &mut since).await {
                        tracing::warn!(%error, "what room there is could not be stored");
                    }
                }
                Err(error) => tracing::warn!(%error, "nobody says what room there is on the disk"),
            }
            self.clock.sleep(ROOM_EVERY).await;
        }
    }

    /// `since` is when there was room again.
    async fn judge_room(&self, free: u64, since: &mut Option<Timestamp>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let closed = self.store.snapshot()?.closed(Cause::Room)?.is_some();
        let shop = self.store.shop();
        let room = free >= *self.floor.now();
        *since = since.or(Some(now)).filter(|_| room);
        if !room && !closed {
            let free_mb = free >> 20;
            tracing::error!(free_mb, "the disk is nearly full: orders are not taken");
            let close = move |txn: &mut Txn<'_>| sales::close(txn, &shop, free_mb, now);
            self.store.try_write(close).await?;
        } else if closed && since.is_some_and(|since| now.since(since) >= ROOM_FOR) {
            tracing::info!("there is room on the disk: orders are taken");
            let open = move |txn: &mut Txn<'_>| sales::open(txn, &shop, now);
            self.store.try_write(open).await?;
        }
        Ok(())
    }

    /// Glances at the books at the start and audits them every night.
    async fn books(&self) {
        self.check(Check::Glance).await;
        loop {
            self.clock.sleep_until(next_night(self.clock.now())).await;
            self.check(Check::Audit).await;
        }
    }

    /// Checks until it can be done, and tells what was found.
    async fn check(&self, check: Check) {
        loop {
            let report = match self.look(check).await {
                Ok(report) => report,
                Err(error) if error.passes() => {
                    tracing::warn!(%error, "{} could not be made yet", check.name());
                    self.clock.sleep(RETRY).await;
                    continue;
                }
                Err(error) => {
                    tracing::error!(%error, "{} cannot be made", check.name());
                    unreadable(&error)
                }
            };
            if let Err(error) = self.tell(check, report).await {
                tracing::error!(%error, "nobody could be told of {}", check.name());
            }
            return;
        }
    }

    async fn look(&self, check: Check) -> Result<Report, StoreError> {
        let snapshot = self.store.snapshot()?;
        let look = move || match check {
            Check::Glance => audit::glance(&snapshot),
            Check::Audit => audit::audit(&snapshot),
        };
        let report = aside::run(look).await;
        report.map_err(|_| StoreError::Panicked)?
    }

    async fn tell(&self, check: Check, report: Report) -> Result<(), StoreError> {
        let (shop, now) = (self.store.shop(), self.clock.now());
        let Some(first) = report.breaches.first().map(ToString::to_string) else {
            let (entries, jobs) = (report.entries, report.jobs);
            tracing::info!(entries, jobs, "{} found the books to balance", check.name());
            if check == Check::Glance {
                // It has not seen everything: only an audit can take a breach back.
                return Ok(());
            }
            let fine = Alert::BooksFine;
            let tell = move |txn: &mut Txn<'_>| alerts::recovered(txn, &shop, BOOKS, &fine, now);
            return self.store.write(tell).await;
        };
        for breach in report.breaches.iter().take(LOGGED) {
            tracing::error!(%breach, "the books do not balance");
        }
        let breaches = report.breaches.len() as u64 + report.more;
        let breach = Alert::Breach { breaches, first };
        let tell = move |txn: &mut Txn<'_>| alerts::alert(txn, &shop, BOOKS, &breach, now);
        self.store.write(tell).await
    }

    /// Tells the operators that the disk takes nothing, past the store, and that it does again; once an hour.
    async fn disk(&self) {
        let mut fault = self.store.fault();
        let mut told: Option<Timestamp> = None;
        let mut owed = false;
        while fault.changed().await.is_ok() {
            let why = fault.borrow_and_update().clone();
            let (shop, now) = (self.store.shop(), self.clock.now());
            let quiet = |told| now.since(told) < shop.alerts.quiet;
            match why.map(|why| Alert::Unwritable { why }) {
                Some(alert) if !told.is_some_and(quiet) && shop.alerts.has(&alert) => {
                    (told, owed) = (Some(now), true);
                    self.tell_past_the_store(alert).await;
                }
                None if owed => {
                    owed = false;
                    let tell =
                        move |txn: &mut Txn<'_>| alerts::tell(txn, &shop, &Alert::Writable, 0, now);
                    if let Err(error) = self.store.write(tell).await {
                        tracing::warn!(%error, "operators could not be told that the disk works");
                    }
                }
                Some(_) | None => {}
            }
        }
    }

    /// In Russian: which language an operator reads is in the store.
    async fn tell_past_the_store(&self, alert: Alert) {
        let message = self.words.now().message(Lang::Ru, &Say::Alert(alert));
        for admin in &self.store.shop().admins {
            let sent = self.telegram.now().send(admin.chat(), &message).await;
            if let Err(trouble) = sent {
                tracing::warn!(%trouble, "an operator could not be told of the disk");
            }
        }
    }
}

/// How closely the books are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Glance,
    Audit,
}

impl Check {
    fn name(self) -> &'static str {
        match self {
            Self::Glance => "a glance at the books",
            Self::Audit => "the nightly audit",
        }
    }
}

/// Books that cannot be read are as bad as books that do not balance.
fn unreadable(error: &StoreError) -> Report {
    Report {
        breaches: vec![Breach {
            what: format!("the books cannot be read: {error}"),
            rows: Vec::new(),
        }],
        ..Report::default()
    }
}

/// The next time the whole ledger is audited.
fn next_night(now: Timestamp) -> Timestamp {
    let (day, night) = (DAY.as_millis() as u64, NIGHT.as_millis() as u64);
    let today = now.0 / day * day + night;
    Timestamp(if today > now.0 { today } else { today + day })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_night_comes_once() {
        // 2026-01-22 12:00:00 UTC.
        let noon = Timestamp(1_769_083_200_000);
        let night = next_night(noon);
        assert_eq!(
            night.since(noon),
            Duration::from_secs((12 + 1) * 3600 + 1800)
        );
        assert_eq!(next_night(night).since(night), DAY);
        assert_eq!(next_night(Timestamp(night.0 - 1)), night);
    }
}
