//! A small model of Telegram: people, chats, messages, and how each is told to a bot.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    files::{Files, Stored},
    keyboard::{self, Button, Rows},
    stars::{Invoice, Stars},
    text::Formatted,
    updates::Updates,
};

/// A video in a chat.
#[derive(Debug, Clone)]
pub struct Video {
    /// What it can be sent again by.
    pub file_id: String,
    pub bytes: Bytes,
    /// Bytes.
    pub size: usize,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Seconds.
    pub duration: u32,
    /// The small picture it was sent with.
    pub thumbnail: Option<Bytes>,
}

/// A photo or document in a chat.
#[derive(Debug, Clone)]
pub struct File {
    /// What it can be sent again by.
    pub file_id: String,
    /// The name it was sent under, if any.
    pub name: Option<String>,
    pub mime: String,
    pub bytes: Bytes,
}

/// What a message carries beside its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) enum Content {
    Text,
    /// Sizes by file id, smallest first.
    Photo(Vec<String>),
    Video(String),
    Document(String),
    Sticker(String),
    Voice(String),
    Location,
    Invoice(Invoice),
    /// What Telegram itself says of the chat, under this name.
    Service(&'static str, Value),
}

/// A message as the seller sees it.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its number, unique over all chats.
    pub id: i64,
    /// When it was sent: virtual time, Unix milliseconds.
    pub at: u64,
    /// When it was edited last.
    pub edited_at: Option<u64>,
    /// The bot wrote it.
    pub from_bot: bool,
    /// The text or the caption, without formatting.
    pub text: String,
    /// The same with formatting, safe to show in a page.
    pub html: String,
    /// The same formatting, as Telegram's `MessageEntity` objects.
    pub entities: Vec<Value>,
    /// It is a photo.
    pub photo: bool,
    /// It is a video.
    pub video: Option<Video>,
    /// The photo or document it carries.
    pub file: Option<File>,
    /// The buttons, by row.
    pub buttons: Vec<Vec<Button>>,
    /// The file id of what it carries.
    pub media: Option<String>,
    /// The album it is part of.
    pub album: Option<String>,
    /// The topic it is in.
    pub topic: Option<i64>,
    pub(in crate::sandbox) content: Content,
    sender: i64,
}

impl Message {
    /// The invoice that it is.
    pub fn invoice(&self) -> Option<&Invoice> {
        match &self.content {
            Content::Invoice(invoice) => Some(invoice),
            _ => None,
        }
    }
}

/// What the seller saw flash over the chat after pressing a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// The press it answers.
    pub callback_id: String,
    pub text: String,
    /// It must be closed by hand.
    pub show_alert: bool,
    /// Virtual time, Unix milliseconds.
    pub at: u64,
}

/// A press of a button.
pub(super) struct Press {
    pub(super) id: String,
    pub(super) at: u64,
    pub(super) answered: bool,
}

pub(super) struct Somebody {
    pub(super) name: String,
    pub(super) language: Option<String>,
    pub(super) username: Option<String>,
    pub(super) blocked: bool,
    /// Wrote to the bot at least once: before that the bot cannot write.
    pub(super) known: bool,
    pub(super) toasts: Vec<Toast>,
    pub(super) presses: Vec<Press>,
    pub(super) action: Option<(String, u64)>,
    /// The topics of the chat.
    pub(super) topics: Vec<i64>,
}

impl Somebody {
    /// Whether they have pressed a button under that id.
    pub(super) fn has_pressed(&self, press: &str) -> bool {
        self.presses.iter().any(|it| it.id == press)
    }
}

/// What is to be written into a chat.
pub(super) struct Draft {
    pub(super) sender: i64,
    pub(super) text: Formatted,
    pub(super) content: Content,
    pub(super) buttons: Rows,
    pub(super) album: Option<String>,
    pub(super) topic: Option<i64>,
}

/// Everything Telegram knows.
pub(super) struct World {
    pub(super) bot_id: i64,
    pub(super) people: BTreeMap<i64, Somebody>,
    /// Messages by chat, oldest first. A private chat has its person's id, a group a negative one.
    pub(super) chats: BTreeMap<i64, Vec<Message>>,
    pub(super) files: Files,
    pub(super) updates: Updates,
    pub(super) stars: Stars,
    next_message: i64,
    next_press: u64,
}

impl World {
    pub(super) fn new(bot_id: i64) -> World {
        World {
            bot_id,
            people: BTreeMap::new(),
            chats: BTreeMap::new(),
            files: Files::default(),
            updates: Updates::new(),
            stars: Stars::default(),
            next_message: 1,
            next_press: 4_200_000_000_000_000_001,
        }
    }

    /// Writes a message and returns its number.
    pub(super) fn write(&mut self, chat: i64, at: u64, draft: Draft) -> i64 {
        let id = self.next_message;
        self.next_message += 1;
        let service = matches!(draft.content, Content::Service(..));
        let from_bot = draft.sender == self.bot_id && !service;
        if from_bot && let Some(person) = self.people.get_mut(&chat) {
            person.action = None;
        }
        let media = draft.content.media().map(str::to_owned);
        let stored = media.as_deref().and_then(|id| self.files.get(id));
        let message = Message {
            id,
            at,
            edited_at: None,
            from_bot,
            text: draft.text.plain,
            html: draft.text.html,
            entities: draft.text.entities,
            photo: matches!(draft.content, Content::Photo(_)),
            video: stored
                .filter(|_| matches!(draft.content, Content::Video(_)))
                .map(Video::of),
            file: stored
                .filter(|_| matches!(draft.content, Content::Photo(_) | Content::Document(_)))
                .map(File::of),
            buttons: draft.buttons,
            media,
            album: draft.album,
            topic: draft.topic,
            content: draft.content,
            sender: draft.sender,
        };
        self.chats.entry(chat).or_default().push(message);
        id
    }

