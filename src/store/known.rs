//! Orders and jobs as far as they are known: all of them, or what the archive keeps.

use super::row::missing;
use super::{Snapshot, StoreError};
use crate::base::time::Timestamp;
use crate::rules::domain::id::{JobId, OrderId, UserId};
use crate::rules::domain::job::{Job, Stage};
use crate::rules::domain::order::Order;
use crate::rules::domain::retired::{End, Ended, Retired};

/// An order, wherever it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownOrder {
    /// With everything.
    Kept(Box<Order>),
    /// In the archive.
    Retired(Retired),
}

/// A job, wherever it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownJob {
    /// With everything.
    Kept(Box<Job>),
    /// In the archive.
    Retired {
        /// Its number.
        job: JobId,
        /// Its order.
        order: Retired,
        /// How it ended.
        ended: Ended,
    },
}

impl KnownOrder {
    /// Its number.
    pub fn id(&self) -> OrderId {
        match self {
            Self::Kept(order) => order.id,
            Self::Retired(retired) => retired.order,
        }
    }

    /// Who placed it.
    pub fn user(&self) -> UserId {
        match self {
            Self::Kept(order) => order.user,
            Self::Retired(retired) => retired.user,
        }
    }

    /// The same user's order before it.
    pub fn before(&self) -> Option<OrderId> {
        match self {
            Self::Kept(order) => order.before,
            Self::Retired(retired) => retired.before,
        }
    }

    /// Its jobs, in order.
    pub fn jobs(&self, sight: &Snapshot) -> Result<Vec<KnownJob>, StoreError> {
        match self {
            Self::Kept(order) => order
                .jobs()
                .map(|job| Ok(KnownJob::Kept(Box::new(sight.job(job)?))))
                .collect(),
            Self::Retired(retired) => Ok(retired
                .jobs()
                .map(|(job, _)| job)
                .filter_map(|job| KnownJob::of(retired.clone(), job))
                .collect()),
        }
    }
}

impl KnownJob {
    /// A job of a retired order, if it is one.
    pub fn of(order: Retired, job: JobId) -> Option<Self> {
        let ended = order.job(job)?.clone();
        Some(Self::Retired { job, order, ended })
    }

    /// Its number.
    pub fn id(&self) -> JobId {
        match self {
            Self::Kept(job) => job.id,
            Self::Retired { job, .. } => *job,
        }
    }

    /// Its order.
    pub fn order(&self) -> OrderId {
        match self {
            Self::Kept(job) => job.order,
            Self::Retired { order, .. } => order.order,
        }
    }

    /// Who pays.
    pub fn user(&self) -> UserId {
        match self {
            Self::Kept(job) => job.user,
            Self::Retired { order, .. } => order.user,
        }
    }

    /// When it was ordered.
    pub fn placed_at(&self) -> Timestamp {
        match self {
            Self::Kept(job) => job.placed_at,
            Self::Retired { order, .. } => order.placed_at,
        }
    }

    /// When it ended, if it has.
    pub fn ended_at(&self) -> Option<Timestamp> {
        match self {
            Self::Kept(job) => job.stage.ended_at(),
            Self::Retired { ended, .. } => Some(ended.at),
        }
    }

    /// Whether it ended with a video.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Kept(job) => matches!(job.stage, Stage::Done { .. }),
            Self::Retired { ended, .. } => matches!(ended.end, End::Done { .. }),
        }
    }

    /// Whether it ended without one.
    pub fn has_failed(&self) -> bool {
        self.ended_at().is_some() && !self.is_done()
    }
}

impl Snapshot {
    /// An order, wherever it is kept, if there is or was one of that number.
    pub fn known_order(&self, id: OrderId) -> Result<Option<KnownOrder>, StoreError> {
        if let Some(order) = self.find_order(id)? {
            return Ok(Some(KnownOrder::Kept(Box::new(order))));
        }
        Ok(self.retired(id)?.map(KnownOrder::Retired))
    }

    /// A job, wherever it is kept, if there is or was one of that number.
    pub fn known_job(&self, id: JobId) -> Result<Option<KnownJob>, StoreError> {
        if let Some(job) = self.find_job(id)? {
            return Ok(Some(KnownJob::Kept(Box::new(job))));
        }
        let retired = self.retired_with(id)?;
        Ok(retired.and_then(|retired| KnownJob::of(retired, id)))
    }

    /// An order that must be or have been.
    pub(crate) fn order_or_retired(&self, id: OrderId) -> Result<KnownOrder, StoreError> {
        self.known_order(id)?
            .ok_or_else(|| missing("orders.v1", id.0))
    }

    /// A job that must be or have been.
    pub(crate) fn job_or_retired(&self, id: JobId) -> Result<KnownJob, StoreError> {
        self.known_job(id)?.ok_or_else(|| missing("jobs.v1", id.0))
    }
}
