//! What a failed call means for whoever made it.
//!
//! Telegram tells its reasons in words and adds new ones all the time: they are told apart by kinds of words, and what
//! is in none of them by the code.

use std::time::Duration;

/// Telegram is believed to want no longer a wait: what it says then tells what is left of it.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// How long is waited when Telegram wants a wait and does not say how long.
const USUAL_WAIT: Duration = Duration::from_secs(30);

/// The seller's topic is gone.
const TOPIC: [&str; 3] = ["thread not found", "message thread", "topic"];
/// The message or press is gone.
const GONE: [&str; 11] = [
    "query is too old",
    "query id is invalid",
    "query_id_invalid",
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier",
    "message not found",
    "message_edit_time_expired",
    "no text in the message",
    "no caption in the message",
];
/// Nothing will reach them until they do something.
const UNREACHABLE: [&str; 22] = [
    "forbidden",
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "chat_id_invalid",
    "user_id_invalid",
    "input_user",
    "blocked",
    "deactivated",
    "privacy",
    "rights",
    "restricted",
    "banned",
    "kicked",
    "not a member",
    "can't initiate",
    "can't send messages to bots",
    "user_is_bot",
    "upgraded to a supergroup",
    "administrator",
    "admin_required",
    "payment_required",
];
/// The file is over a limit.
const TOO_LARGE: [&str; 4] = ["too big", "too large", "file_too_", "file_size"];
/// Telegram's own machines fail.
const PASSING: [&str; 18] = [
    "internal",
    "rpc_",
    "_fail",
    "temporarily",
    "timeout",
    "timed out",
    "try again",
    "gateway",
    "server error",
    "unavailable",
    "restart",
    "busy",
    "overload",
    "file_part",
    "can't write",
    "failed to",
    "workers",
    "connection",
];

/// A failed call, by what the caller must do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Telegram asks to wait that long.
    #[error("telegram asks to wait {} s", .0.as_secs())]
    Wait(Duration),
    /// The user blocked the bot, is gone, or never wrote: nothing will reach them.
    #[error("the user cannot be reached")]
    Unreachable,
    /// The topic is gone: the chat itself is the way.
    #[error("the topic is gone")]
    Topic,
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
    /// The bot has moved to a Bot API server of its own, or from one, not long ago.
    #[error(
        "the bot is logged out of this Bot API server: it can come back ten minutes after, or telegram.api_url is \
         another one"
    )]
    LoggedOut,
    /// Updates cannot be asked for while a webhook is set.
    #[error("a webhook stands in the way of polling")]
    Webhook,
    /// Another process asks for the same updates.
    #[error("another process polls with the same token: stop one of the two")]
    Rival,
    /// Telegram refuses the call, for a reason of its own.
    #[error("telegram refuses the call")]
    Refused,
    /// Telegram has a fault of its own: another try may work.
    #[error("telegram has a fault")]
    Passing,
    /// Nobody was reached, and nothing was done.
    #[error("telegram cannot be reached")]
    Away,
    /// Nobody knows whether it was done: there was no answer, or none of Telegram's.
    #[error("telegram's answer was lost")]
    Lost,
}

impl Trouble {
    /// What an answer means that refuses: its code, what it says, and for how many seconds it asks to wait.
    pub fn of(code: i64, says: &str, wait: Option<u64>) -> Self {
        let says = says.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| says.contains(word));
        match code {
            429 | 420 => Self::Wait(wait.map_or_else(|| asked_in(&says), bounded)),
            _ if wait.is_some() || has(&["too many requests", "flood_wait"]) => {
                Self::Wait(wait.map_or_else(|| asked_in(&says), bounded))
            }
            _ if has(&["logged out"]) => Self::LoggedOut,
            401 => Self::Token,
            404 if says.trim() == "not found" => Self::Token,
            409 if has(&["webhook"]) => Self::Webhook,
            409 => Self::Rival,
            500.. => Self::Passing,
            _ if has(&["not modified", "not_modified"]) => Self::Unchanged,
            _ if has(&TOPIC) => Self::Topic,
            _ if has(&GONE) => Self::Gone,
            403 => Self::Unreachable,
            _ if has(&UNREACHABLE) => Self::Unreachable,
            413 => Self::TooLarge,
            _ if has(&TOO_LARGE) => Self::TooLarge,
            _ if has(&PASSING) => Self::Passing,
            _ => Self::Refused,
        }
    }

    /// What an answer means that is none of the Bot API's, by its status: a proxy stands in between.
    pub fn of_proxy(status: u16, wait: Option<u64>) -> Self {
        match status {
            413 => Self::TooLarge,
            429 => Self::Wait(wait.map_or(USUAL_WAIT, bounded)),
            400..500 => Self::Passing,
            // Whoever stands behind it may have done it.
            _ => Self::Lost,
        }
    }

    /// In a word, for metrics.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Wait(_) => "wait",
            Self::Unreachable => "unreachable",
            Self::Topic => "topic",
            Self::Unchanged => "unchanged",
            Self::Gone => "gone",
            Self::TooLarge => "too_large",
            Self::Token => "token",
            Self::LoggedOut => "logged_out",
            Self::Webhook => "webhook",
            Self::Rival => "rival",
            Self::Refused => "refused",
            Self::Passing => "passing",
            Self::Away => "away",
            Self::Lost => "lost",
        }
    }
}

impl From<&reqwest::Error> for Trouble {
    fn from(error: &reqwest::Error) -> Self {
        match error.is_connect() || error.is_builder() {
            true => Self::Away,
            false => Self::Lost,
        }
    }
}

