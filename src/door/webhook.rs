//! Telegram's webhook: the secret, the turn, and only then 200.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::pass::Pass;
use super::refusals::Refusal;
use super::web::{BODY, Web};
use crate::edge::http::body;
use crate::edge::telegram::update;

/// The header Telegram repeats our secret in.
const SECRET: &str = "x-telegram-bot-api-secret-token";
/// When the store is busy Telegram is asked to come again so soon, in seconds.
const COME_AGAIN: &str = "1";

/// Takes one update. A body that is no update is acknowledged, for a repeat would be no better.
pub async fn update(
    State(web): State<Arc<Web>>,
    Extension(pass): Extension<Pass>,
    request: Request,
) -> Response {
    let said = request
        .headers()
        .get(SECRET)
        .map_or(&[] as &[u8], |value| value.as_bytes());
    let secret = web.webhook_secret.expose_secret().as_bytes();
    if secret.is_empty() || !bool::from(said.ct_eq(secret)) {
        tracing::debug!("a webhook call without the secret is refused");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if let Err(busy) = pass.is_known() {
        return busy.into_response();
    }
    let body = match body::whole(request.into_body(), BODY).await {
        Ok(body) => body,
        Err(unread) => return Refusal::status_of(&unread).into_response(),
    };
    let body = String::from_utf8_lossy(&body);
    let Some(update) = update::read(&body) else {
        tracing::warn!(bytes = body.len(), "a webhook body is not an update");
        return StatusCode::OK.into_response();
    };
    match web.bot.handle(&update).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) if error.passes() => {
            tracing::warn!(update.id = update.id.0, %error, "an update could not be handled yet");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                [("retry-after", COME_AGAIN)],
            )
                .into_response()
        }
        Err(error) => {
            tracing::error!(update.id = update.id.0, %error, "an update can never be handled");
            StatusCode::OK.into_response()
        }
    }
}
