//! Broadcasts on their way: one letter after the other, with what sellers leave of our pace.
//!
//! Each letter is tried until Telegram takes it or definitely refuses it. Whether one was taken whose answer was lost
//! cannot be known: it is sent again, so that its receiver may have it twice and nobody is left out.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Delivery;
use crate::base::aside;
use crate::base::time::Timestamp;
use crate::edge::telegram::trouble::Trouble;
use crate::rules::domain::broadcast::{Broadcast, Course, Outcome};
use crate::rules::domain::id::UserId;
use crate::shop::audience::Audience;
use crate::shop::broadcasts;
use crate::store::{Snapshot, StoreError, Txn};

/// So many users are looked for at a time.
const AHEAD: usize = 100;
/// The pause after a failure of Telegram's; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A letter that Telegram has failed to take so often is given up, but only if Telegram takes other messages: an outage
/// leaves nobody out, however long it lasts.
const TRIES: u32 = 12;
/// So many of those tries must have failed while another message was taken since the one before.
const ALONE: u32 = 3;
/// The pause after the store could not be read or written.
const AFTER_FAULT: Duration = Duration::from_secs(30);

/// A letter that Telegram fails to take: whether it is the letter, or Telegram.
#[derive(Default)]
struct Failing {
    /// How often it has failed.
    tries: u32,
    /// How often it has failed although another message was taken since it failed before.
    alone: u32,
    /// How many other messages had been taken when it failed last.
    taken: Option<u64>,
}

impl Failing {
    /// It has failed once more; the pause before the next try, or nothing when it is to be given up.
    fn again(&mut self, taken: u64) -> Option<Duration> {
        let before = self.taken.replace(taken);
        self.alone += u32::from(before.is_some_and(|before| before != taken));
        let pause = FIRST_PAUSE.saturating_mul(1 << self.tries.min(10));
        self.tries = self.tries.saturating_add(1);
        let hopeless = self.tries > TRIES && self.alone >= ALONE;
        (!hopeless).then(|| pause.min(LONGEST_PAUSE))
    }
}

