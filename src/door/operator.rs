//! The operator's door: the page, metrics and health, on a listener of their own.
//!
//! Health is for everybody who reaches it and says nothing of sellers. Metrics want the token, if there is one;
//! without one the configuration lets only this machine reach the door.

mod health;
mod metrics;
mod office;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::operator::page::{self, Heard, Peer};

pub use office::Office;

/// Every route of the operator's door.
pub fn router(office: Arc<Office>) -> Router {
    let page = page::router(Arc::clone(&office.page));
    let page = page.layer(middleware::from_fn_with_state(Arc::clone(&office), named));
    let closed = Router::new()
        .route("/metrics", get(metrics::metrics))
        .layer(middleware::from_fn_with_state(Arc::clone(&office), known))
        .layer(middleware::from_fn_with_state(Arc::clone(&office), named));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(closed)
        .with_state(office)
        .merge(page)
}

/// Behind a trusted proxy, guesses at the token are those of the address it names.
async fn named(State(office): State<Arc<Office>>, mut request: Request, next: Next) -> Response {
    if let Some(Peer(address)) = request.extensions().get::<Peer>().copied() {
        let stranger = office.admission.stranger(address, request.headers());
        request.extensions_mut().insert(Peer(stranger));
    }
    next.run(request).await
}

/// Lets in whoever knows the token.
async fn known(State(office): State<Arc<Office>>, request: Request, next: Next) -> Response {
    if office.token.is_none() {
        // A page elsewhere must not ask by a name of its own that leads to this machine.
        return match by_address(request.headers()) {
            true => next.run(request).await,
            false => {
                let why = "without a token only 127.0.0.1, [::1] and localhost are answered\n";
                (StatusCode::FORBIDDEN, why).into_response()
            }
        };
    }
    let peer = request.extensions().get::<Peer>();
    let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0);
    let said = request.headers().get(header::AUTHORIZATION);
    let said = said.and_then(|said| said.as_bytes().strip_prefix(b"Bearer "));
    // Whoever says nothing has not guessed.
    let heard = said.map_or(Heard::Wrong, |said| office.page.hears(said, peer));
    match heard {
        Heard::Right => next.run(request).await,
        Heard::Wrong => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer")],
            "say the operator's token: Authorization: Bearer …\n",
        )
            .into_response(),
        Heard::Wait(wait) => {
            let wait = HeaderValue::from(wait.as_secs().max(1));
            let why = "too many wrong tokens were said; wait\n";
            (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, wait)],
                why,
            )
                .into_response()
        }
    }
}

/// Whether this machine is asked by an address, or as localhost.
fn by_address(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host: Option<Authority> = host.and_then(|host| host.parse().ok());
    host.is_some_and(|host| {
        let name = host.host();
        let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
        name.eq_ignore_ascii_case("localhost") || address.is_ok()
    })
}
