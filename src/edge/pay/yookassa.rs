//! YooKassa, API v3: payments and refunds of a shop.
//!
//! What is created has a key: asked again with it within a day, the same is answered. There is no list of payments:
//! whoever has stored what they ask for looks it up by its id, or asks again with its key.

pub mod notice;
pub mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{Answer, Failed, Refusal, Why, ask, text};
use crate::base::clock::Stopwatch;
use crate::base::telemetry::meters::Meters;
use wire::{Id, Key, Payment, Refund, Return, Wish};

/// Where it is.
pub const API_URL: &str = "https://api.yookassa.ru/v3";

/// A shop at YooKassa.
#[derive(Debug, Clone)]
pub struct Yookassa {
    http: reqwest::Client,
    api_url: String,
    shop: String,
    secret: SecretString,
    timeout: Duration,
    meters: Meters,
}

impl Yookassa {
    /// The shop with this id and secret key; `timeout` bounds each call. They themselves take up to 30 s.
    pub fn new(
        http: reqwest::Client,
        api_url: &str,
        shop: &str,
        secret: SecretString,
        timeout: Duration,
    ) -> Self {
        Self {
            http,
            api_url: api_url.trim_end_matches('/').to_owned(),
            shop: shop.to_owned(),
            secret,
            timeout,
            meters: Meters::default(),
        }
    }

    /// The same, counted and timed with others.
    pub fn metered(self, meters: &Meters) -> Self {
        let meters = meters.clone();
        Self { meters, ..self }
    }

    /// Asks for a payment; where it can be paid stands in it.
    pub async fn create(&self, key: &Key, wish: &Wish) -> Result<Payment, Failed> {
        let asked = self.post("/payments", key, &wish.body());
        self.does("createPayment", asked, Payment::read).await
    }

    /// A payment as it is: the only thing to be believed.
    pub async fn payment(&self, id: &Id) -> Result<Payment, Failed> {
        let asked = self.request(Method::GET, &format!("/payments/{id}"));
        self.does("getPayment", asked, Payment::read).await
    }

    /// Gives back a payment or a part of it.
    pub async fn refund(&self, key: &Key, wish: &Return) -> Result<Refund, Failed> {
        let asked = self.post("/refunds", key, &wish.body());
        self.does("createRefund", asked, Refund::read).await
    }

    /// A refund as it is.
    pub async fn refund_of(&self, id: &Id) -> Result<Refund, Failed> {
        let asked = self.request(Method::GET, &format!("/refunds/{id}"));
        self.does("getRefund", asked, Refund::read).await
    }

    /// Whether the credentials are good; moves nothing.
    pub async fn check(&self) -> Result<(), Failed> {
        let asked = self.request(Method::GET, "/payments?limit=1");
        let listed = |told: &Value| told["items"].is_array().then_some(());
        self.does("listPayments", asked, listed).await
    }

    fn post(&self, path: &str, key: &Key, body: &Value) -> RequestBuilder {
        let request = self.request(Method::POST, path).json(body);
        request.header("Idempotence-Key", key.as_str())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.api_url);
        let request = self.http.request(method, url);
        request.basic_auth(&self.shop, Some(self.secret.expose_secret()))
    }

    async fn does<T>(
        &self,
        call: &'static str,
        asked: RequestBuilder,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, Failed> {
        let begun = Stopwatch::start();
        let answer = ask(asked, self.timeout).await;
        let ended = answer.and_then(|answer| judge(&answer, read));
        let outcome = ended.as_ref().err().map_or("ok", Failed::word);
        self.meters
            .called("yookassa", call, outcome, begun.elapsed());
        ended
    }
}

/// What an answer means. Of what is none of YooKassa's own, a page or half a body, nobody knows what was done.
fn judge<T>(answer: &Answer, read: impl FnOnce(&Value) -> Option<T>) -> Result<T, Failed> {
    let told = answer.json();
    if let (200, Some(told)) = (answer.status, &told) {
        return read(told).ok_or(Failed::Lost);
    }
    if answer.status == 429 {
        let wait = told.and_then(|told| told["retry_after"].as_u64());
        return Err(Failed::RateLimited(
            answer.asked_wait(wait.map(Duration::from_millis)),
        ));
    }
    let Some(told) = told.filter(|told| told["type"] == "error") else {
        return Err(Failed::Lost);
    };
    let why = match answer.status {
        401 | 403 => Why::Credentials,
        404 | 410 => Why::Unknown,
        400..=499 => Why::Request,
        _ => return Err(Failed::Lost),
    };
    let code = text(&told, "code").unwrap_or_default();
    let says = [text(&told, "parameter"), text(&told, "description")];
    let says: Vec<_> = says.into_iter().flatten().collect();
    Err(Failed::Refused(Refusal::new(why, &code, &says.join(": "))))
}
