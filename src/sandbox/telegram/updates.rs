//! The updates waiting for the bot, and those it was given.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

/// Updates that can be repeated.
const REMEMBERED: usize = 2000;
const SECOND: u64 = 1000;
/// A message lives a day, a press of a button or a checkout 150 s.
const MESSAGE_LIFE: u64 = 24 * 60 * 60 * SECOND;
pub(super) const PRESS_LIFE: u64 = 150 * SECOND;
/// The real one picks a random wait of 60 to 120 s.
const LONGEST_WAIT: u64 = 60 * SECOND;
const LONGEST_RETRY_AFTER: u64 = 3600 * SECOND;
/// Every kind a bot gets without asking for kinds.
const USUAL: [&str; 8] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "inline_query",
    "pre_checkout_query",
    "shipping_query",
    "poll",
];

/// Updates of one lane are delivered one after another; lanes do not wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Chat(i64),
    Presses(i64),
    Checkouts(i64),
    Membership(i64),
    Raw(i64),
}

impl Lane {
    fn life(&self) -> u64 {
        match self {
            Lane::Presses(_) | Lane::Checkouts(_) => PRESS_LIFE,
            Lane::Chat(_) | Lane::Membership(_) | Lane::Raw(_) => MESSAGE_LIFE,
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Waiting {
    /// Unlike `id`, unique even for a repeated update.
    pub(super) number: u64,
    pub(super) id: i64,
    lane: Lane,
    /// As it is written.
    pub(super) body: String,
    expires: u64,
    tries: u32,
    due: u64,
    in_flight: bool,
    repeated: bool,
}

pub(super) struct Updates {
    next_id: i64,
    last_id: i64,
    next_number: u64,
    waiting: VecDeque<Waiting>,
    given: BTreeMap<i64, (Lane, String)>,
    allowed: Option<Vec<String>>,
}

impl Updates {
    pub(super) fn new() -> Updates {
        Updates {
            next_id: 700_000_001,
            last_id: 0,
            next_number: 0,
            waiting: VecDeque::new(),
            given: BTreeMap::new(),
            allowed: None,
        }
    }

    /// Puts an update in line and returns its id; one of a kind the bot does not want is lost.
    pub(super) fn add(&mut self, lane: Lane, kind: &str, payload: Value, now: u64) -> i64 {
        match self.wants(kind) {
            true => self.add_raw(lane, self.body(kind, payload), now),
            false => self.next_id - 1,
        }
    }

    /// Puts a whole update in line, with the id it has or the next one.
    pub(super) fn add_raw(&mut self, lane: Lane, mut body: Value, now: u64) -> i64 {
        let id = body["update_id"].as_i64().unwrap_or(self.next_id);
        body["update_id"] = id.into();
        self.add_text(lane, id, body.to_string(), now);
        id
    }

    /// Puts any text in line as the update of that id.
    pub(super) fn add_text(&mut self, lane: Lane, id: i64, body: String, now: u64) {
        // Numbers begin anew after a quiet week: nobody's offset holds for a lower one.
        let anew = id < self.last_id;
        self.remember(id, lane.clone(), body.clone());
        self.push(lane, id, body, now, anew);
    }

    pub(super) fn next_id(&self) -> i64 {
        self.next_id
    }

    /// Gives an update away for somebody else to bring; it is in no line, and can be repeated as any other.
    pub(super) fn give_away(&mut self, lane: Lane, kind: &str, payload: Value) -> Option<Value> {
        if !self.wants(kind) {
            return None;
        }
        let body = self.body(kind, payload);
        self.remember(self.next_id, lane, body.to_string());
        Some(body)
    }

    fn body(&self, kind: &str, payload: Value) -> Value {
        let mut body = serde_json::json!({"update_id": self.next_id});
        body[kind] = payload;
        body
    }

    fn remember(&mut self, id: i64, lane: Lane, body: String) {
        self.next_id = self.next_id.max(id + 1);
        self.last_id = self.last_id.max(id);
        self.given.insert(id, (lane, body));
        if self.given.len() > REMEMBERED {
            self.given.pop_first();
        }
    }

    /// Puts an update in line once more.
    pub(super) fn repeat(&mut self, id: i64, now: u64) -> bool {
        let Some((lane, body)) = self.given.get(&id).cloned() else {
            return false;
        };
        self.push(lane, id, body, now, true);
        true
    }

    fn push(&mut self, lane: Lane, id: i64, body: String, now: u64, repeated: bool) {
        self.next_number += 1;
        self.waiting.push_back(Waiting {
            number: self.next_number,
            id,
            expires: now + lane.life(),
            lane,
            body,
            tries: 0,
            due: 0,
            in_flight: false,
            repeated,
        });
    }

    pub(super) fn last_id(&self) -> i64 {
        self.last_id
    }

    pub(super) fn skip_to(&mut self, id: i64) {
        self.next_id = self.next_id.max(id);
    }

    pub(super) fn allow(&mut self, kinds: Option<Vec<String>>) {
        if let Some(kinds) = kinds {
            self.allowed = (!kinds.is_empty()).then_some(kinds);
        }
    }

    pub(super) fn allowed(&self) -> Option<&Vec<String>> {
        self.allowed.as_ref()
    }

    fn wants(&self, kind: &str) -> bool {
        match &self.allowed {
            Some(kinds) => kinds.iter().any(|allowed| allowed == kind),
            None => USUAL.contains(&kind),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// For `getUpdates`: forgets what the offset confirms and returns what waits, in order.
    pub(super) fn poll(&mut self, offset: i64, limit: usize, now: u64) -> Vec<String> {
        self.waiting
            .retain(|update| (update.id >= offset || update.repeated) && update.expires > now);
        let batch: Vec<_> = self.waiting.iter().take(limit).cloned().collect();
        // A repeated update is behind the offset: nobody can confirm it, so it is given once.
        self.waiting
            .retain(|update| !update.repeated || batch.iter().all(|it| it.number != update.number));
        batch.into_iter().map(|update| update.body).collect()
    }

    /// For the webhook: what may be sent now, at most one of a lane; it is in flight from here on.
    pub(super) fn take_due(&mut self, at_once: usize, now: u64) -> Vec<Waiting> {
        self.waiting
            .retain(|update| update.in_flight || update.expires > now);
        let flying = self.waiting.iter().filter(|update| update.in_flight);
        let mut busy: Vec<Lane> = flying.map(|update| update.lane.clone()).collect();
        let mut free = at_once.saturating_sub(busy.len());
        let mut due = Vec::new();
        for update in &mut self.waiting {
            if free == 0 {
                break;
            }
            if busy.contains(&update.lane) {
                continue;
            }
            busy.push(update.lane.clone());
            if update.due <= now {
                update.in_flight = true;
                due.push(update.clone());
                free -= 1;
            }
        }
        due
    }

    /// The bot took it.
    pub(super) fn delivered(&mut self, number: u64) {
        self.waiting.retain(|update| update.number != number);
    }

    /// The bot did not take it: at once, then after 2, 4, 8 … seconds, or when it said.
    pub(super) fn failed(&mut self, number: u64, retry_after: Option<u64>, now: u64) {
        let found = self.waiting.iter_mut().find(|it| it.number == number);
        if let Some(update) = found {
            update.in_flight = false;
            update.tries += 1;
            let wait = match update.tries {
                1 => 0,
                tries => (SECOND << (tries - 1).min(10)).min(LONGEST_WAIT),
            };
            let asked = retry_after.map(|seconds| (seconds * SECOND).min(LONGEST_RETRY_AFTER));
            update.due = now + asked.unwrap_or(wait);
        }
    }
}
