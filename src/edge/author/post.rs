//! One exchange with an author: redirects that keep to its host, and no more of the answer than is read.

use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// No answer of the author is longer; more is not read.
const BODY_LIMIT: usize = 1 << 20;
/// From http to https, from a slash to none: nobody has a reason to redirect more often.
const REDIRECTS: usize = 3;

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Who asks, and how long they wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Caller<'c> {
    /// A client that follows no redirect by itself: it would make a GET of a POST, and take the seller's words elsewhere.
    pub http: &'c Client,
    pub key: &'c SecretString,
    /// For all of the exchange.
    pub timeout: Duration,
}

impl Caller<'_> {
    /// Asks with `body`, or for what is there; nothing if there is no whole answer in time.
    pub async fn ask(&self, url: &str, body: Option<&Value>) -> Option<Answer> {
        match tokio::time::timeout(self.timeout, self.follow(url, body)).await {
            Ok(Ok(answer)) => Some(answer),
            Ok(Err(error)) => {
                tracing::debug!(error = %error.without_url(), "the author did not answer");
                None
            }
            Err(_) => {
                tracing::debug!("the author did not answer in time");
                None
            }
        }
    }

    async fn follow(&self, url: &str, body: Option<&Value>) -> Result<Answer, reqwest::Error> {
        let mut answer = self.once(url, body).await?;
        let mut at = Url::parse(url).ok();
        for _ in 0..REDIRECTS {
            let Some(next) = at.as_ref().and_then(|at| redirect(at, &answer)) else {
                break;
            };
            answer = self.once(next.as_str(), body).await?;
            at = Some(next);
        }
        Ok(answer)
    }

    async fn once(&self, url: &str, body: Option<&Value>) -> Result<Answer, reqwest::Error> {
        let method = if body.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let request = self.http.request(method, url);
        let request = request.bearer_auth(self.key.expose_secret());
        let request = body
            .into_iter()
            .fold(request, reqwest::RequestBuilder::json);
        let mut response = request.send().await?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > BODY_LIMIT {
                body.truncate(BODY_LIMIT);
                break;
            }
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }
}

/// Where an answer sends us on, if it is still the same host, and no longer in the clear.
fn redirect(at: &Url, answer: &Answer) -> Option<Url> {
    if !matches!(answer.status, 301 | 302 | 307 | 308) {
        return None;
    }
    let told = answer.headers.get(header::LOCATION)?.to_str().ok()?;
    let next = at.join(told).ok()?;
    let same =
        next.scheme() == at.scheme() && next.port_or_known_default() == at.port_or_known_default();
    let safer = (at.scheme(), next.scheme()) == ("http", "https");
    let host = next.host_str() == at.host_str() && next.username().is_empty();
    (host && (same || safer)).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_keeps_to_its_host() {
        let to = |from: &str, to: &str, status: u16| {
            let mut headers = HeaderMap::new();
            headers.insert(header::LOCATION, to.parse().unwrap());
            let body = Vec::new();
            let answer = Answer {
                status,
                headers,
                body,
            };
            redirect(&Url::parse(from).unwrap(), &answer).map(String::from)
        };
        let slash = to("https://a.example/v1/chat", "/v1/chat/", 308);
        assert_eq!(slash.as_deref(), Some("https://a.example/v1/chat/"));
        for status in [301, 302, 307, 308] {
            let safer = to("http://a.example/v1", "https://a.example/v1", status);
            assert_eq!(safer.as_deref(), Some("https://a.example/v1"));
        }
        assert!(to("http://a.example:8080/", "https://a.example/", 308).is_some());
        for (from, elsewhere, status) in [
            ("https://a.example/", "https://b.example/", 308),
            ("https://a.example/", "http://a.example/", 308),
            ("https://a.example/", "https://a.example:444/", 308),
            ("https://a.example/", "https://a.example.b.example/", 307),
            ("https://a.example/", "https://me@a.example/", 307),
            ("https://a.example/", "//b.example/", 307),
            ("https://a.example/", "/x", 303),
            ("https://a.example/", "/x", 300),
        ] {
            assert_eq!(to(from, elsewhere, status), None, "{from} {elsewhere}");
        }
    }
}
