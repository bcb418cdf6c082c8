//! A person who talks to the bot.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    chats::{Content, Draft, Message, Press, Somebody, Toast, World},
    door::Door,
    files::{Details, Kind},
    keyboard::Rows,
    text::{self, Formatted},
    updates::Lane,
};
use crate::sandbox::movie;

/// A person who talks to the bot; a cheap handle.
#[derive(Clone)]
pub struct Person {
    pub(super) door: Door,
    pub(super) id: i64,
}

/// What the bot is doing is shown for so long, unless it writes first.
const ACTION_LIFE: u64 = 5_000;

impl Person {
    /// The id of the person, which is also that of the private chat.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Writes a text; returns the update's id, as do all that follow.
    pub fn sends(&self, text: &str) -> i64 {
        self.writes(self.id, commands(text), Content::Text, None)
    }

    /// Has a topic of this number in the chat with the bot.
    pub fn opens_topic(&self, topic: i64) {
        self.changes(|somebody| somebody.topics.push(topic));
    }

    /// Takes a topic away.
    pub fn closes_topic(&self, topic: i64) {
        self.changes(|somebody| somebody.topics.retain(|known| *known != topic));
    }

    /// Has written to the bot, of which it will hear in another way.
    pub fn is_known(&self) {
        self.changes(|somebody| somebody.known = true);
    }

    /// Has pressed a button, of which the bot will hear in another way.
    pub fn has_pressed(&self, id: &str) {
        let (id, at, answered) = (id.to_owned(), self.door.ground.now(), false);
        let press = Press { id, at, answered };
        self.changes(|somebody| somebody.presses.push(press));
    }

    fn changes(&self, change: impl FnOnce(&mut Somebody)) {
        self.door.change(|world| {
            change(world.people.get_mut(&self.id).expect("people stay"));
        });
    }

    /// Sends a photo as Telegram's clients do: as a picture in two sizes.
    pub fn sends_photo(&self, jpeg: impl Into<Bytes>) -> i64 {
        self.sends_photo_with(jpeg.into(), "", None)
    }

    /// Sends a photo with a text under it.
    pub fn sends_photo_with_caption(&self, jpeg: impl Into<Bytes>, caption: &str) -> i64 {
        self.sends_photo_with(jpeg.into(), caption, None)
    }

    /// Sends several photos at once; returns the ids of all updates.
    pub fn sends_album(&self, photos: Vec<Bytes>) -> Vec<i64> {
        let album = format!(
            "137000000000{:06}",
            self.door.ask(|world| world.updates.last_id()) % 1_000_000
        );
        let send = |photo| self.sends_photo_with(photo, "", Some(album.clone()));
        photos.into_iter().map(send).collect()
    }

    /// Sends a file as a document.
    pub fn sends_file(&self, bytes: impl Into<Bytes>, name: &str, mime: &str) -> i64 {
        let details = Details {
            name: Some(name.to_owned()),
            ..Details::new(Kind::Document, bytes.into(), mime)
        };
        let id = self.keeps(details);
        self.writes(self.id, Formatted::default(), Content::Document(id), None)
    }

    /// Sends a sticker.
    pub fn sends_sticker(&self) -> i64 {
        let id = self.keeps(Details::new(Kind::Sticker, Bytes::new(), "image/webp"));
        self.writes(self.id, Formatted::default(), Content::Sticker(id), None)
    }

    /// Sends a voice message.
    pub fn sends_voice(&self) -> i64 {
        let details = Details {
            seconds: 4,
            ..Details::new(Kind::Voice, Bytes::new(), "audio/ogg")
        };
        let id = self.keeps(details);
        self.writes(self.id, Formatted::default(), Content::Voice(id), None)
    }

    /// Sends a place.
    pub fn sends_location(&self) -> i64 {
        self.writes(self.id, Formatted::default(), Content::Location, None)
    }

    /// Writes a text in a group the bot is in.
    pub fn sends_in_group(&self, text: &str) -> i64 {
        self.writes(self.group(), commands(text), Content::Text, None)
    }

    /// What was written in the group, oldest first.
    pub fn group_messages(&self) -> Vec<Message> {
        let group = self.group();
        self.asks(|world| world.chats.get(&group).cloned().unwrap_or_default())
    }

