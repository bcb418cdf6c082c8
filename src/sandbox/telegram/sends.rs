//! The methods that put something into a chat, or take a file out.

use bytes::Bytes;
use serde_json::Value;

use super::{
    args::{Args, FileArg, Refusal},
    chats::{Content, Draft, World},
    door::{Answer, Door},
    files::{Details, Kind},
    keyboard::{self, Rows},
    text::{self, Formatted},
};
use crate::sandbox::movie;

/// UTF-16 units of a message.
pub(super) const TEXT_LIMIT: usize = 4096;
/// UTF-16 units of a caption.
pub(super) const CAPTION_LIMIT: usize = 1024;
const PHOTO_LIMIT: usize = 10 << 20;
const UPLOAD_LIMIT: usize = 50 << 20;
const DOWNLOAD_LIMIT: usize = 20 << 20;
/// Telegram looks into no video that is longer.
const LOOKED_INTO: usize = 10 << 20;
/// A thumbnail's longest side, and how long it must not be.
const SMALL: u32 = 320;
const SMALL_LIMIT: usize = 200_000;
/// The sum of a photo's sides, and how much one may exceed the other.
const SIDES_LIMIT: u32 = 10_000;
const RATIO_LIMIT: u32 = 20;

/// What any message may be sent with and nothing here depends on.
pub(super) const WITHOUT_EFFECT: [&str; 7] = [
    "business_connection_id",
    "disable_notification",
    "protect_content",
    "allow_paid_broadcast",
    "message_effect_id",
    "reply_parameters",
    "direct_messages_topic_id",
];

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

pub(super) fn message(door: &Door, mut args: Args) -> Answer {
    let place = Place::read(&mut args)?;
    let text = message_text(&mut args)?;
    let buttons = keyboard::read(args.json("reply_markup")?)?;
    args.ignore(&WITHOUT_EFFECT);
    args.ignore(&["link_preview_options"]);
    args.finish()?;
    door.send(place, text, Content::Text, buttons)
}

pub(super) fn photo(door: &Door, mut args: Args) -> Answer {
    let place = Place::read(&mut args)?;
    let photo = args.file("photo")?;
    let text = caption_text(&mut args)?;
    let buttons = keyboard::read(args.json("reply_markup")?)?;
    args.ignore(&WITHOUT_EFFECT);
    args.ignore(&["show_caption_above_media", "has_spoiler"]);
    args.finish()?;
    let sizes = match photo {
        None => return Err(Refusal::wrong("there is no photo in the request")),
        Some(FileArg::Named(id)) => door.sizes_of(&id)?,
        Some(FileArg::Uploaded(upload)) => {
            if upload.bytes.len() > PHOTO_LIMIT {
                return Err(too_large());
            }
            let Some(small) = movie::thumbnail(&upload.bytes, 90) else {
                return Err(Refusal::wrong("IMAGE_PROCESS_FAILED"));
            };
            let (width, height) = small.photo;
            let (short, long) = (width.min(height), width.max(height));
            if width + height > SIDES_LIMIT || long > short * RATIO_LIMIT {
                return Err(Refusal::wrong("PHOTO_INVALID_DIMENSIONS"));
            }
            let thumbnail = Details {
                size: small.size,
                ..Details::new(Kind::Photo, small.bytes, "image/jpeg")
            };
            let full = Details {
                size: small.photo,
                ..Details::new(Kind::Photo, upload.bytes, "image/jpeg")
            };
            door.may_write(place)?;
            door.try_change(|world, _| {
                Ok([thumbnail, full].map(|it| world.files.keep(it)).to_vec())
            })?
        }
    };
    door.send(place, text, Content::Photo(sizes), buttons)
}

