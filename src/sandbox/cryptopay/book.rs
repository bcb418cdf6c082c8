//! The invoices of an app at Crypto Pay, and how they come to their ends.

use serde_json::{Value, json};

use super::check::Wish;

/// Roubles for one of each asset, in kopecks.
const RATES: [(&str, u64); 4] = [
    ("USDT", 8000),
    ("TON", 24_000),
    ("BTC", 800_000_000),
    ("ETH", 30_000_000),
];

/// How far an invoice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    Active,
    Paid,
    Expired,
}

impl InvoiceStatus {
    pub(super) fn name(self) -> &'static str {
        match self {
            InvoiceStatus::Active => "active",
            InvoiceStatus::Paid => "paid",
            InvoiceStatus::Expired => "expired",
        }
    }
}

/// How a webhook is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Writing {
    /// With odd blanks and every letter beyond ASCII escaped, signed in small letters.
    #[default]
    Odd,
    /// The same, signed in capitals.
    Capitals,
    /// Without a signature.
    Unsigned,
}

/// An invoice.
#[derive(Debug, Clone)]
pub struct CryptoInvoice {
    pub id: u64,
    pub status: InvoiceStatus,
    /// The price in roubles.
    pub kopecks: u64,
    pub description: String,
    pub payload: String,
    /// Where it can be paid.
    pub url: String,
    /// What it was paid in, and how much.
    pub paid: Option<(String, String)>,
    assets: Vec<String>,
    at: u64,
    expires: Option<u64>,
}

#[derive(Default)]
pub(super) struct Book {
    pub(super) url: String,
    pub(super) invoices: Vec<CryptoInvoice>,
    pub(super) writing: Writing,
    opened: u64,
    updates: u64,
    /// Webhooks that are to go out.
    pub(super) news: Vec<Value>,
}

impl Book {
    pub(super) fn open(&mut self, wish: Wish, now: u64) -> u64 {
        self.opened += 1;
        let id = 10_000_000 + self.opened;
        self.invoices.push(CryptoInvoice {
            id,
            status: InvoiceStatus::Active,
            kopecks: wish.kopecks,
            description: wish.description,
            payload: wish.payload,
            url: format!("{}/pay/{id}", self.url),
            paid: None,
            assets: wish.assets,
            at: now,
            expires: wish.expires_in.map(|seconds| now + seconds * 1000),
        });
        id
    }

    pub(super) fn age(&mut self, now: u64) {
        for invoice in &mut self.invoices {
            let over = invoice.expires.is_some_and(|expires| now >= expires);
            if invoice.status == InvoiceStatus::Active && over {
                invoice.status = InvoiceStatus::Expired;
            }
        }
    }

    pub(super) fn find(&self, id: u64) -> Option<&CryptoInvoice> {
        self.invoices.iter().find(|it| it.id == id)
    }

    pub(super) fn pay(&mut self, id: u64, asset: &str, now: u64) -> bool {
        let mut all = self.invoices.iter_mut();
        let open = all.find(|it| it.id == id && it.status == InvoiceStatus::Active);
        let rate = RATES.iter().find(|(name, _)| *name == asset);
        let (Some(invoice), Some((_, rate))) = (open, rate) else {
            return false;
        };
        let taken = invoice.assets.is_empty() || invoice.assets.iter().any(|it| it == asset);
        if taken {
            let amount = format!("{:.8}", invoice.kopecks as f64 / *rate as f64);
            invoice.status = InvoiceStatus::Paid;
            invoice.paid = Some((asset.to_owned(), amount));
            self.tell(id, now);
        }
        taken
    }

    pub(super) fn pay_late(&mut self, id: u64, now: u64) -> bool {
        let mut all = self.invoices.iter_mut();
        let late = all.find(|it| it.id == id && it.status == InvoiceStatus::Expired);
        let late = late.map(|it| (it.status, it.expires) = (InvoiceStatus::Active, None));
        late.is_some() && self.pay(id, "USDT", now)
    }

    fn tell(&mut self, id: u64, now: u64) {
        self.updates += 1;
        let payload = self.find(id).map(|it| it.describe(now));
        self.news.push(json!({
            "update_id": self.updates, "update_type": "invoice_paid",
            "request_date": moment(now), "payload": payload,
        }));
    }

    /// Only what nobody has paid.
    pub(super) fn delete(&mut self, id: u64) -> bool {
        let before = self.invoices.len();
        let open = |it: &CryptoInvoice| it.id == id && it.status != InvoiceStatus::Paid;
        self.invoices.retain(|it| !open(it));
        self.invoices.len() < before
    }
}

impl CryptoInvoice {
    /// As the API tells it.
    pub(super) fn describe(&self, now: u64) -> Value {
        let mut told = json!({
            "invoice_id": self.id,
            "hash": format!("IV{:08}", self.id),
            "currency_type": "fiat",
            "fiat": "RUB",
            "amount": roubles(self.kopecks),
            "description": self.description,
            "status": self.status.name(),
            "bot_invoice_url": self.url,
            "mini_app_invoice_url": self.url,
            "web_app_invoice_url": self.url,
            "created_at": moment(self.at),
            "allow_comments": false,
            "allow_anonymous": true,
        });
        if !self.payload.is_empty() {
            told["payload"] = self.payload.as_str().into();
        }
        if !self.assets.is_empty() {
            told["accepted_assets"] = json!(self.assets);
        }
        if let Some(expires) = self.expires {
            told["expiration_date"] = moment(expires).into();
        }
        if let Some((asset, amount)) = &self.paid {
            told["paid_asset"] = asset.as_str().into();
            told["paid_amount"] = amount.as_str().into();
            told["paid_at"] = moment(now).into();
            told["paid_anonymously"] = false.into();
        }
        told
    }
}

/// Without needless noughts, as theirs.
fn roubles(kopecks: u64) -> String {
    match (kopecks / 100, kopecks % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) => format!("{whole}.{part:02}")
            .trim_end_matches('0')
            .to_owned(),
    }
}

fn moment(at: u64) -> String {
    let moment = jiff::Timestamp::from_millisecond(at as i64);
    moment.expect("virtual time is no end of time").to_string()
}
