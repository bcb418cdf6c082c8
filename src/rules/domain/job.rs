//! A job: one video, its stages, and the only moves between them.
//!
//! A move takes the job and gives back the next one, or [`OutOfTurn`] when the job has moved on: a step
//! that comes late changes nothing. There are no leases; one process owns every job.

mod moved;

use serde::{Deserialize, Serialize};

use super::credit::Credits;
use super::failure::{Failure, Kind, Source};
use super::id::{Fingerprint, JobId, ModelName, OrderId, PhotoName, TaskId, UserId};
use crate::base::time::Timestamp;

/// The most attempts a job gets unless the operator says otherwise.
pub const MAX_ATTEMPTS: u8 = 3;

/// What an attempt was sent with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub model: ModelName,
    /// The key that paid.
    pub key: Fingerprint,
}

/// Where a job stands. Each stage carries what is known by then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    /// Waits for its first or next attempt.
    Queued,
    /// Has its attempt; the photo is fetched and the script written.
    Preparing,
    /// The provider is being asked, or its answer was lost. Stored before the call.
    Submitting {
        /// What it is asked with.
        route: Route,
        since: Timestamp,
    },
    /// The provider has a task for it.
    Rendering {
        /// What it was asked with.
        route: Route,
        /// The provider's task.
        task: TaskId,
        since: Timestamp,
    },
    /// The provider has a video, which is not on our disk yet.
    Rendered {
        /// What it was asked with.
        route: Route,
        /// The provider's task.
        task: TaskId,
        /// Where the video may lie, likeliest first.
        urls: Vec<String>,
        since: Timestamp,
        /// How often fetching it has failed.
        misses: u8,
    },
    /// Ended with a video; its credit is captured.
    Done {
        /// The model that made it.
        model: ModelName,
        at: Timestamp,
        /// Where the provider keeps it for a while.
        url: String,
        /// The provider's task.
        task: TaskId,
    },
    /// Ended without one; its credit is back.
    Failed { failure: Failure, at: Timestamp },
}

impl Stage {
    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Preparing => "preparing",
            Self::Submitting { .. } => "submitting",
            Self::Rendering { .. } => "rendering",
            Self::Rendered { .. } => "rendered",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether nothing more will happen.
    pub fn ended(&self) -> bool {
        self.ended_at().is_some()
    }

    /// When it ended, if it has.
    pub fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Done { at, .. } | Self::Failed { at, .. } => Some(*at),
            Self::Queued
            | Self::Preparing
            | Self::Submitting { .. }
            | Self::Rendering { .. }
            | Self::Rendered { .. } => None,
        }
    }

    /// Whether it takes one of the `max_rendering` places.
    pub fn takes_a_place(&self) -> bool {
        match self {
            Self::Preparing
            | Self::Submitting { .. }
            | Self::Rendering { .. }
            | Self::Rendered { .. } => true,
            Self::Queued | Self::Done { .. } | Self::Failed { .. } => false,
        }
    }

    /// What the provider was asked with, once it was.
    pub fn route(&self) -> Option<&Route> {
        match self {
            Self::Submitting { route, .. }
            | Self::Rendering { route, .. }
            | Self::Rendered { route, .. } => Some(route),
            Self::Queued | Self::Preparing | Self::Done { .. } | Self::Failed { .. } => None,
        }
    }

    /// The provider's task, once there is one.
    pub fn task(&self) -> Option<&TaskId> {
        match self {
            Self::Rendering { task, .. }
            | Self::Rendered { task, .. }
            | Self::Done { task, .. } => Some(task),
            Self::Queued | Self::Preparing | Self::Submitting { .. } | Self::Failed { .. } => None,
        }
    }
}

/// One failed attempt, kept for whoever asks later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    pub attempt: u8,
    pub at: Timestamp,
    pub failure: Failure,
    /// The model it was sent to, if it got so far.
    pub model: Option<ModelName>,
    /// The key it was sent with, if it got so far.
    pub key: Option<Fingerprint>,
    /// The provider's task, if it got so far.
    pub task: Option<TaskId>,
}

