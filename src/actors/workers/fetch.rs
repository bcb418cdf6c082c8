//! A finished task's video on its way to our disk. While it is fetched its worker's place is free for others.

use std::sync::Arc;
use std::time::Duration;

use super::step::off;
use super::{Desk, Stepped, Worker, lock};
use crate::base::failpoints;
use crate::base::telemetry::meters::{Ended, OfModel};
use crate::base::time::Timestamp;
use crate::edge::files::thumbnail;
use crate::edge::provider::{FetchError, Fetched};
use crate::rules::domain::alert::Lack;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::JobId;
use crate::rules::domain::job::{Job, Stage};
use crate::shop::verdict::{self, Blow};
use crate::store::StoreError;

/// Videos that are fetched at once, slow ones too: at most so many times 45 MB lie half-way on the disk.
pub(super) const FETCHING: usize = 64;
/// A video that cannot be fetched, whatever the reason, is tried for so long: hosts were seen to need 150 seconds
/// before they had what they had announced.
const BUDGET: Duration = Duration::from_secs(10 * 60);
/// And so often at least: a clock that jumps ahead does not take the tries away.
const TRIES: u8 = 6;
/// The first pause between two fetches; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// A job that is stepped without a worker's place, for as long as this is held.
pub(super) struct Aside {
    desk: Arc<Desk>,
    job: JobId,
}

impl Drop for Aside {
    fn drop(&mut self) {
        lock(&self.desk.aside).remove(&self.job);
    }
}

impl Worker {
    pub(super) async fn fetch_video(
        &self,
        job: &Job,
        urls: &[String],
        since: Timestamp,
        misses: u8,
    ) -> Result<Stepped, StoreError> {
        let _aside = self.step_aside(job.id);
        match self.fetched(job.id, urls).await {
            Ok(Fetched::Whole { url, bytes }) => {
                tracing::debug!(bytes, "a video is on disk");
                self.keep_thumbnail(job).await;
                self.succeed(job, url, false).await
            }
            Ok(Fetched::Large { url }) => self.succeed(job, url, true).await,
            Err(error) => self.missed(job, urls, since, misses, error).await,
        }
    }

    /// Fetches a video under its job's name; the others wait their turn.
    pub(super) async fn fetched(&self, job: JobId, urls: &[String]) -> Result<Fetched, FetchError> {
        let _turn = self.desk.fetches.acquire().await;
        failpoints::reach("fetch.before");
        let choices = &self.parts.choices;
        let to = choices.videos.join(format!("{job}.mp4"));
        self.parts.kie.fetch(urls, &to, choices.link_over).await
    }

    /// Gives the worker's place to others, who may begin at once.
    fn step_aside(&self, job: JobId) -> Aside {
        lock(&self.desk.aside).insert(job);
        self.parts.store.wakes().jobs();
        let desk = Arc::clone(&self.desk);
        Aside { desk, job }
    }

    /// A try was in vain: there is another one, or the seller gets the provider's link, or the credit.
    async fn missed(
        &self,
        job: &Job,
        urls: &[String],
        since: Timestamp,
        misses: u8,
        error: FetchError,
    ) -> Result<Stepped, StoreError> {
        let now = self.parts.clock.now();
        let hopeless = matches!(error, FetchError::Forbidden);
        let spent = now.since(since) >= BUDGET && misses >= TRIES;
        if !hopeless && !spent {
            tracing::warn!(%error, misses, "a video could not be fetched yet");
            let pause = FIRST_PAUSE * 2u32.pow(u32::from(misses.min(8)));
            let again = now.plus(pause.min(LONGEST_PAUSE));
            let moved = self
                .advance(job, move |job| job.missed_video(again))
                .await?;
            return Ok(moved.map_or_else(|late| off(&late), |_| Stepped::Off));
        }
        tracing::warn!(%error, misses, "a video is not to be had");
        let lack = match error {
            FetchError::Transient | FetchError::Disk(_) => {
                match self.parts.kie.may_be_opened(urls).await {
                    Some(url) => return self.succeed(job, url.to_owned(), true).await,
                    None => Lack::Forbidden,
                }
            }
            FetchError::Forbidden => Lack::Forbidden,
            FetchError::NotAVideo => Lack::NotAVideo,
            FetchError::Gone => Lack::Gone,
            FetchError::NotWhole => Lack::NotWhole,
        };
        let blow = Blow {
            lingers: lack != Lack::Forbidden,
            lack: Some(lack),
            ..Blow::new(job, Failure::new(Kind::Unknown, Source::Kie))
        };
        self.fail_with(job, blow).await
    }

    async fn succeed(&self, job: &Job, url: String, large: bool) -> Result<Stepped, StoreError> {
        let (id, attempt, now) = (job.id, job.attempt, self.parts.clock.now());
        let moved = self
            .parts
            .store
            .write(move |txn| verdict::succeed(txn, id, attempt, &url, large, now))
            .await?;
        failpoints::reach("done.after");
        if let Ok(done) = &moved {
            let took = now.since(done.placed_at);
            self.meter_done(done, took);
            let took_ms = took.as_millis() as u64;
            tracing::info!(took_ms, large, "a video is done");
            self.tidy(done);
        }
        Ok(moved.map_or_else(|late| off(&late), |_| Stepped::Off))
    }

    /// Keeps a small picture of the photo beside the video: chats show it before the video plays. It is not missed.
    async fn keep_thumbnail(&self, job: &Job) {
        let photo = self.parts.photos.path(job.user, job.photo);
        let to = self.parts.choices.videos.join(format!("{}.jpg", job.id));
        let made = tokio::task::spawn_blocking(move || thumbnail::make(&photo, &to)).await;
        if let Ok(Err(error)) = made {
            tracing::debug!(%error, "a video has no thumbnail");
        }
    }

    fn meter_done(&self, done: &Job, took: Duration) {
        let Stage::Done { model, .. } = &done.stage else {
            return;
        };
        let (meters, model) = (self.parts.store.meters(), model.0.clone());
        let of_model = OfModel {
            model: model.clone(),
        };
        let generation = meters.generation.get_or_create(&of_model);
        generation.observe(took.as_secs_f64());
        let outcome = "done";
        meters.videos.get_or_create(&Ended { outcome, model }).inc();
    }
}
