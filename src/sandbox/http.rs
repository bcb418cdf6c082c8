//! Answers every stand-in gives: JSON, HTML, a dropped connection.

use std::io;

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde_json::Value;

/// A JSON answer.
pub(super) fn json(status: u16, body: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (code(status), headers, body.to_string()).into_response()
}

/// What a proxy in front of a service answers when the service is away.
pub(super) fn html(status: u16) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html")];
    let body = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>\r\n";
    (code(status), headers, body).into_response()
}

/// Makes the server hang up without an answer: hyper drops a connection whose body fails before anything was flushed.
pub(super) fn hang_up() -> Response {
    let broken = stream::once(async { Err::<Bytes, _>(io::Error::other("hung up on purpose")) });
    Response::new(Body::from_stream(broken))
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("stand-ins answer with valid statuses")
}
