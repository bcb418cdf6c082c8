//! The provider's callback: nudges a waiting job, or brings back a lost answer. Only the look-up is believed.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;
use tracing::Instrument;

use super::pass::Pass;
use super::refusals::Refusal;
use super::web::Web;
use crate::actors::about;
use crate::edge::http::body;
use crate::edge::provider::kie;
use crate::rules::domain::id::{JobId, TaskId};
use crate::shop::verdict::Called;
use crate::store::StoreError;

/// No callback is longer, in bytes: an answer of a few KiB with what was asked for, a script and an address, in it.
const LONGEST: usize = 64 << 10;

/// Takes one callback; `address` is the job and its unguessable number, then comes the submission.
///
/// Whoever has another address is answered before anything of a body is waited for.
pub(super) async fn call(
    State(web): State<Arc<Web>>,
    Extension(pass): Extension<Pass>,
    Path((address, submission)): Path<(String, String)>,
    request: Request,
) -> Response {
    let Some((job, nonce, submission)) = read(&address, &submission) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let known = match web
        .store
        .snapshot()
        .and_then(|snapshot| snapshot.find_job(job))
    {
        Ok(known) => known.filter(|known| is_nonce(known.nonce, nonce)),
        Err(error) => {
            tracing::error!(%error, "the job of a callback could not be looked up");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let Some(known) = known else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Err(busy) = pass.is_known() {
        return busy.into_response();
    }
    let about = about::job(&known);
    let called = async move {
        let (head, body) = request.into_parts();
        let body = match body::whole(body, LONGEST).await {
            Ok(body) => body,
            Err(unread) => return Refusal::status_of(&unread),
        };
        let task = kie::parse_callback(&body);
        if !is_signed(&web, task.as_ref(), &head.headers) {
            if let Some(times) = web.unsigned.happens() {
                tracing::warn!(times, "a callback without a valid signature is refused");
            }
            return StatusCode::UNAUTHORIZED;
        }
        match task {
            None => StatusCode::OK,
            Some(task) => take(&web, known.id, nonce, submission, task).await,
        }
    };
    called.instrument(about).await.into_response()
}

/// In constant time: whoever guesses learns nothing from how long it takes.
fn is_nonce(nonce: u64, said: u64) -> bool {
    nonce.to_be_bytes().ct_eq(&said.to_be_bytes()).into()
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
