//! One update of Telegram's becomes one of ours, or nothing if it is none of our business.
//!
//! The few fields a turn needs are read from the JSON itself, so that nothing Telegram adds to the others matters.

mod marks;
mod stars;
#[cfg(test)]
mod tests;

use serde_json::value::RawValue;

use super::json::Fields;
use super::rich;
use crate::rules::conversation::event::{Aside, Button, Command, Event, Picture, Place, Update};
use crate::rules::conversation::office::request::{Order, Request, cut};
use crate::rules::conversation::say::Hint;
use crate::rules::domain::brief::Photo;
use crate::rules::domain::format::Format;
use crate::rules::domain::id::{AlbumId, CallbackId, FileId, MessageId, TopicId, UpdateId, UserId};
use crate::rules::domain::stars::Stars;
use crate::rules::domain::user::Lang;
use marks::{behind, marks};

/// The largest file Telegram lets a bot download, in bytes.
pub const DOWNLOAD_LIMIT: u32 = 20 << 20;
/// The shortest side a picture may have; the provider takes nothing smaller.
pub const SMALLEST_SIDE: u32 = 300;
/// Telegram's ids of users have at most so many bits.
const USER_BITS: u32 = 52;
/// Names that Telegram gives to files, albums and presses are shorter, in bytes.
const NAME: usize = 512;
/// What a person has done to a chat: the service messages that have no such ending as [`SERVICE_ENDS`].
const SERVICE: [&str; 14] = [
    "new_chat_members",
    "new_chat_member",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "successful_payment",
    "refunded_payment",
    "connected_website",
    "passport_data",
    "web_app_data",
];
/// How the other service messages end, those to come as well: each tells what was done.
const SERVICE_ENDS: [&str; 26] = [
    "added",
    "allowed",
    "approved",
    "changed",
    "closed",
    "completed",
    "created",
    "declined",
    "deleted",
    "done",
    "edited",
    "ended",
    "failed",
    "hidden",
    "invited",
    "joined",
    "left",
    "paid",
    "refunded",
    "removed",
    "reopened",
    "scheduled",
    "sent",
    "set",
    "shared",
    "started",
];

/// An update as Telegram wrote it.
#[derive(Debug)]
pub struct Wire<'j> {
    /// Its number.
    pub id: UpdateId,
    fields: Fields<'j>,
}

/// Reads an update as Telegram sent it; nothing if it is not one.
pub fn read(body: &str) -> Option<Wire<'_>> {
    let fields = Fields::read(body)?;
    let id = u64::try_from(fields.number("update_id")?).ok()?;
    let id = UpdateId(id);
    Some(Wire { id, fields })
}

/// What an update means to us. `me` is the bot's name, once it is known.
pub fn parse(update: &Wire<'_>, me: Option<&str>) -> Option<Update> {
    let of = |kind| update.fields.object(kind);
    let Told {
        from,
        chat,
        event,
        callback,
        place,
        aside,
    } = if let Some(message) = of("message") {
        of_message(&message, me)?
    } else if let Some(message) = of("edited_message") {
        of_edit(&message)?
    } else if let Some(press) = of("callback_query") {
        of_press(&press)?
    } else if let Some(query) = of("pre_checkout_query") {
        let (from, stars) = (Person::of(&query)?, stars::of_query(&query)?);
        let chat = i64::try_from(from.id.0).ok()?;
        Told::new(from, chat, Event::Stars(stars))
    } else {
        of_membership(&of("my_chat_member")?)?
    };
    Some(Update {
        id: update.id,
        user: from.id,
        chat,
        username: from.username,
        lang: from.lang,
        event,
        callback,
        place,
        aside,
    })
}

/// What was read of one kind of update.
struct Told {
    from: Person,
    chat: i64,
    event: Event,
    callback: Option<CallbackId>,
    place: Place,
    aside: Aside,
}

impl Told {
    fn new(from: Person, chat: i64, event: Event) -> Self {
        Self {
            from,
            chat,
            event,
            callback: None,
            place: Place::Unknown,
            aside: Aside::default(),
        }
    }
}

/// Whoever did it.
struct Person {
    id: UserId,
    username: Option<String>,
    lang: Lang,
}

impl Person {
    /// Nothing if nobody is named, or a bot.
    fn of(fields: &Fields<'_>) -> Option<Self> {
        let from = fields.object("from")?;
        let id = u64::try_from(from.number("id")?).ok()?;
        let known = (1..1 << USER_BITS).contains(&id) && !from.is("is_bot");
        let plain = |name: &String| {
            let letter = |it: u8| it.is_ascii_alphanumeric() || it == b'_';
            (1..=NAME).contains(&name.len()) && name.bytes().all(letter)
        };
        known.then(|| Self {
            id: UserId(id),
            username: from.text("username").filter(plain),
            lang: Lang::of_code(from.text("language_code").as_deref()),
        })
    }