pub(super) fn video(door: &Door, mut args: Args) -> Answer {
    let place = Place::read(&mut args)?;
    let video = args.file("video")?;
    let thumbnail = args.file("thumbnail")?.map(small_picture).transpose()?;
    args.file("cover")?;
    let given = [
        args.int("width")?,
        args.int("height")?,
        args.int("duration")?,
    ];
    args.flag("supports_streaming")?;
    let text = caption_text(&mut args)?;
    let buttons = keyboard::read(args.json("reply_markup")?)?;
    args.ignore(&WITHOUT_EFFECT);
    args.ignore(&["show_caption_above_media", "has_spoiler", "start_timestamp"]);
    args.finish()?;
    let id = match video {
        None => return Err(Refusal::wrong("there is no video in the request")),
        Some(FileArg::Named(id)) => door.of_kind(&id, Kind::Video)?,
        Some(FileArg::Uploaded(upload)) => {
            if upload.bytes.len() > UPLOAD_LIMIT {
                return Err(too_large());
            }
            let Some(label) = movie::label(&upload.bytes) else {
                return Err(Refusal::wrong("the uploaded video is not an MP4"));
            };
            let seen = [label.width, label.height, label.seconds];
            for (given, seen) in given.iter().zip(seen) {
                // A bot may round a duration; more than that is a lie about the file.
                if given.is_some_and(|given| given.abs_diff(seen.into()) > 1) {
                    return Err(Refusal::wrong("the video is not as it is described"));
                }
            }
            // Of a large file Telegram finds nothing out: the chat shows a square of no length.
            let told = given.iter().all(Option::is_some);
            let square = upload.bytes.len() > LOOKED_INTO && !told;
            let (size, seconds) = match square {
                true => ((SMALL, SMALL), 0),
                false => ((label.width, label.height), label.seconds),
            };
            let details = Details {
                name: upload.name,
                size,
                seconds,
                thumbnail,
                ..Details::new(Kind::Video, upload.bytes, "video/mp4")
            };
            drop(upload.mime);
            door.may_write(place)?;
            door.try_change(|world, _| Ok(world.files.keep(details)))?
        }
    };
    door.send(place, text, Content::Video(id), buttons)
}

/// The thumbnail of a video, which must be a small JPEG that is uploaded with it.
fn small_picture(file: FileArg) -> Result<Bytes, Refusal> {
    let FileArg::Uploaded(upload) = file else {
        return Err(Refusal::wrong("a thumbnail can only be uploaded"));
    };
    let jpeg = upload.bytes.starts_with(&[0xff, 0xd8, 0xff]) && upload.bytes.len() < SMALL_LIMIT;
    let sides = movie::thumbnail(&upload.bytes, SMALL).map(|it| it.photo);
    match sides {
        Some((width, height)) if jpeg && width.max(height) <= SMALL => Ok(upload.bytes),
        Some(_) | None => Err(Refusal::wrong("the thumbnail is no small JPEG")),
    }
}

pub(super) fn chat_action(door: &Door, mut args: Args) -> Answer {
    let place = Place::read(&mut args)?;
    let action = args.text("action")?.unwrap_or_default();
    args.ignore(&["business_connection_id"]);
    args.finish()?;
    if !ACTIONS.contains(&action.as_str()) {
        return Err(Refusal::wrong("wrong parameter action in request"));
    }
    door.may_write(place)?;
    door.try_change(|world, now| {
        if let Some(person) = world.people.get_mut(&place.chat) {
            person.action = Some((action, now));
        }
        Ok(true.into())
    })
}

pub(super) fn get_file(door: &Door, mut args: Args) -> Answer {
    let id = args.text("file_id")?.unwrap_or_default();
    args.finish()?;
    door.try_change(|world, _| {
        let file = world.files.get(&id);
        let file = file.ok_or_else(|| Refusal::plain(400, "Bad Request: invalid file_id"))?;
        if file.bytes.len() > DOWNLOAD_LIMIT {
            return Err(Refusal::plain(400, "Bad Request: file is too big"));
        }
        let mut told = file.meta();
        told["file_path"] = file.path.as_str().into();
        Ok(told)
    })
}

/// Reads `text` with its formatting.
pub(super) fn message_text(args: &mut Args) -> Result<Formatted, Refusal> {
    let text = formatted(args, "text", "entities")?;
    match text::utf16(&text.plain) {
        _ if text.plain.trim().is_empty() => Err(Refusal::wrong("message text is empty")),
        long if long > TEXT_LIMIT => Err(Refusal::wrong("message is too long")),
        _ => Ok(text),
    }
}

/// Reads `caption` with its formatting.
pub(super) fn caption_text(args: &mut Args) -> Result<Formatted, Refusal> {
    let text = formatted(args, "caption", "caption_entities")?;
    match text::utf16(&text.plain) > CAPTION_LIMIT {
        true => Err(Refusal::wrong("message caption is too long")),
        false => Ok(text),
    }
}

