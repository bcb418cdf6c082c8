//! What a page needs besides itself: its style, its script, its icon. They are compiled in, and their addresses
//! change with what is in them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");
const ICON: &str = include_str!("icon.svg");

/// Where the style is.
pub static STYLE_AT: LazyLock<String> = LazyLock::new(|| at("/style.css", STYLE));
/// Where the script is.
pub static SCRIPT_AT: LazyLock<String> = LazyLock::new(|| at("/script.js", SCRIPT));

/// An address never has anything else.
const KEPT: &str = "private, max-age=31536000, immutable";

fn at(path: &str, content: &str) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{path}?v={:016x}", hasher.finish())
}

/// The style.
pub async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

/// The script.
pub async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

/// The icon.
pub async fn icon() -> Response {
    asset("image/svg+xml", ICON)
}

fn asset(kind: &'static str, content: &'static str) -> Response {
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, KEPT)];
    (headers, content).into_response()
}