    /// Changes a text sent before.
    pub fn edits(&self, message: i64, text: &str) -> i64 {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let edited = world.message_mut(self.id, message);
            let edited = edited.expect("a person edits a message that exists");
            edited.text = text.to_owned();
            edited.html = text::escape(text);
            edited.edited_at = Some(now);
            let edited = edited.clone();
            let told = world.tell(self.id, &edited);
            world
                .updates
                .add(Lane::Chat(self.id), "edited_message", told, now)
        })
    }

    /// Presses the newest button whose label contains this; `None` if there is no such button with data.
    pub fn presses(&self, label: &str) -> Option<String> {
        let (message, data) = self.messages().iter().rev().find_map(|message| {
            let mut buttons = message.buttons.iter().flatten();
            let button = buttons.find(|it| it.text.contains(label) && it.data.is_some())?;
            Some((message.id, button.data.clone()?))
        })?;
        self.presses_on(message, &data)
    }

    /// Presses a button by its data, even one that is no longer there; `None` if there is no such message.
    pub fn presses_on(&self, message: i64, data: &str) -> Option<String> {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let (id, payload) = self.press(world, message, data, now)?;
            world
                .updates
                .add(Lane::Presses(self.id), "callback_query", payload, now);
            Some(id)
        })
    }

    /// Presses a button by its data, and leaves it to the caller to bring the update to the bot; `None` if there
    /// is no such message or the bot does not want presses.
    pub fn presses_to_bring(&self, message: i64, data: &str) -> Option<Value> {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let (_, payload) = self.press(world, message, data, now)?;
            world
                .updates
                .give_away(Lane::Presses(self.id), "callback_query", payload)
        })
    }

    /// Blocks the bot.
    pub fn blocks(&self) {
        self.sets_blocked(true);
    }

    /// Takes a name that others can find the person by, without the `@`.
    pub fn takes_username(&self, name: &str) {
        self.door.change(|world| {
            let person = world.people.get_mut(&self.id).expect("people stay");
            person.username = Some(name.to_owned());
        });
    }

    /// Lets the bot write again.
    pub fn unblocks(&self) {
        self.sets_blocked(false);
    }

    /// Has written to the bot before the sandbox began: it may write back.
    pub fn has_written(&self) {
        self.door.change(|world| {
            let person = world.people.get_mut(&self.id).expect("people stay");
            person.known = true;
        });
    }

    /// Whether the bot is blocked.
    pub fn is_blocked(&self) -> bool {
        self.asks(|world| world.people[&self.id].blocked)
    }

    /// The first name.
    pub fn name(&self) -> String {
        self.asks(|world| world.people[&self.id].name.clone())
    }

    /// The language of the person's Telegram.
    pub fn language(&self) -> Option<String> {
        self.asks(|world| world.people[&self.id].language.clone())
    }

    /// The private chat, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.asks(|world| world.chats.get(&self.id).cloned().unwrap_or_default())
    }

    /// What flashed over the chat, oldest first; answers without a text are not among them.
    pub fn toasts(&self) -> Vec<Toast> {
        self.asks(|world| world.people[&self.id].toasts.clone())
    }

    /// Presses that still show a spinner.
    pub fn unanswered_callbacks(&self) -> usize {
        self.asks(|world| {
            let presses = &world.people[&self.id].presses;
            presses.iter().filter(|press| !press.answered).count()
        })
    }

    /// What the bot is shown to be doing, and since when.
    pub fn chat_action(&self) -> Option<(String, u64)> {
        let now = self.door.ground.now();
        let action = self.asks(|world| world.people[&self.id].action.clone());
        action.filter(|(_, since)| now < since + ACTION_LIFE)
    }

    fn group(&self) -> i64 {
        -1_000_000 - self.id
    }

    fn asks<T>(&self, question: impl FnOnce(&World) -> T) -> T {
        self.door.ask(question)
    }

    /// The id of a new press, and what the bot is told of it.
    fn press(
        &self,
        world: &mut World,
        message: i64,
        data: &str,
        now: u64,
    ) -> Option<(String, Value)> {
        let message = world.message(self.id, message)?;
        let told = world.tell(self.id, message);
        let id = world.press(self.id, now);
        let payload = json!({
            "id": id,
            "from": world.tell_user(self.id),
            "message": told,
            "chat_instance": format!("{}", self.id * 7_919),
            "data": data,
        });
        Some((id, payload))
    }

    fn keeps(&self, details: Details) -> String {
        self.door.change(|world| world.files.keep(details))
    }

    fn sends_photo_with(&self, jpeg: Bytes, caption: &str, album: Option<String>) -> i64 {
        let mut sizes = Vec::new();
        let mut full = Details::new(Kind::Photo, jpeg, "image/jpeg");
        full.size = (800, 800);
        if let Some(small) = movie::thumbnail(&full.bytes, 90) {
            full.size = small.photo;
            let thumbnail = Details {
                size: small.size,
                ..Details::new(Kind::Photo, small.bytes, "image/jpeg")
            };
            sizes.push(self.keeps(thumbnail));
        }
        sizes.push(self.keeps(full));
        self.writes(self.id, commands(caption), Content::Photo(sizes), album)
    }

    fn writes(&self, chat: i64, text: Formatted, content: Content, album: Option<String>) -> i64 {
        let now = self.door.ground.now();
        self.door.change(|world| {
            if let Some(person) = world.people.get_mut(&self.id) {
                person.known = true;
            }
            let draft = Draft {
                sender: self.id,
                text,
                content,
                buttons: Rows::new(),
                album,
                topic: None,
            };
            let id = world.write(chat, now, draft);
            let message = world.message(chat, id).expect("it was just written");
            let told = world.tell(chat, message);
            world.updates.add(Lane::Chat(chat), "message", told, now)
        })
    }

    fn sets_blocked(&self, blocked: bool) {
        let now = self.door.ground.now();
        self.door.change(|world| {
            let person = world.people.get_mut(&self.id).expect("people stay");
            if person.blocked == blocked {
                return;
            }
            person.blocked = blocked;
            let member = |kicked: bool| -> Value {
                let user = world.tell_bot();
                match kicked {
                    true => json!({"user": user, "status": "kicked", "until_date": 0}),
                    false => json!({"user": user, "status": "member"}),
                }
            };
            let payload = json!({
                "chat": world.tell_chat(self.id),
                "from": world.tell_user(self.id),
                "date": now / 1000,
                "old_chat_member": member(!blocked),
                "new_chat_member": member(blocked),
            });
            let lane = Lane::Membership(self.id);
            world.updates.add(lane, "my_chat_member", payload, now);
        });
    }
}

/// A text as a client sends it: commands are marked.
fn commands(text: &str) -> Formatted {
    let mut formatted = text::plain(text.to_owned());
    if text.starts_with('/') {
        let command = text.split_whitespace().next().unwrap_or(text);
        let length = text::utf16(command);
        formatted
            .entities
            .push(json!({"type": "bot_command", "offset": 0, "length": length}));
    }
    formatted
}
