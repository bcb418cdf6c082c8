//! The methods that change what is already in a chat.

use super::{
    args::{Args, Refusal},
    chats::{Content, Message, Toast, World},
    door::{Answer, Door},
    keyboard::{self, Rows},
    sends::{self, caption_text, message_text},
    text::{self, Formatted},
    updates::PRESS_LIFE,
};

/// UTF-16 units of a toast.
const TOAST_LIMIT: usize = 200;
/// A message can be deleted for 48 hours.
const DELETABLE: u64 = 48 * 60 * 60 * 1000;

pub(super) fn text(door: &Door, mut args: Args) -> Answer {
    let text = message_text(&mut args)?;
    let target = Target::read(&mut args)?;
    args.ignore(&["link_preview_options"]);
    args.finish()?;
    door.edit(target, |message, buttons| {
        if message.content != Content::Text {
            let why = "Bad Request: there is no text in the message to edit";
            return Err(Refusal::plain(400, why));
        }
        replace(message, Some(text), buttons)
    })
}

pub(super) fn caption(door: &Door, mut args: Args) -> Answer {
    let text = caption_text(&mut args)?;
    let target = Target::read(&mut args)?;
    args.ignore(&["show_caption_above_media"]);
    args.finish()?;
    door.edit(target, |message, buttons| {
        if message.content == Content::Text {
            let why = "Bad Request: there is no caption in the message to edit";
            return Err(Refusal::plain(400, why));
        }
        replace(message, Some(text), buttons)
    })
}

pub(super) fn reply_markup(door: &Door, mut args: Args) -> Answer {
    let target = Target::read(&mut args)?;
    args.finish()?;
    door.edit(target, |message, buttons| replace(message, None, buttons))
}

pub(super) fn delete(door: &Door, mut args: Args) -> Answer {
    let chat = args.need_int("chat_id")?;
    let id = args.need_int("message_id")?;
    args.finish()?;
    door.try_change(|world, now| {
        let missing = || Refusal::plain(400, "Bad Request: message to delete not found");
        let found = world.message(chat, id).ok_or_else(missing)?;
        if now.saturating_sub(found.at) > DELETABLE {
            let why = "Bad Request: message can't be deleted";
            return Err(Refusal::plain(400, why));
        }
        let messages = world.chats.get_mut(&chat).expect("the message is in it");
        messages.retain(|message| message.id != id);
        Ok(true.into())
    })
}

pub(super) fn answer_press(door: &Door, mut args: Args) -> Answer {
    let id = args.text("callback_query_id")?.unwrap_or_default();
    let text = args.text("text")?.unwrap_or_default();
    let show_alert = args.flag("show_alert")?;
    args.int("cache_time")?;
    args.finish()?;
    if text::utf16(&text) > TOAST_LIMIT {
        return Err(Refusal::wrong("MESSAGE_TOO_LONG"));
    }
    door.try_change(|world, now| {
        let mut presses = world.people.values_mut().filter_map(|person| {
            let open = person
                .presses
                .iter()
                .position(|press| press.id == id && !press.answered)?;
            (now < person.presses[open].at + PRESS_LIFE).then_some((person, open))
        });
        let Some((person, open)) = presses.next() else {
            let why =
                "Bad Request: query is too old and response timeout expired or query ID is invalid";
            return Err(Refusal::plain(400, why));
        };
        person.presses[open].answered = true;
        if !text.is_empty() {
            person.toasts.push(Toast {
                callback_id: id,
                text,
                show_alert,
                at: now,
            });
        }
        Ok(true.into())
    })
}

pub(super) fn not_modified() -> Refusal {
    Refusal::plain(
        400,
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
    )
}

/// Which message, and the buttons it gets.
struct Target {
    chat: i64,
    message: i64,
    buttons: Rows,
}

impl Target {
    fn read(args: &mut Args) -> Result<Target, Refusal> {
        args.ignore(&["business_connection_id"]);
        Ok(Target {
            chat: args.need_int("chat_id")?,
            message: args.need_int("message_id")?,
            buttons: keyboard::read(args.json("reply_markup")?)?,
        })
    }
}

/// An edit without a markup takes the buttons away.
fn replace(message: &mut Message, text: Option<Formatted>, buttons: Rows) -> Result<(), Refusal> {
    let same_text = text
        .as_ref()
        .is_none_or(|text| text.plain == message.text && text.entities == message.entities);
    if same_text && buttons == message.buttons {
        return Err(not_modified());
    }
    if let Some(text) = text {
        message.text = text.plain;
        message.html = text.html;
        message.entities = text.entities;
    }
    message.buttons = buttons;
    Ok(())
}

impl Door {
    fn edit(
        &self,
        target: Target,
        change: impl FnOnce(&mut Message, Rows) -> Result<(), Refusal>,
    ) -> Answer {
        let Target {
            chat,
            message,
            buttons,
        } = target;
        self.try_change(|world: &mut World, now| {
            sends::may_write(world, chat)?;
            let missing = || Refusal::plain(400, "Bad Request: message to edit not found");
            let found = world.message_mut(chat, message).ok_or_else(missing)?;
            if !found.from_bot {
                return Err(Refusal::wrong("message can't be edited"));
            }
            change(found, buttons)?;
            found.edited_at = Some(now);
            let found = found.clone();
            Ok(world.tell(chat, &found))
        })
    }
}
