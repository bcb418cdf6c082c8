//! The search: orders, jobs and users by what people write of them. What is searched for is in no address.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

use super::form::Form;
use super::frame::{self, Tab};
use super::means::Page;
use super::trouble::Instead;
use super::visitor::Visitor;
use super::{marks, orders, users};
use crate::operator::service::UserRef;
use crate::operator::service::answer::{JobLine, OrderLine, UserLine};
use crate::operator::service::ask::{Job, Order, Task, User, Users};
use crate::operator::service::desk::Answerable;
use crate::rules::domain::act::Who;
use crate::rules::domain::id::{Code, NoCode, OrderId};

/// A task of the provider's has a longer name than this.
const TASK: usize = 12;
/// Users shown at most.
const SHOWN: usize = 50;

/// What was found.
#[derive(Debug, Default)]
struct Found {
    jobs: Vec<JobLine>,
    orders: Vec<OrderLine>,
    users: Vec<UserLine>,
    /// There may be more: so many rows were looked at.
    looked: Option<usize>,
}

/// Shows what was found, or the one thing that was.
pub async fn search(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Extension(form): Extension<Form>,
) -> Result<Response, Instead> {
    let locale = visitor.locale;
    let said = form.get("q").trim().trim_start_matches('№').trim_start();
    let said: String = said.chars().take(100).collect();
    let found = find(&page, &visitor, &said).await?;
    if let Some(at) = found.only() {
        return Ok(Redirect::to(&at).into_response());
    }
    let nothing = found.jobs.is_empty() && found.orders.is_empty() && found.users.is_empty();
    let unstored = match Code::job(&said) {
        Err(NoCode::Unstored(code)) => Some(code.to_string()),
        Err(NoCode::Unread) | Ok(_) => None,
    };
    let visitor = Visitor {
        path: "/".to_owned(),
        ..visitor
    };
    let main = html! {
        h1 { (locale.fill("search-title", &[("q", said.as_str().into())])) }
        @if let Some(code) = &unstored {
            p.lead { (locale.fill("search-unstored", &[("code", code.as_str().into())])) }
        } @else if nothing {
            p.lead { (locale.say("search-none")) }
            p.hint { (locale.say("search-help")) }
        }
        @if !found.jobs.is_empty() {
            h2 { (locale.say("nav-jobs")) }
            (marks::jobs(locale, &locale.say("nav-jobs"), &found.jobs, ""))
        }
        @if !found.orders.is_empty() {
            h2 { (locale.say("nav-orders")) }
            (orders::table(locale, &found.orders))
        }
        @if !found.users.is_empty() {
            h2 { (locale.say("nav-users")) }
            (users::table(locale, &found.users))
        }
        (frame::unseen(locale, found.looked))
    };
    Ok(frame::still(
        &visitor,
        &locale.say("search-label"),
        Tab::None,
        main,
    ))
}

impl Found {
    /// Where the one thing is that was found, if it is one.
    fn only(&self) -> Option<String> {
        if self.looked.is_some() {
            return None;
        }
        match (&self.jobs[..], &self.orders[..], &self.users[..]) {
            ([job], [], []) => Some(format!("/jobs/{}", job.id)),
            ([], [order], []) => Some(format!("/orders/{}", order.id)),
            ([], [], [user]) => Some(format!("/users/{}", user.id)),
            _ => None,
        }
    }
}

async fn find(page: &Page, visitor: &Visitor, said: &str) -> Result<Found, Instead> {
    let mut found = Found::default();
    let letter = said.trim_start_matches('#').starts_with(['j', 'J']);
    if let Ok(job) = Code::job(said) {
        if let Some(card) = maybe(page, Job { job }).await {
            found.jobs.push(card.job);
        }
        // A letter says which is meant; a bare number may be anything.
        if letter {
            return Ok(found);
        }
        let order = OrderId(job.0);
        if let Some(card) = maybe(page, Order { order }).await {
            found.orders.push(card.order);
        }
        let whom = UserRef::Number(job.0);
        if let Some(card) = maybe(page, User { whom }).await {
            found.users.push(card.user);
        }
        return Ok(found);
    }
    if !said.is_empty() {
        let ask = Users {
            like: Some(said.to_owned()),
            banned: false,
            before: None,
            most: SHOWN,
        };
        let users = page.ask(visitor, ask).await?;
        found.users = users.lines;
        found.looked = users.looked;
        if found.users.is_empty() && said.len() >= TASK {
            let task = said.to_owned();
            let jobs = page.ask(visitor, Task { task }).await?;
            found.jobs = jobs.lines;
            found.looked = found.looked.max(jobs.looked);
        }
    }
    Ok(found)
}

/// An answer, if there is one.
async fn maybe<Q: Answerable>(page: &Page, question: Q) -> Option<Q::Answer> {
    page.desk.ask(Who::Page, question).await.ok()?.ok()
}
