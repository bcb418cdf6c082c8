//! Health: alive is who answers; ready is who can serve sellers now, and else says why not.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Office;

#[derive(Serialize)]
struct Ready {
    ready: bool,
    /// Whether the disk takes what is written.
    store: Check,
    /// Whether updates are taken.
    updates: Check,
    /// Whether the public door shows a certificate that is good.
    certificate: Check,
}

#[derive(Serialize)]
struct Check {
    ok: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Check {
    fn of(trouble: Option<String>) -> Self {
        Self {
            ok: trouble.is_none(),
            why: trouble,
        }
    }
}

/// Whoever answers lives.
pub async fn alive() -> Response {
    Json(serde_json::json!({"alive": true})).into_response()
}

/// Whether sellers can be served.
pub async fn ready(State(office): State<Arc<Office>>) -> Response {
    let now = office.desk.clock.wall();
    let store = Check::of(office.desk.store.fault().borrow().clone());
    let late = office.updates.is_late();
    let updates = Check::of(late.then(|| "the loop that takes updates hangs".to_owned()));
    let certificate = Check::of(office.door.as_ref().and_then(|door| match door.shown() {
        None => Some("there is none".to_owned()),
        Some(pair) if pair.life().is_over(now) => Some("it is over".to_owned()),
        Some(_) => None,
    }));
    let ready = store.ok && updates.ok && certificate.ok;
    let status = match ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let told = Ready {
        ready,
        store,
        updates,
        certificate,
    };
    (status, Json(told)).into_response()
}
