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
use super::{buttons, marks, orders};
use crate::edge::locale::Locale;
use crate::operator::service::UserRef;
use crate::operator::service::answer::{EntryLine, UserCard, UserLine};
use crate::operator::service::ask::{History, User, Users};

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
    let locale = visitor.locale;
    let banned = wish.show.as_deref() == Some("banned");
    let ask = Users {
        like: None,
        banned,
        before: wish.before,
        most: SHOWN,
    };
    let users = page.ask(&visitor, ask).await?;
    let lines = &users.lines;
    let older = lines.last().filter(|_| lines.len() == SHOWN);
    let older = older.map(|user| user.id);
    let base = match banned {
        true => "/users?show=banned&",
        false => "/users?",
    };
    let main = html! {
        h1 { (locale.say("nav-users")) }
        nav.tabs aria-label=(locale.say("users-show")) {
            a href="/users" aria-current=[(!banned).then_some("true")] { (locale.say("show-all")) }
            a href="/users?show=banned" aria-current=[banned.then_some("true")] { (locale.say("show-banned")) }
        }
        (table(locale, lines))
        (frame::pages(locale, base, wish.before, older))
    };
    Ok(frame::list(
        &visitor,
        &locale.say("nav-users"),
        Tab::Users,
        main,
    ))
}

/// Users, row by row.
pub fn table(locale: Locale, users: &[UserLine]) -> Markup {
    let heads = marks::heads(
        locale,
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
            state(locale, user),
        ]
    };
    let rows: Vec<_> = users.iter().map(row).collect();
    marks::table(
        &locale.say("nav-users"),
        &heads,
        &rows,
        &locale.say("users-none"),
    )
}

fn name(name: Option<&str>) -> Markup {
    match name {
        Some(name) => html! { "@" (name) },
        None => marks::none(),
    }
}

fn state(locale: Locale, user: &UserLine) -> Markup {
    html! {
        span.badges {
            @if user.banned { (marks::badge("bad", &locale.say("user-banned"))) " " }
            @if !user.reachable { (marks::badge("calm", &locale.say("user-blocked"))) }
            @if !user.banned && user.reachable { (marks::badge("good", &locale.say("user-fine"))) }
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
    let locale = visitor.locale;
    let Ok(user) = user.parse() else {
        return Err(Instead::page(&visitor, StatusCode::NOT_FOUND));
    };
    let whom = UserRef::Number(user);
    let card = page.ask(&visitor, User { whom }).await?;
    let history = History {
        whom: UserRef::Number(user),
        before: from.before,
        most: ENTRIES,
    };
    let entries = page.ask(&visitor, history).await?;
    let lines = &entries.lines;
    let older = lines.last().filter(|_| lines.len() == ENTRIES);
    let older = older.map(|entry| entry.n);
    let title = locale.fill("user-title", &[("n", user.to_string().into())]);
    let main = html! {
        div.titled { h1 { (title) } (state(locale, &card.user)) }
        (facts(locale, &card))
        div.actions { (actions(&visitor, &card)) }
        h2 { (locale.say("user-orders")) }
        (orders::table(locale, &card.orders))
        p.more { a href=(format!("/orders?user={user}")) { (locale.say("all")) } }
        h2 { (locale.say("ledger")) }
        (ledger(locale, lines))
        (frame::unseen(locale, entries.looked))
        (frame::pages(locale, &format!("/users/{user}?"), from.before, older))
    };
    Ok(frame::list(&visitor, &title, Tab::Users, main))
}

fn facts(locale: Locale, card: &UserCard) -> Markup {
    let user = &card.user;
    let mut pairs = vec![
        (
            locale.word("head", "available"),
            html! { strong.big data-test="available" { (user.available) } },
        ),
        (locale.word("head", "held"), html! { (user.held) }),
        (locale.word("head", "name"), name(user.name.as_deref())),
        (locale.word("head", "lang"), html! { (user.lang) }),
        (locale.word("head", "since"), marks::time(user.since)),
        (
            locale.word("head", "step"),
            html! { (locale.word("step", &card.step)) },
        ),
        (locale.word("head", "notes"), html! { (card.notes) }),
    ];
    if let Some((since, why)) = &card.ban {
        pairs.push((
            locale.say("user-banned-since"),
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
pub fn ledger(locale: Locale, entries: &[EntryLine]) -> Markup {
    let heads = marks::heads(locale, &["when", "amount", "reason", "way", "job"]);
    let row = |entry: &EntryLine| {
        let reason = html! {
            (locale.word("reason", &entry.reason))
            @if let Some(why) = &entry.why { " " span.why { "«" (why) "»" } }
        };
        vec![
            marks::time(entry.at),
            html! { span.n { (entry.amount) } },
            reason,
            html! { (account(locale, &entry.from)) " → " (account(locale, &entry.to)) },
            entry.job.map_or_else(marks::none, marks::job),
        ]
    };
    let rows: Vec<_> = entries.iter().map(row).collect();
    marks::table(
        &locale.say("ledger"),
        &heads,
        &rows,
        &locale.say("ledger-none"),
    )
}

/// An account, without whose it is: the page says that.
fn account(locale: Locale, account: &str) -> String {
    locale.word("account", account.split(' ').next().unwrap_or(account))
}
