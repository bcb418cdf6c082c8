//! One update of Telegram's becomes one of ours, or nothing if it is none of our business.

use teloxide::types::{
    ChatMemberUpdated, Document, MediaKind, Message, MessageEntity, MessageEntityKind, MessageKind,
    PhotoSize, Update as Wire, UpdateKind, User,
};

use crate::domain::brief::Photo;
use crate::domain::broadcast::{Mark, Style};
use crate::domain::id::{AlbumId, CallbackId, FileId, MessageId, UpdateId, UserId};
use crate::domain::user::Lang;
use crate::flow::event::{Aside, Button, Command, Event, Picture, Update};
use crate::flow::office::request::{Order, Request, cut};
use crate::flow::say::Hint;

/// The largest file Telegram lets a bot download, in bytes.
pub const DOWNLOAD_LIMIT: u32 = 20 << 20;
/// The shortest side a picture may have; the provider takes nothing smaller.
pub const SMALLEST_SIDE: u32 = 300;

/// Reads an update as Telegram sent it; nothing if it is not one.
///
/// From the text, not from a parsed value: teloxide reads every value as an unknown kind (facts of 2026-11).
pub fn read(body: &[u8]) -> Option<Wire> {
    serde_json::from_str(std::str::from_utf8(body).ok()?).ok()
}

/// What an update means to us. `me` is the bot's name, once it is known.
pub fn parse(update: &Wire, me: Option<&str>) -> Option<Update> {
    let mut aside = Aside::default();
    let (user, chat, event, callback) = match &update.kind {
        UpdateKind::Message(message) => {
            let (user, event) = of_message(message, me)?;
            aside.marks = marks(message);
            if let (Event::Desk(request), Some(text)) = (&event, message.text()) {
                aside.marks = behind(aside.marks, text, &request.rest);
            }
            (user, message.chat.id.0, event, None)
        }
        UpdateKind::EditedMessage(message) if message.chat.is_private() => (
            message.from.as_ref()?,
            message.chat.id.0,
            Event::Edited,
            None,
        ),
        UpdateKind::CallbackQuery(query) => {
            let button = query.data.as_deref().and_then(Button::parse);
            let chat = i64::try_from(query.from.id.0).ok()?;
            let pressed = query.message.as_ref().map(|message| message.id());
            aside.pressed = pressed.map(|id| MessageId(id.0));
            (
                &query.from,
                chat,
                Event::Press(button),
                Some(CallbackId(query.id.0.clone())),
            )
        }
        UpdateKind::MyChatMember(change) => {
            let event = of_membership(change)?;
            (&change.from, change.chat.id.0, event, None)
        }
        _ => return None,
    };
    if user.is_bot {
        return None;
    }
    Some(Update {
        id: UpdateId(u64::from(update.id.0)),
        user: UserId(user.id.0),
        chat,
        username: user.username.clone(),
        lang: Lang::of_code(user.language_code.as_deref()),
        event,
        callback,
        aside,
    })
}

fn of_message<'m>(message: &'m Message, me: Option<&str>) -> Option<(&'m User, Event)> {
    let user = message.from.as_ref()?;
    if !message.chat.is_private() {
        let (_, to) = message.text().and_then(command)?;
        let ours = to.is_none_or(|to| me.is_none_or(|me| to.eq_ignore_ascii_case(me)));
        return ours.then_some((user, Event::Group));
    }
    let event = match &message.kind {
        MessageKind::Common(common) => of_media(message, &common.media_kind),
        // A message of a kind this program is too old to know.
        MessageKind::Empty {} => Event::Other,
        _ => return None,
    };
    Some((user, event))
}

fn of_media(message: &Message, media: &MediaKind) -> Event {
    match media {
        MediaKind::Text(text) => match command(&text.text) {
            Some((Command::Unknown, _)) => match request(&text.text) {
                Some(request) => Event::Desk(request),
                None => Event::Command(Command::Unknown),
            },
            Some((command, _)) => Event::Command(command),
            None => Event::Text(text.text.clone()),
        },
        MediaKind::Photo(photo) => match photo
            .photo
            .iter()
            .max_by_key(|size| size.width * size.height)
        {
            Some(size) => of_photo(message, size),
            None => Event::Other,
        },
        MediaKind::Document(document) => of_document(message, &document.document),
        _ => Event::Other,
    }
}

