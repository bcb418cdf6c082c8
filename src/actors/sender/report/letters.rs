//! A broadcast, before it is sent and on its way.

use super::super::Delivery;
use super::asker::Asker;
use super::page::Page;
use crate::edge::telegram::client::To;
use crate::edge::telegram::trouble::Trouble;
use crate::edge::telegram::words::{Key, Message};
use crate::rules::conversation::event::Button;
use crate::rules::conversation::office::knob::Knob;
use crate::rules::domain::broadcast::{Broadcast, Course, Segment};
use crate::rules::domain::id::{DraftId, UserId};
use crate::rules::domain::user::Lang;
use crate::shop::audience::Audience;
use crate::shop::outbox::Sent;
use crate::store::{Snapshot, StoreError};

/// UserRef a letter can go to: a button for each segment that has somebody.
pub(super) async fn segments(
    mut page: Page<'_>,
    asker: &Asker<'_>,
    operator: UserId,
    form: DraftId,
) -> Result<Option<Message>, StoreError> {
    if chosen(asker, operator, form)?.is_none() {
        return Ok(None);
    }
    page.line("letter-segments", &[]);
    for (segment, count) in counts(&page, asker, operator).await? {
        if count == 0 {
            continue;
        }
        let named = page.get(&key(segment), &[]);
        let label = format!("{named} — {count}");
        let knob = Button::Desk(Knob::To(form, segment));
        page.keyboard.push(vec![Key::Press(label, knob)]);
    }
    let drop = Button::Desk(Knob::Drop(form));
    let drop = page.words.press(page.lang, "button-cancel", drop);
    page.keyboard.push(vec![drop]);
    Ok(Some(page.done()))
}

/// What is about to be sent to how many.
pub(super) async fn launch(
    mut page: Page<'_>,
    asker: &Asker<'_>,
    operator: UserId,
    form: DraftId,
) -> Result<Option<Message>, StoreError> {
    let Some(Some(segment)) = chosen(asker, operator, form)? else {
        return Ok(None);
    };
    let counts = counts(&page, asker, operator).await?;
    let count = counts.iter().find(|(counted, _)| *counted == segment);
    let count = count.map_or(0, |(_, count)| *count);
    let per_second = asker.delivery.pace.broadcasts_per_second();
    let named = page.get(&key(segment), &[]);
    let args = [
        ("segment", named.into()),
        ("count", count.into()),
        ("span", page.span(count / u64::from(per_second)).into()),
    ];
    page.line("letter-launch", &args);
    let label = page.get("button-desk-send", &[("count", count.into())]);
    let yes = Key::Press(label, Button::Desk(Knob::Confirm(form)));
    let drop = Button::Desk(Knob::Drop(form));
    let drop = page.words.press(page.lang, "button-cancel", drop);
    page.keyboard.extend([vec![yes], vec![drop]]);
    Ok(Some(page.done()))
}

/// The segment of the form, if that is still open.
fn chosen(
    asker: &Asker<'_>,
    operator: UserId,
    id: DraftId,
) -> Result<Option<Option<Segment>>, StoreError> {
    let form = asker.store().snapshot()?.form(operator)?;
    Ok(match form {
        Some(form) if form.id == id && form.draft.letter.is_some() => Some(form.draft.segment),
        Some(_) | None => None,
    })
}

async fn counts(
    page: &Page<'_>,
    asker: &Asker<'_>,
    by: UserId,
) -> Result<Vec<(Segment, u64)>, StoreError> {
    let now = page.now;
    let count = move |snapshot: &Snapshot| Audience::new(snapshot, by, now)?.count(snapshot);
    asker.delivery.look(count).await
}

fn key(segment: Segment) -> String {
    format!("segment-{}", segment.word())
}

impl Delivery {
    /// Tells how far a broadcast is: sent once, then edited.
    pub(crate) async fn progress(
        &self,
        to: To,
        lang: Lang,
        number: u64,
    ) -> Result<Result<Sent, Trouble>, StoreError> {
        let Some(broadcast) = self.store.snapshot()?.broadcast(number)? else {
            return Ok(Ok(Sent::Plainly));
        };
        let words = self.words.now();
        let message = told(
            Page::new(&words, lang, self.clock.now()),
            number,
            &broadcast,
        );
        let telegram = self.telegram.now();
        Ok(match broadcast.message {
            None => {
                let sent = telegram.send(to, &message).await;
                sent.map(|id| Sent::Progress(number, id))
            }
            Some(id) => match telegram.edit(to.chat, id, &message).await {
                Ok(()) | Err(Trouble::Unchanged) => Ok(Sent::Plainly),
                // It has been deleted: the next change makes a new one.
                Err(Trouble::Gone) => Ok(Sent::Progress(number, None)),
                Err(trouble) => Err(trouble),
            },
        })
    }
}

fn told(mut page: Page<'_>, number: u64, broadcast: &Broadcast) -> Message {
    let head = match broadcast.course {
        Course::Running => "progress-running",
        Course::Stopping => "progress-stopping",
        Course::Done => "progress-done",
        Course::Stopped => "progress-stopped",
    };
    page.line(head, &[]);
    page.gap();
    let total = broadcast.total.unwrap_or(0).max(broadcast.dealt());
    let args = [
        ("dealt", broadcast.dealt().into()),
        ("total", total.into()),
        ("delivered", broadcast.delivered.into()),
        ("blocked", broadcast.blocked.into()),
        ("failed", broadcast.failed.into()),
    ];
    page.line("progress-counts", &args);
    if broadcast.course == Course::Running {
        let stop = page.button("button-desk-stop", Knob::Stop(number));
        page.keyboard.push(vec![stop]);
    }
    page.done()
}
