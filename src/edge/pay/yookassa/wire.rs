//! Payments and refunds as YooKassa writes them.

use std::fmt;

use serde_json::{Value, json};
use url::Url;

use crate::edge::pay::{Kopecks, RUB, cut, sum, text};

/// Letters of a description of a payment or of a line of a receipt, and of a refund.
const DESCRIPTION: usize = 128;
const REASON: usize = 250;
/// Their ids have 36 letters; what is longer, or has others, goes into no address.
const ID: usize = 64;
/// Letters of a key.
const KEY: usize = 64;
/// The field of `metadata` in which our number stands.
const NUMBER: &str = "payment";

/// The id of a payment or a refund, fit to stand in an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id(String);

impl Id {
    /// Nothing if it cannot be one.
    pub fn new(text: &str) -> Option<Self> {
        let letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-';
        let good = (1..=ID).contains(&text.len()) && text.bytes().all(letter);
        good.then(|| Self(text.to_owned()))
    }

    /// As YooKassa writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What something is created under: once, however often it is asked. It is derived from what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key(String);

impl Key {
    /// Nothing if YooKassa would not take it.
    pub fn new(text: &str) -> Option<Self> {
        let letter = |it: u8| it.is_ascii_alphanumeric() || b"+-_.".contains(&it);
        let good = (1..=KEY).contains(&text.len()) && text.bytes().all(letter);
        good.then(|| Self(text.to_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// How somebody pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// They choose on YooKassa's page.
    Any,
    /// By СБП.
    Sbp,
}

/// A payment to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Our number of it.
    pub number: String,
    pub amount: Kopecks,
    /// Cut to 128 letters.
    pub description: String,
    pub means: Means,
    /// Where whoever has paid is sent.
    pub return_url: Url,
    pub receipt: Option<Receipt>,
}

/// A receipt by 54-FZ with one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub contact: Contact,
    /// What was sold; cut to 128 letters.
    pub title: String,
    /// 1 to 12.
    pub vat_code: u8,
    /// 1 to 6.
    pub tax_system_code: Option<u8>,
    /// `service`, for instance.
    pub payment_subject: String,
    /// `full_payment`, for instance.
    pub payment_mode: String,
    /// `piece`, for instance: receipts by YooKassa itself want one.
    pub measure: Option<String>,
}

/// Where a buyer gets their receipt.
#[derive(Clone, PartialEq, Eq)]
pub enum Contact {
    Email(String),
    /// Digits with the code of the country, without `+`.
    Phone(String),
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Email(_) => "Email(…)",
            Self::Phone(_) => "Phone(…)",
        })
    }
}

/// A refund to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Return {
    pub payment: Id,
    pub amount: Kopecks,
    /// Cut to 250 letters.
    pub reason: String,
    /// Our number of it.
    pub number: String,
    pub receipt: Option<Receipt>,
}

impl Wish {
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "amount": money(self.amount),
            "capture": true,
            "confirmation": {"type": "redirect", "return_url": self.return_url.as_str()},
            "description": cut(&self.description, DESCRIPTION),
            "metadata": {NUMBER: self.number},
        });
        match self.means {
            Means::Any => {}
            Means::Sbp => body["payment_method_data"] = json!({"type": "sbp"}),
        }
        if let Some(receipt) = &self.receipt {
            body["receipt"] = receipt.body(self.amount);
        }
        body
    }
}

impl Return {
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "payment_id": self.payment.as_str(),
            "amount": money(self.amount),
            "description": cut(&self.reason, REASON),
            "metadata": {NUMBER: self.number},
        });
        if let Some(receipt) = &self.receipt {
            body["receipt"] = receipt.body(self.amount);
        }
        body
    }
}

impl Receipt {
    fn body(&self, amount: Kopecks) -> Value {
        let mut item = json!({
            "description": cut(&self.title, DESCRIPTION),
            "quantity": "1.00",
            "amount": money(amount),
            "vat_code": self.vat_code,
            "payment_subject": self.payment_subject,
            "payment_mode": self.payment_mode,
        });
        if let Some(measure) = &self.measure {
            item["measure"] = measure.as_str().into();
        }
        let customer = match &self.contact {
            Contact::Email(email) => json!({"email": email}),
            Contact::Phone(phone) => json!({"phone": phone}),
        };
        let mut body = json!({"customer": customer, "items": [item]});
        if let Some(code) = self.tax_system_code {
            body["tax_system_code"] = code.into();
        }
        body
    }
}

