//! A closure with its answer: asked and answered by the writer's thread.

use std::panic::{AssertUnwindSafe, catch_unwind};

use prometheus_client::metrics::histogram::Histogram;
use tokio::sync::oneshot;

use crate::base::clock::Stopwatch;
use crate::store::StoreError;
use crate::store::txn::Txn;

/// How a closure's run ended.
pub(super) enum Ran {
    /// It is part of the batch.
    Fine,
    /// It failed before it wrote anything.
    Refused,
    /// It failed after it wrote: the batch must run again without it.
    Spoilt,
    /// The disk refused: that is no answer of the closure's, and it must run again when the disk works.
    Fault(StoreError),
}

/// A closure with its answer; asked and answered by the writer's thread.
pub(super) trait Op: Send {
    fn run(&mut self, txn: &mut Txn<'_>) -> Ran;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
    /// Whether it waits for as long as the disk refuses.
    fn waits(&self) -> bool;
}

pub(super) struct Closure<R, F> {
    /// Since when it waits, until it has run.
    pub(super) since: Option<Stopwatch>,
    pub(super) queue: Histogram,
    pub(super) waits: bool,
    pub(super) work: F,
    pub(super) result: Option<Result<R, StoreError>>,
    pub(super) reply: oneshot::Sender<Result<R, StoreError>>,
}

impl<R, F> Op for Closure<R, F>
where
    R: Send,
    F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send,
{
    fn run(&mut self, txn: &mut Txn<'_>) -> Ran {
        if let Some(since) = self.since.take() {
            self.queue.observe(since.elapsed().as_secs_f64());
        }
        let before = txn.writes();
        let work = &mut self.work;
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut *txn)));
        let (ran, result) = match result {
            Ok(Ok(value)) => (Ran::Fine, Ok(value)),
            Ok(Err(fault)) if fault.is_fault() => {
                self.result = None;
                return Ran::Fault(fault);
            }
            Ok(Err(error)) if txn.writes() == before => (Ran::Refused, Err(error)),
            Ok(Err(error)) => (Ran::Spoilt, Err(error)),
            Err(_) => (Ran::Spoilt, Err(StoreError::Panicked)),
        };
        self.result = Some(result);
        ran
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let answer = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StoreError::Closed),
            (Err(_), Some(Err(refused))) => Err(refused),
            (Err(error), _) => Err(error),
        };
        // Whoever asked may have gone; what they asked for stands all the same.
        let _ = self.reply.send(answer);
    }

    fn waits(&self) -> bool {
        self.waits
    }
}
