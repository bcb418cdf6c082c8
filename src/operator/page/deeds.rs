//! Deeds: what is done. Each is confirmed first, done once, and told on the page one comes from.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::Form;
use super::means::Page;
use super::session::{Told, is_chance};
use super::trouble::Instead;
use super::visitor::{Visitor, own_path};
use super::{confirm, draft};
use crate::edge::locale::Locale;
use crate::operator::service::Refusal;
use crate::operator::service::ask::Do;
use crate::rules::domain::act::Who;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::draft::Draft;
use crate::rules::domain::deed::outlook::Outcome;

/// Asks whether it is meant, and does it.
pub async fn deed(
    State(page): State<Arc<Page>>,
    Extension(visitor): Extension<Visitor>,
    Extension(form): Extension<Form>,
) -> Result<Response, Instead> {
    let back = own_path(form.get("back")).unwrap_or("/").to_owned();
    // Whoever changes the language here comes back to where they were.
    let visitor = Visitor {
        path: back.clone(),
        ..visitor
    };
    let draft = match draft::read(&form) {
        Ok(draft) => draft,
        Err(refusal) => {
            let wrong = visitor.locale.refusal(&refusal);
            return Ok(confirm::mend(&visitor, &form, &back, &wrong));
        }
    };
    let once = form.get("form");
    let known = visitor
        .known
        .as_ref()
        .filter(|_| form.get("sure") == "yes" && is_chance(once));
    let draft = Draft {
        key: Some(format!("page:{once}")),
        ..draft
    };
    let (Some(known), Ok(deed)) = (known, draft.deed()) else {
        return confirm::ask(&page, &visitor, &draft, &form, &back).await;
    };
    if page.sessions.uses(known, once) {
        let done = match page.desk.ask(Who::Page, Do(deed.clone())).await {
            Ok(done) => done,
            Err(error) => {
                page.sessions.frees(known, once);
                tracing::warn!(%error, "what was asked at the operator's page was not done");
                return Err(Instead::page(&visitor, StatusCode::SERVICE_UNAVAILABLE));
            }
        };
        if deed.resting().is_some() {
            page.credit_cache.forget();
        }
        page.sessions
            .leave(known, told(visitor.locale, &deed, done));
    }
    Ok(Redirect::to(&back).into_response())
}

/// What came of it, in a sentence.
fn told(locale: Locale, deed: &Deed, done: Result<Outcome, Refusal>) -> Told {
    let outcome = match done {
        Ok(outcome) => outcome,
        // Whoever wants what is so already has it.
        Err(refusal) => {
            return Told {
                good: refusal.is_so_already(),
                text: locale.refusal(&refusal),
            };
        }
    };
    let balance = outcome.person.map_or(0, |person| person.balance.0);
    let order = outcome.came.order().map(|order| order.to_string());
    let blanks = [
        ("n", balance.into()),
        ("order", order.unwrap_or_default().into()),
    ];
    let text = match outcome.before {
        true => locale.fill("told-grant-before", &blanks),
        false => locale.fill(&format!("told-{}", deed.word()), &blanks),
    };
    Told { good: true, text }
}
