//! Jobs: the list, and one with the story of every attempt.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{self, Tab};
use super::means::Page;
use super::trouble::Instead;
use super::visitor::Visitor;
use super::{buttons, marks, orders, users};
use crate::edge::locale::Locale;
use crate::operator::service::UserRef;
use crate::operator::service::answer::{JobCard, MissedLine};
use crate::operator::service::ask::{Job, Jobs, Wanted};
use crate::rules::domain::id::JobId;

/// Jobs of a page.
const SHOWN: usize = 50;
/// Which may be wanted, by the word in the address.
const SHOW: [(&str, Wanted); 4] = [
    ("all", Wanted::All),
    ("live", Wanted::Live),
    ("failed", Wanted::Failed),
    ("done", Wanted::Done),
];

/// Which, whose, and where a page begins.
#[derive(Debug, Deserialize)]
pub struct Wish {
    show: Option<String>,
    user: Option<u64>,
    before: Option<u64>,
}

/// The list.
pub async fn list(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Query(wish): Query<Wish>,
) -> Result<Response, Instead> {
    let locale = visitor.locale;
    let show = wish.show.as_deref();
    let (word, wanted) = SHOW
        .into_iter()
        .find(|(word, _)| Some(*word) == show)
        .unwrap_or(SHOW[0]);
    let ask = Jobs {
        wanted,
        whom: wish.user.map(UserRef::Number),
        before: wish.before,
        most: SHOWN,
    };
    let jobs = page.ask(&visitor, ask).await?;
    let lines = &jobs.lines;
    let older = lines.last().filter(|_| lines.len() == SHOWN);
    let older = older.map(|job| job.id);
    let of = wish
        .user
        .map_or(String::new(), |user| format!("user={user}&"));
    let base = format!("/jobs?show={word}&{of}");
    let main = html! {
        h1 { (locale.say("nav-jobs")) }
        nav.tabs aria-label=(locale.say("jobs-show")) {
            @for (each, _) in SHOW {
                a href=(format!("/jobs?{of}show={each}")) aria-current=[(each == word).then_some("true")] {
                    (locale.word("show", each))
                }
            }
        }
        @if let Some(user) = wish.user { (orders::of_user(locale, user, &format!("/jobs?show={word}"))) }
        (marks::jobs(locale, &locale.say("nav-jobs"), lines, &locale.say("jobs-none")))
        (frame::unseen(locale, jobs.looked))
        (frame::pages(locale, &base, wish.before, older))
    };
    Ok(frame::list(
        &visitor,
        &locale.say("nav-jobs"),
        Tab::Jobs,
        main,
    ))
}

/// One job.
pub async fn card(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Path(job): Path<String>,
) -> Result<Response, Instead> {
    let locale = visitor.locale;
    let Ok(job) = job.parse() else {
        return Err(Instead::page(&visitor, StatusCode::NOT_FOUND));
    };
    let card = page.ask(&visitor, Job { job: JobId(job) }).await?;
    let title = locale.fill("job-title", &[("n", job.to_string().into())]);
    let main = html! {
        div.titled { h1 { (title) } (marks::stage(locale, &card.job.stage)) }
        (facts(locale, &card))
        (marks::no_more(locale, card.retired))
        div.actions { (actions(&visitor, &card)) }
        h2 { (locale.say("job-story")) }
        (story(locale, &card))
        h2 { (locale.say("ledger")) }
        (users::ledger(locale, &card.entries))
    };
    Ok(frame::live(&visitor, &title, Tab::Jobs, main))
}

fn facts(locale: Locale, card: &JobCard) -> Markup {
    let job = &card.job;
    let code = |text: &Option<String>| match text {
        Some(text) => html! { code { (text) } },
        None => marks::none(),
    };
    let script = locale.say(if card.scripted { "yes" } else { "no" });
    marks::facts(&[
        (locale.word("head", "order"), marks::order(job.order)),
        (locale.word("head", "seller"), marks::user(job.seller)),
        (locale.word("head", "placed"), marks::time(job.at)),
        (locale.word("head", "attempt"), html! { (job.attempt) }),
        (locale.word("head", "model"), code(&job.model)),
        (locale.word("head", "key"), code(&card.key)),
        (locale.word("head", "task"), code(&card.task)),
        (locale.word("head", "script"), html! { (script) }),
        (locale.word("head", "due"), marks::maybe_time(job.due)),
        (locale.word("head", "ended"), marks::maybe_time(job.ended)),
    ])
}

fn actions(visitor: &Visitor, card: &JobCard) -> Markup {
    let (id, back) = (card.job.id.to_string(), format!("/jobs/{}", card.job.id));
    let hidden = [("job", id.as_str()), ("back", back.as_str())];
    match card.job.stage.as_str() {
        "done" => buttons::opened(visitor, "refund", &hidden, "do-refund", "hint-refund"),
        "failed" if card.retired.is_some() => html! {},
        "failed" => buttons::opened(visitor, "reorder", &hidden, "do-reorder", "hint-reorder"),
        _ => html! {
            (buttons::button(visitor, "hurry", &hidden, "do-hurry"))
            (buttons::opened(visitor, "cancel", &hidden, "do-cancel", "hint-cancel"))
        },
    }
}

/// What happened, oldest first.
fn story(locale: Locale, card: &JobCard) -> Markup {
    let job = &card.job;
    html! {
        ol.story {
            li { (marks::time(job.at)) p { (locale.say("story-placed")) } }
            @for missed in &card.missed { (attempt(locale, missed)) }
            @match (job.ended, &job.failure) {
                (Some(at), Some(kind)) => li.bad {
                    (marks::time(at))
                    p { (locale.say("story-failed")) " " strong { (locale.word("kind", kind)) } }
                    // The last attempt has said already what that means.
                    @if card.missed.last().is_none_or(|last| &last.failure != kind) {
                        p.means { (locale.word("means", kind)) }
                    }
                },
                (Some(at), None) => li.good {
                    (marks::time(at))
                    p { (locale.say("story-done")) }
                },
                (None, _) => li.busy {
                    p { (marks::stage(locale, &job.stage)) " " (locale.word("story", &job.stage)) }
                    @if let Some(due) = job.due {
                        p.means { (locale.word("head", "due")) ": " (marks::time(due)) }
                    }
                },
            }
        }
    }
}

fn attempt(locale: Locale, missed: &MissedLine) -> Markup {
    let n = [("n", missed.attempt.into())];
    html! {
        li.bad {
            (marks::time(missed.at))
            p {
                (locale.fill("story-attempt", &n)) " "
                strong { (locale.word("kind", &missed.failure)) }
                " · " (locale.word("source", &missed.source))
            }
            p.means { (locale.word("means", &missed.failure)) }
            @if missed.model.is_some() || missed.task.is_some() {
                p.means {
                    @if let Some(model) = &missed.model { span.model { (model) } }
                    @if let Some(task) = &missed.task { " · " code { (task) } }
                }
            }
        }
    }
}
