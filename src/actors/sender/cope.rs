//! What is done about a note that was not sent.
//!
//! While Telegram is away a chat waits, its notes in order. A note that Telegram itself does not take stands aside, so
//! that others go on: it is tried for a day, and then given up; what was paid for is given back.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use super::fails::{FIRST_PAUSE, Fails};
use super::{Delivery, Next};
use crate::base::time::Timestamp;
use crate::edge::telegram::trouble::Trouble;
use crate::rules::conversation::say::{Say, Subject};
use crate::rules::domain::id::NoteId;
use crate::shop::outbox::{self, Sent};
use crate::shop::undelivered;
use crate::store::record::{Failing, Note};
use crate::store::{StoreError, Txn};

/// A note that may have come so often is taken for said.
const COPIES: u32 = 4;
/// The pause after a note may have come.
const DOUBTFUL: Duration = Duration::from_secs(30);
/// A note that Telegram fails to take so often stands aside.
const FAILED: u32 = 5;
/// A note that Telegram refuses so often is given up, unless it was paid for.
const REFUSED: u32 = 3;
/// What stands aside is tried so long.
const TRIED: Duration = Duration::from_secs(24 * 60 * 60);
/// A wait that Telegram wants again and again is doubled up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);
/// The longest pause of what stands aside.
const LONGEST_ASIDE: Duration = Duration::from_secs(60 * 60);

impl Delivery {
    /// What to do with a chat whose note was not sent.
    pub(super) async fn cope(
        &self,
        chat: i64,
        id: NoteId,
        note: &Note,
        trouble: Trouble,
    ) -> Result<Next, StoreError> {
        let now = self.clock.now();
        let dear = matches!(note.say.subject(), Subject::Video(_)) || note.failing.is_some();
        let said = note.say.name();
        match trouble {
            Trouble::Wait(span) => self.wait(chat, id, note, span, now).await,
            Trouble::Unreachable => {
                tracing::info!(
                    "a user cannot be reached; only how their orders ended is kept for them"
                );
                self.forgive(chat);
                self.store
                    .write(move |txn| outbox::unreachable(txn, chat))
                    .await?;
                Ok(Next::Empty)
            }
            Trouble::Away
            | Trouble::Token
            | Trouble::LoggedOut
            | Trouble::Webhook
            | Trouble::Rival => {
                let fails = self.count(chat, |fails| fails.failed += 1);
                tracing::warn!(%trouble, failed = fails.failed, "a note could not be sent yet");
                Ok(self.pause(chat, now.plus(fails.pause())))
            }
            Trouble::Lost if dear => self.doubt(chat, id, note, now).await,
            Trouble::Lost => {
                let fails = self.count(chat, |fails| fails.unsure += 1);
                if fails.unsure >= COPIES {
                    return self.take_for_said(chat, id, note).await;
                }
                tracing::warn!(said, "nobody knows whether a note was sent");
                Ok(self.pause(chat, now.plus(fails.pause())))
            }
            Trouble::Passing if !dear => {
                let fails = self.count(chat, |fails| fails.failed += 1);
                tracing::warn!(%trouble, failed = fails.failed, "a note could not be sent yet");
                match fails.failed < FAILED {
                    true => Ok(self.pause(chat, now.plus(fails.pause()))),
                    false => self.step_aside(chat, id, note, trouble, now).await,
                }
            }
            Trouble::Passing => self.step_aside(chat, id, note, trouble, now).await,
            Trouble::Unchanged
            | Trouble::Gone
            | Trouble::Topic
            | Trouble::TooLarge
            | Trouble::Refused => {
                if dear {
                    return self.step_aside(chat, id, note, trouble, now).await;
                }
                let fails = self.count(chat, |fails| fails.refused += 1);
                tracing::warn!(%trouble, said, refused = fails.refused, "a note is refused");
                match fails.refused < REFUSED {
                    true => Ok(self.pause(chat, now.plus(fails.pause()))),
                    false => self.give_up(chat, id, note, trouble).await,
                }
            }
        }
    }

    /// Telegram wants a wait, and a longer one if it wants that again and again. An edit waits alone: what is sent has
    /// other limits.
    async fn wait(
        &self,
        chat: i64,
        id: NoteId,
        note: &Note,
        span: Duration,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        tracing::warn!(wait_s = span.as_secs(), "telegram wants a wait");
        let (times, edit) = match note.say {
            Say::Status { .. } | Say::Progress { .. } => (known(note, now).times, true),
            _ => (
                self.count(chat, |fails| fails.waited += 1).waited - 1,
                false,
            ),
        };
        let doubled = span.saturating_mul(1 << times.min(10));
        let until = now.plus(doubled.min(LONGEST_WAIT).max(span));
        if !edit {
            return Ok(self.pause(chat, until));
        }
        let failing = known(note, now);
        let failing = Failing {
            times: failing.times.saturating_add(1),
            again: until,
            ..failing
        };
        self.put_aside(chat, id, note, failing).await
    }