    pub(super) fn message(&self, chat: i64, id: i64) -> Option<&Message> {
        self.chats
            .get(&chat)?
            .iter()
            .find(|message| message.id == id)
    }

    pub(super) fn message_mut(&mut self, chat: i64, id: i64) -> Option<&mut Message> {
        let chat = self.chats.get_mut(&chat)?;
        chat.iter_mut().find(|message| message.id == id)
    }

    /// A new press of a button by a person.
    pub(super) fn press(&mut self, person: i64, at: u64) -> String {
        let id = self.next_press.to_string();
        self.next_press += 1;
        let press = Press {
            id: id.clone(),
            at,
            answered: false,
        };
        if let Some(somebody) = self.people.get_mut(&person) {
            somebody.presses.push(press);
        }
        id
    }

    pub(super) fn tell_user(&self, id: i64) -> Value {
        let Some(person) = self.people.get(&id) else {
            return self.tell_bot();
        };
        let mut told = json!({"id": id, "is_bot": false, "first_name": person.name});
        if let Some(language) = &person.language {
            told["language_code"] = language.as_str().into();
        }
        if let Some(username) = &person.username {
            told["username"] = username.as_str().into();
        }
        told
    }

    pub(super) fn tell_bot(&self) -> Value {
        json!({
            "id": self.bot_id, "is_bot": true,
            "first_name": "Neurocards", "username": "neurocards_sandbox_bot",
        })
    }

    pub(super) fn tell_chat(&self, id: i64) -> Value {
        match self.people.get(&id) {
            Some(person) => json!({"id": id, "type": "private", "first_name": person.name}),
            None => json!({"id": id, "type": "group", "title": "Группа"}),
        }
    }

    /// A message as a bot is told it.
    pub(super) fn tell(&self, chat: i64, message: &Message) -> Value {
        let mut told = json!({
            "message_id": message.id,
            "date": message.at / 1000,
            "chat": self.tell_chat(chat),
            "from": self.tell_user(message.sender),
        });
        let (text, entities) = match message.content {
            Content::Text => ("text", "entities"),
            _ => ("caption", "caption_entities"),
        };
        if !message.text.is_empty() {
            told[text] = message.text.as_str().into();
        }
        if !message.entities.is_empty() {
            told[entities] = message.entities.clone().into();
        }
        if let Some((name, value)) = self.tell_content(&message.content) {
            told[name] = value;
        }
        if let Some(edited) = message.edited_at {
            told["edit_date"] = (edited / 1000).into();
        }
        if let Some(album) = &message.album {
            told["media_group_id"] = album.as_str().into();
        }
        if let Some(topic) = message.topic {
            told["message_thread_id"] = topic.into();
            told["is_topic_message"] = true.into();
        }
        if let Some(markup) = keyboard::write(&message.buttons) {
            told["reply_markup"] = markup;
        }
        told
    }

    fn tell_content(&self, content: &Content) -> Option<(&'static str, Value)> {
        let told = |id: &String| self.files.get(id).map(Stored::describe).unwrap_or_default();
        Some(match content {
            Content::Text => return None,
            Content::Photo(sizes) => ("photo", sizes.iter().map(told).collect()),
            Content::Video(id) => ("video", told(id)),
            Content::Document(id) => ("document", told(id)),
            Content::Sticker(id) => ("sticker", told(id)),
            Content::Voice(id) => ("voice", told(id)),
            Content::Invoice(invoice) => (
                "invoice",
                json!({
                    "title": invoice.title, "description": invoice.description,
                    "start_parameter": invoice.start_parameter,
                    "currency": "XTR", "total_amount": invoice.stars,
                }),
            ),
            Content::Service(name, what) => (*name, what.clone()),
            Content::Location => ("location", json!({"latitude": 55.75, "longitude": 37.61})),
        })
    }
}

impl Content {
    /// The file id of the largest file it carries.
    pub(super) fn media(&self) -> Option<&str> {
        match self {
            Content::Text | Content::Location | Content::Invoice(_) | Content::Service(..) => None,
            Content::Photo(sizes) => sizes.last().map(String::as_str),
            Content::Video(id)
            | Content::Document(id)
            | Content::Sticker(id)
            | Content::Voice(id) => Some(id),
        }
    }
}

impl Video {
    fn of(file: &Stored) -> Video {
        Video {
            file_id: file.id.clone(),
            size: file.bytes.len(),
            bytes: file.bytes.clone(),
            width: file.width,
            height: file.height,
            duration: file.seconds,
            thumbnail: file.thumbnail.clone(),
        }
    }
}

impl File {
    fn of(file: &Stored) -> File {
        File {
            file_id: file.id.clone(),
            name: file.name.clone(),
            mime: file.mime.clone(),
            bytes: file.bytes.clone(),
        }
    }
}
