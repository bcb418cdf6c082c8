//! The keys under which something is done about a job once.

use crate::rules::domain::id::{CallbackId, JobId};

/// What stands before the number of a job in the name of what confirms its second try.
const RETRY: &str = "retry:";

/// The key under which the credit of a job is given back, once.
pub fn refund_key(job: JobId) -> String {
    format!("refund:{job}")
}

/// What confirms the order a failed job becomes, once.
pub fn retry_key(job: JobId) -> String {
    format!("{RETRY}{job}")
}

/// The failed job that an order was made of, if that is what confirmed it.
pub fn retried(callback: &CallbackId) -> Option<JobId> {
    let job = callback.0.strip_prefix(RETRY)?.parse();
    job.ok().map(JobId)
}
