//! The pool: workers that do steps, not jobs. A job that waits is a row with a due time and costs nothing.
//!
//! Who steps what is in memory only; after a restart every live job is found by its row.

pub mod keys;
mod look;
mod pace;
mod photo;
mod step;
mod submit;
#[cfg(test)]
mod tests;
mod upload;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::clock::Clock;
use crate::domain::failure::{Failure, Kind, Source};
use crate::domain::id::{JobId, ModelName, OrderId, TaskId};
use crate::domain::time::Timestamp;
use crate::gpt::Gpt;
use crate::kie::{Kie, Models};
use crate::photos::Photos;
use crate::store::verdict::{self, Blow, Called};
use crate::store::{Store, StoreError, Txn, queue};
use crate::telegram::client::Telegram;
use keys::Keys;
use pace::Pace;
use upload::Upload;

/// After a step that the store failed, the job is left alone for so long.
const AFTER_STORE_FAULT: Duration = Duration::from_secs(30);
/// Photos that are held in memory at once, from download to disk: one of 50 megapixels takes some 170 megabytes.
const FRAMING: usize = 1;

/// The operator's choices that steps need.
#[derive(Debug, Clone)]
pub struct Choices {
    /// Steps at once.
    pub workers: usize,
    /// The interval between two looks at a task.
    pub look_every: Duration,
    /// How long an attempt may be with the provider.
    pub deadline: Duration,
    /// Where the provider fetches photos, without a slash at the end; nothing: they are uploaded to it.
    pub photos_at: Option<String>,
    /// Where the provider is asked to call back, without a slash at the end; nothing: it is not asked.
    pub callbacks_at: Option<String>,
    /// How long a call to the provider may take.
    pub call_timeout: Duration,
    /// A video of more bytes goes as a link.
    pub link_over: u64,
    /// Where videos lie until they are delivered.
    pub videos: PathBuf,
    /// The chain of models, first choice first.
    pub chain: Vec<ModelName>,
}

/// The pool.
pub struct Worker {
    parts: Parts,
    desk: Desk,
}

/// Who works on what, in this process.
struct Desk {
    stepping: Mutex<HashSet<JobId>>,
    fetching: Mutex<HashMap<OrderId, Arc<tokio::sync::Mutex<()>>>>,
    /// Since when no look has found a job's task.
    unknown: Mutex<HashMap<JobId, Timestamp>>,
    /// Jobs that an operator ended while they were stepped.
    cancelled: Mutex<HashSet<JobId>>,
    /// Where the photos of attempts lie that are about to be submitted.
    uploads: Mutex<HashMap<JobId, Upload>>,
    pace: Arc<Mutex<Pace>>,
    framing: Semaphore,
    stop: OnceLock<CancellationToken>,
}

/// What every step works with.
pub struct Parts {
    /// The store.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Where photos come from.
    pub telegram: Arc<Telegram>,
    /// Where photos are kept.
    pub photos: Photos,
    /// The script's author.
    pub gpt: Gpt,
    /// The video provider.
    pub kie: Kie,
    /// What it offers.
    pub models: Models,
    /// The provider's keys.
    pub keys: Keys,
    /// The operator's choices.
    pub choices: Choices,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stepped {
    /// The job may be stepped on at once.
    On,
    /// The job waits, has ended, or has moved on under us.
    Off,
}

impl Worker {
    /// A pool that has not begun.
    pub fn new(parts: Parts) -> Arc<Self> {
        let desk = Desk {
            stepping: Mutex::default(),
            fetching: Mutex::default(),
            unknown: Mutex::default(),
            cancelled: Mutex::default(),
            uploads: Mutex::default(),
            pace: Arc::new(Mutex::new(Pace::new(parts.choices.look_every))),
            framing: Semaphore::new(FRAMING),
            stop: OnceLock::new(),
        };
        Arc::new(Self { parts, desk })
    }

