//! One note: rendered, sent, struck.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::{Instrument, Span};

use super::{Delivery, Next};
use crate::domain::id::{JobId, NoteId, OrderId};
use crate::domain::job::Stage;
use crate::domain::user::Lang;
use crate::flow::office::line::Look;
use crate::flow::say::{Say, Video};
use crate::kie::mp4;
use crate::points;
use crate::store::StoreError;
use crate::store::outbox::{self, Sent};
use crate::store::record::Note;
use crate::telegram::client::Shown;
use crate::telegram::trouble::Trouble;
use crate::telegram::words::{Message, Progress};
use crate::telemetry::about;

/// The pause after a first failure of Telegram's; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A video whose upload has failed so often in a row goes as a link: the chat must not wait behind it.
const UPLOADS: u32 = 5;
/// A video that finds every upload place taken is tried again so soon.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How the thumbnail beside a video ends.
const THUMBNAIL: &str = "jpg";
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Delivery {
    /// Sends a chat's first note.
    pub(super) async fn one(&self, chat: i64) -> Result<Next, StoreError> {
        let Some((id, note)) = self.first(chat)? else {
            return Ok(Next::Empty);
        };
        let about = self.about(&note.say)?;
        self.say(chat, id, note).instrument(about).await
    }

    /// What lines about a note are about.
    fn about(&self, say: &Say) -> Result<Span, StoreError> {
        let job = match say {
            Say::Status { order } => return Ok(about::order(*order)),
            Say::Report {
                look: Look::Job(job),
                ..
            } => *job,
            Say::Video(video) | Say::VideoLink(video) => video.job,
            Say::RetryingJob { job } | Say::Refunded { job, .. } => *job,
            Say::Welcome { .. }
            | Say::Menu { .. }
            | Say::Ask { .. }
            | Say::Help
            | Say::Support
            | Say::Cabinet { .. }
            | Say::TopUp
            | Say::TooFew { .. }
            | Say::Accepted { .. }
            | Say::AlbumFirst
            | Say::Group
            | Say::Retrying
            | Say::Granted { .. }
            | Say::Alert(_)
            | Say::Held { .. }
            | Say::Desk(_)
            | Say::Letter(_)
            | Say::Progress { .. }
            | Say::Report { .. }
            | Say::Banned => return Ok(Span::none()),
        };
        let known = self.store.snapshot()?.find_job(job)?;
        Ok(known.map_or_else(|| about::named(job), |job| about::job(&job)))
    }

    async fn say(&self, chat: i64, id: NoteId, note: Note) -> Result<Next, StoreError> {
        if let Say::Status { order } = note.say {
            let message = self.status(note.lang, order)?;
            // One that is retired has nothing to say any more.
            if message.is_none_or(|message| self.is_shown(order, &message)) {
                return self.strike(chat, id, Sent::Plainly).await;
            }
        }
        let now = self.clock.now();
        let mut place = None;
        if let Say::Video(_) = note.say {
            match self.uploads.try_acquire() {
                Ok(free) => place = Some(free),
                Err(_) => return Ok(Next::At(now.plus(ASK_AGAIN))),
            }
        }
        if let Err(later) = self.pace.take(chat, now) {
            return Ok(match self.pace.full(now) {
                Some(_) => Next::Turn,
                None => Next::At(later),
            });
        }
        points::reach("send.before");
        let sent = self.send(chat, &note).await?;
        points::reach("send.after");
        drop(place);
        match sent {
            Ok(sent) => {
                self.taken.fetch_add(1, Ordering::Relaxed);
                self.failures(chat, |failed| *failed = 0);
                tracing::debug!(said = note.say.name(), "a note is said");
                let next = self.strike(chat, id, sent).await?;
                self.tidy(&note.say).await;
                Ok(next)
            }
            Err(trouble) => self.cope(chat, id, &note, trouble).await,
        }
    }

    /// The first note of a chat that can be written to.
    fn first(&self, chat: i64) -> Result<Option<(NoteId, Note)>, StoreError> {
        self.store.snapshot()?.first_note(chat)
    }

    async fn send(&self, chat: i64, note: &Note) -> Result<Result<Sent, Trouble>, StoreError> {
        Ok(match &note.say {
            Say::Status { order } => match self.status(note.lang, *order)? {
                Some(message) => self.send_status(chat, *order, &message).await?,
                None => Ok(Sent::Plainly),
            },
            Say::Video(video) => self.send_video(chat, note.lang, video).await,
            Say::Letter(letter) => {
                let sent = self.telegram.now().send_letter(chat, letter).await;
                sent.map(|_| Sent::Plainly)
            }
            Say::Progress { broadcast } => self.progress(chat, note.lang, *broadcast).await?,
            Say::Report { look, over } => self.report(chat, note.lang, *look, *over).await?,
            say => {
                let message = self.words.now().message(note.lang, say);
                self.telegram
                    .now()
                    .send(chat, &message)
                    .await
                    .map(|_| Sent::Plainly)
            }
        })
    }

    /// Sent once, then edited.
    async fn send_status(
        &self,
        chat: i64,
        order: OrderId,
        message: &Message,
    ) -> Result<Result<Sent, Trouble>, StoreError> {
        let known = self.store.snapshot()?.find_order(order)?;
        let known = known.and_then(|order| order.status);
        let sent = match known {
            None => self
                .telegram
                .now()
                .send(chat, message)
                .await
                .map(|id| Sent::Status(order, id)),
            Some(id) => match self.telegram.now().edit(chat, id, message).await {
                Ok(()) | Err(Trouble::Unchanged) => Ok(Sent::Plainly),
                // The seller has deleted it: the next change makes a new one.
                Err(Trouble::Gone) => Ok(Sent::StatusLost(order)),
                Err(trouble) => Err(trouble),
            },
        };
        if sent.is_ok() {
            self.remember(order, message);
        }
        Ok(sent)
    }

    /// From our disk; as a link if it is no longer there or Telegram finds it too large.
    async fn send_video(&self, chat: i64, lang: Lang, video: &Video) -> Result<Sent, Trouble> {
        let path = self.video_path(video.job);
        let hopeless = self.failures(chat, |_| {}) >= UPLOADS;
        if hopeless || !tokio::fs::try_exists(&path).await.unwrap_or(false) {
            return self.send_link(chat, lang, video).await;
        }
        self.telegram.now().show_sending(chat).await;
        let message = self.words.now().message(lang, &Say::Video(video.clone()));
        let shown = shown(path.clone()).await;
        let telegram = self.telegram.now();
        match telegram.send_video(chat, &path, shown, &message).await {
            Ok(Some(file)) => Ok(Sent::Video(video.job, file)),
            Ok(None) => Ok(Sent::Plainly),
            Err(Trouble::TooLarge | Trouble::Refused) => self.send_link(chat, lang, video).await,
            Err(trouble) => Err(trouble),
        }
    }

    async fn send_link(&self, chat: i64, lang: Lang, video: &Video) -> Result<Sent, Trouble> {
        let message = self
            .words
            .now()
            .message(lang, &Say::VideoLink(video.clone()));
        self.telegram
            .now()
            .send(chat, &message)
            .await
            .map(|_| Sent::Plainly)
    }

    async fn cope(
        &self,
        chat: i64,
        id: NoteId,
        note: &Note,
        trouble: Trouble,
    ) -> Result<Next, StoreError> {
        let now = self.clock.now();
        match trouble {
            Trouble::Wait(span) => Ok(Next::At(now.plus(span))),
            Trouble::Unreachable => {
                tracing::info!(
                    "a user cannot be reached; only how their orders ended is kept for them"
                );
                self.store
                    .write(move |txn| outbox::unreachable(txn, chat))
                    .await?;
                Ok(Next::Empty)
            }
            Trouble::Passing | Trouble::Token | Trouble::Webhook | Trouble::Rival => {
                let failed = self.failures(chat, |failed| *failed += 1);
                let pause = FIRST_PAUSE
                    .saturating_mul(1 << failed.min(10))
                    .min(LONGEST_PAUSE);
                tracing::warn!(%trouble, failed, "a note could not be sent yet");
                Ok(Next::At(now.plus(pause)))
            }
            Trouble::Unchanged | Trouble::Gone | Trouble::TooLarge | Trouble::Refused => {
                let said = note.say.name();
                tracing::error!(%trouble, said, "a note can never be sent and is dropped");
                self.strike(chat, id, Sent::Plainly).await
            }
        }
    }

    async fn strike(&self, chat: i64, id: NoteId, sent: Sent) -> Result<Next, StoreError> {
        self.store
            .write(move |txn| outbox::strike(txn, chat, id, &sent))
            .await?;
        Ok(Next::More)
    }

    /// Removes the file of a video that has been said, one way or another.
    async fn tidy(&self, say: &Say) {
        let Say::Video(video) = say else { return };
        let path = self.video_path(video.job);
        for file in [path.with_extension(THUMBNAIL), path] {
            match tokio::fs::remove_file(file).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(%error, "a delivered video could not be removed");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    /// What the status message of an order says now; nothing if the order is retired.
    fn status(&self, lang: Lang, order: OrderId) -> Result<Option<Message>, StoreError> {
        let snapshot = self.store.snapshot()?;
        let Some(order) = snapshot.find_order(order)? else {
            return Ok(None);
        };
        let jobs = order.jobs();
        let videos = jobs.map(|job| {
            let job = snapshot.job(job)?;
            Ok(match job.stage {
                Stage::Queued if job.attempt == 0 => Progress::Queued,
                Stage::Queued => Progress::Retrying(job.id),
                Stage::Preparing => Progress::Preparing,
                Stage::Submitting { route, .. } | Stage::Rendering { route, .. } => {
                    Progress::Rendering(route.model)
                }
                Stage::Rendered { .. } => Progress::Rendered,
                Stage::Done { .. } => Progress::Done,
                Stage::Failed { .. } => Progress::Failed(job.id),
            })
        });
        let videos: Vec<_> = videos.collect::<Result<_, StoreError>>()?;
        Ok(Some(self.words.now().status(lang, &videos)))
    }

    fn is_shown(&self, order: OrderId, message: &Message) -> bool {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get(&order) == Some(&print(&message.text))
    }

    fn remember(&self, order: OrderId, message: &Message) {
        /// More running orders than that are not remembered; forgetting costs an edit that changes nothing.
        const MANY: usize = 10_000;
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.len() >= MANY {
            shown.clear();
        }
        shown.insert(order, print(&message.text));
    }

    fn failures(&self, chat: i64, change: impl FnOnce(&mut u32)) -> u32 {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failed.entry(chat).or_default();
        change(count);
        let count = *count;
        if count == 0 {
            failed.remove(&chat);
        }
        count
    }

    fn video_path(&self, job: JobId) -> PathBuf {
        self.videos.join(format!("{job}.mp4"))
    }
}

/// What a chat is told of a video beside the file; nothing of one that cannot be read.
async fn shown(video: PathBuf) -> Shown {
    let read = move || {
        let movie = mp4::open(&video).ok();
        let thumbnail = video.with_extension(THUMBNAIL);
        Shown {
            size: movie.and_then(|movie| movie.size),
            length: movie.and_then(|movie| movie.length),
            thumbnail: thumbnail.exists().then_some(thumbnail),
        }
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_default()
}

/// What stands for a text: that two of one order have the same costs an edit, and then the next one shows.
fn print(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
