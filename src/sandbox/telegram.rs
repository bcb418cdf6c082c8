//! The stand-in for Telegram's Bot API.

mod args;
mod certificate;
mod chats;
mod delivery;
mod door;
mod edits;
mod faults;
mod files;
mod invoices;
mod keyboard;
mod payments;
mod person;
mod sends;
mod settings;
mod setup;
mod stars;
mod text;
mod updates;
mod wallet;
mod wire;

#[cfg(test)]
mod tests;

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::sync::{Notify, oneshot, watch};

pub(in crate::sandbox) use self::{chats::Content, files::Stored};
pub use self::{
    chats::{File, Message, Toast, Video},
    faults::{Fault, RawReply},
    keyboard::Button,
    person::Person,
    stars::{Charge, Checkout, Invoice},
};
use self::{
    chats::{Somebody, World},
    door::{Door, Inner, TOKEN},
    faults::Faults,
    updates::Lane,
};
use super::{ground::Ground, lock::lock};

const BOT_ID: i64 = 1_000_000_001;

/// A download that stops half-way for as long as this is kept.
#[must_use]
pub struct Held {
    _held: oneshot::Sender<Infallible>,
}

/// Presses that are not answered for as long as this is kept.
#[must_use]
pub struct HeldAnswers {
    _held: watch::Sender<()>,
}

/// The stand-in Bot API; a cheap handle.
#[derive(Clone)]
pub struct Telegram {
    door: Door,
    address: SocketAddr,
}

impl Telegram {
    pub(super) async fn start(ground: &Ground) -> io::Result<Telegram> {
        let inner = Arc::new(Inner {
            world: Mutex::new(World::new(BOT_ID)),
            settings: Mutex::default(),
            faults: Mutex::default(),
            unheard: Mutex::default(),
            hold: Mutex::default(),
            wake: Notify::new(),
        });
        let door = Door {
            ground: ground.clone(),
            inner,
        };
        let address = ground.serve(wire::router(door.clone())).await?;
        let deliver = delivery::run(ground.clone(), door.inner.clone());
        ground.nursery.spawn(deliver);
        Ok(Telegram { door, address })
    }

    /// What a client takes for `https://api.telegram.org`; without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The bot's token.
    pub fn token(&self) -> &str {
        TOKEN
    }

    /// The person with this id; made if there is none yet.
    pub fn person(&self, id: i64, first_name: &str, language_code: Option<&str>) -> Person {
        self.door.change(|world| {
            world.people.entry(id).or_insert_with(|| Somebody {
                name: first_name.to_owned(),
                language: language_code.map(str::to_owned),
                username: None,
                blocked: false,
                known: false,
                toasts: Vec::new(),
                presses: Vec::new(),
                topics: Vec::new(),
                action: None,
            });
        });
        self.handle(id)
    }

    /// Everybody, by id.
    pub fn people(&self) -> Vec<Person> {
        let ids: Vec<i64> = self
            .door
            .ask(|world| world.people.keys().copied().collect());
        ids.into_iter().map(|id| self.handle(id)).collect()
    }

    /// As if the bot had called `setWebhook`: from here on updates are posted to this address.
    ///
    /// # Panics
    /// When the root is not a PEM certificate.
    pub fn set_webhook(&self, url: &str, secret: &str, root_pem: Option<String>) {
        let mut settings = lock(&self.door.inner.settings);
        if let Some(pem) = root_pem {
            settings.trust(&pem).expect("a root is a PEM certificate");
        }
        settings.hook(url, Some(secret.to_owned()));
        drop(settings);
        self.door.inner.wake.notify_waiters();
    }

    /// As if somebody had registered the same webhook with another secret.
    pub fn keep_webhook(&self, url: &str, secret: &str) {
        lock(&self.door.inner.settings).rehook(url, secret);
    }

    /// One more root certificate that webhooks may lead to.
    ///
    /// # Panics
    /// When it is not a PEM certificate.
    pub fn trust_root(&self, pem: &str) {
        let trusted = lock(&self.door.inner.settings).trust(pem);
        trusted.expect("a root is a PEM certificate");
    }

