//! What the routes to the world work with.

use std::sync::Arc;

use secrecy::SecretString;

use crate::actors::intake::Bot;
use crate::actors::workers::Pool;
use crate::base::clock::Clock;
use crate::base::live::Live;
use crate::base::telemetry::seldom::Seldom;
use crate::edge::files::Photos;
use crate::edge::provider::kie::Seal;
use crate::store::Store;

/// No body is larger, in bytes: Telegram's largest update is far smaller.
pub(super) const BODY: usize = 1 << 20;

/// What the routes work with.
pub struct Web {
    /// Takes updates.
    pub bot: Arc<Bot>,
    /// Takes callbacks.
    pub pool: Arc<Pool>,
    /// Knows whose photo a name is.
    pub store: Store,
    /// Keeps the photos.
    pub photos: Photos,
    /// What Telegram must say to be believed.
    pub webhook_secret: SecretString,
    /// Tells whether a callback is the provider's; nothing: its unguessable address must do.
    pub seal: Live<Option<Seal>>,
    /// How often a callback was not signed as it must be.
    pub unsigned: Seldom,
    pub clock: Clock,
}
