//! Telegram's webhook: the secret, the turn, and only then 200.

use std::error::Error;
use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use subtle::ConstantTimeEq;

use super::refusals::Refusal;
use super::{BODY, Web};
use crate::telegram::update;

/// The header Telegram repeats our secret in.
const SECRET: &str = "x-telegram-bot-api-secret-token";
/// When the store is busy Telegram is asked to come again so soon, in seconds.
const COME_AGAIN: &str = "1";

/// Takes one update. A body that is no update is acknowledged, for a repeat would be no better.
pub async fn update(State(web): State<Arc<Web>>, request: Request) -> Response {
    let said = request
        .headers()
        .get(SECRET)
        .map_or(&[] as &[u8], |value| value.as_bytes());
    let secret = web.webhook_secret.expose_secret().as_bytes();
    if secret.is_empty() || !bool::from(said.ct_eq(secret)) {
        tracing::debug!("a webhook call without the secret is refused");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let body = match to_bytes(request.into_body(), BODY).await {
        Ok(body) => body,
        Err(error) => return refused(&error).into_response(),
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

/// Why a body could not be read: the gate's patience was over, it broke off, or it is too large.
fn refused(error: &(dyn Error + 'static)) -> StatusCode {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<Refusal>() {
            return StatusCode::REQUEST_TIMEOUT;
        }
        if error.is::<hyper::Error>() {
            return StatusCode::BAD_REQUEST;
        }
        cause = error.source();
    }
    StatusCode::PAYLOAD_TOO_LARGE
}