    /// The address updates are posted to, if a webhook is set.
    pub fn webhook_url(&self) -> Option<String> {
        lock(&self.door.inner.settings).webhook_url()
    }

    /// Whether a certificate came with the webhook.
    pub fn has_custom_certificate(&self) -> bool {
        lock(&self.door.inner.settings).has_certificate()
    }

    /// The commands that only this chat is shown.
    pub fn menu_of(&self, chat: i64) -> Vec<String> {
        lock(&self.door.inner.settings).menu_of(chat)
    }

    /// The names and texts that the bot set about itself, by method: `setMyCommands`, `setMyName` and so on.
    pub fn profile(&self) -> Vec<(String, Value)> {
        lock(&self.door.inner.settings).profile()
    }

    /// Makes the next call of this method go wrong; faults of a method queue up.
    ///
    /// Upper and lower case are the same; "" and "*" are any method but `getUpdates`; `file` is a download.
    pub fn fail_next(&self, method: &str, fault: Fault) {
        lock(&self.door.inner.faults).plan(method, None, None, fault);
    }

    /// As [`Telegram::fail_next`], for every call within that time; of one chat, if it is named.
    pub fn fail_for(&self, span: Duration, method: &str, chat: Option<i64>, fault: Fault) {
        let until = self.door.ground.now() + span.as_millis() as u64;
        lock(&self.door.inner.faults).plan(method, chat, Some(until), fault);
    }

    /// As [`Telegram::fail_next`], for the next call that concerns a chat.
    pub fn fail_next_in(&self, chat: i64, method: &str, fault: Fault) {
        lock(&self.door.inner.faults).plan(method, Some(chat), None, fault);
    }

    /// Nothing goes wrong on purpose any more.
    pub fn fail_no_more(&self) {
        *lock(&self.door.inner.faults) = Faults::default();
    }

    /// Answers to presses of this person hang until what is returned is let go.
    pub fn hold_answers_to(&self, person: &Person) -> HeldAnswers {
        let (held, holds) = watch::channel(());
        lock(&self.door.inner.unheard).push((person.id, holds));
        HeldAnswers { _held: held }
    }

    /// The next file that is downloaded stops half-way, and goes on when what is returned is let go.
    pub fn hold_next_file(&self) -> Held {
        let (held, holds) = oneshot::channel();
        *lock(&self.door.inner.hold) = Some(holds);
        Held { _held: held }
    }

    /// Delivers an update again; `false` if it is not remembered.
    pub fn repeat_update(&self, update_id: i64) -> bool {
        let now = self.door.ground.now();
        self.door
            .change(|world| world.updates.repeat(update_id, now))
    }

    /// The id of the newest update; 0 before the first.
    pub fn last_update_id(&self) -> i64 {
        self.door.ask(|world| world.updates.last_id())
    }

    /// Delivers a text as an update, whatever it is; `id` is the number that stands in it.
    pub fn send_text(&self, id: i64, update: String) {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let lane = Lane::Raw(world.updates.last_id());
            world.updates.add_text(lane, id, update, now);
        });
    }

    /// The number of the next update.
    pub fn next_update_id(&self) -> i64 {
        self.door.ask(|world| world.updates.next_id())
    }

    /// Delivers any update as it is, with the next id if it has none.
    pub fn send_raw(&self, update: Value) -> i64 {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let lane = Lane::Raw(world.updates.last_id());
            world.updates.add_raw(lane, update, now)
        })
    }

    /// The next update has at least this id.
    pub fn skip_update_ids_to(&self, id: i64) {
        self.door.change(|world| world.updates.skip_to(id));
    }

    /// Updates that the bot has not taken yet.
    pub fn pending_updates(&self) -> usize {
        self.door.ask(|world| world.updates.count())
    }

    pub(super) fn file(&self, id: &str) -> Option<Stored> {
        self.door.ask(|world| world.files.get(id).cloned())
    }

    fn handle(&self, id: i64) -> Person {
        Person {
            door: self.door.clone(),
            id,
        }
    }
}
