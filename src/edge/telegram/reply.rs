//! What comes back from a call: Telegram's envelope, read as tolerantly as can be.
//!
//! `"ok": true` means that the call was done, whether or not the rest can be read.

use serde_json::value::RawValue;

use super::json::Fields;
use super::trouble::Trouble;
use crate::rules::domain::id::MessageId;

/// How an answer begins that says so; enough if the rest of it was lost.
const DONE: &str = r#"{"ok":true"#;

/// An answer to a call that was done.
#[derive(Debug)]
pub struct Reply(String);

impl Reply {
    /// The answer of this status and body; `wait` is how many seconds its head asks to wait.
    pub fn read(status: u16, wait: Option<u64>, body: String) -> Result<Self, Trouble> {
        let told = body.trim_start_matches('\u{feff}');
        let Some(fields) = Fields::read(told) else {
            return match is_begun(told) {
                true => Ok(Self(body)),
                false => Err(Trouble::of_proxy(status, wait)),
            };
        };
        if fields.is("ok") {
            return Ok(Self(body));
        }
        let says = fields.text("description");
        let code = fields.number("error_code");
        if !fields.has("ok") && says.is_none() && code.is_none() {
            return Err(Trouble::of_proxy(status, wait));
        }
        let asked = fields.object("parameters");
        let asked = asked.and_then(|it| u64::try_from(it.number("retry_after")?).ok());
        let code = code.unwrap_or_else(|| status.into());
        Err(Trouble::of(code, &says.unwrap_or_default(), asked.or(wait)))
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What was asked for, as it is written.
    pub fn result(&self) -> Option<&RawValue> {
        Fields::read(self.0.trim_start_matches('\u{feff}'))?.get("result")
    }

    /// The same, if it is an object.
    pub fn fields(&self) -> Option<Fields<'_>> {
        Fields::read(self.result()?.get())
    }

    /// The number of the message that was sent, if it is told.
    pub fn message(&self) -> Option<MessageId> {
        let id = self.fields()?.number("message_id")?;
        i32::try_from(id).ok().map(MessageId)
    }

    /// What Telegram keeps the file of the message under: a clip without sound comes back as an animation.
    pub fn video(&self) -> Option<String> {
        let message = self.fields()?;
        let kinds = ["video", "animation", "document"].into_iter();
        let mut kinds = kinds.filter_map(|kind| message.object(kind)?.text("file_id"));
        kinds.next()
    }

    /// What Telegram keeps the photo of the message under.
    pub fn photo(&self) -> Option<String> {
        let sizes = self.fields()?.list("photo");
        Fields::read(sizes.last()?.get())?.text("file_id")
    }
}

/// Whether a text is the beginning of an answer to a call that was done, blanks left out.
fn is_begun(text: &str) -> bool {
    let mut letters = text.chars().filter(|letter| !letter.is_whitespace());
    DONE.chars().all(|letter| letters.next() == Some(letter))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(status: u16, body: &str) -> Result<Reply, Trouble> {
        Reply::read(status, None, body.to_owned())
    }

    #[test]
    fn done_is_done_whatever_else_is_told() {
        for body in [
            r#"{"ok":true,"result":{"message_id":501,"date":1,"chat":{"id":7,"type":"privat"}}}"#,
            r#"{"ok":true,"result":true}"#,
            r#"{"ok":true}"#,
            "{ \"ok\" : true, \"result\": {\"message_id\": 50",
            "\u{feff}{\"ok\":true,\"result\":[]}",
            r#"{"result":{"message_id":5e2},"ok":true}"#,
        ] {
            assert!(read(200, body).is_ok(), "{body}");
        }
        let told = read(200, r#"{"ok":true,"result":{"message_id":501.0}}"#).unwrap();
        assert_eq!(told.message(), Some(MessageId(501)));
        assert_eq!(
            read(200, r#"{"ok":true,"result":true}"#).unwrap().message(),
            None
        );
    }

    #[test]
    fn a_clip_without_sound_is_a_video() {
        let body =
            r#"{"ok":true,"result":{"animation":{"file_id":"a"},"document":{"file_id":"d"}}}"#;
        assert_eq!(read(200, body).unwrap().video().as_deref(), Some("a"));
    }

    #[test]
    fn what_is_none_of_telegrams_is_known_by_its_status() {
        let page = "<html><title>413 Request Entity Too Large</title></html>";
        assert_eq!(read(413, page).unwrap_err(), Trouble::TooLarge);
        assert_eq!(read(403, page).unwrap_err(), Trouble::Passing);
        assert_eq!(read(502, "").unwrap_err(), Trouble::Lost);
        assert_eq!(read(500, "{}").unwrap_err(), Trouble::Lost);
        assert_eq!(read(200, "[]").unwrap_err(), Trouble::Lost);
    }

    #[test]
    fn a_wait_is_found_wherever_it_stands() {
        let wait = |seconds| Trouble::Wait(Duration::from_secs(seconds));
        let plain =
            r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35"}"#;
        assert_eq!(read(429, plain).unwrap_err(), wait(35));
        let told = r#"{"ok":false,"parameters":{"retry_after":"7"},"description":"x"}"#;
        assert_eq!(read(400, told).unwrap_err(), wait(7));
        let page = Reply::read(429, Some(12), "<html>".into());
        assert_eq!(page.unwrap_err(), wait(12));
    }
}
