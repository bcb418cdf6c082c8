//! The page before a deed: what will happen, in a sentence with the numbers.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::draft;
use super::form::{Form, form};
use super::frame::{self, Tab};
use super::means::Page;
use super::trouble::Instead;
use super::visitor::Visitor;
use super::{buttons, marks, session};
use crate::edge::locale::Locale;
use crate::operator::service::UserRef;
use crate::operator::service::ask::{Check, Jobs, Wanted};
use crate::rules::domain::act::Who;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::draft::Draft;
use crate::rules::domain::deed::outlook::{Outlook, Person};
use crate::rules::domain::id::UserId;

/// Live videos of somebody are counted so far.
const COUNTED: usize = 1000;

/// Asks whether it is meant.
pub async fn ask(
    page: &Page,
    visitor: &Visitor,
    draft: &Draft,
    filled: &Form,
    back: &str,
) -> Result<Response, Instead> {
    let locale = visitor.locale;
    let Some(once) = session::chance() else {
        return Err(Instead::page(visitor, StatusCode::INTERNAL_SERVER_ERROR));
    };
    // Nobody is asked whether they mean what cannot be done.
    let checked = match draft.deed() {
        Ok(deed) => page
            .desk
            .ask(Who::Page, Check(deed.clone()))
            .await
            .map(|it| it.map(|outlook| (deed, outlook))),
        Err(field) => Ok(Err(field.refusal())),
    };
    let (deed, outlook) = match checked {
        Ok(Ok(judged)) => judged,
        Ok(Err(refusal)) => {
            return Ok(mend(visitor, filled, back, &locale.refusal(&refusal)));
        }
        Err(error) => {
            tracing::warn!(%error, "what is asked at the operator's page could not be judged");
            return Err(Instead::page(visitor, StatusCode::SERVICE_UNAVAILABLE));
        }
    };
    let said = said(page, visitor, &deed, &outlook).await?;
    let fields = draft::fields(draft);
    let mut hidden: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    hidden.extend([("sure", "yes"), ("form", once.as_str()), ("back", back)]);
    let main = html! {
        div.confirm.card {
            h1 { (locale.say("confirm-title")) }
            div.lead data-test="confirm" { (said) }
            @if let Some(why) = deed.why() {
                p { (locale.say("field-why")) ": " span.why { "«" (why) "»" } }
            }
            (form(visitor, "/do", &hidden, html! {
                div.row {
                    button.main type="submit" autofocus { (locale.say(&format!("sure-{}", deed.word()))) }
                    a.button href=(back) { (locale.say("confirm-no")) }
                }
            }))
        }
    };
    Ok(frame::still(
        visitor,
        &locale.say("confirm-title"),
        Tab::None,
        main,
    ))
}

/// Shows a form once more, with what is wrong.
pub fn mend(visitor: &Visitor, filled: &Form, back: &str, wrong: &str) -> Response {
    let locale = visitor.locale;
    let names = ["deed", "user", "job", "key", "model"];
    let kept = names.map(|name| (name, filled.get(name)));
    let mut hidden: Vec<_> = kept
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    hidden.push(("back", back));
    let (deed, why) = (filled.get("deed"), filled.get("why"));
    let reasoned = |label, hint| Some(buttons::why(visitor, deed, why, label, hint));
    let fields = match deed {
        "grant" => Some(buttons::grant(visitor, filled.get("credits"), why)),
        "ban" => reasoned("do-ban", "hint-ban"),
        "refund" => reasoned("do-refund", "hint-refund"),
        "reorder" => reasoned("do-reorder", "hint-reorder"),
        "cancel" => reasoned("do-cancel", "hint-cancel"),
        "pause" => reasoned("do-pause", "hint-pause"),
        "rest" => Some(buttons::hours(visitor, "hours", filled.get("hours"))),
        _ => None,
    };
    let main = html! {
        div.confirm.card {
            h1 { (locale.say("mend-title")) }
            p.wrong role="alert" data-test="wrong" { (wrong) }
            @if let Some(fields) = fields { (form(visitor, "/do", &hidden, fields)) }
            p { a.button href=(back) { (locale.say("back")) } }
        }
    };
    frame::still(visitor, &locale.say("mend-title"), Tab::None, main)
}

/// What will happen.
async fn said(
    page: &Page,
    visitor: &Visitor,
    deed: &Deed,
    outlook: &Outlook,
) -> Result<Markup, Instead> {
    let locale = visitor.locale;
    let mut blanks = vec![("n", outlook.change.unsigned_abs().into())];
    blanks.extend(deed.job().map(|job| ("job", job.to_string().into())));
    blanks.extend(
        outlook
            .person
            .as_ref()
            .map(|person| ("who", who(person).into())),
    );
    blanks.extend(deed.resting().map(|what| ("name", what.to_string().into())));
    if let Deed::Ban { .. } | Deed::Pause { .. } = deed {
        blanks[0].1 = live(page, visitor, deed.user()).await?.into();
    }
    let mut until = None;
    if let Deed::Rest { seconds, .. } = deed {
        blanks[0].1 = (seconds / 3600).into();
        until = Some(page.desk.clock.now().plus(Duration::from_secs(*seconds)));
    }
    let text = locale.fill(&format!("confirm-{}", deed.word()), &blanks);
    let person = outlook.person.as_ref();
    Ok(html! {
        p {
            (text)
            @if let Some(until) = until {
                " " (locale.say("rests-until")) " " (marks::time(until.0)) "."
            }
        }
        @if let (Deed::Grant { .. }, Some(person)) = (deed, person) {
            p data-test="seen" { (locale.say("confirm-seen")) " " (marks::time(person.seen.0)) "." }
        }
        @if let Some(person) = person.filter(|_| outlook.change != 0) {
            (balance(locale, person.balance.0, i64::from(person.balance.0) + outlook.change))
        }
    })
}

fn balance(locale: Locale, before: u32, after: i64) -> Markup {
    html! {
        p.balance data-test="balance" {
            (locale.say("confirm-balance")) " "
            span.n { (marks::number(before.into())) } " → " strong.n { (marks::number(after)) }
        }
    }
}

/// Their number, and their name if they have one.
fn who(person: &Person) -> String {
    match &person.name {
        Some(name) => format!("@{name} ({})", person.user),
        None => person.user.to_string(),
    }
}

async fn live(page: &Page, visitor: &Visitor, user: Option<UserId>) -> Result<usize, Instead> {
    let live = Jobs {
        wanted: Wanted::Live,
        whom: user.map(|user| UserRef::Number(user.0)),
        before: None,
        most: COUNTED,
    };
    Ok(page.ask(visitor, live).await?.lines.len())
}
