//! Stars: invoices, the answer to whoever is about to pay, what is given back, and Telegram's own list of it all.
//!
//! A call that moves Stars has no key by which Telegram would know it again: what was lost is asked once more, and
//! what it says then is understood.

use std::time::Duration;

use serde_json::json;

use super::{Telegram, To, address, call_named, gather};
use crate::base::time::Timestamp;
use crate::edge::telegram::json::{self, Fields};
use crate::edge::telegram::reply::Reply;
use crate::edge::telegram::trouble::Trouble;
use crate::rules::domain::id::{MessageId, UserId};

/// The currency of Stars.
pub const STARS: &str = "XTR";
/// Somebody about to pay waits ten seconds for all of it: another try must fit as well.
const CHECKOUT: Duration = Duration::from_secs(2);
/// Letters of an invoice's title and description, as Telegram counts them.
const TITLE: usize = 32;
const DESCRIPTION: usize = 255;
/// Letters of what somebody is told who may not pay; Telegram names no limit, and a sheet shows no more.
const REFUSAL: usize = 200;
/// Rows of one page, at most.
const PAGE: u8 = 100;

/// What is sent for payment in a private chat, payable once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Cut to 32 letters.
    pub title: String,
    /// Cut to 255 letters.
    pub description: String,
    /// What comes back with the payment, 1 to 128 bytes.
    pub payload: String,
    /// What the price is called.
    pub label: String,
    /// Whole Stars.
    pub stars: u32,
    /// What the button says that pays.
    pub pay: String,
    /// Not empty: a copy that is passed on pays nothing, it opens the bot with this.
    pub start: String,
}

/// Why Stars were not given back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRefunded {
    /// Telegram knows of no such payment of this user.
    #[error("telegram knows of no such charge")]
    Unknown,
    /// We have too few Stars: they were withdrawn, perhaps.
    #[error("the bot has too few Stars to give back")]
    TooPoor,
    /// As with any call; after anything but a refusal it may be asked again.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// A page of Telegram's list of what came and went, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// Every row, in its order: by their number the offset moves on.
    pub rows: Vec<Row>,
}

/// What came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// A payment's charge; what is given back has the same. Empty if it could not be read.
    pub id: String,
    pub at: Timestamp,
    /// Whole Stars.
    pub stars: u64,
    pub what: Move,
}

/// Whose Stars moved, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// A user has paid an invoice.
    Paid { user: UserId, payload: String },
    /// A user was given back what they paid.
    Refunded { user: UserId },
    /// Anything else, by its kind: a withdrawal, a gift, an advertisement, or what nobody knew when this was written.
    Other(String),
}

/// What the bot has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Whole Stars; less than nothing after a chargeback.
    pub stars: i64,
    /// Billionths of a Star beyond these, with the same sign.
    pub nanostars: i64,
}

impl Telegram {
    /// Sends an invoice; its message, if that is told. A lost answer may stand for one that was sent: it can be paid once each.
    pub async fn send_invoice(
        &self,
        to: impl Into<To>,
        invoice: &Invoice,
    ) -> Result<Option<MessageId>, Trouble> {
        let to = to.into();
        let mut asked = json!({
            "chat_id": to.chat,
            "title": cut(&invoice.title, TITLE),
            "description": cut(&invoice.description, DESCRIPTION),
            "payload": invoice.payload,
            "currency": STARS,
            "prices": [{"label": invoice.label, "amount": invoice.stars}],
            "start_parameter": invoice.start,
            "reply_markup": {"inline_keyboard": [[{"text": invoice.pay, "pay": true}]]},
        });
        if let Some(topic) = to.topic {
            asked["message_thread_id"] = topic.0.into();
        }
        let sent = call_named(&self.calls, "sendInvoice", &asked);
        Ok(self.timed("sendInvoice", sent).await?.message())
    }

    /// Lets somebody pay, or tells them why not. That Telegram takes the answer does not mean that they paid.
    pub async fn answer_checkout(&self, query: &str, refusal: Option<&str>) -> Result<(), Trouble> {
        let asked = match refusal {
            None => json!({"pre_checkout_query_id": query, "ok": true}),
            Some(why) => json!({
                "pre_checkout_query_id": query,
                "ok": false,
                "error_message": cut(why, REFUSAL),
            }),
        };
        let method = "answerPreCheckoutQuery";
        let answered = async {
            let call = call_named(&self.quick, method, &asked);
            let called = tokio::time::timeout(CHECKOUT, call).await;
            called.unwrap_or(Err(Trouble::Lost))
        };
        self.timed(method, answered).await.map(drop)
    }