/// The wait that stands in the words: "retry after 35".
fn asked_in(says: &str) -> Duration {
    let after = ["retry after ", "flood_wait_", "wait "];
    let found = after.iter().find_map(|words| {
        let (_, rest) = says.split_once(words)?;
        let digits = rest.find(|c: char| !c.is_ascii_digit());
        rest[..digits.unwrap_or(rest.len())].parse().ok()
    });
    found.map_or(USUAL_WAIT, bounded)
}

fn bounded(seconds: u64) -> Duration {
    Duration::from_secs(seconds.max(1)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(seconds: u64) -> Trouble {
        Trouble::Wait(Duration::from_secs(seconds))
    }

    fn means<const N: usize>(table: [(i64, &str, Trouble); N]) {
        for (code, says, trouble) in table {
            assert_eq!(Trouble::of(code, says, None), trouble, "{code} {says}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_receiver_is_known_by_its_kind() {
        means([
            (
                403,
                "Forbidden: bot was blocked by the user",
                Trouble::Unreachable,
            ),
            (403, "Forbidden: user is deactivated", Trouble::Unreachable),
            (403, "Forbidden: something new", Trouble::Unreachable),
            (400, "Bad Request: chat not found", Trouble::Unreachable),
            (400, "Bad Request: PEER_ID_INVALID", Trouble::Unreachable),
            (400, "Bad Request: USER_IS_BLOCKED", Trouble::Unreachable),
            (
                400,
                "Bad Request: INPUT_USER_DEACTIVATED",
                Trouble::Unreachable,
            ),
            (
                400,
                "Bad Request: have no rights to send a message",
                Trouble::Unreachable,
            ),
            (
                400,
                "Bad Request: not enough rights to send videos to the chat",
                Trouble::Unreachable,
            ),
            (
                400,
                "Bad Request: CHAT_WRITE_FORBIDDEN",
                Trouble::Unreachable,
            ),
            (
                400,
                "Bad Request: USER_PRIVACY_RESTRICTED",
                Trouble::Unreachable,
            ),
        ]);
    }

    #[test]
    fn what_else_telegram_says_is_known_by_its_kind() {
        means([
            (400, "Bad Request: message thread not found", Trouble::Topic),
            (400, "Bad Request: TOPIC_DELETED", Trouble::Topic),
            (
                400,
                "Bad Request: message is not modified",
                Trouble::Unchanged,
            ),
            (400, "Bad Request: message to edit not found", Trouble::Gone),
            (400, "Bad Request: MESSAGE_ID_INVALID", Trouble::Gone),
            (
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
                Trouble::Gone,
            ),
            (400, "Bad Request: file is too big", Trouble::TooLarge),
            (413, "Request Entity Too Large", Trouble::TooLarge),
            (400, "Bad Request: RPC_SEND_FAIL", Trouble::Passing),
            (400, "Bad Request: RPC_CALL_FAIL", Trouble::Passing),
            (400, "Bad Request: MSG_WAIT_FAILED", Trouble::Passing),
            (400, "Bad Request: internal server error", Trouble::Passing),
            (400, "Bad Request: FILE_PARTS_INVALID", Trouble::Passing),
            (400, "Bad Request: FILE_PART_3_MISSING", Trouble::Passing),
            (
                400,
                "Bad Request: wrong file_id or the file is temporarily unavailable",
                Trouble::Passing,
            ),
            (
                500,
                "Internal Server Error: can't write file",
                Trouble::Passing,
            ),
            (504, "Gateway Timeout", Trouble::Passing),
            (400, "Bad Request: invalid file_id", Trouble::Refused),
            (400, "Bad Request: FILE_REFERENCE_EXPIRED", Trouble::Refused),
            (400, "Bad Request: BUTTON_URL_INVALID", Trouble::Refused),
            (400, "Bad Request: something new", Trouble::Refused),
            (401, "Unauthorized", Trouble::Token),
            (404, "Not Found", Trouble::Token),
            (404, "Not Found: method not found", Trouble::Refused),
            (400, "Logged out", Trouble::LoggedOut),
            (
                409,
                "Conflict: can't use getUpdates method while webhook is active",
                Trouble::Webhook,
            ),
            (
                409,
                "Conflict: terminated by other getUpdates request",
                Trouble::Rival,
            ),
            (429, "Too Many Requests: retry after 35", wait(35)),
            (400, "Too Many Requests: retry after 35", wait(35)),
            (420, "FLOOD_WAIT_12", wait(12)),
            (429, "Too Many Requests", wait(30)),
            (429, "Too Many Requests: retry after 25000", wait(3600)),
            (
                429,
                "Too Many Requests: retry after 99999999999999999999999",
                wait(30),
            ),
            (429, "Too Many Requests: retry after 0", wait(1)),
        ]);
        assert_eq!(Trouble::of(429, "x", Some(u64::MAX)), wait(3600));
        assert_eq!(Trouble::of(400, "x", Some(7)), wait(7));
    }

    #[test]
    fn a_proxy_says_nothing_of_the_user() {
        for (status, trouble) in [
            (403, Trouble::Passing),
            (404, Trouble::Passing),
            (413, Trouble::TooLarge),
            (429, Trouble::Wait(USUAL_WAIT)),
            (502, Trouble::Lost),
            (200, Trouble::Lost),
        ] {
            assert_eq!(Trouble::of_proxy(status, None), trouble, "{status}");
        }
    }
}
