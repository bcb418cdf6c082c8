//! Orders: the list, and one closely.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{self, Tab};
use super::marks;
use super::means::Page;
use super::trouble::Instead;
use super::visitor::Visitor;
use crate::edge::locale::Locale;
use crate::operator::service::UserRef;
use crate::operator::service::answer::OrderLine;
use crate::operator::service::ask::{Order, Orders};
use crate::rules::domain::id::OrderId;

/// Orders of a page.
const SHOWN: usize = 50;

/// Whose, and where a page begins.
#[derive(Debug, Deserialize)]
pub struct Wish {
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
    let ask = Orders {
        whom: wish.user.map(UserRef::Number),
        before: wish.before,
        most: SHOWN,
    };
    let orders = page.ask(&visitor, ask).await?;
    let older = orders.last().filter(|_| orders.len() == SHOWN);
    let older = older.map(|order| order.id);
    let base = wish.user.map_or("/orders?".to_owned(), |user| {
        format!("/orders?user={user}&")
    });
    let main = html! {
        h1 { (locale.say("nav-orders")) }
        @if let Some(user) = wish.user { (of_user(locale, user, "/orders")) }
        (table(locale, &orders))
        (frame::pages(locale, &base, wish.before, older))
    };
    Ok(frame::list(
        &visitor,
        &locale.say("nav-orders"),
        Tab::Orders,
        main,
    ))
}

/// Whose a list is, and the way to everybody's.
pub fn of_user(locale: Locale, user: u64, all: &str) -> Markup {
    html! {
        p.filter { (locale.say("of-user")) " " (marks::user(user)) " · " a href=(all) { (locale.say("of-all")) } }
    }
}

/// Orders, row by row.
pub fn table(locale: Locale, orders: &[OrderLine]) -> Markup {
    let heads = marks::heads(locale, &["order", "seller", "placed", "template", "videos"]);
    let row = |order: &OrderLine| {
        let stages = html! {
            span.badges { @for stage in &order.jobs { (marks::stage(locale, stage)) " " } }
        };
        vec![
            marks::order(order.id),
            marks::user(order.seller),
            marks::time(order.at),
            html! { (locale.word("template", &order.template)) },
            stages,
        ]
    };
    let rows: Vec<_> = orders.iter().map(row).collect();
    marks::table(
        &locale.say("nav-orders"),
        &heads,
        &rows,
        &locale.say("orders-none"),
    )
}

/// One order.
pub async fn card(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Path(order): Path<String>,
) -> Result<Response, Instead> {
    let locale = visitor.locale;
    let Ok(order) = order.parse() else {
        return Err(Instead::page(&visitor, StatusCode::NOT_FOUND));
    };
    let card = page
        .ask(
            &visitor,
            Order {
                order: OrderId(order),
            },
        )
        .await?;
    let title = locale.fill("order-title", &[("n", order.to_string().into())]);
    let mut pairs = vec![
        (
            locale.word("head", "seller"),
            marks::user(card.order.seller),
        ),
        (locale.word("head", "placed"), marks::time(card.order.at)),
        (
            locale.word("head", "template"),
            html! { (locale.word("template", &card.order.template)) },
        ),
    ];
    if let Some(photo) = &card.photo {
        let photo = locale.word("photo", photo);
        pairs.push((locale.word("head", "photo"), html! { (photo) }));
    }
    let main = html! {
        h1 { (title) }
        (marks::facts(&pairs))
        (marks::no_more(locale, card.retired))
        h2 { (locale.say("order-jobs")) }
        (marks::jobs(locale, &locale.say("order-jobs"), &card.jobs, ""))
    };
    Ok(frame::live(&visitor, &title, Tab::Orders, main))
}