    /// Whoever has this private chat with us; of their language nothing is known.
    fn behind(chat: i64) -> Option<Self> {
        let id = u64::try_from(chat).ok().filter(|id| *id > 0)?;
        Some(Self {
            id: UserId(id),
            username: None,
            lang: Lang::of_code(None),
        })
    }

    /// Their private chat with us, if that is where `chat` is.
    fn alone_in(&self, chat: i64) -> bool {
        u64::try_from(chat) == Ok(self.id.0)
    }
}

/// The number of the chat something happened in.
fn chat_of(fields: &Fields<'_>) -> Option<i64> {
    fields.object("chat")?.number("id")
}

fn of_message(message: &Fields<'_>, me: Option<&str>) -> Option<Told> {
    if let Some(stars) = stars::of_message(message) {
        return of_stars(message, stars);
    }
    let (from, chat) = (Person::of(message)?, chat_of(message)?);
    // Sent for a seller, by us or another bot, to somebody else.
    if message.has("sender_business_bot") || message.has("business_connection_id") {
        return None;
    }
    if !from.alone_in(chat) {
        let ours = is_group(message) && calls_us(message, me);
        return ours.then(|| Told::new(from, chat, Event::Group));
    }
    let event = of_content(message)?;
    let mut told = Told::new(from, chat, event);
    told.place = place(message);
    told.aside.marks = match (&told.event, message.text("text")) {
        (Event::Desk(request), Some(text)) => behind(marks(message), &text, &request.rest),
        (Event::Text(_), Some(_)) => marks(message),
        _ => Vec::new(),
    };
    Some(told)
}

/// What is paid may be told in any chat, and what is given back in the bot's own name.
fn of_stars(message: &Fields<'_>, stars: Stars) -> Option<Told> {
    let chat = chat_of(message)?;
    let from = Person::of(message).or_else(|| Person::behind(chat))?;
    Some(Told::new(from, chat, Event::Stars(stars)))
}

/// Whether it was written in a group; a channel's direct messages are none.
fn is_group(message: &Fields<'_>) -> bool {
    let Some(chat) = message.object("chat") else {
        return false;
    };
    let kind = chat.text("type");
    matches!(kind.as_deref(), Some("group" | "supergroup")) && !chat.is("is_direct_messages")
}

/// Whether a message is a command to this bot, or to any.
fn calls_us(message: &Fields<'_>, me: Option<&str>) -> bool {
    let text = message.text("text").unwrap_or_default();
    let Some((_, to)) = command(&text) else {
        return false;
    };
    to.is_none_or(|to| me.is_none_or(|me| to.eq_ignore_ascii_case(me)))
}

/// Where in a private chat a message stands.
fn place(message: &Fields<'_>) -> Place {
    let topic = message.number("message_thread_id");
    match topic.and_then(|topic| i32::try_from(topic).ok()) {
        Some(topic) => Place::Topic(TopicId(topic)),
        None => Place::Chat,
    }
}

/// Nothing for a service message.
fn of_content(message: &Fields<'_>) -> Option<Event> {
    let live = message.object("live_photo");
    let live = live.map(|live| live.list("photo"));
    let caption = message.text("caption");
    if let Some(size) = largest(message.list("photo")).or_else(|| largest(live?)) {
        return Some(of_photo(message, &size, caption));
    }
    if let (Some(document), false) = (message.object("document"), message.has("animation")) {
        return Some(of_document(message, &document, caption));
    }
    if let Some(text) = message.text("text") {
        return Some(of_text(text));
    }
    if let Some(rich) = message.get("rich_message") {
        return Some(of_rich(message, rich));
    }
    let mut names = message.all().map(|(name, _)| name);
    (!names.any(is_service)).then_some(Event::Other)
}

/// Whether a field tells of something that was done to the chat, and is no answer to any question.
fn is_service(name: &str) -> bool {
    let end = name.rsplit_once('_').map_or("", |(_, end)| end);
    let tells = !name.starts_with("is_") && !name.starts_with("has_");
    SERVICE.contains(&name) || tells && SERVICE_ENDS.contains(&end)
}

fn of_text(text: String) -> Event {
    match command(&text) {
        Some((Command::Unknown, _)) => match request(&text) {
            Some(request) => Event::Desk(request),
            None => Event::Command(Command::Unknown),
        },
        Some((command, _)) => Event::Command(command),
        None => Event::Text(text),
    }
}

/// A rich message is what is said in it; a photo with that below, if it has one.
fn of_rich(message: &Fields<'_>, rich: &RawValue) -> Event {
    let text = rich::text(rich);
    let said = !text.trim().is_empty();
    match largest(rich::photo(rich)) {
        Some(size) => of_photo(message, &size, said.then_some(text)),
        None if said => of_text(text),
        None => Event::BadFile(Hint::PlainText),
    }
}

