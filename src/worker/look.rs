//! The look at a task: how far it is, when to look again, and when to stop hoping.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::step::off;
use super::{Stepped, Worker, lock};
use crate::domain::failure::{Failure, Kind, Source};
use crate::domain::id::{JobId, TaskId};
use crate::domain::job::{Job, Route};
use crate::domain::time::Timestamp;
use crate::kie::Look;
use crate::points;
use crate::store::{StoreError, Txn, verdict};
use crate::telemetry::meters::OfModel;

/// For so long, look after look, the provider may not know a task it has made (facts of 2026-11).
const NOT_YET: Duration = Duration::from_secs(90);

impl Worker {
    /// Counts what the provider took.
    fn burned(&self, route: &Route, credits: Option<f64>) {
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
        points::reach("look.before");
        let seen = self.parts.kie.look(secret, task).await;
        points::reach("look.after");
        let now = self.parts.clock.now();
        let waited = now.since(since);
        let temporary = Failure::new(Kind::Temporary, Source::Kie);
        let mut asked = Duration::ZERO;
        match seen {
            Ok(Look::Ready { urls, credits }) => {
                self.known(job.id);
                let url = urls.into_iter().next().unwrap_or_default();
                self.burned(route, credits);
                lock(&self.desk.pace).ended(job.id);
                let (id, attempt) = (job.id, job.attempt);
                let credits = credits.unwrap_or_default();
                let rendered = move |txn: &mut Txn<'_>| {
                    verdict::rendered(txn, id, attempt, &url, credits, now)
                };
                let moved = self.parts.store.write(rendered).await?;
                return Ok(moved.map_or_else(|late| off(&late), |_| Stepped::On));
            }
            Ok(Look::NoVideo { credits }) => {
                self.burned(route, credits);
                lock(&self.desk.pace).ended(job.id);
                let failure = Failure::new(Kind::Unknown, Source::Kie);
                let burned = credits.unwrap_or_default();
                return self.fail_with(job, failure, None, burned).await;
            }
            Ok(Look::Failed { failure, credits }) => {
                self.burned(route, credits);
                lock(&self.desk.pace).ended(job.id);
                let burned = credits.unwrap_or_default();
                return self.fail_with(job, failure, None, burned).await;
            }
            Ok(Look::NotYet) if self.unknown_since(job.id, now) > NOT_YET => {
                return self.fail(job, temporary).await;
            }
            Ok(Look::NotYet | Look::Unread { .. }) => {}
            Ok(Look::Running) => self.known(job.id),
            Err(error) => {
                // An error of the look says nothing about the task.
                tracing::debug!(%error, "a look failed");
                asked = error.failure.retry_after.unwrap_or_default();
            }
        }
        if waited >= self.parts.choices.deadline {
            return self.fail(job, temporary).await;
        }
        let last = since.plus(self.parts.choices.deadline);
        let asked = asked.min(self.parts.choices.deadline);
        let (pace, usual) = (Arc::clone(&self.desk.pace), self.parts.choices.look_every);
        let again = move |job: Job| {
            // In the transaction: a callback that came while we looked is known by now.
            let own = lock(&pace).interval(usual, job.id, now);
            job.look_again(now.plus(own.max(asked)).min(last))
        };
        let moved = self.advance(job, again).await?;
        Ok(moved.map_or_else(|late| off(&late), |_| Stepped::Off))
    }

    /// For how long no look has found the job's task.
    fn unknown_since(&self, job: JobId, now: Timestamp) -> Duration {
        let mut unknown = self
            .desk
            .unknown
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        now.since(*unknown.entry(job).or_insert(now))
    }

    /// A look has found the job's task, or nobody looks any more.
    pub(super) fn known(&self, job: JobId) {
        self.desk
            .unknown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&job);
    }
}
