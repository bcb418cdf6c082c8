//! Users: the list, and one with their ledger and orders.

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
use super::voice::Voice;
use super::{buttons, marks, orders};
use crate::operator::service::answer::{EntryLine, UserCard, UserLine};
use crate::operator::service::{Answer, Ask, Whom};

/// Users of a page.
const SHOWN: usize = 100;

/// Entries of a page.
const ENTRIES: usize = 30;

/// Which, and where a page begins.
#[derive(Debug, Deserialize)]
pub struct Wish {
    show: Option<String>,
    before: Option<u64>,
}

/// Where the entries begin.
#[derive(Debug, Deserialize)]
pub struct From {
    before: Option<u64>,
}

/// The list.
pub async fn list(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Query(wish): Query<Wish>,
) -> Result<Response, Instead> {
    let voice = visitor.voice;
    let banned = wish.show.as_deref() == Some("banned");
    let ask = Ask::Users {
        like: None,
        banned,
        before: wish.before,
        most: SHOWN,
    };
    let Answer::Users(users) = page.ask(&visitor, ask).await? else {
        return Err(Page::senseless(&visitor));
    };
    let lines = &users.lines;
    let older = lines.last().filter(|_| lines.len() == SHOWN);
    let older = older.map(|user| user.id);
    let base = match banned {
        true => "/users?show=banned&",
        false => "/users?",
    };
    let main = html! {
        h1 { (voice.say("nav-users")) }
        nav.tabs aria-label=(voice.say("users-show")) {
            a href="/users" aria-current=[(!banned).then_some("true")] { (voice.say("show-all")) }
            a href="/users?show=banned" aria-current=[banned.then_some("true")] { (voice.say("show-banned")) }
        }
        (table(voice, lines))
        (frame::pages(voice, base, wish.before, older))
    };
    Ok(frame::list(
        &visitor,
        &voice.say("nav-users"),
        Tab::Users,
        main,
    ))
}

/// Users, row by row.
pub fn table(voice: Voice, users: &[UserLine]) -> Markup {
    let heads = marks::heads(
        voice,
        &[
            "number",
            "name",
            "available",
            "held",
            "lang",
            "since",
            "state",
        ],
    );
    let row = |user: &UserLine| {
        vec![
            marks::user(user.id),
            name(user.name.as_deref()),
            html! { span.n { (user.available) } },
            html! { span.n { (user.held) } },
            html! { (user.lang) },
            marks::time(user.since),
            state(voice, user),
        ]
    };
    let rows: Vec<_> = users.iter().map(row).collect();
    marks::table(
        &voice.say("nav-users"),
        &heads,
        &rows,
        &voice.say("users-none"),
    )
}

fn name(name: Option<&str>) -> Markup {
    match name {
        Some(name) => html! { "@" (name) },
        None => marks::none(),
    }
}

fn state(voice: Voice, user: &UserLine) -> Markup {
    html! {
        span.badges {
            @if user.banned { (marks::badge("bad", &voice.say("user-banned"))) " " }
            @if !user.reachable { (marks::badge("calm", &voice.say("user-blocked"))) }
            @if !user.banned && user.reachable { (marks::badge("good", &voice.say("user-fine"))) }
        }
    }
}

/// One user.
pub async fn card(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Path(user): Path<String>,
    Query(from): Query<From>,
) -> Result<Response, Instead> {
    let voice = visitor.voice;
    let Ok(user) = user.parse() else {
        return Err(Instead::page(&visitor, StatusCode::NOT_FOUND));
    };
    let whom = Whom::Number(user);
    let Answer::User(card) = page.ask(&visitor, Ask::User { whom }).await? else {
        return Err(Page::senseless(&visitor));
    };
    let history = Ask::History {
        whom: Whom::Number(user),
        before: from.before,
        most: ENTRIES,
    };
    let Answer::Entries(entries) = page.ask(&visitor, history).await? else {
        return Err(Page::senseless(&visitor));
    };
    let lines = &entries.lines;
    let older = lines.last().filter(|_| lines.len() == ENTRIES);
    let older = older.map(|entry| entry.n);
    let title = voice.fill("user-title", &[("n", user.to_string().into())]);
    let main = html! {
        div.titled { h1 { (title) } (state(voice, &card.user)) }
        (facts(voice, &card))
        div.actions { (actions(&visitor, &card)) }
        h2 { (voice.say("user-orders")) }
        (orders::table(voice, &card.orders))
        p.more { a href=(format!("/orders?user={user}")) { (voice.say("all")) } }
        h2 { (voice.say("ledger")) }
        (ledger(voice, lines))
        (frame::unseen(voice, entries.looked))
        (frame::pages(voice, &format!("/users/{user}?"), from.before, older))
    };
    Ok(frame::list(&visitor, &title, Tab::Users, main))
}

fn facts(voice: Voice, card: &UserCard) -> Markup {
    let user = &card.user;
    let mut pairs = vec![
        (
            voice.word("head", "available"),
            html! { strong.big data-test="available" { (user.available) } },
        ),
        (voice.word("head", "held"), html! { (user.held) }),
        (voice.word("head", "name"), name(user.name.as_deref())),
        (voice.word("head", "lang"), html! { (user.lang) }),
        (voice.word("head", "since"), marks::time(user.since)),
        (
            voice.word("head", "step"),
            html! { (voice.word("step", &card.step)) },
        ),
        (voice.word("head", "notes"), html! { (card.notes) }),
    ];
    if let Some((since, why)) = &card.ban {
        pairs.push((
            voice.say("user-banned-since"),
            html! { (marks::time(*since)) " " span.why { "«" (why) "»" } },
        ));
    }
    marks::facts(&pairs)
}

fn actions(visitor: &Visitor, card: &UserCard) -> Markup {
    let (id, back) = (card.user.id.to_string(), format!("/users/{}", card.user.id));
    let hidden = [("user", id.as_str()), ("back", back.as_str())];
    html! {
        (buttons::grant_form(visitor, &hidden))
        @if card.ban.is_some() {
            (buttons::button(visitor, "unban", &hidden, "do-unban"))
        } @else {
            (buttons::opened(visitor, "ban", &hidden, "do-ban", "hint-ban"))
        }
    }
}

/// Entries, row by row.
pub fn ledger(voice: Voice, entries: &[EntryLine]) -> Markup {
    let heads = marks::heads(voice, &["when", "amount", "reason", "way", "job"]);
    let row = |entry: &EntryLine| {
        let reason = html! {
            (voice.word("reason", &entry.reason))
            @if let Some(why) = &entry.why { " " span.why { "«" (why) "»" } }
        };
        vec![
            marks::time(entry.at),
            html! { span.n { (entry.amount) } },
            reason,
            html! { (account(voice, &entry.from)) " → " (account(voice, &entry.to)) },
            entry.job.map_or_else(marks::none, marks::job),
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    marks::table(
        &voice.say("ledger"),
        &heads,
        &rows,
        &voice.say("ledger-none"),
    )
}

/// An account, without whose it is: the page says that.
fn account(voice: Voice, account: &str) -> String {
    voice.word("account", account.split(' ').next().unwrap_or(account))
}
