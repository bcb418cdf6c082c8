//! The order's photo: fetched once, framed, on disk under every job's name before it counts.

use std::fs::File;
use std::io::{self, Seek};
use std::sync::{Arc, PoisonError};

use super::Worker;
use crate::base::failpoints;
use crate::edge::files::frame::FrameError;
use crate::edge::telegram::client::DownloadError;
use crate::edge::telegram::trouble::Trouble;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{FileId, OrderId, PhotoName};
use crate::rules::domain::job::Job;
use crate::rules::domain::order::{Order, PhotoState};
use crate::store::{StoreError, Txn};

/// A photo over which so many processes died is not tried again: the next one would die, too.
const DEATHS: u8 = 2;

impl Worker {
    /// Makes sure that the job's photo is on disk. One job of an order fetches, the others wait for it.
    pub(super) async fn photo(&self, job: &Job) -> Result<Result<(), Failure>, StoreError> {
        let gate = self.gate(job.order);
        let turn = gate.lock().await;
        let fetched = self.photo_in_turn(job).await;
        drop(turn);
        drop(gate);
        self.shut_gate(job.order);
        fetched
    }

    async fn photo_in_turn(&self, job: &Job) -> Result<Result<(), Failure>, StoreError> {
        let order = self.parts.store.snapshot()?.order(job.order)?;
        let refused = Failure::new(Kind::BadPhoto, Source::Shop);
        let deaths = match order.photo {
            PhotoState::Refused => return Ok(Err(refused)),
            PhotoState::Ready if self.parts.photos.has(job.user, job.photo) => return Ok(Ok(())),
            PhotoState::Framing(deaths) => deaths,
            PhotoState::Ready | PhotoState::Wanted => 0,
        };
        let fetched = match deaths < DEATHS {
            true => self.fetch(&order, deaths).await?,
            false => {
                tracing::error!(
                    deaths,
                    "a photo is not framed: whoever tried has died over it"
                );
                Err(refused)
            }
        };
        let state = match &fetched {
            Ok(()) => PhotoState::Ready,
            Err(failure) if failure.kind == Kind::BadPhoto => PhotoState::Refused,
            Err(_) => order.photo,
        };
        self.photo_is(order.id, state).await?;
        Ok(fetched)
    }

    async fn photo_is(&self, order: OrderId, state: PhotoState) -> Result<(), StoreError> {
        let keep = move |txn: &mut Txn<'_>| {
            let mut order = txn.order(order)?;
            order.photo = state;
            txn.put_order(&order)
        };
        self.parts.store.write(keep).await
    }

    async fn fetch(&self, order: &Order, deaths: u8) -> Result<Result<(), Failure>, StoreError> {
        let raw = match self.raw(&order.brief.photo.file).await {
            Ok(raw) => raw,
            Err(failure) => return Ok(Err(failure)),
        };
        let permit = self.parts.photos.place().await;
        let names: Vec<PhotoName> = {
            let snapshot = self.parts.store.snapshot()?;
            let jobs = order.jobs().map(|job| snapshot.job(job));
            let live = jobs.filter(|job| !matches!(job, Ok(job) if job.stage.ended()));
            live.map(|job| Ok(job?.photo))
                .collect::<Result<_, StoreError>>()?
        };
        let framing = PhotoState::Framing(deaths.saturating_add(1));
        self.photo_is(order.id, framing).await?;
        let (photos, user) = (self.parts.photos.clone(), order.user);
        let framed = tokio::task::spawn_blocking(move || match photos.frame(raw) {
            Ok(jpeg) => photos.store(user, &names, &jpeg).map(Ok),
            Err(FrameError::Unread(kind)) => Err(io::Error::from(kind)),
            Err(
                error @ (FrameError::Format(_)
                | FrameError::Damaged
                | FrameError::TooSmall { .. }
                | FrameError::TooLarge { .. }),
            ) => Ok(Err(error)),
        })
        .await;
        drop(permit);
        Ok(match framed {
            Ok(Ok(Ok(()))) => {
                tracing::debug!("the photo is on disk");
                Ok(())
            }
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a photo could not be used");
                Err(Failure::new(Kind::BadPhoto, Source::Shop))
            }
            Ok(Err(error)) => Err(of_disk(&error)),
            Err(_) => {
                tracing::error!("a photo could not be framed: the decoder panicked");
                Err(Failure::new(Kind::BadPhoto, Source::Shop))
            }
        })
    }

    /// The picture as Telegram has it, in a file without a name.
    async fn raw(&self, file: &FileId) -> Result<File, Failure> {
        let photos = self.parts.photos.clone();
        let scratch = tokio::task::spawn_blocking(move || photos.scratch()).await;
        let scratch = scratch.unwrap_or_else(|error| Err(io::Error::other(error)));
        let scratch = scratch.map_err(|error| of_disk(&error))?;
        failpoints::reach("download.before");
        let raw = self.parts.telegram.download(file, scratch).await;
        let mut raw = raw.map_err(|error| match error {
            DownloadError::Trouble(trouble) => meaning(trouble),
            DownloadError::Disk(error) => of_disk(&error),
        })?;
        failpoints::reach("download.after");
        raw.rewind().map_err(|error| of_disk(&error))?;
        Ok(raw)
    }

    fn gate(&self, order: OrderId) -> Arc<tokio::sync::Mutex<()>> {
        let mut gates = self
            .desk
            .fetching
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(order).or_default())
    }

    /// Forgets a gate at which nobody stands.
    fn shut_gate(&self, order: OrderId) {
        let mut gates = self
            .desk
            .fetching
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if gates
            .get(&order)
            .is_some_and(|gate| Arc::strong_count(gate) == 1)
        {
            gates.remove(&order);
        }
    }
}

fn of_disk(error: &io::Error) -> Failure {
    tracing::warn!(%error, "a photo could not be kept");
    Failure::new(Kind::Temporary, Source::Shop)
}

fn meaning(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Wait(span) => {
            let failure = Failure::new(Kind::Temporary, Source::Telegram);
            Failure {
                retry_after: Some(span),
                ..failure
            }
        }
        Trouble::Passing
        | Trouble::Away
        | Trouble::Lost
        | Trouble::Token
        | Trouble::LoggedOut
        | Trouble::Webhook
        | Trouble::Rival => Failure::new(Kind::Temporary, Source::Telegram),
        Trouble::Unreachable
        | Trouble::Topic
        | Trouble::Unchanged
        | Trouble::Gone
        | Trouble::TooLarge
        | Trouble::Refused => Failure::new(Kind::BadPhoto, Source::Telegram),
    }
}
