//! The words of hints: why an answer was not taken, above the question that is asked again.

use super::Words;
use crate::rules::conversation::say::Hint;
use crate::rules::domain::user::Lang;

impl Words {
    pub(super) fn hinted(&self, lang: Lang, hint: Option<Hint>, text: String) -> String {
        match hint {
            Some(hint) => format!("{}\n\n{text}", self.plain(lang, hint_key(hint))),
            None => text,
        }
    }
}

/// The name of a hint's text.
pub(super) fn hint_key(hint: Hint) -> &'static str {
    match hint {
        Hint::NeedPhoto => "hint-need-photo",
        Hint::NeedText => "hint-need-text",
        Hint::NeedButton => "hint-need-button",
        Hint::EmptyText => "hint-empty-text",
        Hint::TooLong => "hint-too-long",
        Hint::HavePhoto => "hint-have-photo",
        Hint::PhotoReplaced => "hint-photo-replaced",
        Hint::CaptionTaken => "hint-caption-taken",
        Hint::NotAPicture => "hint-not-a-picture",
        Hint::PlainText => "hint-plain-text",
        Hint::FileTooBig => "hint-file-too-big",
        Hint::PhotoTooSmall => "hint-photo-too-small",
        Hint::PhotoTooLarge => "hint-photo-too-large",
        Hint::TemplateGone => "hint-template-gone",
        Hint::PhotoBroken => "hint-photo-broken",
        Hint::EditIgnored => "hint-edit-ignored",
        Hint::OldButton => "hint-old-button",
        Hint::OrderGone => "hint-order-gone",
        Hint::UnknownCommand => "hint-unknown-command",
        Hint::NotUnderstood => "hint-not-understood",
        Hint::Cancelled => "hint-cancelled",
        Hint::NothingToCancel => "hint-nothing-to-cancel",
        Hint::SameAgain => "hint-same-again",
        Hint::NoRoom => "hint-no-room",
        Hint::Paused => "hint-paused",
        Hint::PausedEarly => "hint-paused-early",
    }
}