fn of_edit(message: &Fields<'_>) -> Option<Told> {
    let (from, chat) = (Person::of(message)?, chat_of(message)?);
    // What moves by itself, as a live location, is edited as well.
    let written = message.has("text") || message.has("caption") || message.has("rich_message");
    let ours = written && !message.has("business_connection_id") && from.alone_in(chat);
    ours.then(|| Told {
        place: place(message),
        ..Told::new(from, chat, Event::Edited)
    })
}

fn of_press(press: &Fields<'_>) -> Option<Told> {
    let from = Person::of(press)?;
    let id = press.text("id").filter(|id| is_name(id))?;
    let button = press.text("data").as_deref().and_then(Button::parse);
    let chat = i64::try_from(from.id.0).ok()?;
    let message = press.object("message");
    let pressed = message.as_ref().and_then(|it| it.number("message_id"));
    let pressed = pressed.and_then(|id| i32::try_from(id).ok()).map(MessageId);
    // Of one that is out of reach nothing is told but its number.
    let place = match &message {
        Some(message) if message.number("date") != Some(0) => place(message),
        Some(_) | None => Place::Unknown,
    };
    Some(Told {
        callback: Some(CallbackId(id)),
        place,
        aside: Aside {
            pressed,
            marks: Vec::new(),
        },
        ..Told::new(from, chat, Event::Press(button))
    })
}

fn of_membership(change: &Fields<'_>) -> Option<Told> {
    let (from, chat) = (Person::of(change)?, chat_of(change)?);
    let (before, now) = (
        stays(change, "old_chat_member"),
        stays(change, "new_chat_member"),
    );
    let event = match (from.alone_in(chat), now?) {
        (true, true) => Event::Unblocked,
        (true, false) => Event::Blocked,
        (false, true) if before == Some(false) && is_group(change) => Event::Group,
        (false, _) => return None,
    };
    Some(Told::new(from, chat, event))
}

/// Whether a member of a chat is in it; nothing if that is not said.
fn stays(change: &Fields<'_>, which: &str) -> Option<bool> {
    let member = change.object(which)?;
    Some(match member.text("status")?.as_str() {
        "left" | "kicked" | "banned" => false,
        "restricted" => member.is("is_member"),
        _ => true,
    })
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

/// A command that only operators have.
fn request(text: &str) -> Option<Request> {
    let (word, rest) = cut(text.strip_prefix('/')?);
    let name = word.split_once('@').map_or(word, |(name, _)| name);
    let (order, rest) = (Order::named(name)?, rest.trim().to_owned());
    Some(Request { order, rest })
}

/// One size of a photo.
struct Size {
    file: FileId,
    /// Pixels; nothing if that is not said.
    sides: Option<(u64, u64)>,
}

/// The largest of the sizes that can be fetched.
fn largest(sizes: Vec<&RawValue>) -> Option<Size> {
    let size = |size: &RawValue| {
        let size = Fields::read(size.get())?;
        let side = |name| u64::try_from(size.number(name)?).ok();
        Some(Size {
            file: FileId(size.text("file_id").filter(|id| is_name(id))?),
            sides: side("width").zip(side("height")),
        })
    };
    let area = |size: &Size| {
        size.sides
            .map(|(width, height)| width.saturating_mul(height))
    };
    sizes.into_iter().filter_map(size).max_by_key(area)
}

fn of_photo(message: &Fields<'_>, size: &Size, caption: Option<String>) -> Event {
    let small = |(width, height): (u64, u64)| width.min(height) < SMALLEST_SIDE.into();
    if size.sides.is_some_and(small) {
        return Event::BadFile(Hint::PhotoTooSmall);
    }
    picture(message, size.file.clone(), caption, false)
}

fn of_document(message: &Fields<'_>, document: &Fields<'_>, caption: Option<String>) -> Event {
    let (kind, name) = (document.text("mime_type"), document.text("file_name"));
    let kind = kind.as_deref().and_then(|kind| kind.split(';').next());
    // What says nothing of itself is judged by its bytes, once it is here.
    let format = Format::of_label(kind.map(str::trim), name.as_deref());
    if format.is_some_and(|format| !format.is_read()) {
        return Event::BadFile(Hint::NotAPicture);
    }
    let size = document.number("file_size").unwrap_or_default();
    if size > DOWNLOAD_LIMIT.into() {
        return Event::BadFile(Hint::FileTooBig);
    }
    match document.text("file_id").filter(|id| is_name(id)) {
        Some(file) => picture(message, FileId(file), caption, true),
        None => Event::Other,
    }
}

fn picture(message: &Fields<'_>, file: FileId, caption: Option<String>, as_file: bool) -> Event {
    let album = message.text("media_group_id");
    Event::Picture(Picture {
        photo: Photo { file },
        album: album.filter(|id| is_name(id)).map(AlbumId),
        caption,
        as_file,
    })
}

/// Whether a text may be a name that Telegram gave to something.
fn is_name(text: &str) -> bool {
    (1..=NAME).contains(&text.len())
}