fn formatted(args: &mut Args, name: &str, entities: &str) -> Result<Formatted, Refusal> {
    let source = args.text(name)?.unwrap_or_default();
    let entities = args.json(entities)?;
    match (args.text("parse_mode")?.as_deref(), entities) {
        (None, None) => Ok(text::plain(source)),
        (None, Some(Value::Array(entities))) => Ok(Formatted {
            entities,
            ..text::plain(source)
        }),
        (Some("HTML"), None) => text::html(&source)
            .map_err(|why| Refusal::wrong(format!("can't parse entities: {why}"))),
        (Some(mode), _) => Err(Refusal::wrong(format!("unsupported parse_mode {mode:?}"))),
        (None, Some(_)) => Err(Refusal::wrong("entities must be an array")),
    }
}

fn too_large() -> Refusal {
    Refusal {
        wrong: true,
        ..Refusal::plain(413, "Request Entity Too Large")
    }
}

/// Whether the bot may write there.
pub(super) fn may_write(world: &World, chat: i64) -> Result<(), Refusal> {
    match world.people.get(&chat) {
        Some(person) if person.blocked => Err(Refusal::blocked()),
        Some(person) if person.known => Ok(()),
        None if world.chats.contains_key(&chat) => Ok(()),
        _ => Err(Refusal::plain(400, "Bad Request: chat not found")),
    }
}

/// Where a message is to be written.
#[derive(Clone, Copy)]
pub(super) struct Place {
    chat: i64,
    topic: Option<i64>,
}

impl Place {
    pub(super) fn read(args: &mut Args) -> Result<Place, Refusal> {
        Ok(Place {
            chat: args.need_int("chat_id")?,
            topic: args.int("message_thread_id")?,
        })
    }

    /// Whether the bot may write there.
    fn is_open(self, world: &World) -> Result<(), Refusal> {
        may_write(world, self.chat)?;
        let person = world.people.get(&self.chat);
        let has = |topic| person.is_some_and(|person| person.topics.contains(&topic));
        match self.topic.is_none_or(has) {
            true => Ok(()),
            false => Err(Refusal::plain(400, "Bad Request: message thread not found")),
        }
    }
}

impl Door {
    pub(super) fn send(
        &self,
        place: Place,
        text: Formatted,
        content: Content,
        buttons: Rows,
    ) -> Answer {
        self.try_change(|world, now| {
            place.is_open(world)?;
            let chat = place.chat;
            let draft = Draft {
                sender: world.bot_id,
                text,
                content,
                buttons,
                album: None,
                topic: place.topic,
            };
            let id = world.write(chat, now, draft);
            let message = world.message(chat, id).expect("it was just written");
            Ok(world.tell(chat, message))
        })
    }

    fn may_write(&self, place: Place) -> Result<(), Refusal> {
        self.try_change(|world, _| place.is_open(world))
    }

    fn of_kind(&self, id: &str, kind: Kind) -> Result<String, Refusal> {
        self.try_change(|world, _| match world.files.get(id) {
            Some(file) if file.kind == kind => Ok(file.id.clone()),
            Some(file) => Err(Refusal::wrong(format!(
                "can't use file of type {:?} as {kind:?}",
                file.kind
            ))),
            None => Err(Refusal::wrong("wrong file identifier/HTTP URL specified")),
        })
    }

    /// All sizes of the photo that one of them names.
    fn sizes_of(&self, id: &str) -> Result<Vec<String>, Refusal> {
        let id = self.of_kind(id, Kind::Photo)?;
        self.try_change(|world, _| {
            let all = world.chats.values().flatten();
            let known = all.filter_map(|message| match &message.content {
                Content::Photo(sizes) if sizes.contains(&id) => Some(sizes.clone()),
                _ => None,
            });
            Ok(known.last().unwrap_or_else(|| vec![id.clone()]))
        })
    }
}

impl Args {
    /// What is worth telling about the call in the journal: the chat and the beginning of the text.
    pub(super) fn note(&self) -> String {
        let field = |name| self.peek(name).unwrap_or_default();
        let start: String = (field("text") + &field("caption"))
            .chars()
            .take(60)
            .collect();
        let parts = [field("chat_id"), field("action"), start];
        let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
        parts.join(" ")
    }
}
