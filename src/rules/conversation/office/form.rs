//! Forms: what an operator is filling in, piece by piece, until it can be confirmed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::rules::domain::deed::draft::Draft;
use crate::rules::domain::id::DraftId;

/// A form nobody has touched for so long is dropped: what is written later is not meant for it.
pub const LIFE: Duration = Duration::from_secs(15 * 60);

/// What an operator is about to do. Stored beside their session, so that an order they are writing stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The number its buttons carry, another one after every change, so that an old button is known.
    pub id: DraftId,
    /// When it was last touched.
    pub at: Timestamp,
    /// What is to be done.
    pub draft: Draft,
}

impl Form {
    /// Whether nobody has touched it for too long.
    pub fn is_late(&self, now: Timestamp) -> bool {
        now.since(self.at) >= LIFE
    }
}
