//! The one writer: a thread that runs all closures waiting in one transaction, with one `fsync`.
//!
//! What has come while the last commit was on its way is the next batch. A lone closure waits for nobody; only after a
//! commit that a crowd shared those who were answered and ask again at once are let in, while they come within 200 µs
//! of one another, and for no longer than that commit took.
//!
//! When the disk refuses, for want of room perhaps, the file is opened again until it takes a commit. Only then is
//! it known whether the one that failed is on disk, by its number. Until then whoever can wait waits, and whoever
//! cannot is told.

mod op;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use prometheus_client::metrics::histogram::Histogram;
use redb::Database;
use tokio::sync::{mpsc, oneshot, watch};

use super::disk::{self, Disk};
use super::snapshot::Snapshot;
use super::txn::{Txn, Woken};
use super::wakes::Wakes;
use super::{Options, StoreError};
use crate::base::clock::Stopwatch;
use crate::base::failpoints;
use crate::base::telemetry::meters::Meters;
use op::{Closure, Op, Ran};

/// A commit that so many shared says that as many will be back: for as long as it took they are waited for.
const CROWD: usize = 8;
/// Nobody else is waited for when nobody came for so long. On two cores 200 µs gave a tenth more jobs a second than
/// 30 µs, and a fifth fewer bytes for each: `NEUROCARDS_BENCH_LIVES=256/1 cargo bench --bench store`.
const GAP: Duration = Duration::from_micros(200);

/// The writer's front: a bounded queue into its thread.
pub struct Writer {
    /// Taken only by [`Drop`].
    queue: Option<mpsc::Sender<Box<dyn Op>>>,
    thread: Option<thread::JoinHandle<()>>,
    broken: watch::Receiver<bool>,
    fault: watch::Receiver<Option<String>>,
    /// How long closures wait.
    waited: Histogram,
    /// Who has asked and was not answered yet.
    asking: AtomicUsize,
}

