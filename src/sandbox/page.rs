//! The page on which a person plays the seller, and the wires behind it.

mod actions;
mod means;
mod view;

#[cfg(test)]
mod tests;

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use bytes::Bytes;
use futures_util::stream;
use tokio::time::Instant;

use self::{actions::refuse, means::Page};
use super::{gpt::Gpt, ground::Ground, kie::Kie, pictures::sample_photo, telegram::Telegram};

/// Nothing from elsewhere, and no inline script.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src 'self' blob: data:; media-src 'self' blob: data:; form-action 'none'; \
    frame-ancestors 'none'; base-uri 'none'";
/// A file never changes under its name.
const KEPT: &str = "private, max-age=3600, immutable";
/// At most ten events a second.
const LEAST_PAUSE: Duration = Duration::from_millis(100);
/// An event at least each second: virtual time passes even when nothing happens.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// Larger than any file a seller would try.
const BODY_LIMIT: usize = 64 << 20;

pub(super) async fn start(
    address: SocketAddr,
    ground: &Ground,
    telegram: &Telegram,
    kie: &Kie,
    gpt: &Gpt,
) -> io::Result<SocketAddr> {
    let page = Page {
        ground: ground.clone(),
        telegram: telegram.clone(),
        kie: kie.clone(),
        gpt: gpt.clone(),
    };
    ground.serve_at(address, router(page)).await
}

fn router(page: Page) -> Router {
    Router::new()
        .route(
            "/",
            get(|| text("text/html", include_str!("page/index.html"))),
        )
        .route(
            "/style.css",
            get(|| text("text/css", include_str!("page/style.css"))),
        )
        .route(
            "/app.js",
            get(|| text("text/javascript", include_str!("page/app.js"))),
        )
        .route("/samples/{name}", get(sample))
        .route("/media/{id}", get(media))
        .route("/events", get(events))
        .route("/api/state", get(view::state))
        .route("/api/sellers", post(actions::add_seller))
        .route("/api/sellers/{id}/text", post(actions::text))
        .route("/api/sellers/{id}/photo", post(actions::photo))
        .route("/api/sellers/{id}/press", post(actions::press))
        .route("/api/sellers/{id}/pay", post(actions::pay))
        .route("/api/sellers/{id}/block", post(actions::block))
        .route("/api/sellers/{id}/other", post(actions::other))
        .route("/api/sellers/{id}/grant", post(actions::grant))
        .route("/api/kie/next", post(actions::plan_tasks))
        .route("/api/kie/next", delete(actions::clear_tasks))
        .route("/api/kie/default", post(actions::default_ending))
        .route("/api/kie/duration", post(actions::duration))
        .route("/api/kie/callbacks", post(actions::callbacks))
        .route("/api/kie/revive", post(actions::revive))
        .route("/api/gpt/next", post(actions::plan_script))
        .route("/api/speed", post(actions::speed))
        .route("/api/advance", post(actions::advance))
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(guard))
        .with_state(page)
}

/// A page elsewhere must not press buttons here: only this host's own page, by an address, may act.
async fn guard(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|it| it.to_str().ok());
    let host = text(header::HOST).unwrap_or_default().to_owned();
    let name = host
        .rsplit_once(':')
        .map_or(host.as_str(), |(name, _)| name);
    let local = name == "localhost"
        || name
            .trim_matches(['[', ']'])
            .parse::<std::net::IpAddr>()
            .is_ok();
    let foreign = text(header::ORIGIN).is_some_and(|origin| origin != format!("http://{host}"));
    if !local || foreign {
        return refuse(403, "only the sandbox's own page may ask this");
    }
    let mut answer = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        answer
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    answer
}

async fn text(kind: &'static str, body: &'static str) -> Response {
    (
        [(header::CONTENT_TYPE, format!("{kind}; charset=utf-8"))],
        body,
    )
        .into_response()
}

async fn nowhere() -> Response {
    refuse(404, "there is nothing here")
}

/// Samples are numbered from 1, as their files are.
async fn sample(Path(name): Path<String>) -> Response {
    let number: Option<usize> = name.strip_suffix(".jpg").and_then(|it| it.parse().ok());
    match number {
        Some(number @ 1..) => {
            let headers = [
                (header::CONTENT_TYPE, "image/jpeg"),
                (header::CACHE_CONTROL, KEPT),
            ];
            (headers, sample_photo(number - 1)).into_response()
        }
        Some(0) | None => refuse(404, "there is no such sample"),
    }
}

async fn media(State(page): State<Page>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let Some(file) = page.telegram.file(&id) else {
        return refuse(404, "there is no such file");
    };
    // A seller's document is shown only as a picture: anything else must not run in this origin.
    let shown = file.mime.starts_with("image/") || file.mime.starts_with("video/");
    let kind = match shown && file.mime != "image/svg+xml" {
        true => file.mime.clone(),
        false => "application/octet-stream".to_owned(),
    };
    let range = headers.get(header::RANGE).and_then(|it| it.to_str().ok());
    let mut answer = match range.and_then(|range| part(range, file.bytes.len())) {
        None => file.bytes.into_response(),
        Some((from, to)) => {
            let range = format!("bytes {from}-{to}/{}", file.bytes.len());
            let headers = [(header::CONTENT_RANGE, range)];
            let body: Bytes = file.bytes.slice(from..=to);
            (StatusCode::PARTIAL_CONTENT, headers, body).into_response()
        }
    };
    let headers = answer.headers_mut();
    let kind = HeaderValue::from_str(&kind);
    let unknown = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, kind.unwrap_or(unknown));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer
}

/// The first and last byte of a single satisfiable range.
fn part(range: &str, length: usize) -> Option<(usize, usize)> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let last = length.checked_sub(1)?;
    let (from, to) = match (from, to) {
        ("", tail) => (length.saturating_sub(tail.parse().ok()?), last),
        (from, "") => (from.parse().ok()?, last),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.min(last)),
    };
    (from <= to).then_some((from, to))
}

/// Tells the page that something changed, or at least that time passes, until the sandbox is gone.
async fn events(State(page): State<Page>) -> Response {
    let mut changes = page.ground.journal.changed();
    changes.mark_changed();
    let told = stream::unfold((changes, Instant::now()), move |(mut changes, earliest)| {
        let nursery = page.ground.nursery.clone();
        async move {
            tokio::time::sleep_until(earliest).await;
            let _ = tokio::time::timeout(LONGEST_PAUSE, changes.changed()).await;
            let version = *changes.borrow_and_update();
            let event = Bytes::from(format!("data: {version}\n\n"));
            let next = (changes, Instant::now() + LEAST_PAUSE);
            (!nursery.is_closed()).then_some((Ok::<_, Infallible>(event), next))
        }
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, Body::from_stream(told)).into_response()
}
