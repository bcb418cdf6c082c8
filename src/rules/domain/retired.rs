//! A retired order: the little that is kept of one whose videos ended long ago.
//!
//! What its seller wrote, the scripts, addresses and tasks are gone; who ordered what when, and how it ended, stays.

use serde::{Deserialize, Serialize};

use super::credit::Credits;
use super::failure::Kind;
use super::id::{JobId, ModelName, OrderId, UserId};
use super::job::{Job, Stage};
use super::order::Order;
use super::tally::Sort;
use super::template::{OWN, Template};
use crate::base::time::Timestamp;

/// What is kept of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Its number.
    pub order: OrderId,
    pub user: UserId,
    /// The first of its jobs; the others follow without a gap.
    pub first_job: JobId,
    /// The template; nothing for a prompt of the seller's own.
    pub template: Option<Template>,
    /// When it was confirmed.
    pub placed_at: Timestamp,
    /// The same user's order before it.
    pub before: Option<OrderId>,
    /// When the rest of it was forgotten.
    pub since: Timestamp,
    /// What became of each job, in order.
    pub ends: Vec<Ended>,
}

/// What is kept of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How many attempts had begun.
    pub attempt: u8,
    pub price: Credits,
    /// How many submissions had failed.
    pub missed: u8,
    pub at: Timestamp,
    pub end: End,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// The video is the seller's, and the credit spent.
    Done {
        /// The model that made it.
        model: ModelName,
    },
    /// No video; the credit went back.
    Failed {
        kind: Kind,
        /// The model that was tried last, if it got so far.
        model: Option<ModelName>,
    },
}

impl Retired {
    /// What is to be kept of an order with these jobs; nothing unless all of them, and no others, have ended.
    pub fn new(order: &Order, jobs: &[Job], since: Timestamp) -> Option<Self> {
        if !order.jobs().eq(jobs.iter().map(|job| job.id)) {
            return None;
        }
        Some(Self {
            order: order.id,
            user: order.user,
            first_job: order.first_job,
            template: Sort::new(None, &order.brief.recipe).template,
            placed_at: order.placed_at,
            before: order.before,
            since,
            ends: jobs.iter().map(Ended::new).collect::<Option<_>>()?,
        })
    }

    /// Its jobs with their ends, in order.
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = (JobId, &Ended)> {
        let numbered = self.ends.iter().enumerate();
        numbered.map(|(at, ended)| (JobId(self.first_job.0 + at as u64), ended))
    }

    /// What became of one of its jobs, if it is one.
    pub fn job(&self, id: JobId) -> Option<&Ended> {
        let at = id.0.checked_sub(self.first_job.0)?;
        self.ends.get(usize::try_from(at).ok()?)
    }

    /// The template's name, as [`super::brief::Recipe::name`] has it.
    pub fn template_name(&self) -> &str {
        self.template.as_ref().map_or(OWN, Template::name)
    }
}

impl Ended {
    fn new(job: &Job) -> Option<Self> {
        let (at, end) = match &job.stage {
            Stage::Done { model, at, .. } => {
                let model = model.clone();
                (*at, End::Done { model })
            }
            Stage::Failed { failure, at } => {
                let model = job.missed.last().and_then(|missed| missed.model.clone());
                let kind = failure.kind;
                (*at, End::Failed { kind, model })
            }
            Stage::Queued
            | Stage::Preparing
            | Stage::Submitting { .. }
            | Stage::Rendering { .. }
            | Stage::Rendered { .. } => return None,
        };
        Some(Self {
            attempt: job.attempt,
            price: job.price,
            missed: u8::try_from(job.missed.len()).unwrap_or(u8::MAX),
            at,
            end,
        })
    }
}

impl End {
    /// As [`Stage::name`] has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
        }
    }

    /// The model that made the video, or was tried last.
    pub fn model(&self) -> Option<&ModelName> {
        match self {
            Self::Done { model } => Some(model),
            Self::Failed { model, .. } => model.as_ref(),
        }
    }

    /// Why there is no video, if there is none.
    pub fn failure(&self) -> Option<Kind> {
        match self {
            Self::Done { .. } => None,
            Self::Failed { kind, .. } => Some(*kind),
        }
    }
}
