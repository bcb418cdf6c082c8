//! What goes wrong with calls on purpose: once or for a while, for everybody or in one chat.

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429 with this many seconds to wait.
    TooMany {
        /// Seconds.
        retry_after: u32,
    },
    /// 403, the person blocked the bot.
    Blocked,
    /// 403, the person's account is gone.
    Deactivated,
    /// 400, the edit changes nothing.
    NotModified,
    /// 502 with a page of HTML.
    BadGatewayHtml,
    /// 500 in Telegram's own envelope.
    ServerError,
    /// The connection ends without an answer, and nothing was done.
    DropConnection,
    /// The call is done, but the connection ends without an answer.
    DropAfterDoing,
    /// Nothing is done and nothing answered, for as long as the caller waits.
    Hang,
    /// Exactly this is answered. If it says that the call was done, it is done.
    Answers(RawReply),
}

/// An answer as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawReply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Fault {
    /// Whether the call is done all the same.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Fault::DropAfterDoing => true,
            Fault::Answers(raw) => {
                let told: String = raw.body.split_whitespace().collect();
                told.contains("\"ok\":true")
            }
            Fault::TooMany { .. }
            | Fault::Blocked
            | Fault::Deactivated
            | Fault::NotModified
            | Fault::BadGatewayHtml
            | Fault::ServerError
            | Fault::DropConnection
            | Fault::Hang => false,
        }
    }
}

/// Faults to come, in their order.
#[derive(Default)]
pub(super) struct Faults(Vec<Planned>);

struct Planned {
    /// In small letters; `*` is any but `getupdates`.
    method: String,
    /// The one chat it is for.
    chat: Option<i64>,
    /// Virtual time until which every call meets it; nothing: the next one does.
    until: Option<u64>,
    fault: Fault,
}

impl Faults {
    pub(super) fn plan(
        &mut self,
        method: &str,
        chat: Option<i64>,
        until: Option<u64>,
        fault: Fault,
    ) {
        let method = match method {
            "" | "*" => "*".to_owned(),
            method => method.to_lowercase(),
        };
        self.0.push(Planned {
            method,
            chat,
            until,
            fault,
        });
    }

    /// What a call meets; one of its own method goes before one of any.
    pub(super) fn meet(&mut self, method: &str, chat: Option<i64>, now: u64) -> Option<Fault> {
        self.0.retain(|it| it.until.is_none_or(|until| now < until));
        let here = |it: &Planned| it.chat.is_none() || it.chat == chat;
        let own = self.0.iter().position(|it| it.method == method && here(it));
        let any = || self.0.iter().position(|it| it.method == "*" && here(it));
        let at = match method {
            "getupdates" => own,
            _ => own.or_else(any),
        }?;
        Some(match self.0[at].until {
            Some(_) => self.0[at].fault.clone(),
            None => self.0.remove(at).fault,
        })
    }
}
