//! The only sender: drains the outbox, each chat in order, within Telegram's limits.
//!
//! A note is struck after Telegram has answered, so a crash may repeat one message and never loses one.

mod broadcast;
mod cope;
mod fails;
mod report;
mod send;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::base::clock::Clock;
use crate::base::live::Live;
use crate::base::time::Timestamp;
use crate::edge::telegram::client::Telegram;
use crate::edge::telegram::pace::Pace;
use crate::edge::telegram::words::Words;
use crate::operator::service::Desk;
use crate::rules::domain::id::OrderId;
use crate::store::{Store, StoreError};
use fails::Fails;

/// Chats written to at the same time; more only wait for each other at Telegram.
const AT_ONCE: usize = 32;
/// Videos uploaded at the same time: the rest of [`AT_ONCE`] is for answers.
const UPLOADS: usize = 8;
/// The pause of a chat whose delivery the store failed, or which panicked.
const AFTER_FAULT: Duration = Duration::from_secs(30);

/// What is sent, and how fast.
pub struct Delivery {
    store: Store,
    clock: Clock,
    telegram: Live<Telegram>,
    words: Live<Words>,
    videos: PathBuf,
    /// Who knows what operators want to see.
    desk: Desk,
    pace: Arc<Pace>,
    uploads: Semaphore,
    /// Who draws: one picture at a time, for it takes a processor.
    drawing: Semaphore,
    /// The fingerprint of the text that each running order's status message has, as far as this process knows.
    shown: Mutex<HashMap<OrderId, u64>>,
    /// How the first note of a chat has failed in a row.
    fails: Mutex<HashMap<i64, Fails>>,
    /// Until when chats wait for Telegram.
    waits: Mutex<HashMap<i64, Timestamp>>,
    /// How many notes Telegram has taken.
    taken: AtomicU64,
    /// To how many chats something is being sent.
    sending: AtomicUsize,
}

/// What to do with a chat next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Its next note, if there is one.
    More,
    /// Nothing waits.
    Empty,
    /// Not before this.
    At(Timestamp),
    /// Not before this, unless there is something new.
    Aside(Timestamp),
    /// The same, as soon as anybody may be written to: others were faster.
    Turn,
}

impl Delivery {
    /// A sender that has not begun; `videos` is where finished videos lie.
    pub fn new(
        store: Store,
        clock: Clock,
        telegram: Live<Telegram>,
        words: Live<Words>,
        videos: PathBuf,
        desk: Desk,
        pace: Arc<Pace>,
    ) -> Self {
        let (shown, fails) = (Mutex::default(), Mutex::default());
        Self {
            store,
            clock,
            telegram,
            words,
            videos,
            desk,
            pace,
            uploads: Semaphore::new(UPLOADS),
            drawing: Semaphore::new(1),
            shown,
            fails,
            waits: Mutex::default(),
            taken: AtomicU64::new(0),
            sending: AtomicUsize::new(0),
        }
    }

    /// How many notes Telegram has taken: when that grows, Telegram is not away.
    fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// Whether nothing is being sent.
    pub fn is_idle(&self) -> bool {
        self.sending.load(Ordering::Relaxed) == 0
    }

    /// Sends until told to stop; then finishes what is being sent.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let mut line = Line::default();
        line.wake(self.store.snapshot()?.chats()?);
        let mut sending: JoinSet<Result<Next, StoreError>> = JoinSet::new();
        let mut chats: HashMap<Id, i64> = HashMap::new();
        while !stop.is_cancelled() {
            let now = self.clock.now();
            line.ripen(now);
            // While nobody may be written to, nobody is tried: thousands may wait.
            let full = match line.ready.is_empty() {
                true => None,
                false => self.pace.full(now),
            };
            while full.is_none()
                && sending.len() < AT_ONCE
                && let Some(chat) = line.take()
            {
                let delivery = Arc::clone(&self);
                let task = sending.spawn(async move { delivery.one(chat).await });
                chats.insert(task.id(), chat);
            }
            self.sending.store(sending.len(), Ordering::Relaxed);
            let later = line.first_later().into_iter().chain(full).min();
            tokio::select! {
                () = stop.cancelled() => {}
                woken = self.store.wakes().take_chats() => line.wake(woken),
                Some(ended) = sending.join_next_with_id() => {
                    let (task, ended) = match ended {
                        Ok((task, ended)) => (task, Some(ended)),
                        Err(panicked) => (panicked.id(), None),
                    };
                    let Some(chat) = chats.remove(&task) else { continue };
                    let later = Next::At(self.clock.now().plus(AFTER_FAULT));
                    match ended {
                        Some(Ok(next)) => line.put_back(chat, next),
                        Some(Err(StoreError::CommitUnknown | StoreError::Closed)) => break,
                        Some(Err(error)) => {
                            tracing::error!(%error, "a note could not be read or struck");
                            line.put_back(chat, later);
                        }
                        None => {
                            tracing::error!("a delivery panicked; its chat is tried again later");
                            line.put_back(chat, later);
                        }
                    }
                }
                () = sleep_until(&self.clock, later) => {}
            }
        }
        while sending.join_next().await.is_some() {}
        Ok(())
    }
}

