//! Makes backups in time and on demand, clears old ones away, and tells the operator when it cannot.
//!
//! Copies go to the vault beside that: a storage that does not answer keeps nobody from a backup on this machine.
//!
//! Operators are told in the store's outbox: where even that cannot be written, the guard has told them of the disk.

mod elsewhere;
mod tell;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::base::aside;
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::edge::offsite::Vault;
use crate::shop::backup::BackupError;
use crate::shop::backup::directory::BackupDir;
use crate::shop::backup::front::{Front, Made, Ring};
use crate::shop::backup::make::{self, Order};
use crate::shop::backup::retention::Keep;
use crate::store::record::Cause;
use crate::store::{Store, StoreError};
use tell::{What, Worry};

/// A backup that is due when the daemon starts is made after this time: sellers come first.
const BREATH: Duration = Duration::from_secs(60);
/// After a failure it is tried again in this time, or when the next is due.
const RETRY: Duration = Duration::from_secs(10 * 60);
/// How often it is looked whether a backup is late.
const LOOK: Duration = Duration::from_secs(10 * 60);

/// How backups are made, and of what.
pub struct Archivist {
    pub store: Store,
    /// Where a backup is asked for, and how things stand with them.
    pub front: Arc<Front>,
    pub clock: Clock,
    pub data: PathBuf,
    /// Where backups are kept.
    pub backup_dir: BackupDir,
    /// How often one is made by itself; nothing for never.
    pub every: Option<Duration>,
    pub keep: Keep,
    /// So many bytes must stay free on the disk.
    pub floor: u64,
    /// Where copies go, if they do.
    pub vault: Option<Arc<Vault>>,
}

impl Archivist {
    fn worry(&self, what: What) -> Worry {
        Worry::new(what, &self.store, &self.front, &self.clock)
    }

    /// Makes backups until told to stop. One that is being made then is finished.
    pub async fn run(&self, stop: CancellationToken) -> Result<(), StoreError> {
        let rings = self.front.attend();
        // One of a clock that was ahead says nothing about today.
        let now = self.clock.now();
        let names = self.backup_dir.names().unwrap_or_default();
        let newest = names.into_iter().rfind(|name| name.at() <= now);
        self.front.note(|status| status.here.newest = newest);
        let looks = async { tokio::join!(self.look_late(), self.send_copies()) };
        tokio::select! {
            () = self.make_all(rings, &stop) => {}
            _ = looks => {}
        }
        Ok(())
    }

    async fn make_all(&self, mut rings: mpsc::Receiver<Ring>, stop: &CancellationToken) {
        let mut worry = self.worry(What::Here);
        let mut due = self.first_due();
        loop {
            let ring = tokio::select! {
                () = stop.cancelled() => return,
                Some(ring) = rings.recv() => Some(ring),
                () = until(&self.clock, due) => None,
                () = self.clock.sleep(LOOK) => {
                    // A clock that was set back must not put the next one off.
                    due = due.min(self.next_due(true));
                    continue;
                }
            };
            let made = self.make().await;
            due = self.next_due(made.is_ok());
            match &made {
                Ok(_) => worry.ends().await,
                // Who was told that the shop is closed for want of room knows.
                Err(BackupError::NoRoom { .. }) if self.is_closed() => {}
                Err(error) => worry.grows(error).await,
            }
            if let Some(ring) = ring {
                // Whoever asked may have gone.
                let _ = ring.send(made.map_err(|error| error.to_string()));
            }
        }
    }

    fn is_closed(&self) -> bool {
        let closed = self
            .store
            .snapshot()
            .and_then(|snapshot| snapshot.closed(Cause::Room));
        matches!(closed, Ok(Some(_)))
    }

    /// When the first is due by itself.
    fn first_due(&self) -> Option<Timestamp> {
        let newest = self.front.status().here.newest;
        let rested = self.clock.now().plus(BREATH);
        let due = |every| newest.map_or(rested, |newest| newest.at().plus(every).max(rested));
        self.every.map(due)
    }

    fn next_due(&self, made: bool) -> Option<Timestamp> {
        let span = |every: Duration| if made { every } else { every.min(RETRY) };
        self.every.map(|every| self.clock.now().plus(span(every)))
    }

    async fn make(&self) -> Result<Made, BackupError> {
        let begun = self.clock.now();
        let front = &self.front;
        front.note(|status| status.here.last_try = Some(begun));
        let (store, data, backup_dir) = (
            self.store.clone(),
            self.data.clone(),
            self.backup_dir.clone(),
        );
        let floor = self.floor;
        let made = aside::run(move || {
            let order = Order {
                data: &data,
                backup_dir: &backup_dir,
                floor,
                now: begun,
            };
            make::make(&order, &|| store.snapshot())
        });
        let made = made.await.unwrap_or(Err(StoreError::Panicked.into()));
        let now = self.clock.now();
        match made {
            Ok(manifest) => {
                let (name, bytes) = (manifest.name, manifest.bytes());
                let took_ms = now.since(begun).as_millis() as u64;
                tracing::info!(%name, bytes, took_ms, entries = manifest.entries, "a backup is made");
                front.note(|status| status.here.succeeded(name, bytes, took_ms, now));
                self.clear().await;
                Ok(Made {
                    manifest,
                    path: self.backup_dir.path(name).display().to_string(),
                    took_ms,
                })
            }
            Err(error) => {
                tracing::error!(%error, "no backup was made");
                front.note(|status| status.here.failed(error.to_string()));
                Err(error)
            }
        }
    }

    /// Removes what need not be kept any more.
    async fn clear(&self) {
        let (backup_dir, keep) = (self.backup_dir.clone(), self.keep);
        let cleared = aside::run(move || backup_dir.prune(keep)).await;
        match cleared.unwrap_or(Err(StoreError::Panicked.into())) {
            Ok(gone) if gone.is_empty() => {}
            Ok(gone) => tracing::info!(removed = gone.len(), "old backups are removed"),
            Err(error) => tracing::warn!(%error, "old backups could not be removed"),
        }
    }

    /// Tells when the newest backup is older than it should ever be, whatever the reason.
    async fn look_late(&self) {
        let Some(every) = self.every else {
            return std::future::pending().await;
        };
        let mut worry = self.worry(What::Late);
        let begun = self.clock.now();
        // A machine that has slept makes up for it at once: late is what still is at the next look.
        let mut was_late = false;
        loop {
            self.clock.sleep(LOOK).await;
            let (status, now) = (self.front.status().here, self.clock.now());
            let newest = status.newest.filter(|newest| newest.at() <= now);
            let since = newest.map_or(begun, |newest| newest.at().max(begun));
            // A failure has been told as such.
            let late = now.since(since) > every * 2 + LOOK && status.last_error.is_none();
            match std::mem::replace(&mut was_late, late) {
                true if late => worry.grows(&"it is overdue").await,
                true | false if !late => worry.ends().await,
                true | false => {}
            }
        }
    }
}

/// Sleeps until a moment, or for ever.
async fn until(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => clock.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
