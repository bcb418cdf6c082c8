//! The pool: workers that do steps, not jobs. A job that waits is a row with a due time and costs nothing.
//!
//! Who steps what is in memory only; after a restart every live job is found by its row.

mod fetch;
pub mod keys;
mod late;
mod look;
mod pace;
mod photo;
mod pool;
mod pulses;
mod step;
mod submit;
#[cfg(test)]
mod tests;
mod upload;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::actors::about;
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::edge::author::Gpt;
use crate::edge::files::Photos;
use crate::edge::provider::kie::{Kie, Models};
use crate::edge::telegram::client::Telegram;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{Fingerprint, JobId, ModelName, OrderId};
use crate::shop::verdict::{self, Blow};
use crate::store::{Store, StoreError};
use keys::Keys;
use pace::Pace;
pub use pool::Pool;

/// The operator's choices that steps need.
#[derive(Debug, Clone)]
pub struct Choices {
    /// Steps at once.
    pub workers: usize,
    /// The interval between two looks at a task.
    pub look_every: Duration,
    /// How long an attempt may be with the provider.
    pub deadline: Duration,
    /// Where the provider fetches photos, without a slash at the end; nothing: they are uploaded to it.
    pub photos_at: Option<String>,
    /// Where the provider is asked to call back, without a slash at the end; nothing: it is not asked.
    pub callbacks_at: Option<String>,
    /// How long a call to the provider may take.
    pub call_timeout: Duration,
    /// A video of more bytes goes as a link.
    pub link_over: u64,
    /// Where videos lie until they are delivered.
    pub videos: PathBuf,
    /// The chain of models, first choice first.
    pub chain: Vec<ModelName>,
}

/// One worker for one step, with the parts of the moment it began in.
struct Worker {
    parts: Arc<Parts>,
    desk: Arc<Desk>,
}

/// Who works on what, in this process.
struct Desk {
    stepping: Mutex<HashSet<JobId>>,
    fetching: Mutex<HashMap<OrderId, Arc<tokio::sync::Mutex<()>>>>,
    /// Those of them that hold no worker's place: their videos are fetched.
    aside: Mutex<HashSet<JobId>>,
    /// Places for those that fetch.
    fetches: Semaphore,
    /// Jobs one of whose late tasks is looked at.
    late: Mutex<HashSet<JobId>>,
    /// Since when no look has shown a job's task.
    strange: Mutex<HashMap<JobId, Timestamp>>,
    /// Jobs that an operator ended while they were stepped.
    cancelled: Mutex<HashSet<JobId>>,
    /// Where the photos of attempts lie that are about to be submitted.
    uploads: Mutex<HashMap<JobId, Upload>>,
    pace: Arc<Mutex<Pace>>,
    stop: OnceLock<CancellationToken>,
}

/// A photo that lies with the provider.
struct Upload {
    key: Fingerprint,
    url: String,
}

/// What every step works with.
pub struct Parts {
    pub store: Store,
    pub clock: Clock,
    /// Where photos come from.
    pub telegram: Arc<Telegram>,
    /// Where photos are kept.
    pub photos: Photos,
    /// The script's author.
    pub gpt: Gpt,
    pub kie: Kie,
    pub models: Models,
    /// The provider's keys.
    pub keys: Keys,
    /// The operator's choices.
    pub choices: Choices,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stepped {
    /// The job may be stepped on at once.
    On,
    /// The job waits, has ended, or has moved on under us.
    Off,
}

impl Desk {
    fn stepping(&self) -> MutexGuard<'_, HashSet<JobId>> {
        lock(&self.stepping)
    }
}

impl Worker {
    /// Whether the pool has been told to stop.
    fn is_stopping(&self) -> bool {
        let stop = self.desk.stop.get();
        stop.is_some_and(CancellationToken::is_cancelled)
    }

    /// Ends a job whose step can never be made, with a refund.
    async fn bury(&self, id: JobId) -> Result<(), StoreError> {
        let job = self.parts.store.snapshot()?.job(id)?;
        let attempt = job.attempt;
        let (shop, now) = (self.parts.store.shop(), self.parts.clock.now());
        let chain = self.parts.choices.chain.clone();
        // Whatever panicked, a task that runs is paid for.
        let blow = Blow {
            lingers: job.stage.task().is_some(),
            ..Blow::new(&job, Failure::new(Kind::Unknown, Source::Shop))
        };
        self.forget(id);
        self.parts
            .store
            .write(move |txn| {
                verdict::panicked(txn, &shop, id, now)?;
                verdict::fail(txn, &shop, id, attempt, blow, &chain, now)
            })
            .await?
            .ok();
        Ok(())
    }

    /// Takes away what a job left behind that an operator has ended; a step of it that runs does so at its end.
    fn leave(&self, job: JobId) {
        {
            // Under the lock: a step that ends meanwhile looks afterwards.
            let stepping = self.desk.stepping();
            if stepping.contains(&job) {
                lock(&self.desk.cancelled).insert(job);
                return;
            }
        }
        self.forget(job);
        let about = about::named(job);
        let _about = about.enter();
        match self
            .parts
            .store
            .snapshot()
            .and_then(|snapshot| snapshot.job(job))
        {
            Ok(job) => {
                about::is_at(&about, &job);
                tracing::info!("an operator has cancelled a video");
                self.tidy(&job);
            }
            Err(error) => tracing::warn!(%error, "a cancelled job could not be tidied up"),
        }
        // No note speaks of a video that was fetched meanwhile.
        for of_it in ["mp4", "jpg"] {
            let file = self.parts.choices.videos.join(format!("{job}.{of_it}"));
            let _ = std::fs::remove_file(file);
        }
    }

    /// Forgets what was remembered of a job's attempt.
    fn forget(&self, id: JobId) {
        self.parts.keys.let_go(id);
        self.known(id);
        self.uploads().remove(&id);
        lock(&self.desk.pace).forget(id);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
