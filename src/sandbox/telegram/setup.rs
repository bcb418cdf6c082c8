//! The methods by which the bot sets its webhook and its profile, or looks at them.

use serde_json::{Value, json};

use super::{
    args::{Args, Refusal},
    certificate,
    door::{Answer, Door},
    settings::USUAL_CONNECTIONS,
    text,
};
use crate::sandbox::lock::lock;

const KINDS: [&str; 24] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

pub(super) fn get_me(door: &Door, args: Args) -> Answer {
    args.finish()?;
    let mut me = lock(&door.inner.world).tell_bot();
    for (name, value) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", false),
        ("supports_inline_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
    ] {
        me[name] = value.into();
    }
    Ok(me)
}

pub(super) fn set_webhook(door: &Door, mut args: Args) -> Answer {
    let url = args.text("url")?.unwrap_or_default();
    let certificate = args.file("certificate")?;
    let at_once = args.int("max_connections")?;
    let allowed = kinds(args.json("allowed_updates")?)?;
    let drop_pending = args.flag("drop_pending_updates")?;
    let secret = args.text("secret_token")?;
    args.ignore(&["ip_address"]);
    args.finish()?;
    if !url.is_empty() && !url.starts_with("https://") {
        let why = "bad webhook: An HTTPS URL must be provided for webhook";
        return Err(Refusal::wrong(why));
    }
    if at_once.is_some_and(|it| !(1..=100).contains(&it)) {
        return Err(Refusal::wrong("max_connections must be 1-100"));
    }
    if let Some(secret) = &secret {
        let allowed = |it: u8| it.is_ascii_alphanumeric() || it == b'_' || it == b'-';
        if !(1..=256).contains(&secret.len()) || !secret.bytes().all(allowed) {
            return Err(Refusal::wrong("secret token contains unallowed characters"));
        }
    }
    let certificate = certificate.map(|given| certificate::read(given, &url));
    let certificate = certificate.transpose()?;
    let mut settings = lock(&door.inner.settings);
    settings.hook(&url, secret);
    if let Some(webhook) = &mut settings.webhook {
        webhook.certificate = certificate;
        webhook.at_once = at_once.map_or(USUAL_CONNECTIONS, |it| it as usize);
    }
    drop(settings);
    door.try_change(|world, _| {
        world.updates.allow(allowed);
        if drop_pending {
            world.updates.clear();
        }
        Ok(true.into())
    })
}

pub(super) fn delete_webhook(door: &Door, mut args: Args) -> Answer {
    let drop_pending = args.flag("drop_pending_updates")?;
    args.finish()?;
    lock(&door.inner.settings).webhook = None;
    door.try_change(|world, _| {
        if drop_pending {
            world.updates.clear();
        }
        Ok(true.into())
    })
}

pub(super) fn get_webhook_info(door: &Door, args: Args) -> Answer {
    args.finish()?;
    let (pending, allowed) = {
        let world = lock(&door.inner.world);
        (world.updates.count(), world.updates.allowed().cloned())
    };
    let settings = lock(&door.inner.settings);
    let webhook = settings.webhook.as_ref();
    let mut told = json!({
        "url": webhook.map_or("", |it| it.url.as_str()),
        "has_custom_certificate": settings.has_certificate(),
        "pending_update_count": pending,
    });
    if let Some(webhook) = webhook {
        told["max_connections"] = webhook.at_once.into();
    }
    if let Some(allowed) = allowed {
        told["allowed_updates"] = allowed.into();
    }
    if let Some((at, why)) = &settings.last_error {
        told["last_error_date"] = (*at).into();
        told["last_error_message"] = why.as_str().into();
    }
    Ok(told)
}

