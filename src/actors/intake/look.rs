//! A look at a picture that came as a file, before anything is paid: whether it can be opened.
//!
//! Looks are not kept. Whoever is faster than one, or has more of them than are taken, or meets a restart, learns of
//! a picture that is none when it is framed, and gets the credits back.

use std::io::{BufReader, Seek};
use std::sync::Arc;
use std::time::Duration;

use super::Bot;
use crate::edge::files::frame::{self, FrameError};
use crate::rules::conversation::say::Hint;
use crate::rules::domain::brief::Photo;
use crate::rules::domain::id::UserId;
use crate::shop::turn;
use crate::store::{StoreError, Txn};

/// No look takes longer; in real time: it is Telegram's machine, and our processor.
const LONGEST: Duration = Duration::from_secs(60);

impl Bot {
    /// Looks at a picture in the background.
    pub(super) fn look_at(self: &Arc<Self>, user: UserId, photo: Photo) {
        if !self.looks.begin(user) {
            return;
        }
        let bot = Arc::clone(self);
        tokio::spawn(async move {
            match tokio::time::timeout(LONGEST, bot.look(user, photo)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "a seller could not be told of a picture"),
                Err(_) => tracing::warn!("a look at a picture took too long"),
            }
            bot.looks.end(user);
        });
    }

    async fn look(&self, user: UserId, photo: Photo) -> Result<(), StoreError> {
        let Some(hint) = self.fault_of(&photo).await else {
            return Ok(());
        };
        tracing::info!(?hint, "a picture cannot be used; another one is asked for");
        let now = self.clock.now();
        let tell = move |txn: &mut Txn<'_>| turn::unfit(txn, user, &photo, hint, now);
        self.store.write(tell).await
    }

    /// What is wrong with a picture; nothing if it can be used, or nobody knows.
    async fn fault_of(&self, photo: &Photo) -> Option<Hint> {
        let photos = self.looks.photos.clone();
        let scratch = tokio::task::spawn_blocking(move || photos.scratch()).await;
        let scratch = scratch.ok()?.ok()?;
        let mut file = self
            .telegram
            .now()
            .download(&photo.file, scratch)
            .await
            .ok()?;
        let place = self.looks.photos.place().await;
        let looked = tokio::task::spawn_blocking(move || {
            let _place = place;
            file.rewind()
                .map_err(|error| FrameError::Unread(error.kind()))?;
            frame::check(BufReader::new(file))
        });
        match looked.await {
            Ok(Ok(()) | Err(FrameError::Unread(_))) => None,
            Ok(Err(FrameError::Format(_))) => Some(Hint::NotAPicture),
            Ok(Err(FrameError::TooSmall { .. })) => Some(Hint::PhotoTooSmall),
            Ok(Err(FrameError::TooLarge { .. })) => Some(Hint::PhotoTooLarge),
            Ok(Err(FrameError::Damaged)) | Err(_) => Some(Hint::PhotoBroken),
        }
    }
}
