//! ACME's calls over our own HTTP client.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::RETRY_AFTER;
use http::{Request, StatusCode};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};

/// No answer is longer, in bytes: a chain of certificates has some thousands.
const LIMIT: usize = 1 << 20;
/// No wait that we are asked for is longer.
const LONGEST: u64 = 24 * 60 * 60;

/// Clones share the client and what it was told.
#[derive(Clone)]
pub(super) struct Wire {
    http: reqwest::Client,
    /// Seconds the authority wants us to wait; 0: it did not say.
    wait: Arc<AtomicU64>,
}

impl Wire {
    /// A wire that nobody has been asked to wait on yet.
    pub fn new(http: reqwest::Client) -> Self {
        Self {
            http,
            wait: Arc::default(),
        }
    }

    /// Forgets what was said of waiting.
    pub fn forget(&self) {
        self.wait.store(0, Ordering::Relaxed);
    }

    /// How long a refusal asked us to wait.
    pub fn asked_to_wait(&self) -> Option<Duration> {
        let seconds = self.wait.load(Ordering::Relaxed).min(LONGEST);
        (seconds > 0).then(|| Duration::from_secs(seconds))
    }

    async fn call(self, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
        let request = reqwest::Request::try_from(request.map(reqwest::Body::wrap));
        let request = request.map_err(other)?;
        let mut response = self.http.execute(request).await.map_err(other)?;
        let mut body = BytesMut::new();
        while let Some(part) = response.chunk().await.map_err(other)? {
            body.extend_from_slice(&part);
            if body.len() > LIMIT {
                return Err(Error::Str("an answer without end"));
            }
        }
        let (parts, _) = http::Response::from(response).into_parts();
        if matches!(
            parts.status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            let asked = parts.headers.get(RETRY_AFTER);
            let asked = asked.and_then(|value| value.to_str().ok()?.trim().parse().ok());
            self.wait.store(asked.unwrap_or(0), Ordering::Relaxed);
        }
        Ok(BytesResponse {
            parts,
            body: Box::new(body.freeze()),
        })
    }
}

impl HttpClient for Wire {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        Box::pin(self.clone().call(request))
    }
}

fn other(error: reqwest::Error) -> Error {
    Error::Other(Box::new(error))
}
