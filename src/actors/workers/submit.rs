//! Submitting: a moment at the provider, the call that costs money, and what its answer or its silence means.

use super::step::off;
use super::{Stepped, Worker, lock};
use crate::base::failpoints;
use crate::base::time::Timestamp;
use crate::edge::provider::CreateError;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{Fingerprint, ModelName, TaskId};
use crate::rules::domain::job::{Job, OutOfTurn, Route};
use crate::rules::domain::keyring::{Choice, Rest};
use crate::shop::queue;
use crate::shop::verdict::{self, key_rest};
use crate::store::StoreError;

impl Worker {
    pub(super) async fn submit(&self, job: Job, model: ModelName) -> Result<Stepped, StoreError> {
        let (now, rests) = (self.parts.clock.now(), self.rests()?);
        let no_key = Failure::new(Kind::Billing, Source::Shop);
        let Some(key) = self.parts.keys.reserve(job.id, &rests, now) else {
            return self.fail(&job, no_key).await;
        };
        let Some(photo) = self.photo_url(&job, key) else {
            // The moment is booked when the photo is there: however long that takes, no window is crowded.
            return self.upload(&job, key).await;
        };
        let Some((choice, at)) = self.parts.keys.book(job.id, &rests, now) else {
            return self.fail(&job, no_key).await;
        };
        if at > now {
            let put_off = self.advance(&job, move |job| job.put_off(at)).await?;
            return Ok(put_off.map_or_else(|late| off(&late), |_| Stepped::Off));
        }
        if self.is_stopping() {
            // A task begun now would look for its photo at a door that is closing; the next start begins it.
            self.parts.keys.let_go(job.id);
            return Ok(Stepped::Off);
        }
        let route = Route {
            model,
            key: choice.key(),
        };
        let Some(offered) = self.parts.models.get(&route.model) else {
            return self
                .fail(&job, Failure::new(Kind::Unknown, Source::Shop))
                .await;
        };
        let script = job.script.clone().unwrap_or_default();
        let callback = self.callback_url(&job);
        let body = offered.body(&script, &photo, callback.as_deref());
        self.uploads().remove(&job.id);
        let job = match self
            .say_submitting(&job, route.clone(), choice, now)
            .await?
        {
            Ok(job) => job,
            Err(late) => return Ok(off(&late)),
        };
        let Some(secret) = self.parts.keys.secret(route.key) else {
            return Ok(Stepped::Off);
        };
        let (asked_of, by_key) = (&route.model, route.key);
        tracing::debug!(model = %asked_of, key = %by_key, "the provider is asked for a video");
        failpoints::reach("create.before");
        let created = self.parts.kie.create(secret, &body).await;
        failpoints::reach("create.after");
        match created {
            Ok(task) => self.accepted(&job, task, now).await,
            Err(CreateError::Refused(refusal)) => self.fail(&job, refusal.failure).await,
            Err(CreateError::NotSent) => {
                self.fail(&job, Failure::new(Kind::Temporary, Source::Kie))
                    .await
            }
            Err(CreateError::Lost) => self.lost(&job).await,
        }
    }

    /// Stores that the call is about to be made; only then it is.
    async fn say_submitting(
        &self,
        job: &Job,
        route: Route,
        choice: Choice,
        now: Timestamp,
    ) -> Result<Result<Job, OutOfTurn>, StoreError> {
        let (id, attempt) = (job.id, job.attempt);
        let shop = self.parts.store.shop();
        // A lost answer is waited for as long as a callback may bring it back.
        let deadline = match self.is_called_back() {
            true => now.plus(self.parts.choices.deadline),
            false => now.plus(self.parts.choices.call_timeout),
        };
        if let Choice::AllRest(_) = choice {
            tracing::warn!("all KIE API keys are blocked; the first one is tried");
        }
        self.parts
            .store
            .write(move |txn| {
                if let Choice::AllRest(_) = choice {
                    verdict::all_keys_rest(txn, &shop, now)?;
                }
                queue::advance(txn, id, attempt, |job| {
                    job.submit(route.clone(), now, deadline)
                })
            })
            .await
    }

    async fn accepted(
        &self,
        job: &Job,
        task: TaskId,
        since: Timestamp,
    ) -> Result<Stepped, StoreError> {
        tracing::debug!(%task, "the provider has made a task");
        let (id, attempt, now) = (job.id, job.attempt, self.parts.clock.now());
        // Not after the deadline, however rare looks are.
        let usual = self.parts.choices.look_every;
        let next = now.plus(lock(&self.desk.pace).interval(usual, id, now));
        let next = next.min(since.plus(self.parts.choices.deadline));
        let shop = self.parts.store.shop();
        let moved = self
            .parts
            .store
            .write(move |txn| verdict::accepted(txn, &shop, id, attempt, &task, next, now))
            .await?;
        Ok(moved.map_or_else(|late| off(&late), |_| Stepped::Off))
    }

    /// The provider's answer never came: the task may run and be billed. With a callback to hope for the job
    /// waits; without one another attempt is all there is.
    async fn lost(&self, job: &Job) -> Result<Stepped, StoreError> {
        tracing::warn!("the answer to a creation was lost");
        match self.is_called_back() {
            true => Ok(Stepped::Off),
            false => {
                self.fail(job, Failure::new(Kind::Temporary, Source::Kie))
                    .await
            }
        }
    }

    /// A job whose answer was lost and did not come back in time.
    pub(super) async fn give_up(&self, job: &Job) -> Result<Stepped, StoreError> {
        let kind = if self.is_called_back() {
            Kind::Unknown
        } else {
            Kind::Temporary
        };
        self.fail(job, Failure::new(kind, Source::Kie)).await
    }

    fn rests(&self) -> Result<Vec<(Fingerprint, Option<Rest>)>, StoreError> {
        let snapshot = self.parts.store.snapshot()?;
        self.parts
            .keys
            .fingerprints()
            .map(|key| Ok((key, snapshot.rest(&key_rest(key))?)))
            .collect()
    }

    /// Whether a lost answer may be brought back by a callback.
    fn is_called_back(&self) -> bool {
        self.parts.choices.callbacks_at.is_some()
    }

    fn callback_url(&self, job: &Job) -> Option<String> {
        let base = self.parts.choices.callbacks_at.as_deref()?;
        let (id, nonce, submission) = (job.id, job.nonce, job.submission());
        Some(format!("{base}/kie/{id}-{nonce:016x}/{submission}"))
    }
}
