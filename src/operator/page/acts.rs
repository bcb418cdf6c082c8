//! What operators did.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use super::frame::{self, Tab};
use super::means::Page;
use super::trail;
use super::trouble::Instead;
use super::visitor::Visitor;
use crate::operator::service::ask::Acts;

/// Acts of a page.
const SHOWN: usize = 50;

/// Where a page begins.
#[derive(Debug, Deserialize)]
pub struct From {
    before: Option<u64>,
}

/// The list.
pub async fn list(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Query(from): Query<From>,
) -> Result<Response, Instead> {
    let locale = visitor.locale;
    let ask = Acts {
        before: from.before,
        most: SHOWN,
    };
    let acts = page.ask(&visitor, ask).await?;
    let older = acts.last().filter(|_| acts.len() == SHOWN).map(|act| act.n);
    let main = html! {
        h1 { (locale.say("nav-acts")) }
        (trail::trail(locale, &acts))
        (frame::pages(locale, "/acts?", from.before, older))
    };
    Ok(frame::list(
        &visitor,
        &locale.say("nav-acts"),
        Tab::Acts,
        main,
    ))
}
