//! The limiter: what every request passes on its way to the routes, and every answer on its way back.

use std::convert::Infallible;
use std::error::Error;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, Version, header};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tokio::time::{Sleep, sleep};

use super::activity::ActivitySender;
use super::admission::Admission;
use super::pass::COME_AGAIN;
use super::pass::Pass;
use super::refusals::Refusal;
use super::running::Running;
use super::web::BODY;
use crate::operator::page::Peer;

/// The routes behind the limits, for one connection.
#[derive(Clone)]
pub(super) struct Limiter {
    pub admission: Arc<Admission>,
    pub routes: TowerToHyperService<Router>,
    pub address: IpAddr,
    pub activity: ActivitySender,
}

impl Service<Request<Incoming>> for Limiter {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let limiter = self.clone();
        let running = Running::begin(&self.activity);
        Box::pin(async move { Ok(limiter.let_through(request, running).await) })
    }
}

impl Limiter {
    async fn let_through(
        &self,
        request: Request<Incoming>,
        mut running: Running,
    ) -> Response<Body> {
        let admission = &self.admission;
        let told = Arc::new(AtomicBool::new(false));
        let passed = Pass::of_stranger(admission, self.address, request.headers(), &self.activity);
        let passed = passed.and_then(|pass| fits(&request).map(|()| pass));
        let mut response = match passed {
            Ok(pass) => {
                running.pass = Some(pass.clone());
                let mut request = request.map(|body| self.bounded(body, &told));
                request.extensions_mut().insert(Peer(self.address));
                request.extensions_mut().insert(pass);
                let answer = self.routes.call(request);
                let answer = tokio::time::timeout(admission.limits.request, answer).await;
                running.broke_off = told.load(Ordering::Relaxed);
                match answer {
                    Ok(Ok(response)) => response,
                    Err(_) => empty(StatusCode::SERVICE_UNAVAILABLE),
                }
            }
            Err((status, refusal)) => {
                admission.refusals.count(refusal);
                told.store(true, Ordering::Relaxed);
                let mut response = empty(status);
                if matches!(refusal, Refusal::Address | Refusal::Crowd) {
                    response
                        .headers_mut()
                        .insert(header::RETRY_AFTER, COME_AGAIN);
                }
                response
            }
        };
        let status = response.status();
        if status.is_client_error() || status.is_server_error() {
            if !admission.frank {
                // What went wrong is nobody's business.
                *response.body_mut() = Body::empty();
                response.headers_mut().remove(header::CONTENT_TYPE);
                response.headers_mut().remove(header::CONTENT_LENGTH);
            }
            let refusal = Refusal::of_status(status).filter(|_| !told.load(Ordering::Relaxed));
            if let Some(refusal) = refusal {
                admission.refusals.count(refusal);
            }
        }
        response.map(|body| running.answers(body))
    }

    fn bounded(&self, body: Incoming, told: &Arc<AtomicBool>) -> Body {
        if body.is_end_stream() {
            return Body::empty();
        }
        Body::new(Timed {
            body,
            over: Box::pin(sleep(self.admission.limits.body)),
            admission: Arc::clone(&self.admission),
            told: Arc::clone(told),
        })
    }
}

/// What can be seen of a request before anybody looks at what it wants.
fn fits<B: HttpBody>(request: &Request<B>) -> Result<(), (StatusCode, Refusal)> {
    let headers = request.headers();
    let mut hosts = headers.get_all(header::HOST).iter();
    if request.version() == Version::HTTP_11 && (hosts.next().is_none() || hosts.next().is_some()) {
        return Err((StatusCode::BAD_REQUEST, Refusal::Malformed));
    }
    if !plain(request.uri().path()) {
        return Err((StatusCode::NOT_FOUND, Refusal::OddPath));
    }
    if headers.contains_key(header::CONTENT_ENCODING) {
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, Refusal::Encoded));
    }
    if request.body().size_hint().lower() > BODY as u64 {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, Refusal::LargeBody));
    }
    Ok(())
}

/// Whether a path has only what paths of ours have: nothing of ours needs an escape.
pub fn plain(path: &str) -> bool {
    let ours = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    path.starts_with('/') && path.bytes().all(ours)
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A body that must have come within a time.
struct Timed {
    body: Incoming,
    over: Pin<Box<Sleep>>,
    admission: Arc<Admission>,
    /// Whether the refusal of this request has been counted.
    told: Arc<AtomicBool>,
}

impl HttpBody for Timed {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            if let Some(Err(error)) = &frame {
                let refusal = Refusal::of_error(error).unwrap_or(Refusal::Truncated);
                self.count(refusal);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        ready!(self.over.as_mut().poll(cx));
        self.count(Refusal::Slow);
        Poll::Ready(Some(Err(Refusal::Slow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Timed {
    fn count(&self, refusal: Refusal) {
        if !self.told.swap(true, Ordering::Relaxed) {
            self.admission.refusals.count(refusal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(request: Request<Body>) -> Option<Refusal> {
        fits(&request).err().map(|(_, refusal)| refusal)
    }

    #[test]
    fn a_path_with_anything_odd_is_refused() {
        for right in [
            "/",
            "/telegram",
            "/p/0-9.jpg",
            "/.well-known/acme-challenge/a_B-9",
        ] {
            assert!(plain(right), "{right}");
        }
        for wrong in [
            "", "*", "a", "/%2e", "/a\\b", "/a b", "/\0", "/é", "/a;b", "/a:b", "/~",
        ] {
            assert!(!plain(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_request_is_looked_at_before_it_is_read() {
        let ask = || Request::get("/telegram").header("host", "a");
        let body = Body::empty;
        assert_eq!(refused(ask().body(body()).unwrap()), None);
        assert_eq!(
            refused(Request::get("/").body(body()).unwrap()),
            Some(Refusal::Malformed)
        );
        let two = ask().header("host", "b").body(body());
        assert_eq!(refused(two.unwrap()), Some(Refusal::Malformed));
        let encoded = ask().header("content-encoding", "gzip").body(body());
        assert_eq!(refused(encoded.unwrap()), Some(Refusal::Encoded));
        let large = ask().body(Body::from(vec![0; BODY + 1]));
        assert_eq!(refused(large.unwrap()), Some(Refusal::LargeBody));
    }
}
