//! The pool: hands due jobs to workers, each for one step at a time, and takes the provider's callbacks.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span};

use super::fetch::FETCHING;
use super::{Desk, Parts, Stepped, Worker, late, lock};
use crate::actors::about;
use crate::base::clock::Clock;
use crate::base::live::Live;
use crate::base::time::Timestamp;
use crate::rules::domain::id::{JobId, TaskId};
use crate::rules::domain::late::Late;
use crate::shop::verdict::{self, Called};
use crate::shop::{alerts, queue};
use crate::store::{Store, StoreError, Txn};

/// After a step that the store failed, the job is left alone for so long.
const AFTER_STORE_FAULT: Duration = Duration::from_secs(30);

/// The pool. What its workers work with may change from one step to the next.
pub struct Pool {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) parts: Live<Parts>,
    desk: Arc<Desk>,
}

impl Pool {
    /// A pool that has not begun.
    pub fn new(parts: Parts) -> Arc<Self> {
        let desk = Desk {
            stepping: Mutex::default(),
            fetching: Mutex::default(),
            aside: Mutex::default(),
            fetches: Semaphore::new(FETCHING),
            late: Mutex::default(),
            strange: Mutex::default(),
            cancelled: Mutex::default(),
            uploads: Mutex::default(),
            pace: Arc::default(),
            stop: OnceLock::new(),
        };
        Arc::new(Self {
            store: parts.store.clone(),
            clock: parts.clock.clone(),
            parts: Live::new(parts),
            desk: Arc::new(desk),
        })
    }

    /// From the next step on these are the parts; bookings of keys go over to those that stay.
    pub fn adopt(&self, parts: impl FnOnce(&Parts) -> Parts) {
        let parts = parts(&self.parts.now());
        self.parts.put(parts);
        // There may be more places than before.
        self.store.wakes().jobs();
    }

    /// Somebody for one step.
    fn worker(&self) -> Worker {
        Worker {
            parts: self.parts.now(),
            desk: Arc::clone(&self.desk),
        }
    }

