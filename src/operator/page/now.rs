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
use super::{buttons, credit_cache, graphs, house, marks, resting, trail};
use crate::edge::locale::Locale;
use crate::operator::service::answer::{JobLine, Status};
use crate::operator::service::ask::{self, Acts, Jobs, Models, Span, Wanted};

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
    let status = page.ask(&visitor, ask::Status).await?;
    let day = page.ask(&visitor, ask::Stats { span: Span::Day }).await?;
    let month = ask::Stats { span: Span::Month };
    let month = page.ask(&visitor, month).await?;
    let models = page.ask(&visitor, Models).await?;
    let keys = credit_cache::keys(&page.credit_cache, &page.desk).await;
    let live = jobs(&page, &visitor, Wanted::Live, SHOWN).await?;
    let since = page.desk.clock.now().minus(NEWS).0;
    // As many as there were, so that a large file is not searched for those there are not.
    let most = usize::try_from(day.total.failed).map_or(SHOWN, |failed| failed.min(SHOWN));
    let mut failed = match most {
        0 => Vec::new(),
        most => jobs(&page, &visitor, Wanted::Failed, most).await?,
    };
    failed.retain(|job| job.ended.is_some_and(|at| at >= since));
    let acts = Acts {
        before: None,
        most: ACTS,
    };
    let acts = page.ask(&visitor, acts).await?;
    let locale = visitor.locale;
    let main = html! {
        h1.hidden { (locale.say("nav-now")) }
        (sales(&page, &visitor, &status))
        (tiles(locale, &status, day.total.failed))
        section aria-labelledby="live" {
            h2 #live { (locale.say("now-live")) }
            (marks::jobs(locale, &locale.say("now-live"), &live, &locale.say("now-live-none")))
            @if live.len() == SHOWN { p.more { a href="/jobs?show=live" { (locale.say("all")) } } }
        }
        section aria-labelledby="failures" {
            h2 #failures { (locale.say("now-failures")) }
            (marks::jobs(locale, &locale.say("now-failures"), &failed, &locale.say("now-failures-none")))
            @if failed.len() == SHOWN { p.more { a href="/jobs?show=failed" { (locale.say("all")) } } }
        }
        div.columns {
            section aria-labelledby="models" {
                h2 #models { (locale.say("now-models")) }
                (resting::models(&visitor, &models))
            }
            section aria-labelledby="keys" {
                h2 #keys { (locale.say("now-keys")) }
                (resting::keys(&visitor, &keys))
            }
            section aria-labelledby="house" {
                h2 #house { (locale.say("now-house")) }
                (house::house(&page, locale, &status))
            }
            section aria-labelledby="acts" {
                h2 #acts { (locale.say("now-acts")) }
                (trail::trail(locale, &acts))
                p.more { a href="/acts" { (locale.say("all")) } }
            }
        }
        section aria-labelledby="day" {
            h2 #day { (locale.say("now-day")) }
            (graphs::sums(locale, &day.total))
            (graphs::graphs(locale, &day))
        }
        section aria-labelledby="month" {
            h2 #month { (locale.say("now-month")) }
            (graphs::sums(locale, &month.total))
            (graphs::graphs(locale, &month))
        }
    };
    Ok(frame::live(
        &visitor,
        &locale.say("nav-now"),
        Tab::Now,
        main,
    ))
}

async fn jobs(
    page: &Page,
    visitor: &Visitor,
    wanted: Wanted,
    most: usize,
) -> Result<Vec<JobLine>, Instead> {
    let ask = Jobs {
        wanted,
        whom: None,
        before: None,
        most,
    };
    Ok(page.ask(visitor, ask).await?.lines)
}

/// Whether the shop is open, and the lever.
fn sales(page: &Page, visitor: &Visitor, status: &Status) -> Markup {
    let locale = visitor.locale;
    let open = status.closed.is_empty();
    let paused = status.closed.iter().any(|cause| cause == "pause");
    let late = page.updates.is_late();
    html! {
        @if let Some(fault) = &status.fault {
            div.alarm role="alert" { strong { (locale.say("alarm-fault")) } " " (fault) }
        }
        @if late {
            div.alarm role="alert" { strong { (locale.say("alarm-updates")) } }
        }
        div.sales.card.good[open].bad[!open] data-test="sales" {
            div {
                p.state { (locale.say(if open { "sales-open" } else { "sales-closed" })) }
                @for cause in &status.closed {
                    p { (locale.word("closed", cause)) }
                }
            }
            @if paused {
                (form(visitor, "/do", &[("deed", "resume"), ("back", "/")], html! {
                    button.main type="submit" { (locale.say("do-resume")) }
                }))
            } @else {
                details data-keep="pause" {
                    summary.button { (locale.say("do-pause")) }
                    (buttons::reasoned(visitor, "pause", &[("back", "/")], "do-pause", "hint-pause"))
                }
            }
        }
    }
}

fn tiles(locale: Locale, status: &Status, failed: u64) -> Markup {
    let of = |stage: &str| status.live.get(stage).copied().unwrap_or_default();
    let queued = of("queued");
    let running = status.live.values().sum::<u64>() - queued;
    let old = |seconds: Option<u64>| match seconds {
        Some(seconds) => locale.fill(
            "tile-oldest",
            &[("span", marks::span(locale, seconds).into())],
        ),
        None => String::new(),
    };
    let stages = ["preparing", "submitting", "rendering", "rendered"];
    let parts: Vec<_> = stages
        .into_iter()
        .filter(|stage| of(stage) > 0)
        .map(|stage| format!("{}: {}", locale.word("stage", stage), of(stage)))
        .collect();
    let banned = locale.fill("tile-banned", &[("n", status.banned.into())]);
    let all = locale.fill("tile-all", &[("n", marks::count(status.jobs).into())]);
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
                        @if way.is_empty() { (locale.word("tile", key)) }
                        @else { a href=(way) { (locale.word("tile", key)) } }
                    }
                    span.value { (marks::count(*value)) }
                    span.also { (more) }
                }
            }
        }
    }
}
