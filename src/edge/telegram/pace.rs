//! How fast we may speak: a bucket for each chat and one for all. Whoever calls on somebody's behalf asks here first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::live::Live;
use crate::base::time::Timestamp;

/// Chats whose bucket is full again are forgotten when there are more than so many.
const MANY: usize = 10_000;

/// Telegram's limits, as the operator sees them.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Messages in a second to all chats together.
    pub per_second: u32,
    /// The interval between two messages to one chat.
    pub per_chat: Duration,
    /// Messages one chat may get at once before the interval holds.
    pub burst: u32,
    /// Letters of a broadcast in a second, of what is left.
    pub broadcast: u32,
}

/// Two kinds of leaky buckets (GCRA): each remembers one moment, when it will be empty.
pub struct Pace {
    limits: Live<Limits>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    all: u64,
    /// When the next letter of a broadcast may go.
    spare: u64,
    /// The last moment that was named to somebody who is waited for.
    named: u64,
    chats: HashMap<i64, u64>,
}

impl Pace {
    /// Nothing said yet.
    pub fn new(limits: Live<Limits>) -> Self {
        Self {
            limits,
            state: Mutex::default(),
        }
    }

    /// Takes the right to send one message to `chat` now, or says when to ask again.
    pub fn take(&self, chat: i64, now: Timestamp) -> Result<(), Timestamp> {
        let limits = self.limits.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (each, burst) = spacing(&limits);
        let apart = limits.per_chat.as_millis() as u64;
        let all = state.all.max(now.0);
        let own = state
            .chats
            .get(&chat)
            .copied()
            .unwrap_or_default()
            .max(now.0);
        let all_from = all.saturating_sub(each * (burst - 1));
        let own_from = own.saturating_sub(apart * u64::from(limits.burst.saturating_sub(1)));
        let from = all_from.max(own_from);
        if from > now.0 {
            if all_from > now.0 {
                state.named = state.named.max(from);
            }
            return Err(Timestamp(from));
        }
        state.all = all + each;
        if state.chats.len() > MANY {
            state.chats.retain(|_, empty| *empty > now.0);
        }
        state.chats.insert(chat, own + apart);
        Ok(())
    }

    /// Until when nobody may be written to, since all together were written to enough. Somebody waits for that.
    pub fn full(&self, now: Timestamp) -> Option<Timestamp> {
        let limits = self.limits.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (each, burst) = spacing(&limits);
        let from = state.all.max(now.0).saturating_sub(each * (burst - 1));
        if from <= now.0 {
            return None;
        }
        state.named = state.named.max(from);
        Some(Timestamp(from))
    }

    /// How many letters of a broadcast go in a second at most.
    pub fn broadcasts_per_second(&self) -> u32 {
        self.limits.now().broadcast.max(1)
    }

    /// Takes the right to send a letter that nobody waits for, or says when to ask again: only while all is calm, so
    /// that whoever is waited for finds a place free.
    pub fn spare(&self, chat: i64, now: Timestamp) -> Result<(), Timestamp> {
        let limits = self.limits.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let most = u64::from(limits.per_second.max(2));
        let each = 1000u64.div_ceil(most - (most / 10).max(1));
        let own = state.chats.get(&chat).copied().unwrap_or_default();
        let calm = state.all.max(state.named + 1);
        let from = calm.max(state.spare).max(own);
        if from > now.0 {
            return Err(Timestamp(from));
        }
        state.all = now.0 + each;
        state.spare = now.0 + 1000u64.div_ceil(u64::from(limits.broadcast.max(1)));
        let apart = limits.per_chat.as_millis() as u64;
        state.chats.insert(chat, now.0 + apart);
        Ok(())
    }
}

/// The interval between messages to all chats, and how many may come at once: a tenth may, the rest is spaced, so
/// that no second sees more than the limit.
fn spacing(limits: &Limits) -> (u64, u64) {
    let most = u64::from(limits.per_second.max(2));
    let burst = (most / 10).max(1);
    (1000u64.div_ceil(most - burst), burst)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace::new(Live::new(Limits {
            per_second: 30,
            per_chat: Duration::from_secs(1),
            burst: 3,
            broadcast: 10,
        }))
    }

    #[test]
    fn one_chat_gets_a_burst_and_then_one_a_second() {
        let (pace, mut now) = (pace(), Timestamp(10_000));
        let mut sent = Vec::new();
        while sent.len() < 6 {
            match pace.take(1, now) {
                Ok(()) => sent.push(now.0),
                Err(later) => now = later,
            }
        }
        assert_eq!(sent, [10_000, 10_000, 10_000, 11_000, 12_000, 13_000]);
    }

    #[test]
    fn all_chats_together_never_get_more_than_thirty_a_second() {
        let (pace, mut now) = (pace(), Timestamp(10_000));
        let mut sent = Vec::new();
        for chat in 0..300 {
            while let Err(later) = pace.take(chat, now) {
                now = later;
            }
            sent.push(now.0);
        }
        for start in &sent {
            let within = sent
                .iter()
                .filter(|at| (*start..start + 1000).contains(at))
                .count();
            assert!(within <= 30, "{within} in a second");
        }
        assert!(now.0 - 10_000 >= 8_800, "{}", now.0);
    }

    #[test]
    fn a_broadcast_takes_only_what_is_left_and_nobody_waits_behind_it() {
        let (pace, mut now) = (pace(), Timestamp(10_000));
        let (mut letters, mut late) = (0, Vec::new());
        // A minute: letters whenever they may go; every 100 ms two sellers are to be answered.
        while now.0 < 70_000 {
            let letter = 1_000 + letters;
            letters += i64::from(pace.spare(letter, now).is_ok());
            if now.0 % 100 == 0 {
                for seller in 0..2 {
                    let chat = 1_000_000 + (now.0 as i64) * 2 + seller;
                    late.extend(pace.take(chat, now).err());
                }
            }
            now = Timestamp(now.0 + 1);
        }
        assert!(late.is_empty(), "{late:?}");
        assert!((1..=600).contains(&letters), "{letters} in a minute");
    }

    #[test]
    fn while_sellers_want_all_there_is_no_letter_goes() {
        for per_second in [2, 30] {
            let pace = Pace::new(Live::new(Limits {
                per_second,
                per_chat: Duration::ZERO,
                burst: 1,
                broadcast: 100,
            }));
            let (mut now, mut asks) = (Timestamp(10_000), Timestamp(10_000));
            let (mut chat, mut letters) = (0, 0);
            while now.0 < 20_000 {
                letters += u32::from(pace.spare(-1, now).is_ok());
                while asks <= now {
                    match pace.take(chat, now) {
                        Ok(()) => chat += 1,
                        Err(later) => asks = later,
                    }
                }
                now = Timestamp(now.0 + 1);
            }
            assert!(letters <= 1, "{letters} beside {chat}");
        }
    }

    #[test]
    fn a_broadcast_alone_keeps_its_own_pace() {
        let (pace, mut now) = (pace(), Timestamp(10_000));
        for letter in 0..100 {
            while let Err(later) = pace.spare(letter, now) {
                now = later;
            }
        }
        assert_eq!(now.0, 10_000 + 99 * 100);
    }
}
