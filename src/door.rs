//! The doors to the world: one table of routes, over plain HTTP and TLS.

pub mod callback;
pub mod gate;
mod guests;
pub mod keeper;
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
mod visit;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{any, post};
use secrecy::SecretString;

use crate::actors::intake::Bot;
use crate::actors::workers::Pool;
use crate::base::clock::Clock;
use crate::base::live::Live;
use crate::base::telemetry::seldom::Seldom;
use crate::edge::files::Photos;
use crate::edge::provider::kie::Seal;
use crate::store::Store;

/// No body is larger, in bytes: Telegram's largest update is far smaller.
const BODY: usize = 1 << 20;

pub use keeper::Keeper;
pub use limits::Limits;
pub use proof::{elsewhere, proofs};
pub use refusals::Refusal;

/// What the routes work with.
pub struct Web {
    /// Takes updates.
    pub bot: Arc<Bot>,
    /// Takes callbacks.
    pub pool: Arc<Pool>,
    /// Knows whose photo a name is.
    pub store: Store,
    /// Keeps the photos.
    pub photos: Photos,
    /// What Telegram must say to be believed.
    pub webhook_secret: SecretString,
    /// Tells whether a callback is the provider's; nothing: its unguessable address must do.
    pub seal: Live<Option<Seal>>,
    /// How often a callback was not signed as it must be.
    pub unsigned: Seldom,
    /// The time.
    pub clock: Clock,
}

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