fn money(amount: Kopecks) -> Value {
    json!({"value": amount.to_string(), "currency": RUB})
}

/// How far a payment or a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Not at its end; also what we do not know.
    Pending,
    /// Paid and held: somebody has asked without `capture`.
    Held,
    Succeeded,
    Canceled,
}

impl Stage {
    fn of(told: &Value) -> Option<Self> {
        Some(match told["status"].as_str()? {
            "succeeded" => Self::Succeeded,
            "canceled" => Self::Canceled,
            "waiting_for_capture" => Self::Held,
            _ => Self::Pending,
        })
    }
}

/// Why nothing came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancel {
    pub why: CancelKind,
    /// In YooKassa's word.
    pub reason: String,
}

/// The same, as far as somebody wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelKind {
    /// Nobody paid in time.
    Expired,
    /// There was too little money: the buyer's, or for a refund the shop's.
    NoMoney,
    /// The shop did it.
    ByShop,
    /// The bank or YooKassa did not want it.
    Declined,
}

impl Cancel {
    fn of(told: &Value) -> Option<Self> {
        let reason = text(&told["cancellation_details"], "reason")?;
        let why = match reason.as_str() {
            "expired_on_confirmation" | "expired_on_capture" | "rejected_by_timeout" => {
                CancelKind::Expired
            }
            "insufficient_funds" => CancelKind::NoMoney,
            "canceled_by_merchant" => CancelKind::ByShop,
            _ => CancelKind::Declined,
        };
        let reason = cut(&reason, DESCRIPTION);
        Some(Self { why, reason })
    }
}

/// A payment as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: Id,
    pub stage: Stage,
    pub paid: bool,
    pub amount: Kopecks,
    pub currency: String,
    /// Made in a test shop, with no money.
    pub test: bool,
    /// Our number of it; none in one that others have asked for.
    pub number: Option<String>,
    /// Where it can be paid.
    pub url: Option<String>,
    /// What was given back of it so far, by us or in the cabinet.
    pub refunded: Kopecks,
    pub cancel: Option<Cancel>,
    /// How its receipt is: `pending`, `succeeded`, `canceled`.
    pub receipt: Option<String>,
}

/// What does not fit in a payment that should be ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    Number,
    Amount,
    Currency,
    /// It is a test, and the shop is not.
    Test,
}

impl Payment {
    /// Nothing if it is none.
    pub(super) fn read(told: &Value) -> Option<Self> {
        let amount = &told["amount"];
        Some(Self {
            id: Id::new(told["id"].as_str()?)?,
            stage: Stage::of(told)?,
            paid: told["paid"] == true,
            amount: sum(&amount["value"])?,
            currency: text(amount, "currency")?,
            test: told["test"] == true,
            number: text(&told["metadata"], NUMBER),
            url: text(&told["confirmation"], "confirmation_url"),
            refunded: sum(&told["refunded_amount"]["value"]).unwrap_or_default(),
            cancel: Cancel::of(told),
            receipt: text(told, "receipt_registration"),
        })
    }

    /// Whether the money is ours.
    pub fn is_ours(&self) -> bool {
        self.stage == Stage::Succeeded && self.paid
    }

    /// What is not as it was asked for; `test` is whether the shop is one for tests.
    pub fn mismatch(&self, number: &str, amount: Kopecks, test: bool) -> Option<Mismatch> {
        match self {
            it if it.number.as_deref() != Some(number) => Some(Mismatch::Number),
            it if it.currency != RUB => Some(Mismatch::Currency),
            it if it.amount != amount => Some(Mismatch::Amount),
            it if it.test && !test => Some(Mismatch::Test),
            _ => None,
        }
    }
}

/// A refund as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    pub id: Id,
    pub payment: Id,
    pub stage: Stage,
    pub amount: Kopecks,
    /// Our number of it; none if it was made in the cabinet.
    pub number: Option<String>,
    pub cancel: Option<Cancel>,
}

impl Refund {
    /// Nothing if it is none.
    pub(super) fn read(told: &Value) -> Option<Self> {
        Some(Self {
            id: Id::new(told["id"].as_str()?)?,
            payment: Id::new(told["payment_id"].as_str()?)?,
            stage: Stage::of(told)?,
            amount: sum(&told["amount"]["value"])?,
            number: text(&told["metadata"], NUMBER),
            cancel: Cancel::of(told),
        })
    }
}
