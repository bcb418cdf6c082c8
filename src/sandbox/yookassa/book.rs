//! What a shop has at YooKassa: payments, refunds, and how they come to their ends.

use serde_json::{Value, json};

use super::check::Wish;

/// The id of the shop.
pub(super) const SHOP: &str = "506751";
const HOUR: u64 = 60 * 60 * 1000;
const DAY: u64 = 24 * HOUR;
/// A payment can be refunded for three years.
const REFUNDABLE: u64 = 3 * 365 * DAY;

/// How far a payment or a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Pending,
    WaitingForCapture,
    Succeeded,
    Canceled,
}

impl Status {
    pub(super) fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::WaitingForCapture => "waiting_for_capture",
            Status::Succeeded => "succeeded",
            Status::Canceled => "canceled",
        }
    }
}

/// How refunds go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refunding {
    /// At once.
    #[default]
    AtOnce,
    /// When somebody says so.
    Later,
    /// The day's income is too small.
    TooPoor,
}

/// A payment.
#[derive(Debug, Clone)]
pub struct Payment {
    pub id: String,
    pub status: Status,
    pub kopecks: u64,
    pub refunded: u64,
    pub description: String,
    pub return_url: String,
    pub metadata: Value,
    pub receipt: Value,
    /// Why it was canceled.
    pub reason: Option<String>,
    /// Where it can be paid.
    pub url: String,
    /// The key it was asked for with.
    pub key: String,
    pub(super) sbp: bool,
    pub(super) capture: bool,
    pub(super) test: bool,
    pub(super) at: u64,
}

/// A refund.
#[derive(Debug, Clone)]
pub struct Refund {
    pub id: String,
    pub payment: String,
    pub status: Status,
    pub kopecks: u64,
    pub metadata: Value,
    /// Why it was canceled.
    pub reason: Option<String>,
    pub(super) at: u64,
}

/// What was created under a key, from what, and when.
pub(super) struct Kept {
    pub(super) key: String,
    pub(super) call: String,
    pub(super) body: Value,
    pub(super) id: String,
    pub(super) at: u64,
}

pub(super) struct Book {
    pub(super) url: String,
    pub(super) payments: Vec<Payment>,
    pub(super) refunds: Vec<Refund>,
    pub(super) keys: Vec<Kept>,
    pub(super) receipts: bool,
    pub(super) test: bool,
    pub(super) refunding: Refunding,
    /// Notifications that are to go out.
    pub(super) news: Vec<Value>,
}

impl Book {
    pub(super) fn new() -> Book {
        Book {
            url: String::new(),
            payments: Vec::new(),
            refunds: Vec::new(),
            keys: Vec::new(),
            receipts: true,
            test: false,
            refunding: Refunding::default(),
            news: Vec::new(),
        }
    }

    /// What was created under this key within a day.
    pub(super) fn kept(&self, key: &str, now: u64) -> Option<&Kept> {
        let mut kept = self.keys.iter().rev();
        kept.find(|it| it.key == key && now < it.at + DAY)
    }

    pub(super) fn open(&mut self, wish: Wish, key: &str, now: u64) -> String {
        let number = self.payments.len() + 1;
        let id = format!("30000000-000f-5000-8000-{number:012x}");
        self.payments.push(Payment {
            url: format!("{}/bank/{id}", self.url),
            id: id.clone(),
            status: Status::Pending,
            kopecks: wish.kopecks,
            refunded: 0,
            description: wish.description,
            return_url: wish.return_url,
            metadata: wish.metadata,
            receipt: wish.receipt,
            reason: None,
            key: key.to_owned(),
            sbp: wish.sbp,
            capture: wish.capture,
            test: self.test,
            at: now,
        });
        id
    }

    /// What nobody has paid within an hour is canceled, and what is only held after six days.
    pub(super) fn age(&mut self, now: u64) {
        for at in 0..self.payments.len() {
            let payment = &self.payments[at];
            let (life, reason) = match payment.status {
                Status::Pending => (HOUR, "expired_on_confirmation"),
                Status::WaitingForCapture => (6 * DAY, "expired_on_capture"),
                Status::Succeeded | Status::Canceled => continue,
            };
            if now >= payment.at + life {
                self.end(at, Status::Canceled, Some(reason), now);
            }
        }
    }

    fn find(&self, id: &str, status: Status) -> Option<usize> {
        let mut all = self.payments.iter();
        all.position(|it| it.id == id && it.status == status)
    }

    pub(super) fn pay(&mut self, id: &str, now: u64) -> bool {
        let Some(at) = self.find(id, Status::Pending) else {
            return false;
        };
        match self.payments[at].capture {
            true => self.end(at, Status::Succeeded, None, now),
            false => self.end(at, Status::WaitingForCapture, None, now),
        }
        true
    }

    pub(super) fn cancel(&mut self, id: &str, reason: &str, now: u64) -> bool {
        let found = self.find(id, Status::Pending);
        found
            .map(|at| self.end(at, Status::Canceled, Some(reason), now))
            .is_some()
    }

    pub(super) fn revive(&mut self, id: &str, now: u64) -> bool {
        let found = self.find(id, Status::Canceled);
        found
            .map(|at| self.end(at, Status::Succeeded, None, now))
            .is_some()
    }

