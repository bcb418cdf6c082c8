//! The one writer: a thread that runs all closures waiting in one transaction, with one `fsync`.
//!
//! Nobody waits for a batch to fill: what has come while the last commit was on its way is the next batch.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use redb::Database;
use tokio::sync::{mpsc, oneshot, watch};

use super::txn::{Txn, Woken};
use super::wakes::Wakes;
use super::{Options, StoreError};
use crate::points;

/// The writer's front: a bounded queue into its thread.
pub struct Writer {
    /// Taken only by [`Drop`].
    queue: Option<mpsc::Sender<Box<dyn Op>>>,
    thread: Option<thread::JoinHandle<()>>,
    broken: watch::Receiver<bool>,
}

/// How a closure's run ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ran {
    /// It is part of the batch.
    Fine,
    /// It failed before it wrote anything.
    Refused,
    /// It failed after it wrote: the batch must run again without it.
    Spoilt,
}

/// A closure with its answer; asked and answered by the writer's thread.
trait Op: Send {
    fn run(&mut self, txn: &mut Txn<'_>) -> Ran;
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Closure<R, F> {
    work: F,
    result: Option<Result<R, StoreError>>,
    reply: oneshot::Sender<Result<R, StoreError>>,
}

impl<R, F> Op for Closure<R, F>
where
    R: Send,
    F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send,
{
    fn run(&mut self, txn: &mut Txn<'_>) -> Ran {
        let before = txn.writes();
        let work = &mut self.work;
        let result = catch_unwind(AssertUnwindSafe(|| work(&mut *txn)));
        let (ran, result) = match result {
            Ok(Ok(value)) => (Ran::Fine, Ok(value)),
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
}

impl Writer {
    /// Starts the thread.
    pub fn start(db: Arc<Database>, wakes: Arc<Wakes>, options: Options) -> Self {
        let (queue, inbox) = mpsc::channel(options.waiting.max(1));
        let (breaks, broken) = watch::channel(false);
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(&db, inbox, &wakes, &breaks, options.batch.max(1)))
            .expect("the system can start a thread");
        Self {
            queue: Some(queue),
            thread: Some(thread),
            broken,
        }
    }

    fn queue(&self) -> Result<&mpsc::Sender<Box<dyn Op>>, StoreError> {
        self.queue.as_ref().ok_or(StoreError::Closed)
    }

    pub async fn write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let (op, answer) = closure(work);
        self.queue()?
            .send(op)
            .await
            .map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    pub async fn try_write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let (op, answer) = closure(work);
        self.queue()?.try_send(op).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Resolves when a commit has failed or the thread has died.
    pub async fn broken(&self) {
        // While this front lives the thread ends only by a failed commit, which it tells, or by a panic,
        // which drops its end.
        let _ = self.broken.clone().wait_for(|broken| *broken).await;
    }
}

impl Drop for Writer {
    /// Waits for the last commit, so that the file is free when the store is gone.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer panicked");
        }
    }
}

type Answer<R> = oneshot::Receiver<Result<R, StoreError>>;

fn closure<R, F>(work: F) -> (Box<dyn Op>, Answer<R>)
where
    R: Send + 'static,
    F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (
        Box::new(Closure {
            work,
            result: None,
            reply,
        }),
        answer,
    )
}

fn run(
    db: &Database,
    mut inbox: mpsc::Receiver<Box<dyn Op>>,
    wakes: &Wakes,
    breaks: &watch::Sender<bool>,
    most: usize,
) {
    while let Some(first) = inbox.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < most
            && let Ok(next) = inbox.try_recv()
        {
            batch.push(next);
        }
        if let Err(error) = commit(db, batch, wakes) {
            tracing::error!(%error, "a commit failed; the process must start again");
            let _ = breaks.send(true);
            return;
        }
    }
}

/// Runs and commits a batch, without those that spoil it. An error means that nobody knows what is on disk.
fn commit(db: &Database, mut batch: Vec<Box<dyn Op>>, wakes: &Wakes) -> Result<(), StoreError> {
    loop {
        match attempt(db, &mut batch) {
            Ok(Attempt::Committed(woken)) => {
                wake(wakes, woken);
                batch.into_iter().for_each(|op| op.answer(Ok(())));
                return Ok(());
            }
            Ok(Attempt::Spoilt(index)) => batch.remove(index).answer(Ok(())),
            Err(error) => {
                batch
                    .into_iter()
                    .for_each(|op| op.answer(Err(StoreError::CommitUnknown)));
                return Err(error);
            }
        }
    }
}

enum Attempt {
    Committed(Woken),
    Spoilt(usize),
}

fn attempt(db: &Database, batch: &mut [Box<dyn Op>]) -> Result<Attempt, StoreError> {
    let mut transaction = db.begin_write()?;
    // Saves the allocator's state with each commit (and so commits in two phases): the file opens in
    // milliseconds after a crash, whatever its size.
    transaction.set_quick_repair(true);
    let mut txn = Txn::open(&transaction)?;
    let spoilt = batch
        .iter_mut()
        .position(|op| op.run(&mut txn) == Ran::Spoilt);
    if let Some(index) = spoilt {
        drop(txn);
        transaction.abort()?;
        return Ok(Attempt::Spoilt(index));
    }
    if txn.writes() == 0 {
        drop(txn);
        transaction.abort()?;
        return Ok(Attempt::Committed(Woken::default()));
    }
    let woken = txn.finish()?;
    points::reach("commit.before");
    transaction.commit()?;
    points::reach("commit.after");
    Ok(Attempt::Committed(woken))
}

fn wake(wakes: &Wakes, woken: Woken) {
    if woken.jobs {
        wakes.jobs();
    }
    if !woken.chats.is_empty() {
        wakes.chats(woken.chats);
    }
}
