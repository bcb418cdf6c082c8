//! A session: where a seller stands in the conversation.

use serde::{Deserialize, Serialize};

use crate::rules::domain::brief::{Photo, Style};
use crate::rules::domain::id::{AlbumId, DraftId};
use crate::rules::domain::template::Template;

use super::draft::{Draft, Question, next};

/// Where a seller stands in the conversation. Stored with the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The walk through the questions that buttons must belong to.
    pub draft: DraftId,
    /// What they have answered; nothing while they are at the menu.
    pub answers: Option<Draft>,
    /// The album the photo came with.
    pub album: Option<AlbumId>,
    /// Whether the seller knows that only its first picture counts.
    pub album_told: bool,
}

impl Session {
    /// The session of somebody new.
    pub fn new() -> Self {
        Self {
            draft: DraftId(0),
            answers: None,
            album: None,
            album_told: false,
        }
    }

    /// The open question; none at the menu.
    pub fn question(&self) -> Option<Question> {
        self.answers.as_ref().map(next)
    }

    /// The same, without a template that is not among those.
    pub fn offered(mut self, templates: &[Template]) -> Self {
        if let Some(answers) = &mut self.answers
            && let Some(Style::Template(template)) = answers.style
            && !templates.contains(&template)
        {
            answers.style = None;
        }
        self
    }

    /// The menu; buttons of the draft that was dropped no longer mean anything.
    pub fn idle(self) -> Self {
        Self {
            draft: DraftId(0),
            answers: None,
            ..self
        }
    }

    /// The menu after an order; its draft is kept, so that a second tap on «yes» is known.
    pub fn ordered(self) -> Self {
        Self {
            answers: None,
            ..self
        }
    }

    /// The photo that was sent for the open draft.
    pub fn photo(&self) -> Option<&Photo> {
        self.answers.as_ref()?.photo.as_ref()
    }

    /// A walk through the questions that begins with these answers.
    pub fn fresh(self, draft: DraftId, answers: Draft) -> Self {
        Self {
            draft,
            answers: Some(answers),
            ..self
        }
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}