/// The chats with notes: ready, being written to, and waiting for a moment.
#[derive(Default)]
struct Line {
    /// First come, first served, by ticket; each chat once.
    ready: BTreeMap<u64, i64>,
    tickets: u64,
    lined_up: HashSet<i64>,
    /// With the tickets they had.
    busy: HashMap<i64, u64>,
    /// Busy chats that got another note meanwhile.
    again: HashSet<i64>,
    later: BTreeMap<(Timestamp, i64), ()>,
    waiting: HashMap<i64, Waits>,
}

/// What a chat waits for.
#[derive(Debug, Clone, Copy)]
struct Waits {
    until: Timestamp,
    /// Whether something new to be said ends it.
    for_more: bool,
}

impl Line {
    fn wake(&mut self, chats: impl IntoIterator<Item = i64>) {
        for chat in chats {
            if self.busy.contains_key(&chat) {
                self.again.insert(chat);
                continue;
            }
            match self.waiting.get(&chat) {
                Some(waits) if waits.for_more => {
                    self.later.remove(&(waits.until, chat));
                    self.waiting.remove(&chat);
                    self.line_up(chat);
                }
                Some(_) => {}
                None => self.line_up(chat),
            }
        }
    }

    fn line_up(&mut self, chat: i64) {
        if self.lined_up.insert(chat) {
            self.tickets += 1;
            self.ready.insert(self.tickets, chat);
        }
    }

    fn take(&mut self) -> Option<i64> {
        let (ticket, chat) = self.ready.pop_first()?;
        self.lined_up.remove(&chat);
        self.busy.insert(chat, ticket);
        Some(chat)
    }

    fn put_back(&mut self, chat: i64, next: Next) {
        let ticket = self.busy.remove(&chat);
        let again = self.again.remove(&chat);
        match next {
            Next::More => self.line_up(chat),
            Next::Empty | Next::Aside(_) if again => self.line_up(chat),
            Next::Empty => {}
            Next::Turn => {
                if let Some(ticket) = ticket
                    && self.lined_up.insert(chat)
                {
                    self.ready.insert(ticket, chat);
                }
            }
            Next::At(until) => self.wait(
                chat,
                Waits {
                    until,
                    for_more: false,
                },
            ),
            Next::Aside(until) => self.wait(
                chat,
                Waits {
                    until,
                    for_more: true,
                },
            ),
        }
    }

    fn wait(&mut self, chat: i64, waits: Waits) {
        self.later.insert((waits.until, chat), ());
        self.waiting.insert(chat, waits);
    }

    fn ripen(&mut self, now: Timestamp) {
        while let Some((&(moment, chat), ())) = self.later.first_key_value()
            && moment <= now
        {
            self.later.remove(&(moment, chat));
            self.waiting.remove(&chat);
            self.line_up(chat);
        }
    }

    fn first_later(&self) -> Option<Timestamp> {
        self.later
            .first_key_value()
            .map(|((moment, _), ())| *moment)
    }
}

async fn sleep_until(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => clock.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_aside_keeps_nothing_new_waiting() {
        let mut line = Line::default();
        line.wake([1, 2]);
        let soon = Timestamp(1000);
        for (chat, next) in [(1, Next::Aside(soon)), (2, Next::At(soon))] {
            assert_eq!(line.take(), Some(chat));
            line.put_back(chat, next);
        }
        line.wake([1, 2]);
        assert_eq!((line.take(), line.take()), (Some(1), None));
        line.put_back(1, Next::Aside(soon));
        line.ripen(soon);
        let mut both: Vec<_> = std::iter::from_fn(|| line.take()).collect();
        both.sort_unstable();
        assert_eq!((both, line.first_later()), (vec![1, 2], None));
    }

    #[test]
    fn whoever_comes_first_is_served_first_even_if_others_were_faster() {
        let mut line = Line::default();
        line.wake([7, 3, 5]);
        let taken: Vec<_> = std::iter::from_fn(|| line.take()).collect();
        assert_eq!(taken, [7, 3, 5]);
        line.wake([1]);
        for chat in [5, 7, 3] {
            line.put_back(chat, Next::Turn);
        }
        let taken: Vec<_> = std::iter::from_fn(|| line.take()).collect();
        assert_eq!(taken, [7, 3, 5, 1]);
    }
}
