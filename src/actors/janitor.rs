//! Tidies up: forgets old updates, retires old orders, makes hours and days of old tallies, removes files no row
//! speaks of.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::base::aside;
use crate::base::clock::Clock;
use crate::base::live::Live;
use crate::base::time::Timestamp;
use crate::edge::config::Config;
use crate::edge::files::Photos;
use crate::rules::conversation::say::Say;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::id::{JobId, OrderId, PhotoName, UpdateId, UserId};
use crate::rules::domain::part::Part;
use crate::shop::backup::restore;
use crate::shop::{alerts, retire, tally};
use crate::store::txn::REMEMBER;
use crate::store::{Snapshot, Store, StoreError, Txn, room};

/// How often it is done.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Updates looked at in one transaction.
const AT_ONCE: usize = 1000;
/// Updates looked at each time: those of a whole day have their turn while fewer than fifty come in a second.
const UPDATES: usize = 200_000;
/// Orders looked at in one transaction: some milliseconds of the writer's.
const ORDERS: usize = 200;
/// How often it is looked how much of the file is free: all of it is read for that.
const LOOK: Duration = Duration::from_secs(24 * 60 * 60);
/// Between two such transactions sellers have the writer to themselves.
const BREATH: Duration = Duration::from_millis(50);

/// So many times in a row something must have failed, an hour apart, before operators hear of it.
const BORNE: u32 = 2;
/// The cause under which it is told.
const CAUSE: &str = "janitor";

/// What is tidied, and where.
pub struct Janitor {
    pub store: Store,
    pub clock: Clock,
    pub photos: Photos,
    /// Where videos lie until they are delivered.
    pub videos: PathBuf,
    pub file: PathBuf,
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
        let videos = match self.videos() {
            Ok(videos) => videos,
            Err(error) => {
                tracing::warn!(%error, "videos could not be swept");
                return Ok(());
            }
        };
        for (path, job) in videos {
            let wanted = match job {
                Some(job) => is_wanted(&snapshot, job)?,
                None => false,
            };
            if !wanted && let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(%error, "a video could not be swept");
            }
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

    /// What lies among the videos, each with the job it is named after.
    fn videos(&self) -> std::io::Result<Vec<(PathBuf, Option<JobId>)>> {
        let job = |path: &Path| {
            let name = path.file_name()?.to_str()?;
            let of_it = name.strip_suffix(".mp4").or(name.strip_suffix(".jpg"))?;
            of_it.parse().ok().map(JobId)
        };
        let entries = std::fs::read_dir(&self.videos)?;
        entries
            .map(|entry| {
                let path = entry?.path();
                let job = job(&path);
                Ok((path, job))
            })
            .collect()
    }

    /// Does all of it in turn until told to stop. What fails is tried again the next time.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let mut next = UpdateId(0);
        // Not at the start: nothing is retired yet.
        let mut looked = self.clock.now();
        let mut failed = 0;
        while !stop.is_cancelled() {
            let tidied = self.tidy(&mut next, &mut looked, &stop).await;
            if let Err(error) = self.tell(tidied, &mut failed).await {
                tracing::warn!(%error, "operators could not be told of what is not tidied up");
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.clock.sleep(EVERY) => {}
            }
        }
        Ok(())
    }

    /// `next` is the update to be looked at next, `looked` when it was last looked how much of the file is free.
    async fn tidy(
        &self,
        next: &mut UpdateId,
        looked: &mut Timestamp,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        let (retired, forgotten) = (self.retire(stop).await, self.forget(next, stop).await);
        let (folded, now) = (self.fold().await, self.clock.now());
        let mut weighed = Ok(());
        if now.since(*looked) >= LOOK {
            *looked = now;
            weighed = self.weigh().await;
        }
        // Whatever fails, the others have had their turn.
        retired.and(forgotten).and(folded).and(weighed)
    }

    /// Operators hear of what keeps failing and will not pass by itself, and that it is over.
    async fn tell(
        &self,
        tidied: Result<(), StoreError>,
        failed: &mut u32,
    ) -> Result<(), StoreError> {
        let (shop, now, part) = (self.store.shop(), self.clock.now(), Part::Janitor);
        match tidied {
            Ok(()) => {
                *failed = 0;
                let raised = self.store.snapshot()?.raised()?;
                if !raised.iter().any(|(cause, _)| cause == CAUSE) {
                    return Ok(());
                }
                let works = Alert::PartWorks { part };
                let tell =
                    move |txn: &mut Txn<'_>| alerts::recovered(txn, &shop, CAUSE, &works, now);
                self.store.try_write(tell).await
            }
            Err(error) => {
                *failed = failed.saturating_add(1);
                tracing::error!(%error, failed, "not all could be tidied up; it is tried again");
                if *failed < BORNE {
                    return Ok(());
                }
                let why = error.to_string();
                let fails = Alert::PartFails { part, why };
                let tell = move |txn: &mut Txn<'_>| alerts::lasts(txn, &shop, CAUSE, &fails, now);
                self.store.try_write(tell).await
            }
        }
    }

    /// Has the next start compact the file if that is worth it, and not if it is no longer.
    async fn weigh(&self) -> Result<(), StoreError> {
        let store = self.store.clone();
        let taken = aside::run(move || room::taken(&store));
        let taken = taken.await.map_err(|_| StoreError::Panicked)??;
        let held = room::held(&self.file).unwrap_or(0);
        let wanted = room::is_worth_it(held, taken);
        if wanted {
            tracing::info!(
                held,
                taken,
                "much of the data file is free: the next start compacts it"
            );
        }
        self.store.write(move |txn| room::ask(txn, wanted)).await
    }

    /// Retires old orders, the oldest first, some at a time.
    async fn retire(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        // Its breaths are part of it.
        let _under_way = aside::begin();
        let (mut retired, mut dropped) = (0, 0);
        let mut next = Some(OrderId(0));
        while let (Some(from), false) = (next, stop.is_cancelled()) {
            let Some(details) = self.config.now().retention.details else {
                break;
            };
            let now = self.clock.now();
            let before = now.minus(details);
            let some = move |txn: &mut Txn<'_>| retire::retire(txn, from, before, ORDERS, now);
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
        for of_it in ["mp4", "jpg"] {
            match std::fs::remove_file(self.videos.join(format!("{job}.{of_it}"))) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "a video nobody came back for stays");
                }
                Ok(()) | Err(_) => {}
            }
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
            let snapshot = self.store.snapshot()?;
            let (old, then) = snapshot.old_updates(from, AT_ONCE, before)?;
            drop(snapshot);
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

    /// Makes hours and days of the tallies that are no longer new.
    async fn fold(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let fold = move |txn: &mut Txn<'_>| tally::fold(txn, now).map(drop);
        self.store.write(fold).await
    }
}

/// Whether a job's video has still to be fetched or sent.
fn is_wanted(snapshot: &Snapshot, id: JobId) -> Result<bool, StoreError> {
    let Some(job) = snapshot.find_job(id)? else {
        return Ok(false);
    };
    let notes = snapshot.notes(job.user.chat())?;
    let mut says = notes.into_iter().map(|(_, note)| note.say);
    Ok(!job.stage.ended() || says.any(|say| matches!(say, Say::Video(video) if video.job == id)))
}