/// One video of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// The order it belongs to.
    pub order: OrderId,
    /// Who pays for it.
    pub user: UserId,
    /// What its video costs: held when it is ordered, then captured or released; at least 1.
    pub price: Credits,
    /// The public name of its photo.
    pub photo: PhotoName,
    /// The unguessable part of its callback URL.
    pub nonce: u64,
    /// How many attempts have begun.
    pub attempt: u8,
    /// What the provider is told; kept over retries, so that it is not paid for twice.
    pub script: Option<String>,
    pub stage: Stage,
    /// When it is next to be looked at; what that means is the stage's business.
    pub due: Timestamp,
    /// When it was ordered.
    pub placed_at: Timestamp,
    /// The attempts that failed.
    pub missed: Vec<Missed>,
}

/// The job is no longer where the move begins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("job {job} is {stage}, not {wanted}")]
pub struct OutOfTurn {
    pub job: JobId,
    pub stage: &'static str,
    /// Where the move begins.
    pub wanted: &'static str,
}

/// What a failure means for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Another attempt, not before this.
    Retry(Timestamp),
    /// The same attempt with the next model, at once.
    NextModel,
    /// The end: the credit goes back.
    Refund,
}

impl Job {
    /// Begins the next attempt.
    pub fn claim(mut self, now: Timestamp) -> Result<Self, OutOfTurn> {
        let Stage::Queued = self.stage else {
            return Err(self.out_of_turn("queued"));
        };
        self.attempt += 1;
        self.stage = Stage::Preparing;
        self.due = now;
        Ok(self)
    }

    /// Keeps the script.
    pub fn scripted(mut self, script: String) -> Result<Self, OutOfTurn> {
        let Stage::Preparing = self.stage else {
            return Err(self.out_of_turn("preparing"));
        };
        self.script = Some(script);
        Ok(self)
    }

    /// Puts the attempt off without costing it, for want of a free moment at the provider.
    pub fn put_off(mut self, until: Timestamp) -> Result<Self, OutOfTurn> {
        let Stage::Preparing = self.stage else {
            return Err(self.out_of_turn("preparing"));
        };
        self.due = until;
        Ok(self)
    }

