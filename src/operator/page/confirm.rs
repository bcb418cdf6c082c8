//! The page before a deed: what will happen, in a sentence with the numbers.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::form::{Form, form};
use super::frame::{self, Tab};
use super::means::Page;
use super::trouble::Instead;
use super::visitor::Visitor;
use super::voice::Voice;
use super::wish::Wish;
use super::{buttons, marks, session};
use crate::base::time::Timestamp;
use crate::operator::service::answer::{JobCard, UserLine};
use crate::operator::service::ask::{Tired, Wanted};
use crate::operator::service::{Answer, Ask, Whom};
use crate::rules::domain::act::Who;

/// Live videos of somebody are counted so far.
const COUNTED: usize = 1000;

/// Asks whether it is meant.
pub async fn ask(
    page: &Page,
    visitor: &Visitor,
    wish: &Wish,
    filled: &Form,
    back: &str,
) -> Result<Response, Instead> {
    let voice = visitor.voice;
    let Some(once) = session::chance() else {
        return Err(Page::senseless(visitor));
    };
    // Nobody is asked whether they mean what cannot be done.
    match page.desk.outlook(Who::Page, wish.ask(&once)).await {
        Ok(Ok(())) => {}
        Ok(Err(refusal)) => {
            let wrong = marks::refusal(voice, &refusal);
            return Ok(mend(visitor, filled, back, &wrong));
        }
        Err(error) => {
            tracing::warn!(%error, "what is asked at the operator's page could not be judged");
            return Err(Instead::page(visitor, StatusCode::SERVICE_UNAVAILABLE));
        }
    }
    let said = said(page, visitor, wish).await?;
    let fields = wish.fields();
    let mut hidden: Vec<_> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    hidden.extend([("sure", "yes"), ("form", once.as_str()), ("back", back)]);
    let main = html! {
        div.confirm.card {
            h1 { (voice.say("confirm-title")) }
            div.lead data-test="confirm" { (said) }
            @if let Some(why) = reason(wish) {
                p { (voice.say("field-why")) ": " span.why { "«" (why) "»" } }
            }
            (form(visitor, "/do", &hidden, html! {
                div.row {
                    button.main type="submit" autofocus { (voice.say(button(wish))) }
                    a.button href=(back) { (voice.say("confirm-no")) }
                }
            }))
        }
    };
    Ok(frame::still(
        visitor,
        &voice.say("confirm-title"),
        Tab::None,
        main,
    ))
}

/// Shows a form once more, with what is wrong.
pub fn mend(visitor: &Visitor, filled: &Form, back: &str, wrong: &str) -> Response {
    let voice = visitor.voice;
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
            h1 { (voice.say("mend-title")) }
            p.wrong role="alert" data-test="wrong" { (wrong) }
            @if let Some(fields) = fields { (form(visitor, "/do", &hidden, fields)) }
            p { a.button href=(back) { (voice.say("back")) } }
        }
    };
    frame::still(visitor, &voice.say("mend-title"), Tab::None, main)
}

fn reason(wish: &Wish) -> Option<&str> {
    match wish {
        Wish::Grant { why, .. }
        | Wish::Ban { why, .. }
        | Wish::Refund { why, .. }
        | Wish::Reorder { why, .. }
        | Wish::Cancel { why, .. }
        | Wish::Pause { why } => Some(why),
        Wish::Unban { .. }
        | Wish::Hurry { .. }
        | Wish::Resume
        | Wish::Rest { .. }
        | Wish::Wake { .. } => None,
    }
}

fn button(wish: &Wish) -> &'static str {
    match wish {
        Wish::Grant { credits, .. } if *credits < 0 => "sure-take",
        Wish::Grant { .. } => "sure-grant",
        Wish::Ban { .. } => "sure-ban",
        Wish::Unban { .. } => "sure-unban",
        Wish::Refund { .. } => "sure-refund",
        Wish::Hurry { .. } => "sure-hurry",
        Wish::Reorder { .. } => "sure-reorder",
        Wish::Cancel { .. } => "sure-cancel",
        Wish::Pause { .. } => "sure-pause",
        Wish::Resume => "sure-resume",
        Wish::Rest { .. } => "sure-rest",
        Wish::Wake { .. } => "sure-wake",
    }
}

