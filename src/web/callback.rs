//! The provider's callback: nudges a waiting job, or brings back a lost answer. Only the look-up is believed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use tracing::{Instrument, Span};

use super::Web;
use crate::domain::id::{JobId, TaskId};
use crate::kie;
use crate::store::StoreError;
use crate::store::verdict::Called;
use crate::telemetry::about;

/// Takes one callback; `address` is the job and its unguessable number, then comes the submission.
pub async fn call(
    State(web): State<Arc<Web>>,
    Path((address, submission)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some((job, nonce, submission)) = read(&address, &submission) else {
        return StatusCode::NOT_FOUND;
    };
    let known = match web.store.snapshot().and_then(|sight| sight.find_job(job)) {
        Ok(known) => known.filter(|known| known.nonce == nonce),
        Err(error) => {
            tracing::error!(%error, "the job of a callback could not be looked up");
            return StatusCode::SERVICE_UNAVAILABLE;
        }
    };
    // What a stranger says of jobs is not in the log under their numbers.
    let about = known.as_ref().map_or_else(Span::none, about::job);
    let called = async move {
        let task = kie::parse_callback(&body);
        if !is_signed(&web, task.as_ref(), &headers) {
            tracing::warn!("a callback without a valid signature is refused");
            return StatusCode::UNAUTHORIZED;
        }
        match (known, task) {
            (_, None) => StatusCode::OK,
            (None, Some(_)) => StatusCode::NOT_FOUND,
            (Some(known), Some(task)) => take(&web, known.id, nonce, submission, task).await,
        }
    };
    called.instrument(about).await
}

async fn take(web: &Web, job: JobId, nonce: u64, submission: usize, task: TaskId) -> StatusCode {
    match web.pool.callback(job, nonce, submission, task).await {
        Ok(Called::Stranger) => StatusCode::NOT_FOUND,
        Ok(Called::Nudged | Called::Adopted | Called::Late | Called::Orphan) => StatusCode::OK,
        Err(StoreError::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Err(error) => {
            tracing::error!(%error, "a callback could not be handled");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Whether the provider has signed for the task, if it was told to sign.
fn is_signed(web: &Web, task: Option<&TaskId>, headers: &HeaderMap) -> bool {
    let Some(seal) = &*web.seal.now() else {
        return true;
    };
    let said = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (task, said(kie::TIMESTAMP), said(kie::SIGNATURE)) {
        (Some(task), Some(timestamp), Some(signature)) => {
            seal.holds(task, timestamp, signature, web.clock.wall())
        }
        (None, _, _) | (_, None, _) | (_, _, None) => false,
    }
}

/// Reads an address: the job and the number nobody can guess, and which submission of it.
pub fn read(address: &str, submission: &str) -> Option<(JobId, u64, usize)> {
    let (job, nonce) = address.split_once('-')?;
    if nonce.len() != 16 {
        return None;
    }
    let nonce = u64::from_str_radix(nonce, 16).ok()?;
    Some((JobId(job.parse().ok()?), nonce, submission.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_or_refused() {
        assert_eq!(read("7-00000000000000ff", "2"), Some((JobId(7), 255, 2)));
        for (address, submission) in [
            ("7", "1"),
            ("7-ff", "1"),
            ("x-00000000000000ff", "1"),
            ("7-00000000000000ff", "-1"),
        ] {
            assert_eq!(read(address, submission), None, "{address}/{submission}");
        }
    }
}
