//! Invoices as Crypto Pay writes them.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

use crate::edge::pay::{Kopecks, RUB, cut, sum, text};

/// Letters of a description.
const DESCRIPTION: usize = 1024;
/// An invoice lives so long at least and at most.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(2_678_400);

/// An invoice's number at Crypto Pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct InvoiceId(pub u64);

impl fmt::Display for InvoiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An invoice to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Our number of it, and whose it is: at most 4096 bytes.
    pub payload: String,
    pub amount: Kopecks,
    /// Cut to 1024 letters.
    pub description: String,
    /// In what it may be paid, `USDT` for instance; if there is none, in anything.
    pub assets: Vec<String>,
    /// How long it can be paid, moved into a second to 31 days.
    pub life: Duration,
}

impl Wish {
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "currency_type": "fiat",
            "fiat": RUB,
            "amount": self.amount.to_string(),
            "description": cut(&self.description, DESCRIPTION),
            "payload": self.payload,
            "allow_comments": false,
            "allow_anonymous": true,
            "expires_in": self.life.clamp(SHORTEST, LONGEST).as_secs(),
        });
        if !self.assets.is_empty() {
            body["accepted_assets"] = self.assets.join(",").into();
        }
        body
    }
}

/// How far an invoice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// It can be paid; also what we do not know.
    #[default]
    Active,
    Paid,
    Expired,
}

impl Stage {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paid => "paid",
            Self::Expired => "expired",
        }
    }
}

/// An invoice as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Invoice {
    pub id: InvoiceId,
    pub stage: Stage,
    /// Our price; nothing if it is not in whole kopecks, or no roubles.
    pub amount: Option<Kopecks>,
    /// What it was asked for with.
    pub payload: Option<String>,
    /// Where it can be paid.
    pub url: Option<String>,
    /// What it was paid in, and how much of it, as they write it.
    pub paid: Option<(String, String)>,
}

/// What does not fit in an invoice that should be ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    Payload,
    Amount,
}

impl Invoice {
    /// Nothing if it is none.
    pub(super) fn read(told: &Value) -> Option<Self> {
        let fiat = told["currency_type"] == "fiat" && told["fiat"] == RUB;
        Some(Self {
            id: InvoiceId(told["invoice_id"].as_u64()?),
            stage: match told["status"].as_str()? {
                "paid" => Stage::Paid,
                "expired" => Stage::Expired,
                _ => Stage::Active,
            },
            amount: sum(&told["amount"]).filter(|_| fiat),
            payload: text(told, "payload"),
            url: text(told, "bot_invoice_url").or_else(|| text(told, "pay_url")),
            paid: text(told, "paid_asset").zip(text(told, "paid_amount")),
        })
    }

    /// What is not as it was asked for.
    pub fn mismatch(&self, payload: &str, amount: Kopecks) -> Option<Mismatch> {
        match self {
            it if it.payload.as_deref() != Some(payload) => Some(Mismatch::Payload),
            it if it.amount != Some(amount) => Some(Mismatch::Amount),
            _ => None,
        }
    }
}