/// Somebody who asks, until they are answered or wait no more.
struct Asking<'a>(&'a AtomicUsize);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    /// Starts the thread.
    pub fn start(
        disk: Arc<Disk>,
        wakes: Arc<Wakes>,
        options: Options,
        meters: Meters,
    ) -> Result<Self, StoreError> {
        let (queue, inbox) = mpsc::channel(options.waiting.max(1));
        let (breaks, broken) = watch::channel(false);
        let (faults, fault) = watch::channel(None);
        let commit = Snapshot::new(disk.begin_read()?).counters()?.commit;
        let waited = meters.queue.clone();
        let mut desk = Batcher {
            meters,
            disk,
            inbox,
            wakes,
            faults,
            options,
            commit,
            kept: VecDeque::new(),
            proven: true,
            most: options.batch.max(1),
            last: (0, Duration::ZERO),
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                if let Err(error) = desk.run() {
                    tracing::error!(%error, "the data file cannot be used; the process must end");
                    let _ = breaks.send(true);
                }
            })
            .expect("the system can start a thread");
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            broken,
            fault,
            waited,
            asking: AtomicUsize::new(0),
        })
    }

    fn closure<R, F>(&self, work: F, waits: bool) -> (Box<dyn Op>, Answer<R>)
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let closure = Closure {
            since: Some(Stopwatch::start()),
            queue: self.waited.clone(),
            waits,
            work,
            result: None,
            reply,
        };
        (Box::new(closure), answer)
    }

    fn asks(&self) -> Asking<'_> {
        self.asking.fetch_add(1, Ordering::Relaxed);
        Asking(&self.asking)
    }

    /// Whether nobody waits for an answer.
    pub fn is_idle(&self) -> bool {
        self.asking.load(Ordering::Relaxed) == 0
    }

    fn queue(&self) -> Result<&mpsc::Sender<Box<dyn Op>>, StoreError> {
        self.queue.as_ref().ok_or(StoreError::Closed)
    }

    /// Runs `work` in a transaction, waiting for room in the queue and for a disk that can be written.
    pub async fn write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let _asking = self.asks();
        let (op, answer) = self.closure(work, true);
        self.queue()?
            .send(op)
            .await
            .map_err(|_| StoreError::Closed)?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Runs `work` in a transaction, or says at once that there is no room or that the disk cannot be written.
    pub async fn try_write<R, F>(&self, work: F) -> Result<R, StoreError>
    where
        R: Send + 'static,
        F: FnMut(&mut Txn<'_>) -> Result<R, StoreError> + Send + 'static,
    {
        let _asking = self.asks();
        let (op, answer) = self.closure(work, false);
        self.queue()?.try_send(op).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Closed,
        })?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Has the writer find out whether the disk works, if it has nothing else to do: a reader has met a fault, and
    /// only the writer opens the file again.
    pub fn nudge(&self) {
        let (op, _) = self.closure(|_| Ok(()), false);
        if let Ok(queue) = self.queue() {
            let _ = queue.try_send(op);
        }
    }

    /// Why the disk cannot be written, while it cannot.
    pub fn fault(&self) -> watch::Receiver<Option<String>> {
        self.fault.clone()
    }

    /// Resolves when the file is damaged or the thread has died.
    pub async fn broken(&self) {
        // While this front lives the thread ends only by damage, which it tells, or by a panic, which drops its
        // end.
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

/// What the thread works with.
struct Batcher {
    meters: Meters,
    disk: Arc<Disk>,
    inbox: mpsc::Receiver<Box<dyn Op>>,
    wakes: Arc<Wakes>,
    faults: watch::Sender<Option<String>>,
    options: Options,
    /// The number of the last commit that is known to be on disk.
    commit: u64,
    /// Closures that have waited for the disk.
    kept: VecDeque<Box<dyn Op>>,
    /// Whether the last batch reached the disk; until one has, after a fault, only what has waited is tried.
    proven: bool,
    /// The most closures in one commit: fewer while the disk is not proven, for there may be room for some.
    most: usize,
    /// How many the last commit had, and how long it took with all that was done in it.
    last: (usize, Duration),
}

impl Batcher {
    /// Works until nobody asks any more. An error says that the file is beyond use.
    fn run(&mut self) -> Result<(), StoreError> {
        while let Some(mut batch) = self.next_batch() {
            let begun = Stopwatch::start();
            match self.commit(&mut batch) {
                Ok(woken) => {
                    self.last = (batch.len(), begun.elapsed());
                    self.commit += u64::from(woken.is_some());
                    if woken.is_some() {
                        self.meters.commits.inc();
                        self.meters.batch.observe(batch.len() as f64);
                    }
                    self.prove();
                    wake(&self.wakes, woken.unwrap_or_default());
                    batch.into_iter().for_each(|op| op.answer(Ok(())));
                }
                Err(error) if error.is_fault() => {
                    if !self.sit_out(&error, batch)? {
                        return Ok(());
                    }
                }
                Err(error) => {
                    refuse(batch, || StoreError::CommitUnknown);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Whoever waits, at most so many; nothing when nobody will ask again.
    fn next_batch(&mut self) -> Option<Vec<Box<dyn Op>>> {
        let most = self.most;
        let kept = self.kept.len().min(most);
        let mut batch: Vec<_> = self.kept.drain(..kept).collect();
        if !self.proven {
            return Some(batch);
        }
        if batch.is_empty() {
            batch.push(self.inbox.blocking_recv()?);
        }
        self.gather(&mut batch);
        Some(batch)
    }

    /// Takes whoever has come. After a commit that many shared it lets those who are on their way back arrive, too: for
    /// no longer than that commit took, and only while they come one upon the other.
    fn gather(&mut self, batch: &mut Vec<Box<dyn Op>>) {
        let (shared, took) = self.last;
        let (begun, mut came) = (Stopwatch::start(), Duration::ZERO);
        while batch.len() < self.most {
            match self.inbox.try_recv() {
                Ok(next) => {
                    batch.push(next);
                    came = Duration::MAX;
                }
                Err(_) if batch.len() >= shared || shared < CROWD => break,
                Err(_) => {
                    let now = begun.elapsed();
                    if came == Duration::MAX {
                        came = now;
                    }
                    if now > took || now.saturating_sub(came) > GAP {
                        break;
                    }
                    thread::yield_now();
                }
            }
        }
    }

    /// Runs and commits a batch, without those that spoil it; what to wake, or nothing if nothing was written.
    fn commit(&self, batch: &mut Vec<Box<dyn Op>>) -> Result<Option<Woken>, StoreError> {
        loop {
            match self.disk.with(|db| attempt(db, batch, &self.meters))? {
                Attempt::Committed(woken) => return Ok(Some(woken)),
                Attempt::Idle => return Ok(None),
                Attempt::Spoilt(index) => batch.remove(index).answer(Ok(())),
            }
        }
    }

    /// Opens the file again and again until it takes a commit, then settles what became of the failed batch; whether
    /// anybody may still ask.
    fn sit_out(&mut self, error: &StoreError, batch: Vec<Box<dyn Op>>) -> Result<bool, StoreError> {
        if self.proven {
            self.meters.faults.inc();
            tracing::error!(%error, "the disk cannot be written; who can wait waits until it can");
            self.faults.send_replace(Some(error.to_string()));
        } else {
            self.most = (self.most / 2).max(1);
        }
        let breathe = !std::mem::take(&mut self.proven);
        let (doubtful, hurried): (Vec<_>, Vec<_>) = batch.into_iter().partition(|op| op.waits());
        refuse(hurried, || StoreError::CommitUnknown);
        let mut landed = None;
        if breathe && !self.turn_away() {
            refuse(doubtful, || StoreError::CommitUnknown);
            refuse(self.kept.drain(..), || StoreError::Closed);
            return Ok(false);
        }
        loop {
            match self.heal(&mut landed) {
                Ok(()) => break,
                Err(error) if error.is_fault() => {}
                Err(error) => {
                    refuse(doubtful, || StoreError::CommitUnknown);
                    refuse(self.kept.drain(..), || StoreError::Unwritable);
                    return Err(error);
                }
            }
            if !self.turn_away() {
                refuse(doubtful, || StoreError::CommitUnknown);
                refuse(self.kept.drain(..), || StoreError::Closed);
                return Ok(false);
            }
        }
        let landed = landed == Some(true);
        if landed {
            doubtful.into_iter().for_each(|op| op.answer(Ok(())));
        } else {
            doubtful
                .into_iter()
                .rev()
                .for_each(|op| self.kept.push_front(op));
        }
        // Little goes where much does not: what has waited must reach the disk before all is well.
        if self.kept.is_empty() {
            self.prove();
        }
        Ok(true)
    }

    /// The disk takes what is written.
    fn prove(&mut self) {
        if self.proven {
            return;
        }
        self.proven = true;
        self.most = self.options.batch.max(1);
        tracing::info!("the disk can be written again");
        self.faults.send_replace(None);
        // What the failed batches would have woken is not known any more.
        self.wakes.jobs();
        if let Ok(chats) = self.chats() {
            self.wakes.chats(chats);
        }
    }

    fn chats(&self) -> Result<Vec<i64>, StoreError> {
        Snapshot::new(self.disk.begin_read()?).chats()
    }

    /// Opens the file, finds out whether the failed batch has `landed`, and makes a commit of its own: only when
    /// that is on disk, all before it surely is.
    fn heal(&mut self, landed: &mut Option<bool>) -> Result<(), StoreError> {
        self.disk.reopen()?;
        let found = Snapshot::new(self.disk.begin_read()?).counters()?.commit;
        if landed.is_none() && !(self.commit..=self.commit + 1).contains(&found) {
            return Err(StoreError::Replaced);
        }
        landed.get_or_insert(found == self.commit + 1);
        self.disk.with(|db| {
            let transaction = disk::begin(db)?;
            Txn::open(&transaction)?.finish()?;
            Ok(transaction.commit()?)
        })?;
        self.commit = found + 1;
        Ok(())
    }

    /// For a breath, refuses whoever comes and cannot wait; whether anybody may still come.
    fn turn_away(&mut self) -> bool {
        let Options { breath, look, .. } = self.options;
        for _ in 0..=breath.as_millis() / look.as_millis().max(1) {
            loop {
                match self.inbox.try_recv() {
                    Ok(op) if op.waits() => self.kept.push_back(op),
                    Ok(op) => op.answer(Err(StoreError::Unwritable)),
                    Err(mpsc::error::TryRecvError::Empty) => break,
                    Err(mpsc::error::TryRecvError::Disconnected) => return false,
                }
            }
            thread::sleep(look);
        }
        true
    }
}

fn refuse(batch: impl IntoIterator<Item = Box<dyn Op>>, error: fn() -> StoreError) {
    batch.into_iter().for_each(|op| op.answer(Err(error())));
}

enum Attempt {
    Committed(Woken),
    /// Nothing was written.
    Idle,
    Spoilt(usize),
}

fn attempt(
    db: &Database,
    batch: &mut [Box<dyn Op>],
    meters: &Meters,
) -> Result<Attempt, StoreError> {
    let transaction = disk::begin(db)?;
    let mut txn = Txn::open(&transaction)?;
    for (index, op) in batch.iter_mut().enumerate() {
        match op.run(&mut txn) {
            Ran::Fine | Ran::Refused => {}
            Ran::Spoilt => {
                drop(txn);
                transaction.abort()?;
                return Ok(Attempt::Spoilt(index));
            }
            Ran::Fault(error) => return Err(error),
        }
    }
    if txn.writes() == 0 {
        drop(txn);
        transaction.abort()?;
        return Ok(Attempt::Idle);
    }
    let woken = txn.finish()?;
    failpoints::reach("commit.before");
    let begun = Stopwatch::start();
    transaction.commit()?;
    meters.commit.observe(begun.elapsed().as_secs_f64());
    failpoints::reach("commit.after");
    Ok(Attempt::Committed(woken))
}

fn wake(wakes: &Wakes, woken: Woken) {
    if woken.jobs {
        wakes.jobs();
    }
    if !woken.cancelled.is_empty() {
        wakes.cancelled(woken.cancelled);
    }
    if !woken.chats.is_empty() {
        wakes.chats(woken.chats);
    }
    if woken.broadcast {
        wakes.begun();
    }
}