    /// Says that the provider is about to be asked; `deadline` is when a lost answer is given up.
    pub fn submit(
        mut self,
        route: Route,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Self, OutOfTurn> {
        let Stage::Preparing = self.stage else {
            return Err(self.out_of_turn("preparing"));
        };
        self.stage = Stage::Submitting { route, since: now };
        self.due = deadline;
        Ok(self)
    }

    /// Takes the task the provider named, in its answer or in a callback after a lost one.
    pub fn accepted(mut self, task: TaskId, next_look: Timestamp) -> Result<Self, OutOfTurn> {
        let Stage::Submitting { route, since } = self.stage else {
            return Err(self.out_of_turn("submitting"));
        };
        self.stage = Stage::Rendering { route, task, since };
        self.due = next_look;
        Ok(self)
    }

    /// Plans the next look at the task.
    pub fn look_again(mut self, at: Timestamp) -> Result<Self, OutOfTurn> {
        let Stage::Rendering { .. } = self.stage else {
            return Err(self.out_of_turn("rendering"));
        };
        self.due = at;
        Ok(self)
    }

    /// The provider has the video, at one of `urls`.
    pub fn rendered(mut self, urls: Vec<String>, now: Timestamp) -> Result<Self, OutOfTurn> {
        let Stage::Rendering { route, task, .. } = self.stage else {
            return Err(self.out_of_turn("rendering"));
        };
        self.stage = Stage::Rendered {
            route,
            task,
            urls,
            since: now,
            misses: 0,
        };
        self.due = now;
        Ok(self)
    }

    /// A task of an attempt that was given up has the video: that one counts, whatever this attempt was at.
    pub fn rescued(
        mut self,
        (route, task): (Route, TaskId),
        urls: Vec<String>,
        now: Timestamp,
    ) -> Result<Self, OutOfTurn> {
        match self.stage {
            Stage::Queued | Stage::Preparing => {}
            Stage::Submitting { .. } | Stage::Rendering { .. } => {
                self.miss(Failure::new(Kind::Cancelled, Source::Shop), now);
            }
            Stage::Rendered { .. } | Stage::Done { .. } | Stage::Failed { .. } => {
                return Err(self.out_of_turn("before a video"));
            }
        }
        self.stage = Stage::Rendered {
            route,
            task,
            urls,
            since: now,
            misses: 0,
        };
        self.due = now;
        Ok(self)
    }

    /// The video could not be fetched; the next try is at `again`.
    pub fn missed_video(mut self, again: Timestamp) -> Result<Self, OutOfTurn> {
        let Stage::Rendered { misses, .. } = &mut self.stage else {
            return Err(self.out_of_turn("rendered"));
        };
        *misses = misses.saturating_add(1);
        self.due = again;
        Ok(self)
    }

    /// The end with the video that lies at `url`.
    pub fn done(mut self, url: String, now: Timestamp) -> Result<Self, OutOfTurn> {
        let Stage::Rendered { route, task, .. } = self.stage else {
            return Err(self.out_of_turn("rendered"));
        };
        self.stage = Stage::Done {
            model: route.model,
            at: now,
            url,
            task,
        };
        Ok(self)
    }

    /// Ends the attempt by `failure`: another attempt, another model, or the end and a refund.
    ///
    /// `attempts` is the most a job gets; `models_left` says whether a model of the chain is still awake.
    pub fn fail(
        mut self,
        failure: Failure,
        now: Timestamp,
        attempts: u8,
        models_left: bool,
    ) -> Result<(Self, Verdict), OutOfTurn> {
        if !self.stage.takes_a_place() {
            return Err(self.out_of_turn("in an attempt"));
        }
        self.miss(failure, now);
        let verdict = self.judge(failure, now, attempts, models_left);
        match verdict {
            Verdict::Retry(at) => {
                self.stage = Stage::Queued;
                self.due = at;
            }
            Verdict::NextModel => {
                self.stage = Stage::Preparing;
                self.due = now;
            }
            Verdict::Refund => self.stage = Stage::Failed { failure, at: now },
        }
        Ok((self, verdict))
    }

    /// Ends it without a video, wherever it stands.
    pub fn cancel(mut self, now: Timestamp) -> Result<Self, OutOfTurn> {
        if self.stage.ended() {
            return Err(self.out_of_turn("live"));
        }
        let failure = Failure::new(Kind::Cancelled, Source::Shop);
        if self.stage.takes_a_place() {
            self.miss(failure, now);
        }
        self.stage = Stage::Failed { failure, at: now };
        Ok(self)
    }

    /// Whether an operator ended it.
    pub fn is_cancelled(&self) -> bool {
        matches!(&self.stage, Stage::Failed { failure, .. } if failure.kind == Kind::Cancelled)
    }

    /// The number of the submission that is under way or next, from 1; unlike the attempt it grows with every
    /// change of model, so that a callback says which call it belongs to.
    pub fn submission(&self) -> usize {
        self.missed.len() + 1
    }

    /// The task that a submission led to, as far as we know.
    pub fn task_of(&self, submission: usize) -> Option<&TaskId> {
        match submission.checked_sub(1).and_then(|at| self.missed.get(at)) {
            Some(missed) => missed.task.as_ref(),
            None if submission == self.submission() => self.stage.task(),
            None => None,
        }
    }

    /// What a submission that failed was sent with, as far as we know.
    pub fn route_of(&self, submission: usize) -> Option<Route> {
        let missed = self.missed.get(submission.checked_sub(1)?)?;
        let (model, key) = (missed.model.clone()?, missed.key?);
        Some(Route { model, key })
    }

    fn miss(&mut self, failure: Failure, now: Timestamp) {
        let route = self.stage.route();
        self.missed.push(Missed {
            attempt: self.attempt,
            at: now,
            failure,
            model: route.map(|route| route.model.clone()),
            key: route.map(|route| route.key),
            task: self.stage.task().cloned(),
        });
    }

    fn judge(&self, failure: Failure, now: Timestamp, attempts: u8, models_left: bool) -> Verdict {
        match failure.kind {
            Kind::ModelOff if models_left => Verdict::NextModel,
            Kind::RateLimit | Kind::Temporary | Kind::OutputRefused if self.attempt < attempts => {
                match failure.delay(self.attempt) {
                    Some(delay) => Verdict::Retry(now.plus(delay)),
                    None => Verdict::Refund,
                }
            }
            Kind::UserViolation
            | Kind::Billing
            | Kind::RateLimit
            | Kind::Temporary
            | Kind::Unknown
            | Kind::ModelOff
            | Kind::BadPhoto
            | Kind::Cancelled
            | Kind::OutputRefused => Verdict::Refund,
        }
    }

    fn out_of_turn(&self, wanted: &'static str) -> OutOfTurn {
        OutOfTurn {
            job: self.id,
            stage: self.stage.name(),
            wanted,
        }
    }
}

#[cfg(test)]
mod tests;
