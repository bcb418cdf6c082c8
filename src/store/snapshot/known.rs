//! Orders and jobs wherever they are kept.

use super::Snapshot;
use crate::rules::domain::id::{JobId, OrderId};
use crate::store::StoreError;
use crate::store::known::{KnownJob, KnownOrder};
use crate::store::row::missing;

impl KnownOrder {
    /// Its jobs, in order.
    pub fn jobs(&self, snapshot: &Snapshot) -> Result<Vec<KnownJob>, StoreError> {
        match self {
            Self::Kept(order) => order
                .jobs()
                .map(|job| Ok(KnownJob::Kept(Box::new(snapshot.job(job)?))))
                .collect(),
            Self::Retired(retired) => Ok(retired
                .jobs()
                .map(|(job, _)| job)
                .filter_map(|job| KnownJob::of(retired.clone(), job))
                .collect()),
        }
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