    /// Hands due jobs to workers until told to stop; then waits for the steps that run.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let _ = self.desk.stop.set(stop.clone());
        let free = Arc::new(Semaphore::new(self.parts.choices.workers));
        let mut steps = JoinSet::new();
        while !stop.is_cancelled() {
            for job in self.parts.store.wakes().take_cancelled() {
                self.leave(job);
            }
            let handed = match self.hand_out(&free, &mut steps, &stop).await {
                Ok(handed) => handed,
                Err(StoreError::CommitUnknown | StoreError::Closed) => break,
                Err(error) => {
                    tracing::error!(%error, "due jobs could not be read");
                    Handed {
                        any: false,
                        next: Some(self.parts.clock.now().plus(AFTER_STORE_FAULT)),
                    }
                }
            };
            if handed.any {
                continue;
            }
            // Steps that have ended are let go.
            while steps.try_join_next().is_some() {}
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.parts.store.wakes().job() => {}
                () = sleep_until(&self.parts.clock, handed.next) => {}
            }
        }
        while steps.join_next().await.is_some() {}
        Ok(())
    }

    /// A callback came; what is true is seen by the look that follows.
    pub async fn callback(
        &self,
        job: JobId,
        nonce: u64,
        submission: usize,
        task: TaskId,
    ) -> Result<Called, StoreError> {
        // A stranger costs no transaction.
        let known = self.parts.store.snapshot()?.find_job(job)?;
        if known.is_none_or(|known| known.nonce != nonce) {
            return Ok(Called::Stranger);
        }
        let now = self.parts.clock.now();
        let pace = Arc::clone(&self.desk.pace);
        let nudge = move |txn: &mut Txn<'_>| {
            let called = verdict::callback(txn, job, nonce, submission, &task, now)?;
            // In the transaction: a look that runs meanwhile is stored before it or knows of it.
            if matches!(called, Called::Nudged | Called::Adopted) {
                lock(&pace).called(job, now);
            }
            Ok(called)
        };
        let called = self.parts.store.try_write(nudge).await?;
        tracing::debug!(
            job.id = job.0,
            submission,
            ?called,
            "the provider called back"
        );
        Ok(called)
    }

    /// Whether the pool has been told to stop.
    fn is_stopping(&self) -> bool {
        let stop = self.desk.stop.get();
        stop.is_some_and(CancellationToken::is_cancelled)
    }

    /// Whether a job is being stepped now.
    pub fn is_idle(&self) -> bool {
        self.stepping().is_empty()
    }

    async fn hand_out(
        self: &Arc<Self>,
        free: &Arc<Semaphore>,
        steps: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<Handed, StoreError> {
        let room = free.available_permits();
        if room == 0 {
            return Ok(Handed {
                any: false,
                next: None,
            });
        }
        let now = self.parts.clock.now();
        let (due, next, ready) = {
            let snapshot = self.parts.store.snapshot()?;
            let stepping = self.stepping();
            let (due, next) = snapshot.timed(now, room, |job| !stepping.contains(&job))?;
            let shop = self.parts.store.shop();
            let places = shop
                .max_rendering
                .saturating_sub(snapshot.counters()?.places);
            (due, next, places > 0 && snapshot.any_ready()?)
        };
        let mut any = !due.is_empty();
        for found in &due {
            self.begin(found.job, found.waits, free, steps, stop);
        }
        let left = room - due.len();
        if ready && left > 0 {
            let shop = Arc::clone(self.parts.store.shop());
            let claimed = self
                .parts
                .store
                .write(move |txn| queue::claim(txn, &shop, left, now))
                .await?;
            any |= !claimed.is_empty();
            for job in claimed {
                tracing::info!(
                    job.id = job.id.0,
                    order.id = job.order.0,
                    attempt = job.attempt,
                    "an attempt begins"
                );
                self.begin(job.id, false, free, steps, stop);
            }
        }
        Ok(Handed { any, next })
    }

    /// Gives a job to a free worker; `waits` says that its attempt must be claimed first.
    fn begin(
        self: &Arc<Self>,
        job: JobId,
        waits: bool,
        free: &Arc<Semaphore>,
        steps: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) {
        // Without a free worker, or while the job's last step is being put away, its row is found again.
        let Ok(permit) = Arc::clone(free).try_acquire_owned() else {
            return;
        };
        if !self.stepping().insert(job) {
            return;
        }
        let worker = Arc::clone(self);
        let stop = stop.clone();
        steps.spawn(async move {
            let inner = Arc::clone(&worker);
            let step = tokio::spawn(async move { inner.work(job, waits, &stop).await });
            let ended = AbortOnDropHandle::new(step).await;
            worker.after(job, ended).await;
            worker.stepping().remove(&job);
            let cancelled = lock(&worker.desk.cancelled).remove(&job);
            if cancelled {
                worker.leave(job);
            }
            drop(permit);
            // The job may be due again, and a worker is free.
            worker.parts.store.wakes().jobs();
        });
    }

    async fn work(
        &self,
        job: JobId,
        waits: bool,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        if waits {
            let (shop, now) = (Arc::clone(self.parts.store.shop()), self.parts.clock.now());
            let claimed = self
                .parts
                .store
                .write(move |txn| queue::claim_timed(txn, &shop, job, now))
                .await?;
            let Some(claimed) = claimed else {
                return Ok(());
            };
            tracing::info!(
                job.id = job.0,
                order.id = claimed.order.0,
                attempt = claimed.attempt,
                "another attempt begins"
            );
        }
        // Between two steps a job can be left: the next start goes on from there.
        while self.step(job).await? == Stepped::On && !stop.is_cancelled() {}
        Ok(())
    }

    /// A step that panicked ends its job with a refund; one that the store failed is left for later.
    async fn after(
        &self,
        job: JobId,
        ended: Result<Result<(), StoreError>, tokio::task::JoinError>,
    ) {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(StoreError::CommitUnknown | StoreError::Closed)) => {}
            Ok(Err(
                error @ (StoreError::Panicked
                | StoreError::Corrupt { .. }
                | StoreError::Overdrawn { .. }),
            )) => {
                tracing::error!(job.id = job.0, %error, "a step can never be stored; the job is refunded");
                if let Err(error) = self.bury(job).await {
                    tracing::error!(job.id = job.0, %error, "the job could not be refunded, either");
                    self.parts.clock.sleep(AFTER_STORE_FAULT).await;
                }
            }
            Ok(Err(error)) => {
                tracing::error!(job.id = job.0, %error, "a step could not be stored");
                self.parts.clock.sleep(AFTER_STORE_FAULT).await;
            }
            Err(_) => {
                tracing::error!(job.id = job.0, "a step panicked; the job is refunded");
                if let Err(error) = self.bury(job).await {
                    tracing::error!(job.id = job.0, %error, "a panicked job could not be refunded");
                }
            }
        }
    }

    async fn bury(&self, id: JobId) -> Result<(), StoreError> {
        let job = self.parts.store.snapshot()?.job(id)?;
        let attempt = job.attempt;
        let (shop, now) = (Arc::clone(self.parts.store.shop()), self.parts.clock.now());
        let chain = self.parts.choices.chain.clone();
        let blow = Blow {
            seen: job.stage.name(),
            failure: Failure::new(Kind::Unknown, Source::Shop),
            key: None,
        };
        self.forget(id);
        self.parts
            .store
            .write(move |txn| {
                verdict::panicked(txn, &shop, id, now)?;
                verdict::fail(txn, &shop, id, attempt, blow, &chain, now)
            })
            .await?
            .ok();
        Ok(())
    }

    /// Takes away what a job left behind that an operator has ended; a step of it that runs does so at its end.
    fn leave(&self, job: JobId) {
        {
            // Under the lock: a step that ends meanwhile looks afterwards.
            let stepping = self.stepping();
            if stepping.contains(&job) {
                lock(&self.desk.cancelled).insert(job);
                return;
            }
        }
        self.forget(job);
        match self.parts.store.snapshot().and_then(|sight| sight.job(job)) {
            Ok(job) => self.tidy(&job),
            Err(error) => {
                tracing::warn!(job.id = job.0, %error, "a cancelled job could not be tidied up");
            }
        }
        // No note speaks of a video that was fetched meanwhile.
        let _ = std::fs::remove_file(self.parts.choices.videos.join(format!("{job}.mp4")));
    }

    /// Forgets what was remembered of a job's attempt.
    fn forget(&self, id: JobId) {
        self.parts.keys.let_go(id);
        self.known(id);
        self.uploads().remove(&id);
        lock(&self.desk.pace).forget(id);
    }

    fn stepping(&self) -> MutexGuard<'_, HashSet<JobId>> {
        self.desk
            .stepping
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was handed out, and when the next job is due.
struct Handed {
    any: bool,
    next: Option<Timestamp>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn sleep_until(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => clock.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
