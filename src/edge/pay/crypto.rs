//! Crypto Pay (CryptoBot): invoices in roubles, paid in whatever the payer has.
//!
//! There is no key by which an invoice would be known again: one whose answer was lost is found by its payload, and
//! what is beyond one of them deleted. There is no refund.

pub mod seal;
pub mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{Answer, Failed, Refusal, Why, ask, text};
use crate::base::clock::Stopwatch;
use crate::base::telemetry::meters::Meters;
use wire::{Invoice, InvoiceId, Stage, Wish};

/// Where it is, and where its test network is.
pub const API_URL: &str = "https://pay.crypt.bot";
/// The same without money.
pub const TESTNET_URL: &str = "https://testnet-pay.crypt.bot";
/// The header with the token.
const TOKEN: &str = "Crypto-Pay-API-Token";
/// Invoices of one page; with the longest descriptions a page of a thousand, as they allow, is longer than we read.
const PAGE: usize = 100;
/// Pages that are looked through for a payload: what was lost was asked for not long ago, and the newest come first.
const PAGES: usize = 20;

/// An app at Crypto Pay.
#[derive(Debug, Clone)]
pub struct CryptoPay {
    http: reqwest::Client,
    api_url: String,
    token: SecretString,
    timeout: Duration,
    meters: Meters,
}

impl CryptoPay {
    /// The app with this token; `timeout` bounds each call.
    pub fn new(
        http: reqwest::Client,
        api_url: &str,
        token: SecretString,
        timeout: Duration,
    ) -> Self {
        Self {
            http,
            api_url: api_url.trim_end_matches('/').to_owned(),
            token,
            timeout,
            meters: Meters::default(),
        }
    }

    /// The same, counted and timed with others.
    pub fn metered(self, meters: &Meters) -> Self {
        let meters = meters.clone();
        Self { meters, ..self }
    }

    /// Asks for an invoice. Asked twice there are two: after a lost answer it is [`CryptoPay::find`] that is asked.
    pub async fn create(&self, wish: &Wish) -> Result<Invoice, Failed> {
        self.does("createInvoice", &wish.body(), Invoice::read)
            .await
    }

    /// These invoices as they are, the only thing to be believed.
    pub async fn invoices(&self, ids: &[InvoiceId]) -> Result<Vec<Invoice>, Failed> {
        let mut found = Vec::new();
        for some in ids.chunks(PAGE) {
            let some: Vec<_> = some.iter().map(ToString::to_string).collect();
            let asked = json!({"invoice_ids": some.join(","), "count": PAGE});
            found.extend(self.page(&asked).await?);
        }
        Ok(found)
    }

    /// Every invoice with this payload that is open or paid.
    pub async fn find(&self, payload: &str) -> Result<Vec<Invoice>, Failed> {
        let mut found = Vec::new();
        for stage in [Stage::Active, Stage::Paid] {
            for page in 0..PAGES {
                let asked = json!({
                    "status": stage.name(), "offset": page * PAGE, "count": PAGE,
                });
                let page = self.page(&asked).await?;
                let last = page.len() < PAGE;
                found.extend(
                    page.into_iter()
                        .filter(|it| it.payload.as_deref() == Some(payload)),
                );
                if last {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Takes an invoice away; [`Why::Unknown`] or [`Why::Request`] if there is none that could be.
    pub async fn delete(&self, id: InvoiceId) -> Result<(), Failed> {
        let asked = json!({"invoice_id": id.0});
        let done = |told: &Value| (told == true).then_some(());
        self.does("deleteInvoice", &asked, done).await
    }

    /// Whether the token is good: the name of the app.
    pub async fn me(&self) -> Result<String, Failed> {
        let named = |told: &Value| text(told, "name");
        self.does("getMe", &json!({}), named).await
    }

    async fn page(&self, asked: &Value) -> Result<Vec<Invoice>, Failed> {
        // One that cannot be read is counted and found by nobody.
        let listed = |told: &Value| {
            let items = told["items"].as_array().or(told.as_array())?;
            Some(
                items
                    .iter()
                    .map(|it| Invoice::read(it).unwrap_or_default())
                    .collect(),
            )
        };
        self.does("getInvoices", asked, listed).await
    }

    async fn does<T>(
        &self,
        method: &'static str,
        asked: &Value,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, Failed> {
        let begun = Stopwatch::start();
        let url = format!("{}/api/{method}", self.api_url);
        let request = self.http.post(url).json(asked);
        let request = request.header(TOKEN, self.token.expose_secret());
        let answer = ask(request, self.timeout).await;
        let ended = answer.and_then(|answer| judge(&answer, read));
        let outcome = ended.as_ref().err().map_or("ok", Failed::word);
        self.meters
            .called("cryptopay", method, outcome, begun.elapsed());
        ended
    }
}

/// What an answer means. Of what is none of theirs nobody knows what was done.
fn judge<T>(answer: &Answer, read: impl FnOnce(&Value) -> Option<T>) -> Result<T, Failed> {
    let told = answer.json();
    if answer.status == 429 {
        return Err(Failed::RateLimited(answer.asked_wait(None)));
    }
    let told = told.ok_or(Failed::Lost)?;
    if told["ok"] == true {
        return read(&told["result"]).ok_or(Failed::Lost);
    }
    let error = &told["error"];
    let code = error["code"].as_u64().unwrap_or(answer.status.into());
    let why = match code {
        _ if told["ok"] != false => return Err(Failed::Lost),
        401 | 403 => Why::Credentials,
        404 => Why::Unknown,
        429 => return Err(Failed::RateLimited(answer.asked_wait(None))),
        400..=499 => Why::Request,
        _ => return Err(Failed::Lost),
    };
    let name = text(error, "name").unwrap_or_default();
    Err(Failed::Refused(Refusal::new(why, &code.to_string(), &name)))
}