    fn pause(&self, chat: i64, until: Timestamp) -> Next {
        self.waits().insert(chat, until);
        Next::At(until)
    }

    /// It may have come: once more, later, or it is taken for said.
    async fn doubt(
        &self,
        chat: i64,
        id: NoteId,
        note: &Note,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        let failing = known(note, now);
        let failing = Failing {
            unsure: failing.unsure + 1,
            again: now.plus(DOUBTFUL * (failing.unsure + 1)),
            ..failing
        };
        if failing.unsure >= COPIES {
            return self.take_for_said(chat, id, note).await;
        }
        tracing::warn!(
            said = note.say.name(),
            copies = failing.unsure,
            "nobody knows whether a note was sent; it is tried again"
        );
        self.put_aside(chat, id, note, failing).await
    }

    /// Telegram does not take it now: later, and given up after a day.
    async fn step_aside(
        &self,
        chat: i64,
        id: NoteId,
        note: &Note,
        trouble: Trouble,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        let failing = known(note, now);
        if now.since(failing.since) >= TRIED {
            return self.give_up(chat, id, note, trouble).await;
        }
        let pause = FIRST_PAUSE.saturating_mul(2 << failing.times.min(20));
        let failing = Failing {
            times: failing.times.saturating_add(1),
            again: now.plus(pause.min(LONGEST_ASIDE)),
            ..failing
        };
        tracing::warn!(
            %trouble,
            said = note.say.name(),
            times = failing.times,
            "a note is not taken; it is tried again"
        );
        self.put_aside(chat, id, note, failing).await
    }

    async fn put_aside(
        &self,
        chat: i64,
        id: NoteId,
        note: &Note,
        failing: Failing,
    ) -> Result<Next, StoreError> {
        self.forgive(chat);
        let note = note.clone();
        self.store
            .write(move |txn| outbox::put_aside(txn, chat, id, &note, failing))
            .await?;
        Ok(Next::More)
    }

    async fn take_for_said(&self, chat: i64, id: NoteId, note: &Note) -> Result<Next, StoreError> {
        tracing::error!(
            said = note.say.name(),
            "nobody knows whether a note was sent, but it may have been again and again: it is taken for said"
        );
        self.forgive(chat);
        let next = self.strike(chat, id, Sent::Plainly).await?;
        self.tidy(&note.say).await;
        Ok(next)
    }

    async fn give_up(
        &self,
        chat: i64,
        id: NoteId,
        note: &Note,
        trouble: Trouble,
    ) -> Result<Next, StoreError> {
        let said = note.say.name();
        tracing::error!(%trouble, said, "a note is never taken and given up");
        self.forgive(chat);
        self.store.meters().dropped.inc();
        let (shop, say) = (self.store.shop(), note.say.clone());
        let now = self.clock.now();
        let give_up =
            move |txn: &mut Txn<'_>| undelivered::give_up(txn, &shop, chat, id, &say, now);
        self.store.write(give_up).await?;
        if let Say::Video(_) = note.say {
            self.tidy(&note.say).await;
        }
        Ok(Next::More)
    }

    /// Until when a chat waits for Telegram, if it does.
    pub fn asked_to_wait(&self, chat: i64) -> Option<Timestamp> {
        self.waits().get(&chat).copied()
    }

    /// The wait of a chat is over.
    pub(super) fn has_waited(&self, chat: i64) {
        self.waits().remove(&chat);
    }

    fn waits(&self) -> MutexGuard<'_, HashMap<i64, Timestamp>> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often nobody knew whether the first note of a chat was taken.
    pub(super) fn unsure(&self, chat: i64) -> u32 {
        self.fails().get(&chat).map_or(0, |fails| fails.unsure)
    }

    /// Forgets how the first note of a chat has failed: it is another one now.
    pub(super) fn forgive(&self, chat: i64) {
        self.fails().remove(&chat);
    }

    fn count(&self, chat: i64, failed: impl FnOnce(&mut Fails)) -> Fails {
        let mut fails = self.fails();
        let fails = fails.entry(chat).or_default();
        failed(fails);
        *fails
    }

    fn fails(&self) -> MutexGuard<'_, HashMap<i64, Fails>> {
        self.fails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How it has failed before; it begins now if it has not.
fn known(note: &Note, now: Timestamp) -> Failing {
    note.failing.unwrap_or(Failing {
        since: now,
        times: 0,
        unsure: 0,
        again: now,
    })
}
