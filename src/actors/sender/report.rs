//! Reports: what an operator asked to see, looked up when it is sent.

mod asker;
mod job;
mod keys;
mod letters;
mod page;
mod people;
mod queue;
mod stats;

use super::Delivery;
use crate::edge::telegram::client::To;
use crate::edge::telegram::trouble::Trouble;
use crate::edge::telegram::words::Message;
use crate::rules::conversation::office::line::Look;
use crate::rules::domain::act::Who;
use crate::rules::domain::id::{MessageId, UserId};
use crate::rules::domain::user::Lang;
use crate::shop::outbox::Sent;
use crate::store::StoreError;
use asker::Asker;
use page::{Made, Page, code};

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
