//! Reports: what an operator asked to see, looked up when it is sent.

mod job;
mod keys;
mod letters;
mod people;
mod queue;
mod stats;

use fluent_bundle::FluentValue;

use super::Delivery;
use crate::base::time::Timestamp;
use crate::edge::telegram::client::To;
use crate::edge::telegram::trouble::Trouble;
use crate::edge::telegram::words::{Key, Message, Words};
use crate::operator::service::{Answer, Ask, Refusal, Whom};
use crate::rules::conversation::event::Button;
use crate::rules::conversation::office::knob::Knob;
use crate::rules::conversation::office::line::Look;
use crate::rules::domain::act::Who;
use crate::rules::domain::id::{Code, JobId, MessageId, UserId};
use crate::rules::domain::user::Lang;
use crate::shop::outbox::Sent;
use crate::store::{Store, StoreError};

/// A page in the making, in one language.
struct Page<'w> {
    words: &'w Words,
    lang: Lang,
    now: Timestamp,
    text: String,
    keyboard: Vec<Vec<Key>>,
}

/// A value to be filled into a text.
type Arg<'a> = (&'a str, FluentValue<'a>);

impl<'w> Page<'w> {
    fn new(words: &'w Words, lang: Lang, now: Timestamp) -> Self {
        Self {
            words,
            lang,
            now,
            text: String::new(),
            keyboard: Vec::new(),
        }
    }

    fn get(&self, key: &str, args: &[Arg<'_>]) -> String {
        self.words.text(self.lang, key, args)
    }

    /// Adds a line.
    fn line(&mut self, key: &str, args: &[Arg<'_>]) {
        let line = self.get(key, args);
        self.push(&line);
    }

    fn push(&mut self, line: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(line);
    }

    /// Adds an empty line.
    fn gap(&mut self) {
        self.text.push('\n');
    }

    fn button(&self, key: &str, knob: Knob) -> Key {
        self.words.press(self.lang, key, Button::Desk(knob))
    }

    /// A span of seconds, as people say it.
    fn span(&self, seconds: u64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        let (key, large, small) = match seconds {
            0..60 => ("span-seconds", seconds, 0),
            60..3600 => ("span-minutes", minutes, 0),
            3600..86_400 => ("span-hours", hours, minutes % 60),
            _ => ("span-days", days, hours % 24),
        };
        self.get(key, &[("large", large.into()), ("small", small.into())])
    }

    /// A moment to the minute.
    fn moment(&self, at: u64) -> String {
        let mut text = Timestamp(at).utc();
        text.truncate(16);
        text
    }

    fn done(self) -> Message {
        Message {
            text: self.text,
            keyboard: self.keyboard,
            picture: false,
        }
    }
}

fn code(job: u64) -> String {
    Code::Job(JobId(job)).to_string()
}

impl Delivery {
    /// Sends what an operator asked to see, in the place of what they pressed on if it is still there.
    pub(super) async fn report(
        &self,
        to: To,
        lang: Lang,
        look: Look,
        over: Option<MessageId>,
    ) -> Result<Result<Sent, Trouble>, StoreError> {
        let Some(operator) = UserId::of_chat(to.chat) else {
            return Ok(Ok(Sent::Plainly));
        };
        if !self.store.shop().admins.contains(&operator) {
            tracing::debug!("somebody who is no operator any more is shown nothing");
            return Ok(Ok(Sent::Plainly));
        }
        let Made { message, picture } = self.look_up(operator, lang, look).await?;
        let telegram = self.telegram.now();
        if let Some(png) = picture {
            let sent = telegram.send_picture(to, png, &message).await;
            return Ok(sent.map(|_| Sent::Plainly));
        }
        if let Some(over) = over {
            match telegram.edit(to.chat, over, &message).await {
                Ok(()) | Err(Trouble::Unchanged) => return Ok(Ok(Sent::Plainly)),
                // It has been deleted, or is no text: a new message does as well.
                Err(Trouble::Gone | Trouble::Refused) => {}
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        let sent = telegram.send(to, &message).await;
        Ok(sent.map(|_| Sent::Plainly))
    }

    async fn look_up(&self, operator: UserId, lang: Lang, look: Look) -> Result<Made, StoreError> {
        let words = self.words.now();
        let page = Page::new(&words, lang, self.clock.now());
        let asker = Asker {
            delivery: self,
            who: Who::Chat(operator),
        };
        let made = match look {
            Look::Queue => queue::page(page, &asker).await?,
            Look::Keys => keys::page(page, &asker).await?,
            Look::User(user) => people::card(page, &asker, user).await?,
            Look::History { user, before } => people::history(page, &asker, user, before).await?,
            Look::Refunds(user) => people::refunds(page, &asker, user).await?,
            Look::Job(id) => job::page(page, &asker, id).await?,
            Look::Segments(form) => letters::segments(page, &asker, operator, form).await?,
            Look::Launch(form) => letters::launch(page, &asker, operator, form).await?,
            Look::Stats(span) => return stats::page(page, &asker, span).await,
        };
        let message = made.unwrap_or_else(|| {
            let text = match look {
                Look::Job(id) => words.text(lang, "slip-no-job", &[("job", code(id.0).into())]),
                Look::Queue
                | Look::Keys
                | Look::User(_)
                | Look::History { .. }
                | Look::Refunds(_)
                | Look::Segments(_)
                | Look::Launch(_)
                | Look::Stats(_) => words.plain(lang, "report-none"),
            };
            Message {
                text,
                keyboard: vec![],
                picture: false,
            }
        });
        let picture = None;
        Ok(Made { message, picture })
    }
}

/// What is sent.
struct Made {
    message: Message,
    /// A PNG that goes above it.
    picture: Option<Vec<u8>>,
}

/// Whoever asks for an operator.
struct Asker<'d> {
    delivery: &'d Delivery,
    who: Who,
}

impl Asker<'_> {
    /// The answer, unless it is a refusal.
    async fn ask(&self, ask: Ask) -> Result<Option<Answer>, StoreError> {
        match self.delivery.desk.answer(self.who, ask).await? {
            Answer::Refused(refusal) => {
                let refusal: &Refusal = &refusal;
                tracing::debug!(%refusal, "an operator cannot be shown what they asked for");
                Ok(None)
            }
            answer => Ok(Some(answer)),
        }
    }

    fn store(&self) -> &Store {
        &self.delivery.store
    }
}

fn whom(user: UserId) -> Whom {
    Whom::Number(user.0)
}
