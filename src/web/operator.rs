//! The operator's door: metrics and health, on a listener of their own.
//!
//! Health is for everybody who reaches it and says nothing of sellers. Metrics want the token, if there is one;
//! without one the configuration lets only this machine reach the door.

mod health;
mod metrics;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::Keeper;
use crate::admin::Desk;
use crate::clock::beat::Beat;
use crate::tls::door::Door;

/// What the operator's routes work with.
pub struct Office {
    /// Answers operators.
    pub desk: Desk,
    /// What an operator must know, if anything.
    pub token: Option<SecretString>,
    /// The loop that takes updates.
    pub updates: Beat,
    /// What our public door shows; nothing if it speaks no TLS.
    pub door: Option<Arc<Door>>,
    /// What the public doors have refused.
    pub keeper: Arc<Keeper>,
}

/// Every route of the operator's door.
pub fn router(office: Arc<Office>) -> Router {
    let closed = Router::new()
        .route("/metrics", get(metrics::metrics))
        .layer(middleware::from_fn_with_state(Arc::clone(&office), known));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(closed)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .with_state(office)
}

/// Lets in whoever knows the token.
async fn known(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    let Some(token) = &office.token else {
        return next.run(request).await;
    };
    let said = request.headers().get(header::AUTHORIZATION);
    let said = said.and_then(|said| said.as_bytes().strip_prefix(b"Bearer "));
    let right = said.is_some_and(|said| said.ct_eq(token.expose_secret().as_bytes()).into());
    match right {
        true => next.run(request).await,
        false => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer")],
            "say the operator's token: Authorization: Bearer …\n",
        )
            .into_response(),
    }
}
