//! Answers every stand-in gives: JSON, HTML, a dropped connection.

use std::io;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
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

/// A text as it is; JSON unless a header says otherwise.
pub(super) fn text(status: u16, headers: &[(String, String)], body: String) -> Response {
    let mut answer = (code(status), body).into_response();
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(header::CONTENT_TYPE, kind);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("stand-ins name headers well");
        let value = HeaderValue::from_str(value).expect("stand-ins fill headers well");
        answer.headers_mut().insert(name, value);
    }
    answer
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
