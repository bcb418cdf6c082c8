//! What the operator's routes work with.

use std::sync::Arc;

use secrecy::SecretString;

use crate::base::clock::heartbeat::Heartbeat;
use crate::door::Admission;
use crate::edge::tls::door::Door;
use crate::operator::page::Page;
use crate::operator::service::Desk;

/// What the operator's routes work with.
pub struct Office {
    /// Answers operators.
    pub desk: Desk,
    /// What whoever asks for metrics must know, if anything.
    pub token: Option<SecretString>,
    /// The operator's page.
    pub page: Arc<Page>,
    /// The loop that takes updates.
    pub updates: Heartbeat,
    /// What our public door shows; nothing if it speaks no TLS.
    pub door: Option<Arc<Door>>,
    /// Who keeps the public doors: knows what they have refused, and whom to believe.
    pub admission: Arc<Admission>,
}
