//! What goes wrong with the rails on purpose, and what becomes of their news.

pub(in crate::sandbox) mod bell;
pub(in crate::sandbox) mod page;

use std::collections::VecDeque;

use axum::response::Response;

use super::http;

/// What happens to the news of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum News {
    /// The bot is told at once.
    #[default]
    Prompt,
    /// The bot is told when this is changed to [`News::Prompt`].
    Held,
    /// The bot is never told.
    Lost,
}

/// What goes wrong with a call to a rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RailFault {
    /// 500 in the rail's own words; nothing was done.
    ServerError,
    /// The same, and it was done.
    ServerErrorAfterDoing,
    /// 502 with a page of HTML; nothing was done.
    Html,
    /// The connection ends without an answer; nothing was done.
    HangUp,
    /// The same, and it was done.
    HangUpAfterDoing,
    /// Nothing is answered for as long as the caller waits; nothing was done.
    Hang,
    /// 429, with so many seconds to wait.
    TooMany(u32),
}

impl RailFault {
    /// Whether the call is done all the same.
    pub(in crate::sandbox) fn is_done(self) -> bool {
        match self {
            Self::ServerErrorAfterDoing | Self::HangUpAfterDoing => true,
            Self::ServerError | Self::Html | Self::HangUp | Self::Hang | Self::TooMany(_) => false,
        }
    }

    /// What is answered; the rail's own words for 500 and 429 are `own`.
    pub(in crate::sandbox) async fn answer(
        self,
        own: impl FnOnce(u16, u32) -> Response,
    ) -> Response {
        match self {
            Self::ServerError | Self::ServerErrorAfterDoing => own(500, 0),
            Self::TooMany(seconds) => own(429, seconds),
            Self::Html => http::html(502),
            Self::HangUp | Self::HangUpAfterDoing => http::hang_up(),
            Self::Hang => std::future::pending().await,
        }
    }
}

/// Faults to come, in their order.
#[derive(Default)]
pub(in crate::sandbox) struct Faults {
    next: VecDeque<(String, RailFault)>,
    pub(in crate::sandbox) down: Option<RailFault>,
}

impl Faults {
    /// For the next call of that name; "" is any.
    pub(in crate::sandbox) fn plan(&mut self, call: &str, fault: RailFault) {
        self.next.push_back((call.to_owned(), fault));
    }

    pub(in crate::sandbox) fn meet(&mut self, call: &str) -> Option<RailFault> {
        let at = self
            .next
            .iter()
            .position(|(named, _)| named.is_empty() || named == call);
        let planned = at
            .and_then(|at| self.next.remove(at))
            .map(|(_, fault)| fault);
        planned.or(self.down)
    }
}
