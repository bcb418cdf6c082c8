//! The doors to the world: one table of routes, over plain HTTP and TLS.

mod activity;
pub mod admission;
pub mod callback;
mod connections;
pub mod limiter;
pub mod limits;
pub mod listen;
pub mod operator;
mod pages;
mod pass;
pub mod peers;
pub mod photo;
mod proof;
pub mod range;
pub mod refusals;
mod running;
mod web;
mod webhook;

use std::sync::Arc;

pub use admission::Admission;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, post};
pub use limits::Limits;
pub use proof::{elsewhere, proofs};
pub use refusals::Refusal;
pub use web::Web;

/// Every route of the public side. Anything else is 404 and says nothing of us.
pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/telegram", post(webhook::update))
        .route("/kie/{job}/{submission}", post(callback::call))
        .route("/p/{name}", any(photo::photo))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .method_not_allowed_fallback(|| async { StatusCode::NOT_FOUND })
        .with_state(web)
}
