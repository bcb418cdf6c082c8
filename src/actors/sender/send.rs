//! One note: rendered, sent, struck.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tracing::{Instrument, Span};

use super::{Delivery, Next};
use crate::actors::about;
use crate::base::failpoints;
use crate::edge::provider::mp4;
use crate::edge::telegram::client::{Shown, To};
use crate::edge::telegram::trouble::Trouble;
use crate::edge::telegram::words::{Message, Progress};
use crate::rules::conversation::say::{Say, Subject, Video};
use crate::rules::domain::id::{JobId, NoteId, OrderId, UserId};
use crate::rules::domain::job::Stage;
use crate::rules::domain::user::Lang;
use crate::shop::outbox::{self, Sent};
use crate::store::StoreError;
use crate::store::record::Note;
use crate::store::snapshot::notes::Next as Waiting;

/// A video that Telegram has refused so often goes as a link.
const REFUSED: u32 = 1;
/// A video that Telegram has failed to take so often goes as a link.
const FAILED: u32 = 2;
/// A video that may have come so often is not uploaded again: the link is the way.
const COPIES: u32 = 2;
/// A video that finds every upload place taken is tried again so soon.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// How the thumbnail beside a video ends.
const THUMBNAIL: &str = "jpg";

impl Delivery {
    /// Sends a chat's first note.
    pub(super) async fn one(&self, chat: i64) -> Result<Next, StoreError> {
        self.has_waited(chat);
        let snapshot = self.store.snapshot()?;
        let (id, note) = match snapshot.next_note(chat, self.clock.now())? {
            Waiting::Note(id, note) => (id, *note),
            Waiting::Aside(until) => return Ok(Next::Aside(until)),
            Waiting::Nothing => return Ok(Next::Empty),
        };
        let user = UserId::of_chat(chat).map(|user| snapshot.user(user));
        let topic = user.transpose()?.flatten().and_then(|row| row.user.topic);
        drop(snapshot);
        let about = self.about(&note.say)?;
        let to = To { chat, topic };
        self.say(to, id, note).instrument(about).await
    }

    /// What lines about a note are about.
    fn about(&self, say: &Say) -> Result<Span, StoreError> {
        let job = match say.subject() {
            Subject::Other => return Ok(Span::none()),
            Subject::Order(order) => return Ok(about::order(order)),
            Subject::Job(job) => job,
            Subject::Video(video) => video.job,
        };
        let known = self.store.snapshot()?.find_job(job)?;
        Ok(known.map_or_else(|| about::named(job), |job| about::job(&job)))
    }

    async fn say(&self, to: To, id: NoteId, note: Note) -> Result<Next, StoreError> {
        let chat = to.chat;
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
        if let Err(trouble) = self.is_heard(to, &note).await {
            return self.cope(chat, id, &note, trouble).await;
        }
        failpoints::reach("send.before");
        let mut sent = self.send(to, &note).await?;
        if let (Some(topic), Err(Trouble::Topic)) = (to.topic, &sent) {
            self.store
                .write(move |txn| outbox::forget_topic(txn, chat, topic))
                .await?;
            sent = self.send(To::from(chat), &note).await?;
        }
        failpoints::reach("send.after");
        drop(place);
        match sent {
            Ok(sent) => {
                self.taken.fetch_add(1, Ordering::Relaxed);
                self.forgive(chat);
                tracing::debug!(said = note.say.name(), "a note is said");
                let next = self.strike(chat, id, sent).await?;
                self.tidy(&note.say).await;
                Ok(next)
            }
            Err(trouble) => self.cope(chat, id, &note, trouble).await,
        }
    }

