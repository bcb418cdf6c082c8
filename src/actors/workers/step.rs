//! One step of a job: what its stage asks for, with every answer stored before the next call is made.

use tracing::Span;

use super::{Stepped, Worker};
use crate::actors::about;
use crate::base::clock::Stopwatch;
use crate::base::failpoints;
use crate::base::telemetry::meters::{AtStage, Ended, Failed};
use crate::edge::author::Written;
use crate::edge::provider::kie::fit;
use crate::rules::domain::brief::Recipe;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{Code, JobId, ModelName};
use crate::rules::domain::job::{Job, OutOfTurn, Stage};
use crate::rules::domain::model;
use crate::shop::queue;
use crate::shop::verdict::{self, Blow, model_rest};
use crate::store::{StoreError, Txn};

/// No script is kept that is longer, in characters: no model takes more (`data/models.toml`).
const LONGEST_SCRIPT: usize = 20_000;

impl Worker {
    /// Does what the job's stage asks for.
    pub(super) async fn step(&self, id: JobId) -> Result<Stepped, StoreError> {
        let job = self.parts.store.snapshot()?.job(id)?;
        if job.due > self.parts.clock.now() {
            return Ok(Stepped::Off);
        }
        about::is_at(&Span::current(), &job);
        let (begun, stage) = (Stopwatch::start(), job.stage.name());
        tracing::debug!(stage, "a step begins");
        let stepped = match job.stage.clone() {
            Stage::Queued | Stage::Done { .. } | Stage::Failed { .. } => return Ok(Stepped::Off),
            Stage::Preparing => self.prepare(job).await,
            Stage::Submitting { .. } => self.give_up(&job).await,
            Stage::Rendering { route, task, since } => self.look(&job, &route, &task, since).await,
            Stage::Rendered {
                urls,
                since,
                misses,
                ..
            } => self.fetch_video(&job, &urls, since, misses).await,
        };
        let steps = &self.parts.store.meters().step;
        let step = steps.get_or_create(&AtStage { stage });
        step.observe(begun.elapsed().as_secs_f64());
        stepped
    }

    /// Photo, then script, then a moment at the provider, then the call.
    async fn prepare(&self, job: Job) -> Result<Stepped, StoreError> {
        if let Err(failure) = self.photo(&job).await? {
            return self.fail(&job, failure).await;
        }
        let Some(model) = self.awake_model()? else {
            return self
                .fail(&job, Failure::new(Kind::ModelOff, Source::Shop))
                .await;
        };
        let job = match self.script(job, &model).await? {
            Ok(job) => job,
            Err(stepped) => return Ok(stepped),
        };
        self.submit(job, model).await
    }

    /// The job with its script, or how it ended for want of one.
    async fn script(
        &self,
        job: Job,
        model: &ModelName,
    ) -> Result<Result<Job, Stepped>, StoreError> {
        if job.script.is_some() {
            return Ok(Ok(job));
        }
        let brief = self.parts.store.snapshot()?.order(job.order)?.brief;
        let (script, trouble) = match &brief.recipe {
            Recipe::Own { prompt } => (prompt.as_str().to_owned(), None),
            Recipe::Template { template, wishes } => {
                let photo = match self.parts.gpt.sees() {
                    true => tokio::fs::read(self.parts.photos.path(job.user, job.photo))
                        .await
                        .ok(),
                    false => None,
                };
                let limit = self
                    .parts
                    .models
                    .get(model)
                    .map_or(1000, |model| model.prompt_limit);
                failpoints::reach("script.before");
                let written = self
                    .parts
                    .gpt
                    .write(
                        *template,
                        &brief.product,
                        wishes.as_ref(),
                        photo.as_deref(),
                        limit,
                        self.parts.clock.now(),
                    )
                    .await;
                failpoints::reach("script.after");
                match written {
                    Ok(Written { script, trouble }) => {
                        (fit(&script, limit.min(LONGEST_SCRIPT)).to_owned(), trouble)
                    }
                    Err(failure) => return self.fail(&job, failure).await.map(Err),
                }
            }
        };
        let asked = matches!(brief.recipe, Recipe::Template { .. }) && trouble.is_none();
        let (id, attempt, now) = (job.id, job.attempt, self.parts.clock.now());
        let shop = self.parts.store.shop();
        let moved = self
            .parts
            .store
            .write(move |txn| {
                if let Some(trouble) = trouble {
                    verdict::unwritten(txn, &shop, trouble, now)?;
                }
                verdict::scripted(txn, &shop, id, attempt, script.clone(), asked, now)
            })
            .await?;
        tracing::debug!(asked, "the script is there");
        Ok(moved.map_err(|late| off(&late)))
    }

