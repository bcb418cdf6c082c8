//! Tidies up: forgets old updates, retires old orders, makes hours of old tallies, removes files no row speaks of.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::domain::id::{JobId, OrderId, PhotoName, UpdateId, UserId};
use crate::flow::say::Say;
use crate::live::Live;
use crate::photos::Photos;
use crate::store::backup::restore;
use crate::store::txn::REMEMBER;
use crate::store::{Store, StoreError, Txn, archive, tally};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Updates looked at in one transaction.
const AT_ONCE: usize = 1000;
/// Updates looked at each time: those of a whole day have their turn while fewer than fifty come in a second.
const UPDATES: usize = 200_000;
/// Orders looked at in one transaction: some milliseconds of the writer's.
const ORDERS: usize = 200;
/// Between two such transactions sellers have the writer to themselves.
const BREATH: Duration = Duration::from_millis(50);

/// What is tidied, and where.
pub struct Janitor {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// The photos.
    pub photos: Photos,
    /// Where videos lie until they are delivered.
    pub videos: PathBuf,
    /// How long what is kept.
    pub config: Live<Config>,
}

impl Janitor {
    /// Removes files that a crash has left behind. To be called before the actors start.
    pub fn sweep(&self) -> Result<(), StoreError> {
        match self.try_sweep() {
            // The audit names the row; what nobody can be sure of stays.
            Err(error @ StoreError::Corrupt { .. }) => {
                tracing::error!(%error, "files are not swept");
                Ok(())
            }
            swept => swept,
        }
    }

    fn try_sweep(&self) -> Result<(), StoreError> {
        let snapshot = self.store.snapshot()?;
        let live: HashSet<(UserId, PhotoName)> = snapshot
            .due()?
            .into_iter()
            .map(|(_, _, job)| snapshot.job(job).map(|job| (job.user, job.photo)))
            .collect::<Result<_, _>>()?;
        match self.photos.sweep(|user, name| live.contains(&(user, name))) {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "photos without a job are removed"),
            Err(error) => tracing::warn!(%error, "photos could not be swept"),
        }
        self.sweep_restore();
        let mut wanted: HashSet<JobId> =
            snapshot.due()?.into_iter().map(|(_, _, job)| job).collect();
        for chat in snapshot.chats()? {
            for (_, note) in snapshot.notes(chat)? {
                if let Say::Video(video) = note.say {
                    wanted.insert(video.job);
                }
            }
        }
        if let Err(error) = self.sweep_videos(&wanted) {
            tracing::warn!(%error, "videos could not be swept");
        }
        Ok(())
    }

    /// A restore that was killed leaves a whole database behind, under another name.
    fn sweep_restore(&self) {
        let left = self.videos.with_file_name(restore::HALF);
        match std::fs::remove_file(&left) {
            Ok(()) => tracing::info!("what a restore has left behind is removed"),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "what a restore has left behind stays"),
        }
    }

    fn sweep_videos(&self, wanted: &HashSet<JobId>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(&self.videos)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .unwrap_or_default();
            let job = name
                .strip_suffix(".mp4")
                .and_then(|number| number.parse().ok())
                .map(JobId);
            if job.is_none_or(|job| !wanted.contains(&job)) {
                std::fs::remove_file(&path)?;
            }
        }
        Ok(())
    }

    /// Does all of it in turn until told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StoreError> {
        let mut next = UpdateId(0);
        while !stop.is_cancelled() {
            match self.tidy(&mut next, &stop).await {
                Ok(()) => {}
                Err(error) if error.passes() => {
                    tracing::warn!(%error, "not all could be tidied up yet");
                }
                Err(error) => return Err(error),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.clock.sleep(EVERY) => {}
            }
        }
        Ok(())
    }

    /// `next` is the update to be looked at next.
    async fn tidy(&self, next: &mut UpdateId, stop: &CancellationToken) -> Result<(), StoreError> {
        self.retire(stop).await?;
        self.forget(next, stop).await?;
        self.fold().await
    }

    /// Retires old orders, the oldest first, some at a time.
    async fn retire(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        let (mut retired, mut dropped) = (0, 0);
        let mut next = Some(OrderId(0));
        while let (Some(from), false) = (next, stop.is_cancelled()) {
            let Some(details) = self.config.now().retention.details else {
                break;
            };
            let now = self.clock.now();
            let before = now.minus(details);
            let some = move |txn: &mut Txn<'_>| archive::retire(txn, from, before, ORDERS, now);
            let pass = self.store.write(some).await?;
            retired += pass.retired;
            dropped += pass.dropped;
            for job in pass.videos {
                self.remove(job);
            }
            next = pass.next;
            if next.is_some() {
                tokio::time::sleep(BREATH).await;
            }
        }
        if retired > 0 {
            tracing::info!(
                retired,
                dropped,
                "old orders are retired; messages nobody came back for are dropped"
            );
        }
        Ok(())
    }

    /// Removes a video that nobody will be sent.
    fn remove(&self, job: JobId) {
        match std::fs::remove_file(self.videos.join(format!("{job}.mp4"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a video nobody came back for stays");
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// Forgets the old ones among the updates whose turn it is.
    async fn forget(
        &self,
        next: &mut UpdateId,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        for _ in 0..UPDATES / AT_ONCE {
            let before = self.clock.now().minus(REMEMBER);
            let from = *next;
            let sight = self.store.snapshot()?;
            let (old, then) = sight.old_updates(from, AT_ONCE, before)?;
            drop(sight);
            *next = then;
            if !old.is_empty() {
                self.store
                    .write(move |txn| txn.forget_updates(&old))
                    .await?;
            }
            if then <= from || stop.is_cancelled() {
                break;
            }
        }
        Ok(())
    }

    /// Makes hours of the tallies that are no longer new.
    async fn fold(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let fold = move |txn: &mut Txn<'_>| tally::fold(txn, now).map(drop);
        self.store.write(fold).await
    }
}