    /// Gives back all of a payment; once is enough, and what was given back before is done.
    pub async fn refund_stars(&self, user: UserId, charge: &str) -> Result<(), NotRefunded> {
        let method = "refundStarPayment";
        let asked = json!({"user_id": user.0, "telegram_payment_charge_id": charge});
        let mut verdict = None;
        let refunded = async {
            let request = self.calls.client().post(address(&self.calls, method));
            let answer = request.json(&asked).send().await;
            let (status, wait, body) = gather(answer.map_err(|error| Trouble::from(&error))?).await;
            verdict = Verdict::of(&body);
            match &verdict {
                Some(Verdict::Before) => Ok(()),
                Some(Verdict::Refused(_)) => Err(Trouble::Refused),
                None => Reply::read(status, wait, body).map(drop),
            }
        };
        let refunded = self.timed(method, refunded).await;
        match verdict {
            Some(Verdict::Refused(why)) => Err(why),
            Some(Verdict::Before) | None => refunded.map_err(NotRefunded::Trouble),
        }
    }

    /// What came and went from row `offset` on, at most a hundred rows, oldest first.
    pub async fn star_rows(&self, offset: u64) -> Result<Rows, Trouble> {
        let method = "getStarTransactions";
        let asked = json!({"offset": offset, "limit": PAGE});
        let rows = async {
            let reply = call_named(&self.calls, method, &asked).await?;
            rows(&reply).ok_or(Trouble::Lost)
        };
        self.timed(method, rows).await
    }

    /// What the bot has of Stars.
    pub async fn star_balance(&self) -> Result<Balance, Trouble> {
        let method = "getMyStarBalance";
        let balance = async {
            let reply = call_named(&self.calls, method, &json!({})).await?;
            let told = reply.fields().ok_or(Trouble::Lost)?;
            Ok(Balance {
                stars: told.number("amount").ok_or(Trouble::Lost)?,
                nanostars: told.number("nanostar_amount").unwrap_or_default(),
            })
        };
        self.timed(method, balance).await
    }
}

/// What a refused refund means.
enum Verdict {
    /// It was done before.
    Before,
    Refused(NotRefunded),
}

impl Verdict {
    fn of(body: &str) -> Option<Self> {
        let says = Fields::read(body)?.text("description")?.to_uppercase();
        match says {
            says if says.contains("CHARGE_ALREADY_REFUNDED") => Some(Self::Before),
            says if says.contains("CHARGE_NOT_FOUND") || says.contains("CHARGE_ID_INVALID") => {
                Some(Self::Refused(NotRefunded::Unknown))
            }
            says if says.contains("BALANCE_TOO_LOW") => Some(Self::Refused(NotRefunded::TooPoor)),
            _ => None,
        }
    }
}

/// Nothing if it is no list.
fn rows(reply: &Reply) -> Option<Rows> {
    let told = reply.fields()?;
    let listed = told.get("transactions")?;
    listed.get().starts_with('[').then(|| Rows {
        rows: json::list(listed)
            .iter()
            .map(|row| Row::read(row.get()))
            .collect(),
    })
}

impl Row {
    /// Whatever it is, it is a row: what cannot be read is of another kind.
    fn read(row: &str) -> Self {
        let row = Fields::read(row).unwrap_or_default();
        let whole = |name| row.number(name).and_then(|it| u64::try_from(it).ok());
        Self {
            id: row.text("id").unwrap_or_default(),
            at: Timestamp(whole("date").unwrap_or_default().saturating_mul(1000)),
            stars: whole("amount").unwrap_or_default(),
            what: Move::of(&row),
        }
    }
}

impl Move {
    fn of(row: &Fields<'_>) -> Self {
        let (from, to) = (row.object("source"), row.object("receiver"));
        let known = row.text("id").is_some_and(|id| !id.is_empty()) && row.has("amount");
        let (partner, paid) = match (&from, &to) {
            (Some(from), None) => (from, true),
            (None, Some(to)) => (to, false),
            (Some(_), Some(_)) | (None, None) => return Self::Other("unknown".to_owned()),
        };
        let kind = partner.text("type").unwrap_or_default();
        // Not told before Bot API 9.
        let deal = partner.text("transaction_type");
        let invoice = deal.as_deref().is_none_or(|deal| deal == "invoice_payment");
        let user = partner.object("user").and_then(|user| user.number("id"));
        let user = user.and_then(|id| u64::try_from(id).ok()).map(UserId);
        match user.filter(|_| known && invoice && kind == "user") {
            Some(user) if paid => Self::Paid {
                user,
                payload: partner.text("invoice_payload").unwrap_or_default(),
            },
            Some(user) => Self::Refunded { user },
            None => Self::Other([kind].into_iter().chain(deal).collect::<Vec<_>>().join(" ")),
        }
    }
}

/// The beginning of a text that has at most so many letters, as Telegram counts them.
fn cut(text: &str, most: usize) -> String {
    let mut left = most;
    let fits = |letter: &char| {
        let rest = left.checked_sub(letter.len_utf16());
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    text.chars().take_while(fits).collect()
}

#[cfg(test)]
mod tests;