/// What will happen.
async fn said(page: &Page, visitor: &Visitor, wish: &Wish) -> Result<Markup, Instead> {
    let voice = visitor.voice;
    Ok(match wish {
        Wish::Grant { user, credits, .. } => {
            grant(voice, &user_of(page, visitor, *user).await?, *credits)
        }
        Wish::Ban { user, .. } => {
            let user = user_of(page, visitor, *user).await?;
            let live = live(page, visitor, Some(user.id)).await?;
            let blanks = [("who", who(&user).into()), ("n", live.into())];
            html! { p { (voice.fill("confirm-ban", &blanks)) } }
        }
        Wish::Unban { user } => {
            let user = user_of(page, visitor, *user).await?;
            html! { p { (voice.fill("confirm-unban", &[("who", who(&user).into())])) } }
        }
        Wish::Refund { job, .. } => moves(page, visitor, *job, "confirm-refund", 1).await?,
        Wish::Cancel { job, .. } => moves(page, visitor, *job, "confirm-cancel", 1).await?,
        Wish::Reorder { job, .. } => moves(page, visitor, *job, "confirm-reorder", -1).await?,
        Wish::Hurry { job } => {
            let blanks = [("job", job.to_string().into())];
            html! { p { (voice.fill("confirm-hurry", &blanks)) } }
        }
        Wish::Pause { .. } => {
            let live = live(page, visitor, None).await?;
            html! { p { (voice.fill("confirm-pause", &[("n", live.into())])) } }
        }
        Wish::Resume => html! { p { (voice.say("confirm-resume")) } },
        Wish::Rest { tired, hours } => {
            let until = Timestamp(page.desk.clock.now().0 + hours * 3_600_000);
            let name = name(tired);
            let text = voice.fill(
                "confirm-rest",
                &[("name", name.into()), ("n", (*hours).into())],
            );
            html! { p { (text) " " (voice.say("rests-until")) " " (marks::time(until.0)) "." } }
        }
        Wish::Wake { tired } => {
            html! { p { (voice.fill("confirm-wake", &[("name", name(tired).into())])) } }
        }
    })
}

fn grant(voice: Voice, user: &UserLine, credits: i32) -> Markup {
    let key = if credits < 0 {
        "confirm-take"
    } else {
        "confirm-grant"
    };
    let blanks = [
        ("who", who(user).into()),
        ("n", credits.unsigned_abs().into()),
    ];
    let after = i64::from(user.available) + i64::from(credits);
    html! {
        p { (voice.fill(key, &blanks)) }
        p data-test="seen" { (voice.say("confirm-seen")) " " (marks::time(user.seen)) "." }
        (balance(voice, user.available, after))
    }
}

/// A sentence about a job whose credit moves, with its seller's balance.
async fn moves(
    page: &Page,
    visitor: &Visitor,
    job: u64,
    key: &str,
    by: i64,
) -> Result<Markup, Instead> {
    let voice = visitor.voice;
    let card = job_of(page, visitor, job).await?;
    let user = user_of(page, visitor, card.job.seller).await?;
    let blanks = [
        ("job", card.job.id.to_string().into()),
        ("who", who(&user).into()),
    ];
    Ok(html! {
        p { (voice.fill(key, &blanks)) }
        (balance(voice, user.available, i64::from(user.available) + by))
    })
}

fn balance(voice: Voice, before: u32, after: i64) -> Markup {
    html! {
        p.balance data-test="balance" {
            (voice.say("confirm-balance")) " "
            span.n { (marks::number(before.into())) } " → " strong.n { (marks::number(after)) }
        }
    }
}

/// Their number, and their name if they have one.
fn who(user: &UserLine) -> String {
    match &user.name {
        Some(name) => format!("@{name} ({})", user.id),
        None => user.id.to_string(),
    }
}

fn name(tired: &Tired) -> &str {
    match tired {
        Tired::Key(name) | Tired::Model(name) => name,
    }
}

async fn user_of(page: &Page, visitor: &Visitor, user: u64) -> Result<UserLine, Instead> {
    let whom = Whom::Number(user);
    match page.ask(visitor, Ask::User { whom }).await? {
        Answer::User(card) => Ok(card.user),
        _ => Err(Page::senseless(visitor)),
    }
}

async fn job_of(page: &Page, visitor: &Visitor, job: u64) -> Result<Box<JobCard>, Instead> {
    match page.ask(visitor, Ask::Job { job }).await? {
        Answer::Job(card) => Ok(card),
        _ => Err(Page::senseless(visitor)),
    }
}

async fn live(page: &Page, visitor: &Visitor, user: Option<u64>) -> Result<usize, Instead> {
    let ask = Ask::Jobs {
        wanted: Wanted::Live,
        whom: user.map(Whom::Number),
        before: None,
        most: COUNTED,
    };
    match page.ask(visitor, ask).await? {
        Answer::Jobs(jobs) => Ok(jobs.lines.len()),
        _ => Err(Page::senseless(visitor)),
    }
}