impl Delivery {
    /// Sends broadcasts until told to stop.
    pub async fn broadcast(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        while !stop.is_cancelled() {
            let open = self.store.snapshot();
            let driven = match open.and_then(|snapshot| broadcasts::open(&snapshot)) {
                Ok(Some((number, broadcast))) => self.drive(number, &broadcast, &stop).await,
                Ok(None) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = self.store.wakes().broadcast() => {}
                    }
                    continue;
                }
                Err(error) => Err(error),
            };
            match driven {
                Ok(()) => {}
                Err(error @ (StoreError::CommitUnknown | StoreError::Closed)) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, "a broadcast could not be read or written down");
                    self.rest(self.clock.now().plus(AFTER_FAULT), &stop).await;
                }
            }
        }
        Ok(())
    }

    /// Sends one until it is over or stopped.
    async fn drive(
        &self,
        number: u64,
        broadcast: &Broadcast,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        let (by, at, segment) = (broadcast.by, broadcast.at, broadcast.segment);
        let gather = move |snapshot: &Snapshot| Audience::new(snapshot, by, at);
        let audience = Arc::new(self.look(gather).await?);
        if broadcast.total.is_none() {
            let all = Arc::clone(&audience);
            let counts = self.look(move |snapshot| all.count(snapshot)).await?;
            let of = |(counted, _): &&(_, u64)| *counted == segment;
            let total = counts.iter().find(of).map_or(0, |(_, count)| *count);
            let count = move |txn: &mut Txn<'_>| broadcasts::counted(txn, number, total);
            self.store.write(count).await?;
        }
        let mut last = broadcast.last;
        loop {
            let all = Arc::clone(&audience);
            let find = move |snapshot: &Snapshot| all.after(snapshot, segment, last, AHEAD);
            let next = self.look(find).await?;
            for user in &next {
                if !self.one_letter(number, *user, stop).await? {
                    return self.end(number, stop).await;
                }
                last = Some(*user);
            }
            if next.is_empty() {
                return self.end(number, stop).await;
            }
        }
    }

    /// Ends a broadcast, unless the daemon stops: then it goes on at the next start.
    async fn end(&self, number: u64, stop: &CancellationToken) -> Result<(), StoreError> {
        if stop.is_cancelled() {
            return Ok(());
        }
        let now = self.clock.now();
        self.store
            .write(move |txn| broadcasts::end(txn, number, now))
            .await
    }

    /// Sends a user their letter and writes down what became of it; whether the broadcast goes on.
    async fn one_letter(
        &self,
        number: u64,
        user: UserId,
        stop: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let chat = user.chat();
        let mut failing = Failing::default();
        loop {
            self.wait_for_room(chat, stop).await;
            if stop.is_cancelled() {
                return Ok(false);
            }
            let snapshot = self.store.snapshot()?;
            let broadcast = snapshot.broadcast(number)?;
            let row = snapshot.user(user)?.filter(|row| row.user.reachable);
            let shut_out = snapshot.ban(user)?.is_some();
            drop(snapshot);
            let Some(broadcast) = broadcast.filter(|it| it.course == Course::Running) else {
                return Ok(false);
            };
            if row.is_none() || shut_out {
                // It has become so since they were looked for; they are not counted as blocked by this letter.
                return Ok(true);
            }
            let sent = self
                .telegram
                .now()
                .send_letter(chat, &broadcast.letter)
                .await;
            let now = self.clock.now();
            let outcome = match sent {
                Ok(_) => Outcome::Delivered,
                Err(Trouble::Unreachable) => Outcome::Blocked,
                Err(Trouble::Wait(span)) => {
                    self.rest(now.plus(span), stop).await;
                    continue;
                }
                Err(Trouble::Passing | Trouble::Away | Trouble::Lost) => {
                    match failing.again(self.taken()) {
                        Some(pause) => {
                            tracing::warn!("a letter of a broadcast could not be sent yet");
                            self.rest(now.plus(pause), stop).await;
                            continue;
                        }
                        None => {
                            tracing::warn!("a letter of a broadcast fails while others are taken");
                            Outcome::Failed
                        }
                    }
                }
                Err(Trouble::Token | Trouble::LoggedOut | Trouble::Webhook | Trouble::Rival) => {
                    self.rest(now.plus(LONGEST_PAUSE), stop).await;
                    continue;
                }
                Err(
                    trouble @ (Trouble::Unchanged
                    | Trouble::Gone
                    | Trouble::Topic
                    | Trouble::TooLarge
                    | Trouble::Refused),
                ) => {
                    tracing::warn!(%trouble, "a letter of a broadcast could not be sent");
                    Outcome::Failed
                }
            };
            let dealt = move |txn: &mut Txn<'_>| broadcasts::dealt(txn, number, user, outcome, now);
            self.store.write(dealt).await?;
            return Ok(true);
        }
    }

    /// Waits until nobody who is waited for wants to be written to.
    async fn wait_for_room(&self, chat: i64, stop: &CancellationToken) {
        while !stop.is_cancelled()
            && let Err(later) = self.pace.spare(chat, self.clock.now())
        {
            self.rest(later, stop).await;
        }
    }

    async fn rest(&self, until: Timestamp, stop: &CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.clock.sleep_until(until) => {}
        }
    }

    /// Reads where it holds nobody up.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Snapshot) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let snapshot = self.store.snapshot()?;
        let seen = aside::run(move || look(&snapshot)).await;
        seen.map_err(|_| StoreError::Panicked)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_waited_out_however_long_it_lasts() {
        let mut failing = Failing::default();
        for _ in 0..1000 {
            assert!(failing.again(7).is_some());
        }
        assert_eq!(failing.again(8), Some(LONGEST_PAUSE), "it has just ended");
    }

    #[test]
    fn a_letter_that_fails_while_others_are_taken_is_given_up_after_some_minutes() {
        let mut failing = Failing::default();
        let pauses: Vec<_> = (0..).map_while(|taken| failing.again(taken)).collect();
        assert_eq!(pauses.len(), TRIES as usize);
        assert_eq!(pauses[0], FIRST_PAUSE);
        let minutes = pauses.iter().sum::<Duration>().as_secs() / 60;
        assert!((5..10).contains(&minutes), "{minutes}");
    }
}
