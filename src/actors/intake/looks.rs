//! A look at a picture that came as a file, before anything is paid: whether it can be opened.
//!
//! Looks are not kept. Whoever is faster than one, or has more of them than are taken, or meets a restart, learns of
//! a picture that is none when it is framed, and gets the credits back.

use std::collections::HashSet;
use std::io::{BufReader, Seek};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Bot;
use crate::edge::files::Photos;
use crate::edge::files::frame::{self, FrameError};
use crate::rules::conversation::say::Hint;
use crate::rules::domain::brief::Photo;
use crate::rules::domain::id::UserId;
use crate::shop::turn;
use crate::store::{StoreError, Txn};

/// Looks at once, one of a user: a file takes at most 20 MB of the disk while it is looked at.
const MOST: usize = 16;
/// No look takes longer; in real time: it is Telegram's machine, and our processor.
const LONGEST: Duration = Duration::from_secs(60);

/// Whose pictures are looked at.
pub(super) struct Looks {
    photos: Photos,
    users: Mutex<HashSet<UserId>>,
}

impl Looks {
    pub(super) fn new(photos: Photos) -> Self {
        let users = Mutex::default();
        Self { photos, users }
    }

    fn begin(&self, user: UserId) -> bool {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.len() < MOST && users.insert(user)
    }

    fn end(&self, user: UserId) {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.remove(&user);
    }

    pub(super) fn is_idle(&self) -> bool {
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.is_empty()
    }
}

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
