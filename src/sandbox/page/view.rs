//! Everything the page shows, as one JSON object.

use axum::{extract::State, response::Response};
use serde_json::{Value, json};

use super::means::Page;
use crate::sandbox::{
    gpt::Writing,
    http,
    kie::Ending,
    telegram::{Button, Content, Message, Person},
};

/// As many as a person reads.
const SHOWN_CALLS: usize = 200;

pub(super) async fn state(State(page): State<Page>) -> Response {
    http::json(200, &page.view())
}

impl Page {
    fn view(&self) -> Value {
        let people = self.telegram.people();
        let sellers: Vec<Value> = people.iter().map(|person| self.seller(person)).collect();
        let calls = self.ground.journal.calls();
        let shown = &calls[calls.len().saturating_sub(SHOWN_CALLS)..];
        json!({
            "now": self.ground.now(),
            "speed": (self.ground.hooks.speed)(),
            "sellers": sellers,
            "kie": self.kie(),
            "gpt": {
                "next": names(self.gpt.upcoming().into_iter().map(Writing::name)),
                "writings": titles(Writing::ALL.map(Writing::titles)),
            },
            "calls": shown,
            "complaints": self.ground.journal.complaints(),
            "books": (self.ground.hooks.books)(),
        })
    }

    fn seller(&self, person: &Person) -> Value {
        let messages = person.messages();
        let messages: Vec<Value> = messages.iter().map(|it| self.message(it)).collect();
        let toasts = person.toasts().into_iter();
        let toasts: Vec<Value> = toasts
            .map(|it| json!({"at": it.at, "text": it.text, "alert": it.show_alert}))
            .collect();
        json!({
            "id": person.id(),
            "name": person.name(),
            "language": person.language(),
            "blocked": person.is_blocked(),
            "stars": person.stars(),
            "action": person.chat_action().map(|(action, _)| action),
            "messages": messages,
            "toasts": toasts,
        })
    }

    fn message(&self, message: &Message) -> Value {
        let buttons: Vec<Vec<Value>> = message
            .buttons
            .iter()
            .map(|row| {
                let tell = |it: &Button| json!({"text": it.text, "data": it.data, "url": it.url, "pay": it.pay});
                row.iter().map(tell).collect()
            })
            .collect();
        json!({
            "id": message.id,
            "at": message.at,
            "edited_at": message.edited_at,
            "from_bot": message.from_bot,
            "text": said(message),
            "invoice": message.invoice().map(|it| json!({"stars": it.stars, "paid": it.paid})),
            "html": message.html,
            "media": self.media(message),
            "buttons": buttons,
        })
    }

    fn media(&self, message: &Message) -> Value {
        let kind = match &message.content {
            Content::Text | Content::Invoice(_) | Content::Service(..) => return Value::Null,
            Content::Photo(_) => "photo",
            Content::Video(_) => "video",
            Content::Document(_) => "file",
            Content::Sticker(_) => "sticker",
            Content::Voice(_) => "voice",
            Content::Location => "location",
        };
        let file = message
            .media
            .as_deref()
            .and_then(|id| self.telegram.file(id));
        // Stickers and voices have no bytes here: the page draws its own.
        let Some(file) = file.filter(|file| !file.bytes.is_empty()) else {
            return json!({"kind": kind, "url": null, "name": null, "width": null, "height": null});
        };
        json!({
            "kind": kind,
            "url": format!("/media/{}", file.id),
            "name": file.name,
            "width": file.width,
            "height": file.height,
        })
    }

    fn kie(&self) -> Value {
        let tasks = self.kie.tasks().into_iter();
        let tasks: Vec<Value> = tasks
            .map(|task| {
                json!({
                    "id": task.id,
                    "model": task.model,
                    "state": task.state,
                    "ending": task.ending.name(),
                    "created_at": task.created_at,
                    "ends_at": (task.ends_at != u64::MAX).then_some(task.ends_at),
                    "billed": task.billed,
                })
            })
            .collect();
        json!({
            "default": self.kie.default_ending().name(),
            "duration_ms": self.kie.duration(),
            "next": names(self.kie.upcoming().into_iter().map(Ending::name)),
            "endings": titles(Ending::ALL.map(Ending::titles)),
            "callbacks": self.kie.callbacks(),
            "dead_models": self.kie.dead_models(),
            "tasks": tasks,
        })
    }
}

/// The text of a message, or what a chat shows in place of it.
fn said(message: &Message) -> String {
    match &message.content {
        Content::Invoice(invoice) => {
            let sum = if invoice.paid { "✅" } else { "⭐️" };
            let (title, stars) = (&invoice.title, invoice.stars);
            format!("{title}\n{}\n{sum} {stars}", invoice.description)
        }
        Content::Service(name, what) => {
            let sign = if *name == "successful_payment" {
                "✅"
            } else {
                "↩️"
            };
            format!("{sign} ⭐️ {}", what["total_amount"])
        }
        _ => message.text.clone(),
    }
}

fn names(names: impl Iterator<Item = &'static str>) -> Value {
    names.collect::<Vec<_>>().into()
}

fn titles<const N: usize>(titles: [[&str; 3]; N]) -> Value {
    let tell = |[name, ru, en]: [&str; 3]| json!({"name": name, "ru": ru, "en": en});
    titles.map(tell).to_vec().into()
}