    fn end(&mut self, at: usize, status: Status, reason: Option<&str>, _now: u64) {
        let payment = &mut self.payments[at];
        payment.status = status;
        payment.reason = reason.map(str::to_owned);
        let event = format!("payment.{}", status.name());
        self.tell(&event, self.payments[at].describe());
    }

    fn tell(&mut self, event: &str, object: Value) {
        let news = json!({"type": "notification", "event": event, "object": object});
        self.news.push(news);
    }

    /// Gives back so much; the refund's id, or the parameter that is wrong and why.
    pub(super) fn refund(
        &mut self,
        payment: &str,
        kopecks: u64,
        metadata: Value,
        now: u64,
    ) -> Result<String, (&'static str, &'static str)> {
        let Some(at) = self.find(payment, Status::Succeeded) else {
            return Err(("payment_id", "Payment doesn't exist or isn't paid"));
        };
        let open = self.refunds.iter().filter(|it| it.payment == payment);
        let open = open
            .filter(|it| it.status == Status::Pending)
            .map(|it| it.kopecks);
        let open: u64 = open.sum();
        let paid = &mut self.payments[at];
        if now > paid.at + REFUNDABLE {
            return Err(("payment_id", "Payment is too old"));
        }
        if kopecks == 0 || kopecks > paid.kopecks - paid.refunded - open {
            return Err(("amount", "Refund amount is greater than what is left"));
        }
        let (status, reason) = match self.refunding {
            Refunding::AtOnce => (Status::Succeeded, None),
            Refunding::Later => (Status::Pending, None),
            Refunding::TooPoor => (Status::Canceled, Some("insufficient_funds".to_owned())),
        };
        let id = format!("30000000-0015-5000-8000-{:012x}", self.refunds.len() + 1);
        self.refunds.push(Refund {
            id: id.clone(),
            payment: payment.to_owned(),
            status,
            kopecks,
            metadata,
            reason,
            at: now,
        });
        self.succeed(self.refunds.len() - 1);
        Ok(id)
    }

    /// Counts a refund that has succeeded, and tells of it.
    fn succeed(&mut self, at: usize) {
        let refund = self.refunds[at].clone();
        if refund.status != Status::Succeeded {
            return;
        }
        let paid = self.payments.iter_mut().find(|it| it.id == refund.payment);
        paid.expect("a refund has a payment").refunded += refund.kopecks;
        self.tell("refund.succeeded", refund.describe());
    }

    pub(super) fn settle(&mut self, well: bool, _now: u64) {
        for at in 0..self.refunds.len() {
            let refund = &mut self.refunds[at];
            if refund.status != Status::Pending {
                continue;
            }
            (refund.status, refund.reason) = match well {
                true => (Status::Succeeded, None),
                false => (Status::Canceled, Some("rejected_by_payee".to_owned())),
            };
            self.succeed(at);
        }
    }
}

impl Payment {
    /// As the API tells it.
    pub(super) fn describe(&self) -> Value {
        let succeeded = self.status == Status::Succeeded;
        let paid = succeeded || self.status == Status::WaitingForCapture;
        let mut told = json!({
            "id": self.id,
            "status": self.status.name(),
            "amount": money(self.kopecks),
            "description": self.description,
            "recipient": {"account_id": SHOP, "gateway_id": "1000001"},
            "created_at": moment(self.at),
            "test": self.test,
            "paid": paid,
            "refundable": succeeded && self.refunded < self.kopecks,
            "metadata": self.metadata,
        });
        if succeeded {
            told["refunded_amount"] = money(self.refunded);
            told["income_amount"] = money(self.kopecks * 965 / 1000);
        }
        if paid {
            let kind = if self.sbp { "sbp" } else { "bank_card" };
            told["payment_method"] = json!({"type": kind, "id": self.id, "saved": false});
        }
        if self.status == Status::Pending {
            let url = &self.url;
            told["confirmation"] = json!({"type": "redirect", "confirmation_url": url});
        }
        if !self.receipt.is_null() {
            let registered = if succeeded { "succeeded" } else { "pending" };
            told["receipt_registration"] = registered.into();
        }
        if let Some(reason) = &self.reason {
            let party = "yoo_money";
            told["cancellation_details"] = json!({"party": party, "reason": reason});
        }
        told
    }
}

impl Refund {
    /// As the API tells it.
    pub(super) fn describe(&self) -> Value {
        let mut told = json!({
            "id": self.id,
            "payment_id": self.payment,
            "status": self.status.name(),
            "amount": money(self.kopecks),
            "created_at": moment(self.at),
        });
        if !self.metadata.is_null() {
            told["metadata"] = self.metadata.clone();
        }
        if let Some(reason) = &self.reason {
            told["cancellation_details"] = json!({"party": "yoo_money", "reason": reason});
        }
        told
    }
}

fn money(kopecks: u64) -> Value {
    let value = format!("{}.{:02}", kopecks / 100, kopecks % 100);
    json!({"value": value, "currency": "RUB"})
}

fn moment(at: u64) -> String {
    let moment = jiff::Timestamp::from_millisecond(at as i64);
    moment.expect("virtual time is no end of time").to_string()
}
