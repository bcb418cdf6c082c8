//! The look at a task: how far it is, when to look again, and when to give its credit back.
//!
//! A task is made anew only when a look says that it failed. Whatever else looks say or do not say, it may still bring
//! a video: at the deadline the credit goes back, and the task is kept an eye on ([`super::late`]).

use std::sync::Arc;
use std::time::Duration;

use super::step::off;
use super::{Stepped, Worker, lock};
use crate::base::failpoints;
use crate::base::telemetry::meters::OfModel;
use crate::base::time::Timestamp;
use crate::edge::provider::{Look, LookError};
use crate::rules::domain::alert::Lack;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{JobId, TaskId};
use crate::rules::domain::job::{Job, Route};
use crate::shop::verdict::{self, Blow};
use crate::store::{StoreError, Txn};

/// So long looks may show nothing of a task before operators hear of it. A task that was just made is unknown for up
/// to 90 seconds (facts of 2026-11).
const UNREAD: Duration = Duration::from_secs(2 * 60);

impl Worker {
    /// Counts what the provider took.
    pub(super) fn burned(&self, route: &Route, credits: Option<f64>) {
        let model = route.model.0.clone();
        let burned = &self.parts.store.meters().burned;
        burned
            .get_or_create(&OfModel { model })
            .inc_by(credits.unwrap_or_default());
    }

    pub(super) async fn look(
        &self,
        job: &Job,
        route: &Route,
        task: &TaskId,
        since: Timestamp,
    ) -> Result<Stepped, StoreError> {
        let Some(secret) = self.parts.keys.secret(route.key) else {
            return Ok(Stepped::Off);
        };
        failpoints::reach("look.before");
        let seen = self.parts.kie.look(secret, task).await;
        failpoints::reach("look.after");
        let now = self.parts.clock.now();
        let mut asked = Duration::ZERO;
        let strange = match seen {
            Ok(Look::Ready { urls, credits }) => {
                return self.is_ready(job, route, urls, credits, now).await;
            }
            Ok(Look::NoVideo { credits }) => {
                self.burned(route, credits);
                lock(&self.desk.pace).ended(job.id);
                let failure = Failure::new(Kind::Unknown, Source::Kie);
                let blow = Blow {
                    burned: credits.unwrap_or_default(),
                    lingers: true,
                    lack: Some(Lack::Nameless),
                    ..Blow::new(job, failure)
                };
                return self.fail_with(job, blow).await;
            }
            Ok(Look::Failed { failure, credits }) => {
                self.burned(route, credits);
                lock(&self.desk.pace).ended(job.id);
                let blow = Blow {
                    burned: credits.unwrap_or_default(),
                    ..Blow::new(job, failure)
                };
                return self.fail_with(job, blow).await;
            }
            Ok(Look::Running) => {
                self.known(job.id);
                None
            }
            Ok(Look::NotYet) => Some("the task is not known".to_owned()),
            Ok(Look::Unread { shape }) => Some(shape),
            Err(error) => {
                // An error of the look says nothing about the task.
                tracing::debug!(%error, "a look failed");
                asked = error.failure.retry_after.unwrap_or_default();
                refused(&error)
            }
        };
        if now.since(since) >= self.parts.choices.deadline {
            return self.expire(job).await;
        }
        let shape = strange.filter(|_| self.strange_since(job.id, now) >= UNREAD);
        self.look_again(job, since, asked, shape, now).await
    }

    /// The provider has the video.
    async fn is_ready(
        &self,
        job: &Job,
        route: &Route,
        urls: Vec<String>,
        credits: Option<f64>,
        now: Timestamp,
    ) -> Result<Stepped, StoreError> {
        self.known(job.id);
        self.burned(route, credits);
        lock(&self.desk.pace).ended(job.id);
        let (id, attempt) = (job.id, job.attempt);
        let (shop, credits) = (self.parts.store.shop(), credits.unwrap_or_default());
        let rendered = move |txn: &mut Txn<'_>| {
            verdict::rendered(txn, &shop, id, attempt, urls.clone(), credits, now)
        };
        let moved = self.parts.store.write(rendered).await?;
        Ok(moved.map_or_else(|late| off(&late), |_| Stepped::On))
    }

    /// The deadline has passed and no look says how the task ended: the seller has an answer, and nothing is made anew.
    async fn expire(&self, job: &Job) -> Result<Stepped, StoreError> {
        let failure = Failure::new(Kind::Temporary, Source::Kie);
        let blow = Blow {
            lingers: true,
            ..Blow::new(job, failure)
        };
        self.fail_with(job, blow).await
    }

    async fn look_again(
        &self,
        job: &Job,
        since: Timestamp,
        asked: Duration,
        shape: Option<String>,
        now: Timestamp,
    ) -> Result<Stepped, StoreError> {
        let last = since.plus(self.parts.choices.deadline);
        let asked = asked.min(self.parts.choices.deadline);
        let (pace, usual) = (Arc::clone(&self.desk.pace), self.parts.choices.look_every);
        let (id, attempt, shop) = (job.id, job.attempt, self.parts.store.shop());
        let again = move |txn: &mut Txn<'_>| {
            // In the transaction: a callback that came while we looked is known by now.
            let own = lock(&pace).interval(usual, id, now);
            let at = now.plus(own.max(asked)).min(last);
            verdict::look_again(txn, &shop, id, attempt, at, shape.as_deref(), now)
        };
        let moved = self.parts.store.write(again).await?;
        Ok(moved.map_or_else(|late| off(&late), |_| Stepped::Off))
    }

    /// For how long no look has shown the job's task.
    fn strange_since(&self, job: JobId, now: Timestamp) -> Duration {
        now.since(*lock(&self.desk.strange).entry(job).or_insert(now))
    }

    /// A look has shown the job's task, or nobody looks any more.
    pub(super) fn known(&self, job: JobId) {
        lock(&self.desk.strange).remove(&job);
    }
}

/// What a look's refusal looks like that is no passing fault.
fn refused(error: &LookError) -> Option<String> {
    match error.failure.kind {
        Kind::Temporary | Kind::RateLimit => None,
        kind @ (Kind::UserViolation
        | Kind::Billing
        | Kind::Unknown
        | Kind::ModelOff
        | Kind::BadPhoto
        | Kind::Cancelled
        | Kind::OutputRefused) => Some(match error.code {
            Some(code) => format!("code {code}: {}", kind.name()),
            None => kind.name().to_owned(),
        }),
    }
}
