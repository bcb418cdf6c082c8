//! A request that runs: it counts until the last of its answer is out.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::activity::ActivitySender;
use super::pass::Pass;
use crate::base::clock::uptime;

/// A request that runs; given up, unless it is finished before it is dropped.
pub(super) struct Running {
    activity: ActivitySender,
    finished: bool,
    /// Whether its body never came to an end: then it was given up, whatever is answered.
    pub(super) broke_off: bool,
    /// What it holds, for as long as it lasts.
    pub(super) pass: Option<Pass>,
}

impl Running {
    pub(super) fn begin(activity: &ActivitySender) -> Self {
        activity.send_modify(|activity| {
            activity.running += 1;
            activity.begun += 1;
            activity.since = uptime();
        });
        Self {
            activity: Arc::clone(activity),
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
        self.activity.send_modify(|activity| {
            activity.running -= 1;
            activity.given_up += u32::from(!self.finished || self.broke_off);
            activity.since = uptime();
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