/// `setMyCommands`, `getMyCommands`, `deleteMyCommands`, `setMyName`, `setMyDescription` and `setMyShortDescription`.
pub(super) fn profile_call(door: &Door, method: &str, mut args: Args) -> Answer {
    let language = args.text("language_code")?.unwrap_or_default();
    let key = |name: &str| match language.as_str() {
        "" => name.to_owned(),
        language => format!("{name} {language}"),
    };
    let (name, value) = match method {
        "setmycommands" => {
            let scope = scope(door, args.json("scope")?)?;
            let commands = args.json("commands")?.unwrap_or_default();
            args.finish()?;
            check_commands(&commands)?;
            let mut settings = lock(&door.inner.settings);
            let place = format!("{language} {scope}");
            settings.commands.insert(place, commands.clone());
            if !scope.is_null() {
                return Ok(true.into());
            }
            ("setMyCommands", commands)
        }
        "getmycommands" => {
            let scope = scope(door, args.json("scope")?)?;
            args.finish()?;
            let settings = lock(&door.inner.settings);
            let found = settings.commands.get(&format!("{language} {scope}"));
            return Ok(found.cloned().unwrap_or_else(|| json!([])));
        }
        "deletemycommands" => {
            let scope = scope(door, args.json("scope")?)?;
            args.finish()?;
            let mut settings = lock(&door.inner.settings);
            settings.commands.remove(&format!("{language} {scope}"));
            return Ok(true.into());
        }
        "setmyname" => ("setMyName", limited(args, "name", 64)?),
        "setmydescription" => ("setMyDescription", limited(args, "description", 512)?),
        _ => {
            let text = limited(args, "short_description", 120)?;
            ("setMyShortDescription", text)
        }
    };
    lock(&door.inner.settings).profile.insert(key(name), value);
    Ok(true.into())
}

/// Reads `allowed_updates`; `None` if it is absent.
pub(super) fn kinds(given: Option<Value>) -> Result<Option<Vec<String>>, Refusal> {
    let Some(given) = given else {
        return Ok(None);
    };
    let wrong = |_| Refusal::wrong("allowed_updates must be an array of strings");
    let kinds: Vec<String> = serde_json::from_value(given).map_err(wrong)?;
    match kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        Some(unknown) => Err(Refusal::wrong(format!("unknown update type {unknown:?}"))),
        None => Ok(Some(kinds)),
    }
}

fn limited(mut args: Args, name: &str, limit: usize) -> Answer {
    let text = args.text(name)?.unwrap_or_default();
    args.finish()?;
    match text::utf16(&text) > limit {
        true => Err(Refusal::wrong(format!("{name} is too long"))),
        false => Ok(text.into()),
    }
}

/// Reads `scope`: nothing for everybody's, or one private chat, which the bot must know.
fn scope(door: &Door, given: Option<Value>) -> Answer {
    let Some(scope) = given else {
        return Ok(Value::Null);
    };
    let known = |chat: i64| {
        let world = lock(&door.inner.world);
        world.people.get(&chat).is_some_and(|person| person.known)
    };
    match (scope["type"].as_str(), scope["chat_id"].as_i64()) {
        (Some("default"), None) => Ok(Value::Null),
        (Some("chat"), Some(chat)) if known(chat) => Ok(json!({"type": "chat", "chat_id": chat})),
        (Some("chat"), Some(_)) => Err(Refusal::plain(400, "Bad Request: chat not found")),
        (kind, _) => Err(Refusal::wrong(format!("unsupported scope {kind:?}"))),
    }
}

fn check_commands(commands: &Value) -> Result<(), Refusal> {
    let wrong = |why: &str| Err(Refusal::wrong(why));
    let Some(commands) = commands.as_array() else {
        return wrong("commands must be an array");
    };
    for command in commands {
        let name = command["command"].as_str().unwrap_or_default();
        let about = command["description"].as_str().unwrap_or_default();
        let letter = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(letter) {
            return wrong("BOT_COMMAND_INVALID");
        }
        if !(1..=256).contains(&text::utf16(about)) {
            return wrong("BOT_COMMAND_DESCRIPTION_INVALID");
        }
    }
    Ok(())
}
