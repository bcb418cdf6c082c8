//! The operator's page: what an operator asks and does in a browser, rendered here, with one small script that only
//! brings news.
//!
//! Whoever says the operator's token gets a session. There is nothing here
//! that works only with the script, nothing inline, nothing from elsewhere, and no script, prompt or photo of a
//! seller's.

mod acts;
mod assets;
mod buttons;
mod confirm;
mod cookies;
mod credit_cache;
mod deeds;
mod draft;
mod form;
mod frame;
mod graphs;
mod guard;
mod guesses;
mod house;
mod jobs;
mod marks;
mod means;
mod now;
mod orders;
mod resting;
mod search;
mod session;
mod signin;
mod token;
mod trail;
mod trouble;
mod users;
mod visitor;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::{get, post};

pub use means::Page;
pub use token::Heard;
pub use visitor::Peer;

/// Every route of the page.
pub fn router(page: Arc<Page>) -> Router {
    let inside = Router::new()
        .route("/", get(now::now))
        .route("/orders", get(orders::list))
        .route("/orders/{order}", get(orders::card))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{job}", get(jobs::card))
        .route("/users", get(users::list))
        .route("/users/{user}", get(users::card))
        .route("/acts", get(acts::list))
        .route("/search", post(search::search))
        .route("/do", post(deeds::deed))
        .route("/signout", post(signin::leave))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&page),
            guard::signed_in,
        ));
    Router::new()
        .route("/signin", get(signin::ask).post(signin::come))
        .route("/lang/{lang}", get(signin::speak))
        .route("/style.css", get(assets::style))
        .route("/script.js", get(assets::script))
        .route("/icon.svg", get(assets::icon))
        .merge(inside)
        .fallback(guard::nowhere)
        .method_not_allowed_fallback(guard::no_method)
        .layer(middleware::from_fn(guard::dressed))
        .with_state(page)
}