    pub(super) async fn fail(&self, job: &Job, failure: Failure) -> Result<Stepped, StoreError> {
        self.fail_with(job, Blow::new(job, failure)).await
    }

    /// As [`Worker::fail`], with more to be said of it.
    pub(super) async fn fail_with(&self, job: &Job, blow: Blow) -> Result<Stepped, StoreError> {
        let (id, attempt, now) = (job.id, job.attempt, self.parts.clock.now());
        let (shop, failure) = (self.parts.store.shop(), blow.failure);
        let chain = self.parts.choices.chain.clone();
        self.forget(id);
        let moved = self
            .parts
            .store
            .write(move |txn| verdict::fail(txn, &shop, id, attempt, blow, &chain, now))
            .await?;
        match moved {
            Ok((job, verdict)) => {
                let (kind, source) = (failure.kind.name(), failure.source.word());
                let code = Code::Job(id);
                tracing::info!(kind, source, ?verdict, "ref" = %code, "an attempt failed");
                self.meter_failure(&job, failure);
                if job.stage.ended() {
                    self.tidy(&job);
                }
                Ok(if job.stage == Stage::Preparing {
                    Stepped::On
                } else {
                    Stepped::Off
                })
            }
            Err(late) => Ok(off(&late)),
        }
    }

    fn meter_failure(&self, job: &Job, failure: Failure) {
        let meters = self.parts.store.meters();
        let model = job.missed.last().and_then(|missed| missed.model.clone());
        let model = model.map_or_else(String::new, |model| model.0);
        let (kind, source) = (failure.kind.name(), failure.source.word());
        let failed = Failed {
            kind,
            source,
            model: model.clone(),
        };
        meters.failures.get_or_create(&failed).inc();
        if job.stage.ended() {
            let outcome = kind;
            meters.videos.get_or_create(&Ended { outcome, model }).inc();
        }
    }

    /// Takes the photo's name away; the janitor would find it, too.
    pub(super) fn tidy(&self, job: &Job) {
        if let Err(error) = self.parts.photos.remove(job.user, job.photo) {
            tracing::warn!(%error, "a photo could not be removed");
        }
        failpoints::reach("photo.removed");
    }

    pub(super) async fn advance(
        &self,
        job: &Job,
        step: impl Fn(Job) -> Result<Job, OutOfTurn> + Send + 'static,
    ) -> Result<Result<Job, OutOfTurn>, StoreError> {
        let (id, attempt) = (job.id, job.attempt);
        self.parts
            .store
            .write(move |txn: &mut Txn<'_>| queue::advance(txn, id, attempt, &step))
            .await
    }

    fn awake_model(&self) -> Result<Option<ModelName>, StoreError> {
        let snapshot = self.parts.store.snapshot()?;
        let rests = self
            .parts
            .choices
            .chain
            .iter()
            .map(|name| Ok((name.clone(), snapshot.rest(&model_rest(name))?)));
        let rests: Vec<_> = rests.collect::<Result<_, StoreError>>()?;
        Ok(model::first_awake(&rests, self.parts.clock.now()).cloned())
    }
}

/// The job has moved on while we worked: nothing to do, and nothing was changed.
pub(super) fn off(late: &OutOfTurn) -> Stepped {
    tracing::debug!(stage = late.stage, "a step came late");
    Stepped::Off
}
