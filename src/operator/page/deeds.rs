//! Deeds: what is done. Each is confirmed first, done once, and told on the page one comes from.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::Form;
use super::means::Page;
use super::session::{Told, is_chance};
use super::trouble::Instead;
use super::visitor::{Visitor, own_path};
use super::voice::Voice;
use super::wish::Wish;
use super::{confirm, marks};
use crate::operator::service::Answer;
use crate::rules::domain::act::Who;

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
            page.purse.forget();
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
