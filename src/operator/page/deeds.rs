//! Deeds: the forms that ask for them, and what is done. Each is confirmed first, done once, and told on the page
//! one comes from.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

use super::form::{Form, form, line, number};
use super::session::{Told, is_chance};
use super::trouble::Instead;
use super::visitor::{Visitor, own_path};
use super::voice::Voice;
use super::wish::{HOURS, Wish};
use super::{Page, confirm, marks, purse};
use crate::operator::service::Answer;
use crate::rules::domain::act::{LONGEST_WHY, MOST_CREDITS, Who};

/// How long something rests unless one says otherwise, in hours.
const REST: &str = "24";

/// Asks whether it is meant, and does it.
pub async fn deed(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Extension(form): Extension<Form>,
) -> Result<Response, Instead> {
    let back = own_path(form.get("back")).unwrap_or("/").to_owned();
    // Whoever changes the language here comes back to where they were.
    let visitor = Visitor {
        path: back.clone(),
        ..visitor
    };
    let wish = match Wish::read(&form) {
        Ok(wish) => wish,
        Err(slip) => {
            return Ok(confirm::mend(
                &visitor,
                &form,
                &back,
                &visitor.voice.say(slip.key()),
            ));
        }
    };
    let once = form.get("form");
    let Some(known) = visitor
        .known
        .as_ref()
        .filter(|_| form.get("sure") == "yes" && is_chance(once))
    else {
        return confirm::ask(&page, &visitor, &wish, &form, &back).await;
    };
    if page.sessions.uses(known, once) {
        let answer = match page.desk.answer(Who::Page, wish.ask(once)).await {
            Ok(answer) => answer,
            Err(error) => {
                page.sessions.frees(known, once);
                tracing::warn!(%error, "what was asked at the operator's page was not done");
                return Err(Instead::page(&visitor, StatusCode::SERVICE_UNAVAILABLE));
            }
        };
        if let Wish::Rest { .. } | Wish::Wake { .. } = wish {
            purse::forget(&page);
        }
        page.sessions
            .leave(known, told(visitor.voice, &wish, &answer));
    }
    Ok(Redirect::to(&back).into_response())
}

/// What came of it, in a sentence.
fn told(voice: Voice, wish: &Wish, answer: &Answer) -> Told {
    let text = match answer {
        Answer::Refused(refusal) => {
            return Told {
                good: false,
                text: marks::refusal(voice, refusal),
            };
        }
        Answer::Granted {
            balance,
            repeated: true,
            ..
        } => voice.fill("told-granted-before", &[("n", (*balance).into())]),
        Answer::Granted { balance, .. } => voice.fill("told-granted", &[("n", (*balance).into())]),
        Answer::Retried { order: None, .. } => voice.say("told-hurried"),
        Answer::Retried {
            order: Some(order),
            repeated,
        } => {
            let key = if *repeated {
                "told-ordered-before"
            } else {
                "told-ordered"
            };
            voice.fill(key, &[("order", order.to_string().into())])
        }
        Answer::Changed(false) | Answer::ShutOut { changed: false, .. } => voice.say("told-before"),
        _ => voice.say(match wish {
            Wish::Ban { .. } => "told-banned",
            Wish::Unban { .. } => "told-unbanned",
            Wish::Cancel { .. } => "told-cancelled",
            Wish::Pause { .. } => "told-paused",
            Wish::Resume => "told-resumed",
            Wish::Rest { .. } => "told-rested",
            Wish::Wake { .. } => "told-woken",
            Wish::Grant { .. }
            | Wish::Refund { .. }
            | Wish::Hurry { .. }
            | Wish::Reorder { .. } => "told-done",
        }),
    };
    Told { good: true, text }
}

/// A button that asks for a deed.
pub fn button(visitor: &Visitor, deed: &str, hidden: &[(&str, &str)], label: &str) -> Markup {
    let hidden = [&[("deed", deed)], hidden].concat();
    form(
        visitor,
        "/do",
        &hidden,
        html! {
            button type="submit" { (visitor.voice.say(label)) }
        },
    )
}

/// A form with a reason, folded up.
pub fn opened(
    visitor: &Visitor,
    deed: &str,
    hidden: &[(&str, &str)],
    label: &str,
    hint: &str,
) -> Markup {
    html! {
        details.deed data-keep=(deed) {
            summary.button { (visitor.voice.say(label)) }
            (reasoned(visitor, deed, hidden, label, hint))
        }
    }
}

/// A form with a reason.
pub fn reasoned(
    visitor: &Visitor,
    deed: &str,
    hidden: &[(&str, &str)],
    label: &str,
    hint: &str,
) -> Markup {
    let hidden = [&[("deed", deed)], hidden].concat();
    let inside = why(visitor, deed, "", label, hint);
    form(visitor, "/do", &hidden, inside)
}

/// The reason and the button.
pub fn why(visitor: &Visitor, deed: &str, said: &str, label: &str, hint: &str) -> Markup {
    let voice = visitor.voice;
    html! {
        p.hint { (voice.say(hint)) }
        (line(&format!("why-{deed}"), "why", &voice.say("field-why"), said, LONGEST_WHY))
        button type="submit" { (voice.say(label)) }
    }
}

/// The form that gives credits.
pub fn grant_form(visitor: &Visitor, hidden: &[(&str, &str)]) -> Markup {
    let hidden = [&[("deed", "grant")], hidden].concat();
    html! {
        div.deed.card.grant data-test="grant" {
            (form(visitor, "/do", &hidden, grant(visitor, "", "")))
        }
    }
}

/// How many credits, and why.
pub fn grant(visitor: &Visitor, credits: &str, why: &str) -> Markup {
    let voice = visitor.voice;
    html! {
        div.row {
            (number("credits", "credits", &voice.say("field-credits"), credits, (-MOST_CREDITS, MOST_CREDITS)))
            (line("why-grant", "why", &voice.say("field-why"), why, LONGEST_WHY))
            button.main type="submit" { (voice.say("do-grant")) }
        }
        p.hint { (voice.say("hint-grant")) }
    }
}

/// The form that lets a key or a model rest, or the button that ends it.
pub fn rest_form(visitor: &Visitor, tired: (&str, &str), rests: bool) -> Markup {
    let hidden = [tired, ("back", "/")];
    if rests {
        return button(visitor, "wake", &hidden, "do-wake");
    }
    let (kind, name) = tired;
    let hidden = [&[("deed", "rest")], &hidden[..]].concat();
    html! {
        details.deed.small data-keep=(format!("rest-{kind}-{name}")) {
            summary.button { (visitor.voice.say("do-rest")) }
            (form(visitor, "/do", &hidden, hours(visitor, &format!("hours-{kind}-{name}"), REST)))
        }
    }
}

/// For how long.
pub fn hours(visitor: &Visitor, id: &str, said: &str) -> Markup {
    html! {
        div.row {
            (number(id, "hours", &visitor.voice.say("field-hours"), said, (1, HOURS)))
            button type="submit" { (visitor.voice.say("do-rest")) }
        }
    }
}
