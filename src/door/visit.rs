//! A visit: one connection as its requests see it, and how long it may still last.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::watch;

use super::limits::Limits;
use super::pass::Pass;
use super::refusals::Refusal;
use crate::base::clock::uptime;

/// What has happened on a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doings {
    /// Requests whose answers are not out yet.
    pub(super) running: u32,
    /// Requests so far.
    pub(super) begun: u64,
    /// Requests given up by whoever had made them.
    given_up: u32,
    /// Whether a request has shown a secret of ours.
    pub(super) known: bool,
    /// When a request began or ended last, or the connection, by the time since our start.
    pub(super) since: Duration,
}

impl Default for Doings {
    fn default() -> Self {
        Self {
            running: 0,
            begun: 0,
            given_up: 0,
            known: false,
            since: uptime(),
        }
    }
}

/// The doings of one connection.
pub(super) type Visit = Arc<watch::Sender<Doings>>;

/// A request that runs; given up, unless it is finished before it is dropped.
pub(super) struct Running {
    visit: Visit,
    finished: bool,
    /// Whether its body never came to an end: then it was given up, whatever is answered.
    pub(super) broke_off: bool,
    /// What it holds, for as long as it lasts.
    pub(super) pass: Option<Pass>,
}

impl Running {
    pub(super) fn begin(visit: &Visit) -> Self {
        visit.send_modify(|doings| {
            doings.running += 1;
            doings.begun += 1;
            doings.since = uptime();
        });
        Self {
            visit: Arc::clone(visit),
            finished: false,
            broke_off: false,
            pass: None,
        }
    }

    /// The body of its answer; with the last of it the request is finished.
    pub(super) fn answers(mut self, body: Body) -> Body {
        if body.is_end_stream() {
            self.finished = true;
            return body;
        }
        Body::new(Answer {
            body,
            running: self,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.visit.send_modify(|doings| {
            doings.running -= 1;
            doings.given_up += u32::from(!self.finished || self.broke_off);
            doings.since = uptime();
        });
    }
}

struct Answer {
    body: Body,
    running: Running,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        // Whoever takes the last frame need not ask for another one.
        let last = matches!(frame, Poll::Ready(None | Some(Err(_))));
        if last || (frame.is_ready() && self.body.is_end_stream()) {
            self.running.finished = true;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Resolves when a connection has to go: with a reason if it misbehaved, with none if nothing was asked for `idle`.
pub(super) async fn outstayed(
    mut doings: watch::Receiver<Doings>,
    limits: &Limits,
    idle: Duration,
) -> Option<Refusal> {
    loop {
        let now = *doings.borrow_and_update();
        if now.given_up > limits.resets {
            return Some(Refusal::Resets);
        }
        let changed = async {
            if doings.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        match now.running {
            0 => match tokio::time::timeout(idle, changed).await {
                Ok(()) => {}
                Err(_) => return None,
            },
            _ => match tokio::time::timeout(limits.request, changed).await {
                Ok(()) => {}
                Err(_) => return Some(Refusal::Stalled),
            },
        }
    }
}
