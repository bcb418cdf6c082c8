//! How things stand now, and how they went of late.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::form::form;
use super::frame::{self, Tab};
use super::means::Page;
use super::trouble::Instead;
use super::visitor::Visitor;
use super::voice::Voice;
use super::{buttons, graphs, house, marks, purse, resting, trail};
use crate::operator::service::answer::{JobLine, Status};
use crate::operator::service::ask::{Span, Wanted};
use crate::operator::service::{Answer, Ask};

/// So many of a kind are shown here; the rest has pages of its own.
const SHOWN: usize = 8;
/// So many acts.
const ACTS: usize = 5;
/// Failures are news for so long.
const NEWS: Duration = Duration::from_secs(24 * 60 * 60);

/// The first page.
pub async fn now(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Instead> {
    let Answer::Status(status) = page.ask(&visitor, Ask::Status).await? else {
        return Err(Page::senseless(&visitor));
    };
    let day = stats(&page, &visitor, Span::Day).await?;
    let month = stats(&page, &visitor, Span::Month).await?;
    let Answer::Models(models) = page.ask(&visitor, Ask::Models).await? else {
        return Err(Page::senseless(&visitor));
    };
    let keys = purse::keys(&page.purse, &page.desk).await;
    let live = jobs(&page, &visitor, Wanted::Live, SHOWN).await?;
    let since = page.desk.clock.now().minus(NEWS).0;
    // As many as there were, so that a large file is not searched for those there are not.
    let most = usize::try_from(day.total.failed).map_or(SHOWN, |failed| failed.min(SHOWN));
    let mut failed = match most {
        0 => Vec::new(),
        most => jobs(&page, &visitor, Wanted::Failed, most).await?,
    };
    failed.retain(|job| job.ended.is_some_and(|at| at >= since));
    let acts = Ask::Acts {
        before: None,
        most: ACTS,
    };
    let Answer::Acts(acts) = page.ask(&visitor, acts).await? else {
        return Err(Page::senseless(&visitor));
    };
    let voice = visitor.voice;
    let main = html! {
        h1.hidden { (voice.say("nav-now")) }
        (sales(&page, &visitor, &status))
        (tiles(voice, &status, day.total.failed))
        section aria-labelledby="live" {
            h2 #live { (voice.say("now-live")) }
            (marks::jobs(voice, &voice.say("now-live"), &live, &voice.say("now-live-none")))
            @if live.len() == SHOWN { p.more { a href="/jobs?show=live" { (voice.say("all")) } } }
        }
        section aria-labelledby="failures" {
            h2 #failures { (voice.say("now-failures")) }
            (marks::jobs(voice, &voice.say("now-failures"), &failed, &voice.say("now-failures-none")))
            @if failed.len() == SHOWN { p.more { a href="/jobs?show=failed" { (voice.say("all")) } } }
        }
        div.columns {
            section aria-labelledby="models" {
                h2 #models { (voice.say("now-models")) }
                (resting::models(&visitor, &models))
            }
            section aria-labelledby="keys" {
                h2 #keys { (voice.say("now-keys")) }
                (resting::keys(&visitor, &keys))
            }
            section aria-labelledby="house" {
                h2 #house { (voice.say("now-house")) }
                (house::house(&page, voice, &status))
            }
            section aria-labelledby="acts" {
                h2 #acts { (voice.say("now-acts")) }
                (trail::trail(voice, &acts))
                p.more { a href="/acts" { (voice.say("all")) } }
            }
        }
        section aria-labelledby="day" {
            h2 #day { (voice.say("now-day")) }
            (graphs::sums(voice, &day.total))
            (graphs::graphs(voice, &day))
        }
        section aria-labelledby="month" {
            h2 #month { (voice.say("now-month")) }
            (graphs::sums(voice, &month.total))
            (graphs::graphs(voice, &month))
        }
    };
    Ok(frame::live(&visitor, &voice.say("nav-now"), Tab::Now, main))
}

async fn stats(
    page: &Page,
    visitor: &Visitor,
    span: Span,
) -> Result<Box<crate::operator::service::answer::Stats>, Instead> {
    match page.ask(visitor, Ask::Stats { span }).await? {
        Answer::Stats(stats) => Ok(stats),
        _ => Err(Page::senseless(visitor)),
    }
}

async fn jobs(
    page: &Page,
    visitor: &Visitor,
    wanted: Wanted,
    most: usize,
) -> Result<Vec<JobLine>, Instead> {
    let ask = Ask::Jobs {
        wanted,
        whom: None,
        before: None,
        most,
    };
    match page.ask(visitor, ask).await? {
        Answer::Jobs(jobs) => Ok(jobs.lines),
        _ => Err(Page::senseless(visitor)),
    }
}

/// Whether the shop is open, and the lever.
fn sales(page: &Page, visitor: &Visitor, status: &Status) -> Markup {
    let voice = visitor.voice;
    let open = status.closed.is_empty();
    let paused = status.closed.iter().any(|cause| cause == "pause");
    let late = page.updates.is_late();
    html! {
        @if let Some(fault) = &status.fault {
            div.alarm role="alert" { strong { (voice.say("alarm-fault")) } " " (fault) }
        }
        @if late {
            div.alarm role="alert" { strong { (voice.say("alarm-updates")) } }
        }
        div.sales.card.good[open].bad[!open] data-test="sales" {
            div {
                p.state { (voice.say(if open { "sales-open" } else { "sales-closed" })) }
                @for cause in &status.closed {
                    p { (voice.word("closed", cause)) }
                }
            }
            @if paused {
                (form(visitor, "/do", &[("deed", "resume"), ("back", "/")], html! {
                    button.main type="submit" { (voice.say("do-resume")) }
                }))
            } @else {
                details data-keep="pause" {
                    summary.button { (voice.say("do-pause")) }
                    (buttons::reasoned(visitor, "pause", &[("back", "/")], "do-pause", "hint-pause"))
                }
            }
        }
    }
}

fn tiles(voice: Voice, status: &Status, failed: u64) -> Markup {
    let of = |stage: &str| status.live.get(stage).copied().unwrap_or_default();
    let queued = of("queued");
    let running = status.live.values().sum::<u64>() - queued;
    let old = |seconds: Option<u64>| match seconds {
        Some(seconds) => voice.fill(
            "tile-oldest",
            &[("span", marks::span(voice, seconds).into())],
        ),
        None => String::new(),
    };
    let stages = ["preparing", "submitting", "rendering", "rendered"];
    let parts: Vec<_> = stages
        .into_iter()
        .filter(|stage| of(stage) > 0)
        .map(|stage| format!("{}: {}", voice.word("stage", stage), of(stage)))
        .collect();
    let banned = voice.fill("tile-banned", &[("n", status.banned.into())]);
    let all = voice.fill("tile-all", &[("n", marks::count(status.jobs).into())]);
    let tiles = [
        (
            "queued",
            queued,
            old(status.oldest_queued_s),
            "/jobs?show=live",
        ),
        ("running", running, parts.join(" · "), "/jobs?show=live"),
        ("failed", failed, String::new(), "/jobs?show=failed"),
        ("notes", status.notes, old(status.oldest_note_s), ""),
        ("orders", status.orders, all, "/orders"),
        ("users", status.users, banned, "/users"),
    ];
    html! {
        ul.tiles {
            @for (key, value, more, way) in &tiles {
                li.card data-test=(format!("tile-{key}")) {
                    span.name {
                        @if way.is_empty() { (voice.word("tile", key)) }
                        @else { a href=(way) { (voice.word("tile", key)) } }
                    }
                    span.value { (marks::count(*value)) }
                    span.also { (more) }
                }
            }
        }
    }
}