    /// Hands due jobs to workers until told to stop; then waits for the steps that run.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let _ = self.desk.stop.set(stop.clone());
        // Whoever has begun anew after a panic has let go of every step.
        self.desk.stepping().clear();
        let mut steps = JoinSet::new();
        while !stop.is_cancelled() {
            for job in self.store.wakes().take_cancelled() {
                self.worker().leave(job);
            }
            let handed = match self.hand_out_all(&mut steps, &stop).await {
                Ok(handed) => handed,
                Err(StoreError::CommitUnknown | StoreError::Closed) => break,
                Err(error) => {
                    tracing::error!(%error, "due jobs could not be read");
                    Handed {
                        any: false,
                        next: Some(self.clock.now().plus(AFTER_STORE_FAULT)),
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
                () = self.store.wakes().job() => {}
                () = sleep_until(&self.clock, handed.next) => {}
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
        let known = self.store.snapshot()?.find_job(job)?;
        if known.is_none_or(|known| known.nonce != nonce) {
            return Ok(Called::Stranger);
        }
        let now = self.clock.now();
        let (pace, shop) = (Arc::clone(&self.desk.pace), self.store.shop());
        let nudge = move |txn: &mut Txn<'_>| {
            let called = verdict::callback(txn, &shop, job, nonce, submission, &task, now)?;
            // In the transaction: a look that runs meanwhile is stored before it or knows of it.
            if matches!(called, Called::Nudged | Called::Adopted) {
                lock(&pace).called(job, now);
            }
            Ok(called)
        };
        let called = self.store.try_write(nudge).await?;
        tracing::debug!(submission, ?called, "the provider called back");
        Ok(called)
    }

    /// Whether a job is being stepped now.
    pub fn is_idle(&self) -> bool {
        self.desk.stepping().is_empty() && lock(&self.desk.late).is_empty()
    }

    async fn hand_out(
        self: &Arc<Self>,
        steps: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<Handed, StoreError> {
        let room = self.room();
        if room == 0 {
            return Ok(Handed {
                any: false,
                next: None,
            });
        }
        let now = self.clock.now();
        let (due, next, ready) = {
            let snapshot = self.store.snapshot()?;
            let stepping = self.desk.stepping();
            let (due, next) = snapshot.timed(now, room, |job| !stepping.contains(&job))?;
            let shop = self.store.shop();
            let places = shop
                .max_rendering
                .saturating_sub(snapshot.counters()?.places);
            (due, next, places > 0 && snapshot.any_ready()?)
        };
        let mut any = !due.is_empty();
        for found in &due {
            self.begin(found.job, found.waits, steps, stop);
        }
        let left = room - due.len();
        if ready && left > 0 {
            let shop = self.store.shop();
            let claimed = self
                .store
                .write(move |txn| queue::claim(txn, &shop, left, now))
                .await?;
            any |= !claimed.is_empty();
            self.store.meters().attempts.inc_by(claimed.len() as u64);
            for job in claimed {
                tracing::info!(
                    job.id = job.id.0,
                    order.id = job.order.0,
                    attempt = job.attempt,
                    "an attempt begins"
                );
                self.begin(job.id, false, steps, stop);
            }
        }
        Ok(Handed { any, next })
    }

    /// What is due of jobs, and of tasks they no longer wait for.
    async fn hand_out_all(
        self: &Arc<Self>,
        steps: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> Result<Handed, StoreError> {
        let next_late = self.hand_out_late(steps)?;
        let handed = self.hand_out(steps, stop).await?;
        let next = [handed.next, next_late].into_iter().flatten().min();
        Ok(Handed { next, ..handed })
    }

    /// Looks at tasks whose jobs no longer wait for them; when the next one is due.
    fn hand_out_late(
        self: &Arc<Self>,
        steps: &mut JoinSet<()>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let busy = lock(&self.desk.late).clone();
        let room = late::AT_ONCE.saturating_sub(busy.len());
        let snapshot = self.store.snapshot()?;
        // One of a job at a time: they would write the same file.
        let idle = |late: &Late| !busy.contains(&late.job);
        let (due, next) = snapshot.late(self.clock.now(), room, idle)?;
        for late in due {
            if !lock(&self.desk.late).insert(late.job) {
                continue;
            }
            let (pool, job) = (Arc::clone(self), late.job);
            let about = about::named(job);
            let look = async move {
                let worker = pool.worker();
                let look =
                    tokio::spawn(async move { worker.look_late(late).await }.in_current_span());
                match AbortOnDropHandle::new(look).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        tracing::error!(%error, "a look at a late task could not be stored");
                        pool.clock.sleep(AFTER_STORE_FAULT).await;
                    }
                    Err(_) => {
                        tracing::error!("a look at a late task panicked");
                        pool.clock.sleep(AFTER_STORE_FAULT).await;
                    }
                }
                lock(&pool.desk.late).remove(&job);
                pool.store.wakes().jobs();
            };
            steps.spawn(look.instrument(about));
        }
        Ok(next.filter(|_| room > 0))
    }

    /// How many more steps may run at once. Those of before a reload run to their end, however many they are.
    fn room(&self) -> usize {
        let workers = self.parts.now().choices.workers;
        let aside = lock(&self.desk.aside).len();
        let at_work = self.desk.stepping().len().saturating_sub(aside);
        workers.saturating_sub(at_work)
    }

    /// Gives a job to a worker; `waits` says that its attempt must be claimed first.
    fn begin(
        self: &Arc<Self>,
        job: JobId,
        waits: bool,
        steps: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) {
        // Without room, or while the job's last step is being put away, its row is found again.
        if self.room() == 0 || !self.desk.stepping().insert(job) {
            return;
        }
        let pool = Arc::clone(self);
        let stop = stop.clone();
        let about = about::named(job);
        let steps_of_job = async move {
            let inner = Arc::clone(&pool);
            let step = async move { inner.work(job, waits, &stop).await };
            let step = tokio::spawn(step.in_current_span());
            let ended = AbortOnDropHandle::new(step).await;
            pool.after(job, ended).await;
            pool.tell_strange().await;
            pool.desk.stepping().remove(&job);
            let cancelled = lock(&pool.desk.cancelled).remove(&job);
            if cancelled {
                pool.worker().leave(job);
            }
            // The job may be due again, and there is room.
            pool.store.wakes().jobs();
        };
        steps.spawn(steps_of_job.instrument(about));
    }

    /// Tells operators what the provider said that nobody knows, without the words of whoever's jobs are stepped:
    /// one of them heard it.
    async fn tell_strange(&self) {
        let strange = self.parts.now().kie.ear().take();
        if strange.is_empty() {
            return;
        }
        let jobs: Vec<JobId> = self.desk.stepping().iter().copied().collect();
        let (shop, now) = (self.store.shop(), self.clock.now());
        let tell = move |txn: &mut Txn<'_>| {
            let mut said = Vec::new();
            for job in &jobs {
                let job = txn.job(*job)?.job;
                said.extend(txn.order(job.order)?.brief.said());
                said.extend(job.script);
            }
            for strange in &strange {
                let strange = strange.clone();
                let strange = strange.without(said.iter().map(String::as_str)).short();
                tracing::warn!(code = strange.code, "the provider says what nobody knows");
                alerts::strange(txn, &shop, &strange, now)?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = self.store.try_write(tell).await {
            tracing::warn!(%error, "operators could not be told what nobody knows");
        }
    }

    async fn work(
        &self,
        job: JobId,
        waits: bool,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        if waits {
            let (shop, now) = (self.store.shop(), self.clock.now());
            let claimed = self
                .store
                .write(move |txn| queue::claim_timed(txn, &shop, job, now))
                .await?;
            let Some(claimed) = claimed else {
                return Ok(());
            };
            self.store.meters().attempts.inc();
            about::is_at(&Span::current(), &claimed);
            tracing::info!("another attempt begins");
        }
        // Between two steps a job can be left: the next start goes on from there.
        while self.worker().step(job).await? == Stepped::On && !stop.is_cancelled() {}
        Ok(())
    }

    /// A step that panicked ends its job with a refund; one that the store failed is left for later.
    pub(super) async fn after(
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
                tracing::error!(%error, "a step can never be stored; the job is refunded");
                if let Err(error) = self.worker().bury(job).await {
                    tracing::error!(%error, "the job could not be refunded, either");
                    self.clock.sleep(AFTER_STORE_FAULT).await;
                }
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a step could not be stored");
                self.clock.sleep(AFTER_STORE_FAULT).await;
            }
            Err(_) => {
                tracing::error!("a step panicked; the job is refunded");
                if let Err(error) = self.worker().bury(job).await {
                    tracing::error!(%error, "a panicked job could not be refunded");
                }
            }
        }
    }
}

/// What was handed out, and when the next job is due.
struct Handed {
    any: bool,
    next: Option<Timestamp>,
}

async fn sleep_until(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => clock.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
