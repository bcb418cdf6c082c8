//! Tidies up: forgets old updates, makes hours of old tallies, removes files that no row speaks of.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::domain::id::{JobId, PhotoName, UserId};
use crate::flow::say::Say;
use crate::photos::Photos;
use crate::store::backup::restore;
use crate::store::txn::REMEMBER;
use crate::store::{Store, StoreError, Txn, tally};

/// How often old updates are looked for.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Updates forgotten in one transaction.
const AT_ONCE: usize = 1000;

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

    /// Forgets old updates and folds old tallies until told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StoreError> {
        while !stop.is_cancelled() {
            match self.tidy(&stop).await {
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

    async fn tidy(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        while self.forget().await? == AT_ONCE && !stop.is_cancelled() {}
        self.fold().await
    }

    /// Forgets some old updates; how many.
    async fn forget(&self) -> Result<usize, StoreError> {
        let before = self.clock.now().minus(REMEMBER);
        let old = self.store.snapshot()?.old_updates(before, AT_ONCE)?;
        let forgotten = old.len();
        self.store
            .write(move |txn| txn.forget_updates(&old))
            .await?;
        Ok(forgotten)
    }

    /// Makes hours of the tallies that are no longer new.
    async fn fold(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let fold = move |txn: &mut Txn<'_>| tally::fold(txn, now).map(drop);
        self.store.write(fold).await
    }
}