    /// Whether Telegram answers at all, if nobody knows what became of the last try: it is asked something harmless,
    /// so that an outage makes no copies.
    async fn is_heard(&self, to: To, note: &Note) -> Result<(), Trouble> {
        let unsure = note.failing.map_or(0, |failing| failing.unsure);
        if unsure + self.unsure(to.chat) == 0 {
            return Ok(());
        }
        match self.telegram.now().show_typing(to).await {
            Err(Trouble::Away | Trouble::Lost) => Err(Trouble::Away),
            Err(trouble @ (Trouble::Wait(_) | Trouble::Unreachable)) => Err(trouble),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    async fn send(&self, to: To, note: &Note) -> Result<Result<Sent, Trouble>, StoreError> {
        Ok(match &note.say {
            Say::Status { order } => match self.status(note.lang, *order)? {
                Some(message) => self.send_status(to, *order, &message).await?,
                None => Ok(Sent::Plainly),
            },
            Say::Video(video) => self.send_video(to, note, video).await,
            Say::VideoLink(video) => self.send_link(to, note.lang, video).await,
            Say::Letter(letter) => {
                let sent = self.telegram.now().send_letter(to, letter).await;
                sent.map(|_| Sent::Plainly)
            }
            Say::Progress { broadcast } => self.progress(to, note.lang, *broadcast).await?,
            Say::Report { look, over } => self.report(to, note.lang, *look, *over).await?,
            say => {
                let message = self.words.now().message(note.lang, say);
                let sent = self.telegram.now().send(to, &message).await;
                sent.map(|_| Sent::Plainly)
            }
        })
    }

    /// Sent once, then edited.
    async fn send_status(
        &self,
        to: To,
        order: OrderId,
        message: &Message,
    ) -> Result<Result<Sent, Trouble>, StoreError> {
        let known = self.store.snapshot()?.find_order(order)?;
        let known = known.and_then(|order| order.status);
        let telegram = self.telegram.now();
        let edited = match known {
            Some(id) => telegram.edit(to.chat, id, message).await,
            None => Err(Trouble::Gone),
        };
        let sent = match edited {
            Ok(()) | Err(Trouble::Unchanged) => Ok(Sent::Plainly),
            // There is none yet, or the seller has deleted it.
            Err(Trouble::Gone) => {
                let sent = telegram.send(to, message).await;
                sent.map(|id| Sent::Status(order, id))
            }
            Err(trouble) => Err(trouble),
        };
        if sent.is_ok() {
            self.remember(order, message);
        }
        Ok(sent)
    }

    /// From our disk; as a link if it is no longer there or Telegram does not take it.
    async fn send_video(&self, to: To, note: &Note, video: &Video) -> Result<Sent, Trouble> {
        let (path, failing) = (self.video_path(video.job), note.failing);
        let times = failing.map_or(0, |failing| failing.times);
        let copies = failing.map_or(0, |failing| failing.unsure);
        if copies >= COPIES || !tokio::fs::try_exists(&path).await.unwrap_or(false) {
            return self.send_link(to, note.lang, video).await;
        }
        let telegram = self.telegram.now();
        // Only a courtesy.
        let _ = telegram.show_sending(to).await;
        let message = self.words.now().message(note.lang, &note.say);
        let shown = shown(path.clone()).await;
        match telegram.send_video(to, &path, shown, &message).await {
            Ok(Some(file)) => Ok(Sent::Video(video.job, file)),
            Ok(None) => Ok(Sent::Plainly),
            Err(Trouble::Refused) if times >= REFUSED => self.send_link(to, note.lang, video).await,
            Err(Trouble::Passing) if times >= FAILED => self.send_link(to, note.lang, video).await,
            Err(Trouble::TooLarge) => self.send_link(to, note.lang, video).await,
            Err(trouble) => Err(trouble),
        }
    }

    async fn send_link(&self, to: To, lang: Lang, video: &Video) -> Result<Sent, Trouble> {
        let link = Say::VideoLink(video.clone());
        let mut message = self.words.now().message(lang, &link);
        let mut sent = self.telegram.now().send(to, &message).await;
        if sent == Err(Trouble::Refused) {
            // Telegram takes some addresses for no button; in the text it is only a text.
            message.keyboard.clear();
            sent = self.telegram.now().send(to, &message).await;
        }
        sent.map(|_| Sent::Plainly)
    }

    pub(super) async fn strike(
        &self,
        chat: i64,
        id: NoteId,
        sent: Sent,
    ) -> Result<Next, StoreError> {
        self.store
            .write(move |txn| outbox::strike(txn, chat, id, &sent))
            .await?;
        Ok(Next::More)
    }

    /// Removes the file of a video that has been said, one way or another.
    pub(super) async fn tidy(&self, say: &Say) {
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
