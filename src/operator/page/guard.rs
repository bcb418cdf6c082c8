//! The guard: who comes in and who has lost the way, which forms are ours, and what every answer wears.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::Form;
use super::means::Page;
use super::visitor::Visitor;
use super::{cookies, trouble};
use crate::edge::http::body::{self, Unread};

/// Nothing from elsewhere and nothing inline, and nobody frames us.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// No form of ours is longer, in bytes.
const FORM: usize = 16 << 10;

/// Lets in whoever has a session; the others are shown the way to the door. What changes anything must come from a
/// form of this very session.
pub async fn signed_in(State(page): State<Arc<Page>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let mut visitor = visitor(&page, &parts.uri, &parts.headers);
    let Some(known) = visitor.known.clone() else {
        return match visitor.news {
            true => StatusCode::UNAUTHORIZED.into_response(),
            false => to_the_door(&parts.method, &visitor),
        };
    };
    if parts.method == Method::POST {
        let form = match read(&parts.headers, body).await {
            Ok(form) => form,
            Err(status) => return trouble::page(&visitor, status),
        };
        if !is_ours(&parts.headers) || !known.says(form.get("word")) {
            return trouble::page(&visitor, StatusCode::FORBIDDEN);
        }
        parts.extensions.insert(form);
    } else if !visitor.news {
        visitor.told = page.sessions.take(&known);
    }
    parts.extensions.insert(visitor);
    next.run(Request::from_parts(parts, Body::empty())).await
}

/// Who asks; whoever has a session is known.
pub fn visitor(page: &Page, uri: &Uri, headers: &HeaderMap) -> Visitor {
    let mut visitor = Visitor::stranger(uri, headers);
    let (id, now) = (cookies::session(headers), page.desk.clock.now());
    visitor.known = id.and_then(|id| page.sessions.find(id, now, !visitor.news));
    visitor
}

/// There is nothing at that path.
pub async fn nowhere(State(page): State<Arc<Page>>, request: Request) -> Response {
    let visitor = visitor(&page, request.uri(), request.headers());
    trouble::page(&visitor, StatusCode::NOT_FOUND)
}

/// That is not done at that path.
pub async fn no_method(State(page): State<Arc<Page>>, request: Request) -> Response {
    let visitor = visitor(&page, request.uri(), request.headers());
    trouble::page(&visitor, StatusCode::METHOD_NOT_ALLOWED)
}

fn to_the_door(method: &Method, visitor: &Visitor) -> Response {
    match method == Method::GET && visitor.path != "/" {
        true => {
            let to: String =
                url::form_urlencoded::byte_serialize(visitor.path.as_bytes()).collect();
            Redirect::to(&format!("/signin?to={to}")).into_response()
        }
        false => Redirect::to("/signin").into_response(),
    }
}

/// What a form says.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Form, StatusCode> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.map_or(&b""[..], HeaderValue::as_bytes);
    if !kind.starts_with(b"application/x-www-form-urlencoded") {
        return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    match body::whole(body, FORM).await {
        Ok(bytes) => Ok(Form::read(&bytes)),
        Err(Unread::TooLarge) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(Unread::Broken(_)) => Err(StatusCode::BAD_REQUEST),
    }
}

/// Whether a browser says that a request comes from a page of ours. Old browsers say nothing; then the word decides.
pub fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(HeaderValue::as_bytes);
    let site = headers.get("sec-fetch-site");
    if let Some(site) = site
        && site != "same-origin"
    {
        return false;
    }
    match text(header::ORIGIN) {
        None => true,
        // A page that names no referrer names no origin either: then somebody else must have said it.
        Some(b"null") => site.is_some(),
        Some(origin) => {
            let host = text(header::HOST).unwrap_or_default();
            let schemes = [&b"http://"[..], b"https://"];
            let mut authority = schemes.iter().filter_map(|it| origin.strip_prefix(*it));
            authority.any(|authority| authority.eq_ignore_ascii_case(host))
        }
    }
}

/// Every answer wears the same armour.
pub async fn dressed(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        let headers = answer.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        is_ours(&headers)
    }

    #[test]
    fn a_form_of_another_page_is_not_ours() {
        let host = ("host", "127.0.0.1:9464");
        assert!(said(&[host]));
        assert!(said(&[host, ("origin", "http://127.0.0.1:9464")]));
        assert!(said(&[
            ("host", "Shop.example"),
            ("origin", "https://shop.example")
        ]));
        let site = ("sec-fetch-site", "same-origin");
        assert!(said(&[host, site]));
        assert!(said(&[host, site, ("origin", "null")]));
        for origin in [
            "null",
            "http://evil.example",
            "http://127.0.0.1:9465",
            "http://127.0.0.1",
            "",
        ] {
            assert!(!said(&[host, ("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert!(!said(&[host, ("sec-fetch-site", site)]), "{site}");
        }
    }
}
