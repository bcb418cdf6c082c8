//! The operator's page: what an operator asks and does in a browser, rendered here, with one small script that only
//! brings news.
//!
//! Whoever says the operator's token gets a session. There is nothing here
//! that works only with the script, nothing inline, nothing from elsewhere, and no script, prompt or photo of a
//! seller's.

mod acts;
mod assets;
mod confirm;
mod cookies;
mod deeds;
mod form;
mod frame;
mod graphs;
mod guard;
mod guesses;
mod house;
mod jobs;
mod marks;
mod now;
mod orders;
mod purse;
mod resting;
mod search;
mod session;
mod signin;
mod token;
mod trail;
mod trouble;
mod users;
mod visitor;
mod voice;
mod wish;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{get, post};
use secrecy::SecretString;

use crate::base::clock::beat::Beat;
use crate::edge::tls::door::Door;
use crate::operator::service::{Answer, Ask, Desk};
use crate::rules::domain::act::Who;
use purse::Purse;
use session::Sessions;
pub use token::Heard;
use token::Token;
use trouble::Instead;
use visitor::Visitor;

/// From where a request came, as the listener saw it or as a trusted proxy names it.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// What the page works with.
pub struct Page {
    desk: Desk,
    token: Token,
    door: Option<Arc<Door>>,
    updates: Beat,
    sessions: Sessions,
    purse: Purse,
}

impl Page {
    /// A page for whoever knows `token`. `door` is the public one, if it speaks TLS; `updates` the loop that takes
    /// them.
    pub fn new(desk: Desk, token: SecretString, door: Option<Arc<Door>>, updates: Beat) -> Self {
        Self {
            desk,
            token: Token::new(token),
            door,
            updates,
            sessions: Sessions::default(),
            purse: Purse::default(),
        }
    }
}

impl Page {
    /// Hears a word that is said for the token from an address, here or at another of the operator's routes.
    pub fn hears(&self, said: &[u8], address: IpAddr) -> Heard {
        self.token.hear(said, address, self.desk.clock.now())
    }

    /// An answer; a page instead if there is none.
    async fn ask(&self, visitor: &Visitor, ask: Ask) -> Result<Answer, Instead> {
        match self.desk.answer(Who::Page, ask).await {
            Ok(Answer::Refused(refusal)) => Err(Instead::refused(visitor, &refusal)),
            Ok(answer) => Ok(answer),
            Err(error) => {
                tracing::warn!(%error, "the operator's page cannot be shown");
                Err(Instead::page(visitor, StatusCode::SERVICE_UNAVAILABLE))
            }
        }
    }

    /// What is shown when an answer is to another question: there is no such case.
    fn senseless(visitor: &Visitor) -> Instead {
        Instead::page(visitor, StatusCode::INTERNAL_SERVER_ERROR)
    }
}

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
        .fallback(trouble::nowhere)
        .method_not_allowed_fallback(trouble::no_method)
        .layer(middleware::from_fn(guard::dressed))
        .with_state(page)
}