/// A command and the bot it is meant for, if that is said.
fn command(text: &str) -> Option<(Command, Option<&str>)> {
    let word = text.strip_prefix('/')?.split_whitespace().next()?;
    let (name, to) = match word.split_once('@') {
        Some((name, to)) => (name, Some(to)),
        None => (word, None),
    };
    Some((Command::named(name), to))
}

/// How a text is formatted, as far as it can be repeated.
fn marks(message: &Message) -> Vec<Mark> {
    let entities = message.entities().unwrap_or_default().iter();
    let mark = |entity: &MessageEntity| {
        let style = match &entity.kind {
            MessageEntityKind::Bold => Style::Bold,
            MessageEntityKind::Italic => Style::Italic,
            MessageEntityKind::Underline => Style::Underline,
            MessageEntityKind::Strikethrough => Style::Strike,
            MessageEntityKind::Spoiler => Style::Spoiler,
            MessageEntityKind::Code => Style::Code,
            MessageEntityKind::Pre { .. } => Style::Pre,
            MessageEntityKind::Blockquote | MessageEntityKind::ExpandableBlockquote => Style::Quote,
            MessageEntityKind::TextLink { url } => Style::Link(url.to_string()),
            // Telegram finds the others by itself, or they are of somebody else's.
            _ => return None,
        };
        Some(Mark {
            style,
            offset: u32::try_from(entity.offset).ok()?,
            length: u32::try_from(entity.length).ok()?,
        })
    };
    entities.filter_map(mark).collect()
}

/// The marks of what stands behind a command: `rest` is the end of `text`, but for blanks.
fn behind(marks: Vec<Mark>, text: &str, rest: &str) -> Vec<Mark> {
    let before = text.trim_end().len() - rest.len();
    let before = text[..before].encode_utf16().count() as u64;
    let until = before + rest.encode_utf16().count() as u64;
    let cut = |mark: Mark| {
        let offset = u64::from(mark.offset);
        let (from, to) = (
            offset.max(before),
            (offset + u64::from(mark.length)).min(until),
        );
        let length = to.checked_sub(from).filter(|length| *length > 0)?;
        Some(Mark {
            offset: u32::try_from(from - before).ok()?,
            length: u32::try_from(length).ok()?,
            ..mark
        })
    };
    marks.into_iter().filter_map(cut).collect()
}

/// A command that only operators have.
fn request(text: &str) -> Option<Request> {
    let (word, rest) = cut(text.strip_prefix('/')?);
    let name = word.split_once('@').map_or(word, |(name, _)| name);
    let (order, rest) = (Order::named(name)?, rest.trim().to_owned());
    Some(Request { order, rest })
}

fn of_photo(message: &Message, size: &PhotoSize) -> Event {
    if size.width.min(size.height) < SMALLEST_SIDE {
        return Event::BadFile(Hint::PhotoTooSmall);
    }
    picture(message, &size.file.id.0)
}

fn of_document(message: &Message, document: &Document) -> Event {
    let kind = document
        .mime_type
        .as_ref()
        .map(|mime| mime.essence_str().to_ascii_lowercase());
    match kind.as_deref() {
        Some("image/jpeg" | "image/jpg" | "image/png" | "image/webp") => {}
        _ => return Event::BadFile(Hint::NotAPicture),
    }
    if document.file.size > DOWNLOAD_LIMIT {
        return Event::BadFile(Hint::FileTooBig);
    }
    picture(message, &document.file.id.0)
}

fn picture(message: &Message, file: &str) -> Event {
    Event::Picture(Picture {
        photo: Photo {
            file: FileId(file.to_owned()),
        },
        album: message
            .media_group_id()
            .map(|album| AlbumId(album.0.clone())),
        caption: message.caption().map(str::to_owned),
    })
}

fn of_membership(change: &ChatMemberUpdated) -> Option<Event> {
    let present = change.new_chat_member.kind.is_present();
    match (change.chat.is_private(), present) {
        (true, true) => Some(Event::Unblocked),
        (true, false) => Some(Event::Blocked),
        (false, true) if !change.old_chat_member.kind.is_present() => Some(Event::Group),
        (false, _) => None,
    }
}
