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
use super::voice::Voice;
use crate::operator::service::answer::OrderLine;
use crate::operator::service::{Answer, Ask, Whom};

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
    let voice = visitor.voice;
    let ask = Ask::Orders {
        whom: wish.user.map(Whom::Number),
        before: wish.before,
        most: SHOWN,
    };
    let Answer::Orders(orders) = page.ask(&visitor, ask).await? else {
        return Err(Page::senseless(&visitor));
    };
    let older = orders.last().filter(|_| orders.len() == SHOWN);
    let older = older.map(|order| order.id);
    let base = wish.user.map_or("/orders?".to_owned(), |user| {
        format!("/orders?user={user}&")
    });
    let main = html! {
        h1 { (voice.say("nav-orders")) }
        @if let Some(user) = wish.user { (of_user(voice, user, "/orders")) }
        (table(voice, &orders))
        (frame::pages(voice, &base, wish.before, older))
    };
    Ok(frame::list(
        &visitor,
        &voice.say("nav-orders"),
        Tab::Orders,
        main,
    ))
}

/// Whose a list is, and the way to everybody's.
pub fn of_user(voice: Voice, user: u64, all: &str) -> Markup {
    html! {
        p.filter { (voice.say("of-user")) " " (marks::user(user)) " · " a href=(all) { (voice.say("of-all")) } }
    }
}

/// Orders, row by row.
pub fn table(voice: Voice, orders: &[OrderLine]) -> Markup {
    let heads = marks::heads(voice, &["order", "seller", "placed", "template", "videos"]);
    let row = |order: &OrderLine| {
        let stages = html! {
            span.badges { @for stage in &order.jobs { (marks::stage(voice, stage)) " " } }
        };
        vec![
            marks::order(order.id),
            marks::user(order.seller),
            marks::time(order.at),
            html! { (voice.word("template", &order.template)) },
            stages,
        ]
    };
    let rows: Vec<_> = orders.iter().map(row).collect();
    marks::table(
        &voice.say("nav-orders"),
        &heads,
        &rows,
        &voice.say("orders-none"),
    )
}

/// One order.
pub async fn card(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Path(order): Path<String>,
) -> Result<Response, Instead> {
    let voice = visitor.voice;
    let Ok(order) = order.parse() else {
        return Err(Instead::page(&visitor, StatusCode::NOT_FOUND));
    };
    let Answer::Order(card) = page.ask(&visitor, Ask::Order { order }).await? else {
        return Err(Page::senseless(&visitor));
    };
    let title = voice.fill("order-title", &[("n", order.to_string().into())]);
    let mut pairs = vec![
        (voice.word("head", "seller"), marks::user(card.order.seller)),
        (voice.word("head", "placed"), marks::time(card.order.at)),
        (
            voice.word("head", "template"),
            html! { (voice.word("template", &card.order.template)) },
        ),
    ];
    if let Some(photo) = &card.photo {
        let photo = voice.word("photo", photo);
        pairs.push((voice.word("head", "photo"), html! { (photo) }));
    }
    let main = html! {
        h1 { (title) }
        (marks::facts(&pairs))
        (marks::no_more(voice, card.retired))
        h2 { (voice.say("order-jobs")) }
        (marks::jobs(voice, &voice.say("order-jobs"), &card.jobs, ""))
    };
    Ok(frame::live(&visitor, &title, Tab::Orders, main))
}
