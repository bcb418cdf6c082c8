//! What a line is about: the spans that put `order.id`, `job.id`, `attempt` and `update.id` into every line.
//!
//! They are of the level `error`, so that whatever is logged at all has them.

use tracing::Span;
use tracing::field::Empty;

use crate::rules::domain::id::{JobId, OrderId, UpdateId};
use crate::rules::domain::job::Job;

/// About a job at its attempt, and so about its order.
pub fn job(job: &Job) -> Span {
    let span = named(job.id);
    is_at(&span, job);
    span
}

/// About a job of which only the number is known yet.
pub fn named(job: JobId) -> Span {
    tracing::error_span!("job", job.id = job.0, order.id = Empty, attempt = Empty)
}

/// What is said in this span from now on is of this attempt.
pub fn is_at(span: &Span, job: &Job) {
    span.record("order.id", job.order.0);
    span.record("attempt", job.attempt);
}

/// About an order as a whole.
pub fn order(order: OrderId) -> Span {
    tracing::error_span!("order", order.id = order.0)
}

/// About an update.
pub fn update(update: UpdateId) -> Span {
    tracing::error_span!("update", update.id = update.0)
}
