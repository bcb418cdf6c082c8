//! Trouble: the pages that say why there is no page.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::html;

use super::frame::{self, Tab};
use super::visitor::Visitor;
use crate::operator::service::Refusal;

/// What is shown in place of what was asked for.
#[derive(Debug)]
pub struct Instead(Box<Response>);

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl Instead {
    /// A page of its own.
    pub fn page(visitor: &Visitor, status: StatusCode) -> Self {
        Self(Box::new(page(visitor, status)))
    }

    /// What a refusal says.
    pub fn refused(visitor: &Visitor, refusal: &Refusal) -> Self {
        let status = StatusCode::NOT_FOUND;
        let text = visitor.locale.refusal(refusal);
        Self(Box::new(told(visitor, status, &text)))
    }
}

/// A page for a status.
pub fn page(visitor: &Visitor, status: StatusCode) -> Response {
    let key = match status {
        StatusCode::NOT_FOUND => "trouble-404",
        StatusCode::FORBIDDEN => "trouble-403",
        StatusCode::METHOD_NOT_ALLOWED => "trouble-405",
        StatusCode::PAYLOAD_TOO_LARGE => "trouble-413",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "trouble-415",
        StatusCode::SERVICE_UNAVAILABLE => "trouble-503",
        _ => "trouble-other",
    };
    told(visitor, status, &visitor.locale.say(key))
}

fn told(visitor: &Visitor, status: StatusCode, text: &str) -> Response {
    let locale = visitor.locale;
    let main = html! {
        h1 { (locale.say("trouble-title")) }
        p.lead { (text) }
        p { a.button href="/" { (locale.say("trouble-home")) } }
    };
    let mut page = frame::still(visitor, &locale.say("trouble-title"), Tab::None, main);
    *page.status_mut() = status;
    page
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::body::to_bytes;
    use axum::http::{HeaderMap, HeaderValue, Uri, header};

    use super::*;

    async fn said(status: StatusCode, lang: &'static str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(lang));
        let visitor = Visitor::stranger(&Uri::from_static("/jobs/1"), &headers);
        let page = Instead::page(&visitor, status).into_response();
        assert_eq!(page.status(), status);
        let page = to_bytes(page.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(page.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn each_trouble_has_a_sentence_of_its_own() {
        let all = [
            StatusCode::NOT_FOUND,
            StatusCode::FORBIDDEN,
            StatusCode::METHOD_NOT_ALLOWED,
            StatusCode::PAYLOAD_TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::INTERNAL_SERVER_ERROR,
        ];
        let mut pages = BTreeSet::new();
        for lang in ["ru", "en"] {
            for status in all {
                pages.insert(said(status, lang).await);
            }
        }
        assert_eq!(pages.len(), 2 * all.len());
        let away = said(StatusCode::SERVICE_UNAVAILABLE, "en").await;
        assert!(away.contains("The store does not answer now."), "{away}");
    }
}
