//! What a failed call means for whoever made it.

use std::time::Duration;

use teloxide::{ApiError, RequestError};

/// No wait that Telegram asks for is longer: whoever asks again too early is told again.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// A failed call, by what the caller must do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Telegram asks to wait that long.
    #[error("telegram asks to wait {} s", .0.as_secs())]
    Wait(Duration),
    /// The user blocked the bot, is gone, or never wrote: nothing will reach them.
    #[error("the user cannot be reached")]
    Unreachable,
    /// The message is as it should be already.
    #[error("the message is not changed")]
    Unchanged,
    /// The message or press is gone; a new message is the way.
    #[error("the message or press is gone")]
    Gone,
    /// The file is over Telegram's limits.
    #[error("the file is too large")]
    TooLarge,
    /// The token is wrong.
    #[error("telegram does not know the token")]
    Token,
    /// Updates cannot be asked for while a webhook is set.
    #[error("a webhook stands in the way of polling")]
    Webhook,
    /// Another process asks for the same updates.
    #[error("another process polls with the same token: stop one of the two")]
    Rival,
    /// Telegram will never take this call.
    #[error("telegram refuses the call")]
    Refused,
    /// Another try may work.
    #[error("telegram cannot be reached or has a fault")]
    Passing,
}

impl Trouble {
    /// In a word, for metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Wait(_) => "wait",
            Self::Unreachable => "unreachable",
            Self::Unchanged => "unchanged",
            Self::Gone => "gone",
            Self::TooLarge => "too_large",
            Self::Token => "token",
            Self::Webhook => "webhook",
            Self::Rival => "rival",
            Self::Refused => "refused",
            Self::Passing => "passing",
        }
    }
}

impl From<&RequestError> for Trouble {
    fn from(error: &RequestError) -> Self {
        match error {
            RequestError::RetryAfter(seconds) => Self::Wait(seconds.duration().min(LONGEST_WAIT)),
            RequestError::Api(api) => of_api(api),
            RequestError::MigrateToChatId(_) => Self::Unreachable,
            // A proxy's page instead of an answer.
            RequestError::InvalidJson { raw, .. } if too_large(&raw.to_lowercase()) => {
                Self::TooLarge
            }
            RequestError::Network(_) | RequestError::InvalidJson { .. } | RequestError::Io(_) => {
                Self::Passing
            }
        }
    }
}

impl From<RequestError> for Trouble {
    fn from(error: RequestError) -> Self {
        Self::from(&error)
    }
}

fn of_api(error: &ApiError) -> Trouble {
    match error {
        ApiError::BotBlocked
        | ApiError::UserDeactivated
        | ApiError::ChatNotFound
        | ApiError::UserNotFound
        | ApiError::CantInitiateConversation
        | ApiError::CantTalkWithBots
        | ApiError::BotKicked
        | ApiError::BotKickedFromSupergroup
        | ApiError::BotKickedFromChannel => Trouble::Unreachable,
        ApiError::MessageNotModified => Trouble::Unchanged,
        ApiError::MessageToEditNotFound
        | ApiError::MessageCantBeEdited
        | ApiError::MessageIdInvalid
        | ApiError::InvalidQueryId => Trouble::Gone,
        ApiError::RequestEntityTooLarge => Trouble::TooLarge,
        ApiError::InvalidToken => Trouble::Token,
        ApiError::CantGetUpdates => Trouble::Webhook,
        ApiError::TerminatedByOtherGetUpdates => Trouble::Rival,
        ApiError::Unknown(text) => of_text(&text.to_lowercase()),
        _ => Trouble::Refused,
    }
}

/// The texts that teloxide 0.17 does not know (facts of 2026-11).
fn of_text(text: &str) -> Trouble {
    const GONE: [&str; 3] = [
        "query is too old",
        "message to edit not found",
        "no text in the message to edit",
    ];
    if text.contains("while webhook is active") {
        Trouble::Webhook
    } else if text.contains("forbidden:") {
        Trouble::Unreachable
    } else if too_large(text) {
        Trouble::TooLarge
    } else if GONE.iter().any(|gone| text.contains(gone)) {
        Trouble::Gone
    } else if text.contains("internal server error") || text.contains("bad gateway") {
        Trouble::Passing
    } else {
        Trouble::Refused
    }
}

fn too_large(text: &str) -> bool {
    text.contains("file is too big") || text.contains("request entity too large")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wait_that_telegram_asks_for_silences_anybody_for_days() {
        use teloxide::types::Seconds;
        for (asked, wait) in [(7, 7), (3600, 3600), (86_400, 3600), (u32::MAX, 3600)] {
            let error = RequestError::RetryAfter(Seconds::from_seconds(asked));
            let wait = Duration::from_secs(wait);
            assert_eq!(Trouble::from(&error), Trouble::Wait(wait), "{asked}");
        }
    }

    #[test]
    fn texts_teloxide_does_not_know_are_known_here() {
        for (text, trouble) in [
            (
                "Forbidden: bot can't initiate conversation with a user",
                Trouble::Unreachable,
            ),
            ("Bad Request: file is too big", Trouble::TooLarge),
            (
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete \
                 the webhook first",
                Trouble::Webhook,
            ),
            (
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
                Trouble::Gone,
            ),
            ("Internal Server Error: restart", Trouble::Passing),
            ("Bad Request: something new", Trouble::Refused),
        ] {
            assert_eq!(
                of_api(&ApiError::Unknown(text.to_owned())),
                trouble,
                "{text}"
            );
        }
    }
}
