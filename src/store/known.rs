//! Orders and jobs as far as they are known: all of them, or what the archive keeps.

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
        order: Retired,
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
