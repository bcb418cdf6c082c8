//! What the page works with, and how it asks the desk.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::StatusCode;
use secrecy::SecretString;

use super::credit_cache::CreditCache;
use super::session::Sessions;
use super::token::{Heard, Token};
use super::trouble::Instead;
use super::visitor::Visitor;
use crate::base::clock::heartbeat::Heartbeat;
use crate::edge::tls::door::Door;
use crate::operator::service::Desk;
use crate::operator::service::desk::Answerable;
use crate::rules::domain::act::Who;

/// What the page works with.
pub struct Page {
    pub(super) desk: Desk,
    pub(super) token: Token,
    pub(super) door: Option<Arc<Door>>,
    pub(super) updates: Heartbeat,
    pub(super) sessions: Sessions,
    pub(super) credit_cache: Arc<CreditCache>,
}

impl Page {
    /// A page for whoever knows `token`. `door` is the public one, if it speaks TLS; `updates` the loop that takes
    /// them.
    pub fn new(
        desk: Desk,
        token: SecretString,
        door: Option<Arc<Door>>,
        updates: Heartbeat,
    ) -> Self {
        Self {
            desk,
            token: Token::new(token),
            door,
            updates,
            sessions: Sessions::default(),
            credit_cache: Arc::default(),
        }
    }

    /// Hears a word that is said for the token from an address, here or at another of the operator's routes.
    pub fn hears(&self, said: &[u8], address: IpAddr) -> Heard {
        self.token.hear(said, address, self.desk.clock.now())
    }

    /// An answer; a page instead if there is none.
    pub(super) async fn ask<Q: Answerable>(
        &self,
        visitor: &Visitor,
        question: Q,
    ) -> Result<Q::Answer, Instead> {
        match self.desk.ask(Who::Page, question).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(refusal)) => Err(Instead::refused(visitor, &refusal)),
            Err(error) => {
                tracing::warn!(%error, "the operator's page cannot be shown");
                Err(Instead::page(visitor, StatusCode::SERVICE_UNAVAILABLE))
            }
        }
    }
}
