//! A session: which question is open, and exactly what is known by then.

use serde::{Deserialize, Serialize};

use crate::rules::domain::brief::{Brief, Count, Photo, Template, Text};
use crate::rules::domain::id::{AlbumId, DraftId};

/// Where a seller stands in the conversation. Stored with the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The walk through the steps that buttons must belong to.
    pub draft: DraftId,
    pub step: Step,
    /// The album the photo came with.
    pub album: Option<AlbumId>,
    /// Whether the seller knows that only its first picture counts.
    pub album_told: bool,
}

/// The open question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// None: the menu.
    Idle,
    AwaitPhoto,
    AwaitText {
        photo: Photo,
    },
    AwaitTemplate {
        photo: Photo,
        product: Text,
    },
    /// Step 3, own prompt.
    AwaitPrompt {
        photo: Photo,
        product: Text,
    },
    AwaitWishes {
        photo: Photo,
        product: Text,
        template: Template,
    },
    AwaitCount {
        /// Everything so far.
        brief: Brief,
    },
    AwaitConfirm {
        /// Everything so far.
        brief: Brief,
        count: Count,
    },
}

impl Session {
    /// The session of somebody new.
    pub fn new() -> Self {
        Self {
            draft: DraftId(0),
            step: Step::Idle,
            album: None,
            album_told: false,
        }
    }

    /// The menu; buttons of the draft that was dropped no longer mean anything.
    pub fn idle(self) -> Self {
        Self {
            draft: DraftId(0),
            step: Step::Idle,
            ..self
        }
    }

    /// The menu after an order; its draft is kept, so that a second tap on «yes» is known.
    pub fn ordered(self) -> Self {
        Self {
            step: Step::Idle,
            ..self
        }
    }

    /// The photo that was sent for the open draft.
    pub fn photo(&self) -> Option<&Photo> {
        match &self.step {
            Step::Idle | Step::AwaitPhoto => None,
            Step::AwaitText { photo }
            | Step::AwaitTemplate { photo, .. }
            | Step::AwaitPrompt { photo, .. }
            | Step::AwaitWishes { photo, .. } => Some(photo),
            Step::AwaitCount { brief } | Step::AwaitConfirm { brief, .. } => Some(&brief.photo),
        }
    }

    /// A new walk through the steps.
    pub fn fresh(self, draft: DraftId) -> Self {
        Self {
            draft,
            step: Step::AwaitPhoto,
            album: self.album,
            album_told: self.album_told,
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
