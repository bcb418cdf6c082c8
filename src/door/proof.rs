//! The plain door: answers to ACME's questions (HTTP-01), and the way to the other door for everybody else.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::edge::tls::Door;

/// Answers to whoever looks for a proof that the host is ours.
pub fn proofs(door: Arc<Door>) -> Router {
    Router::new()
        .route("/.well-known/acme-challenge/{token}", get(answer))
        .with_state(door)
}

/// As [`proofs`]; everything else is at `origin`, which is `https://host:port`.
pub fn elsewhere(door: Arc<Door>, origin: String) -> Router {
    let there = move |uri: Uri| async move {
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        Redirect::permanent(&format!("{origin}{path}"))
    };
    proofs(door).fallback(there)
}

async fn answer(State(door): State<Arc<Door>>, Path(token): Path<String>) -> Response {
    match door.answer(&token) {
        Some(answer) => answer.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
