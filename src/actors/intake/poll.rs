//! Polling: updates are asked for, and confirmed once they are on disk.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::{Bot, FIRST_PAUSE, HANDLING, try_again, wait};
use crate::edge::telegram::client::Polled;
use crate::edge::telegram::trouble::Trouble;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::id::UpdateId;

/// How long one long poll waits.
const POLL: Duration = Duration::from_secs(50);
/// A long poll that has not ended by itself so long after is cut off.
const LATE: Duration = Duration::from_secs(30);
/// When so many polls in a row are ended by somebody else's, it is no old one of ours.
const RIVALS: u32 = 3;

impl Bot {
    /// Asks Telegram for updates until told to stop. The offset moves on only after the commit.
    pub async fn poll(self: Arc<Self>, stop: CancellationToken) {
        let mut poll = Poll::default();
        let mut pause = FIRST_PAUSE;
        let mut rivals = 0;
        while !stop.is_cancelled() {
            self.heartbeat.within(POLL + LATE);
            let telegram = self.telegram.now();
            let polled = tokio::select! {
                () = stop.cancelled() => return,
                polled = tokio::time::timeout(POLL + LATE, telegram.updates(poll.offset, poll.most, POLL)) => polled,
            };
            self.heartbeat.within(HANDLING);
            let Ok(polled) = polled else {
                tracing::warn!("telegram has not ended a poll; it is asked anew");
                continue;
            };
            let handled = match polled {
                Ok(polled) => {
                    self.is_alone(&mut rivals).await;
                    self.handle_all(&polled, &mut poll).await
                }
                Err(Trouble::Wait(span)) => {
                    self.rest(wait(&stop, span)).await;
                    continue;
                }
                Err(Trouble::Webhook) => {
                    tracing::warn!("somebody has set a webhook; it is taken away, for we poll");
                    self.end_webhook(&stop).await;
                    continue;
                }
                Err(trouble) => {
                    tracing::warn!(%trouble, "updates could not be asked for");
                    if trouble == Trouble::Rival {
                        rivals += 1;
                        if rivals >= RIVALS {
                            self.tell_rival(true).await;
                        }
                    }
                    false
                }
            };
            if handled {
                pause = FIRST_PAUSE;
            } else {
                self.rest(try_again(&stop, &mut pause)).await;
            }
        }
    }

    /// Nobody else polls any more, if somebody did.
    async fn is_alone(&self, rivals: &mut u32) {
        let cause = Alert::Rival.topic().word();
        let raised = self.store.snapshot().and_then(|snapshot| snapshot.raised());
        let told = raised.is_ok_and(|raised| raised.iter().any(|(known, _)| known == cause));
        if told {
            self.tell_rival(false).await;
        }
        *rivals = 0;
    }

    /// Handles a batch in order and in as few commits as they fit; the offset stops before the first failure.
    async fn handle_all(self: &Arc<Self>, polled: &Polled, poll: &mut Poll) -> bool {
        let Some(updates) = polled.updates() else {
            return poll.pass_over(polled);
        };
        poll.most = Poll::default().most;
        if updates.is_empty() {
            // All before is confirmed; after a quiet week numbers may start anew, and lower.
            poll.offset = UpdateId(0);
        }
        let handled = join_all(updates.iter().map(|update| self.handle(update))).await;
        for (update, handled) in updates.iter().zip(handled) {
            match handled {
                Ok(()) => {}
                Err(error) if error.passes() => {
                    tracing::warn!(update.id = update.id.0, %error, "an update could not be handled yet");
                    return false;
                }
                Err(error) => {
                    tracing::error!(update.id = update.id.0, %error, "an update can never be handled");
                }
            }
            poll.offset = after(update.id);
        }
        true
    }
}

/// What is asked for next.
struct Poll {
    /// The first that is not confirmed; 0 is whichever waits.
    offset: UpdateId,
    /// So many at once.
    most: u8,
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            offset: UpdateId(0),
            most: 100,
        }
    }
}

impl Poll {
    /// A batch that cannot be read is asked for one by one, so that one update spoils no other; whether to go on.
    fn pass_over(&mut self, polled: &Polled) -> bool {
        if self.most > 1 {
            tracing::warn!("updates cannot be read together; they are asked for one by one");
            self.most = 1;
            return true;
        }
        let Some(first) = polled.first() else {
            tracing::error!("telegram sends what cannot be read, and nobody can tell what it is");
            return false;
        };
        tracing::error!(update.id = first.0, "an update can never be read");
        self.offset = after(first);
        true
    }
}

fn after(update: UpdateId) -> UpdateId {
    UpdateId(update.0.saturating_add(1))
}
