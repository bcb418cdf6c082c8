//! The photo route: the provider fetches a job's photo by its unguessable name, while the job lives.

use std::fs::File;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::pages::Pages;
use super::pass::Pass;
use super::range::{self, Wanted};
use super::web::Web;
use crate::actors::about;
use crate::rules::domain::id::PhotoName;

/// Where photos are.
const PLACE: &str = "/p/";
/// How an address of a photo ends.
const EXTENSION: &str = ".jpg";

/// Sends the photo of a live job, or one part of it; anything else is 404, whatever the method.
///
/// The name is as good as a key, so the log has the job's number only.
pub(super) async fn photo(
    State(web): State<Arc<Web>>,
    Extension(pass): Extension<Pass>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some(name) = name(uri.path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let job = match web
        .store
        .snapshot()
        .and_then(|snapshot| snapshot.find_job(name.job()))
    {
        Ok(job) => job.filter(|job| job.photo == name && !job.stage.ended()),
        Err(error) => {
            tracing::error!(%error, "a photo could not be looked up");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let Some(job) = job else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Err(busy) = pass.is_known() {
        return busy.into_response();
    }
    // The disk may have to be waited for. A job that ends just now takes its photo away.
    let (user, about) = (job.user, about::job(&job));
    let opened = tokio::task::spawn_blocking(move || web.photos.open(user, name).ok());
    let opened = opened.await.ok().flatten();
    about.in_scope(|| tracing::debug!(found = opened.is_some(), "somebody fetches a photo"));
    match opened {
        Some((file, length)) => send(&method, &headers, file, length),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The photo a path names, spelt as we spell it: no escapes, no capitals, nothing before or behind.
pub fn name(path: &str) -> Option<PhotoName> {
    PhotoName::parse(path.strip_prefix(PLACE)?.strip_suffix(EXTENSION)?)
}

fn send(method: &Method, headers: &HeaderMap, file: File, length: u64) -> Response {
    let wanted = match *method {
        // There is no validator that If-Range could name: whoever sends one gets the whole.
        Method::GET if !headers.contains_key(header::IF_RANGE) => headers
            .get(header::RANGE)
            .map_or(Wanted::Whole, |value| range::read(value.as_bytes(), length)),
        Method::GET | Method::HEAD => Wanted::Whole,
        _ => {
            let allow = [(header::ALLOW, "GET, HEAD")];
            return (StatusCode::METHOD_NOT_ALLOWED, allow).into_response();
        }
    };
    let mut response = match wanted {
        Wanted::Whole if *method == Method::HEAD => Response::new(Body::empty()),
        Wanted::Whole => Response::new(Body::new(Pages::new(file, 0..length))),
        Wanted::Part(part) => {
            let last = part.end - 1;
            let told = format!("bytes {}-{last}/{length}", part.start);
            let mut response = Response::new(Body::new(Pages::new(file, part)));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            tell(&mut response, header::CONTENT_RANGE, &told);
            response
        }
        Wanted::Nothing => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            tell(
                &mut response,
                header::CONTENT_RANGE,
                &format!("bytes */{length}"),
            );
            return response;
        }
    };
    if *method == Method::HEAD {
        tell(&mut response, header::CONTENT_LENGTH, &length.to_string());
    }
    for (name, value) in [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn tell(response: &mut Response, name: header::HeaderName, value: &str) {
    let value = HeaderValue::from_str(value).expect("numbers fit into a header");
    response.headers_mut().insert(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::domain::id::JobId;

    #[test]
    fn a_photo_has_one_address() {
        let right = PhotoName::new(JobId(7), [0xab; 16]);
        assert_eq!(name(&format!("/p/{right}.jpg")), Some(right));
        for wrong in [
            format!("/p/{right}"),
            format!("/p/{right}.JPG"),
            format!("/p//{right}.jpg"),
            format!("/p/{right}.jpg/"),
            format!("/p/%30{}.jpg", &right.to_string()[1..]),
            format!("/p/{}.jpg", right.to_string().to_uppercase()),
            format!("/p/{{{right}}}.jpg"),
            format!("/p/{}.jpg", right.to_string().replace('-', "")),
        ] {
            assert_eq!(name(&wrong), None, "{wrong}");
        }
    }
}
