//! What Crypto Pay would refuse, what becomes of an invoice, and how it is told.

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use serde_json::json;
use tokio::{net::TcpListener, sync::mpsc};

use super::*;
use crate::sandbox::{
    Sandbox,
    clock::{Clock, sandbox, until},
};

struct Shop {
    sandbox: Sandbox,
    clock: Clock,
    http: reqwest::Client,
}

async fn shop() -> Shop {
    let (sandbox, clock) = sandbox().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    Shop {
        sandbox,
        clock,
        http,
    }
}

fn invoice() -> Value {
    json!({
        "currency_type": "fiat", "fiat": "RUB", "amount": "990.50", "payload": "P17",
        "description": "15 кредитов", "expires_in": 3600, "accepted_assets": "USDT,TON",
    })
}

impl Shop {
    fn there(&self) -> &CryptoPay {
        &self.sandbox.cryptopay
    }

    async fn asks(&self, method: &str, body: &Value) -> Value {
        let url = format!("{}/api/{method}", self.there().api_url());
        let request = self.http.post(url).json(body);
        let request = request.header("Crypto-Pay-API-Token", self.there().token());
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn opens(&self) -> u64 {
        let told = self.asks("createInvoice", &invoice()).await;
        told["result"]["invoice_id"].as_u64().unwrap()
    }

    async fn status(&self, id: u64) -> Value {
        let asked = json!({"invoice_ids": id.to_string()});
        let told = self.asks("getInvoices", &asked).await;
        told["result"]["items"][0]["status"].clone()
    }
}

#[tokio::test]
async fn an_invoice_that_crypto_pay_would_not_take_is_refused() {
    let shop = shop().await;
    for (field, value, name) in [
        ("currency_type", json!("gold"), "CURRENCY_TYPE_INVALID"),
        ("currency_type", json!("crypto"), "ASSET_INVALID"),
        ("fiat", json!("XTR"), "FIAT_INVALID"),
        ("amount", json!(990), "AMOUNT_INVALID"),
        ("amount", json!("990.505"), "AMOUNT_INVALID"),
        ("amount", json!("79.99"), "AMOUNT_TOO_SMALL"),
        ("amount", json!("2000000.01"), "AMOUNT_TOO_BIG"),
        (
            "accepted_assets",
            json!(["USDT"]),
            "ACCEPTED_ASSETS_INVALID",
        ),
        ("accepted_assets", json!("RUB"), "ACCEPTED_ASSETS_INVALID"),
        (
            "description",
            json!("ы".repeat(1025)),
            "DESCRIPTION_TOO_LONG",
        ),
        (
            "hidden_message",
            json!("ы".repeat(2049)),
            "HIDDEN_MESSAGE_TOO_LONG",
        ),
        ("payload", json!("ы".repeat(2049)), "PAYLOAD_TOO_LONG"),
        ("paid_btn_name", json!("callback"), "PAID_BTN_URL_INVALID"),
        ("paid_btn_name", json!("goHome"), "PAID_BTN_NAME_INVALID"),
        ("expires_in", json!(0), "EXPIRES_IN_INVALID"),
        ("expires_in", json!(2_678_401), "EXPIRES_IN_INVALID"),
        ("nonsense", json!(1), "UNKNOWN_PARAMETER"),
    ] {
        let mut body = invoice();
        body[field] = value;
        let told = shop.asks("createInvoice", &body).await;
        let error = json!({"code": 400, "name": name});
        assert_eq!(told, json!({"ok": false, "error": error}), "{field}");
    }
    assert!(shop.there().invoices().is_empty());
    for (method, body, name) in [
        ("getInvoices", json!({"count": 1001}), "COUNT_INVALID"),
        (
            "getInvoices",
            json!({"status": "expired"}),
            "STATUS_INVALID",
        ),
        (
            "getInvoices",
            json!({"invoice_ids": [1]}),
            "INVOICE_IDS_INVALID",
        ),
        (
            "deleteInvoice",
            json!({"invoice_id": 1}),
            "INVOICE_NOT_FOUND",
        ),
        ("transfer", json!({}), "METHOD_DISABLED"),
        ("payInvoice", json!({}), "METHOD_NOT_FOUND"),
    ] {
        assert_eq!(shop.asks(method, &body).await["error"]["name"], name);
    }
    let url = format!("{}/api/getMe", shop.there().api_url());
    for token in [None, Some("17:AAother")] {
        let mut request = shop.http.post(&url);
        if let Some(token) = token {
            request = request.header("Crypto-Pay-API-Token", token);
        }
        assert_eq!(request.send().await.unwrap().status(), 401, "{token:?}");
    }
}

#[tokio::test]
async fn an_invoice_is_paid_in_what_is_taken_expires_or_is_deleted() {
    let shop = shop().await;
    let (paid, late, gone) = (shop.opens().await, shop.opens().await, shop.opens().await);
    let there = shop.there();
    assert!(!there.pays(paid, "BTC") && there.pays(paid, "TON") && !there.pays(paid, "TON"));
    assert_eq!(shop.status(paid).await, "paid");
    let told = shop.asks("getInvoices", &json!({"status": "paid"})).await;
    let item = &told["result"]["items"][0];
    assert_eq!(
        (&item["amount"], &item["paid_asset"]),
        (&json!("990.5"), &json!("TON"))
    );
    assert_eq!(
        shop.asks("deleteInvoice", &json!({"invoice_id": gone}))
            .await["result"],
        true
    );
    assert!(!there.pays(gone, "TON"));
    let told = shop
        .asks("deleteInvoice", &json!({"invoice_id": paid}))
        .await;
    assert_eq!(told["ok"], false);
    shop.clock.pass(3_600_000);
    assert!(!there.pays(late, "TON"));
    assert_eq!(shop.status(late).await, "expired");
    assert!(there.pays_late(late));
    assert_eq!(shop.status(late).await, "paid");
    let page = json!({"count": 1, "offset": 1});
    let told = shop.asks("getInvoices", &page).await;
    assert_eq!(told["result"]["items"][0]["invoice_id"], paid);
}

type Heard = mpsc::UnboundedReceiver<(Option<String>, String)>;

/// A door that hears webhooks, and says this to each.
async fn hears(status: u16) -> (String, Heard) {
    type Tells = mpsc::UnboundedSender<(Option<String>, String)>;
    let (told, heard) = mpsc::unbounded_channel();
    let hear = move |State(told): State<Tells>, headers: HeaderMap, body: String| async move {
        let signature = headers.get("crypto-pay-api-signature");
        let signature = signature.map(|it| it.to_str().unwrap().to_owned());
        told.send((signature, body)).unwrap();
        axum::http::StatusCode::from_u16(status).unwrap()
    };
    let router = Router::new().route("/", post(hear)).with_state(told);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

#[tokio::test]
async fn a_webhook_is_signed_as_it_is_written() {
    let shop = shop().await;
    let there = shop.there();
    let (url, mut heard) = hears(200).await;
    there.set_webhook(Some(&url));
    there.pays(shop.opens().await, "USDT");
    let (signature, body) = heard.recv().await.unwrap();
    assert_eq!(signature.as_deref(), Some(there.signs(&body).as_str()));
    assert!(
        body.contains(" : ") && body.contains("\\u043a") && body.is_ascii(),
        "{body}"
    );
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["payload"]["description"], "15 кредитов");
    assert!(there.repeats_news());
    assert_eq!(heard.recv().await.unwrap(), (signature, body));
    there.set_writing(Writing::Capitals);
    there.pays(shop.opens().await, "USDT");
    let (signature, body) = heard.recv().await.unwrap();
    assert_eq!(signature.unwrap(), there.signs(&body).to_uppercase());
    there.set_writing(Writing::Unsigned);
    there.pays(shop.opens().await, "USDT");
    assert_eq!(heard.recv().await.unwrap().0, None);
    there.forges(&json!({"x": 1}), Some("00"));
    assert_eq!(
        heard.recv().await.unwrap(),
        (Some("00".into()), "{\"x\":1}".into())
    );
    there.set_news(News::Lost);
    there.pays(shop.opens().await, "USDT");
    there.set_news(News::Held);
    let held = shop.opens().await;
    there.pays(held, "USDT");
    there.set_news(News::Prompt);
    let told: Value = serde_json::from_str(&heard.recv().await.unwrap().1).unwrap();
    assert_eq!(told["payload"]["invoice_id"], held);
}

#[tokio::test]
async fn a_webhook_that_nobody_takes_is_switched_off_after_seventeen_tries() {
    let shop = shop().await;
    let (url, mut heard) = hears(500).await;
    shop.there().set_webhook(Some(&url));
    shop.there().pays(shop.opens().await, "USDT");
    for _ in 1..PATIENCE.0 {
        heard.recv().await.unwrap();
        until(|| !shop.sandbox.is_busy()).await;
        assert!(shop.there().webhook().is_some());
        shop.clock.pass(2 * 24 * 60 * 60 * 1000);
    }
    heard.recv().await.unwrap();
    until(|| shop.there().webhook().is_none()).await;
}

#[tokio::test]
async fn a_person_pays_on_the_page() {
    let shop = shop().await;
    let id = shop.opens().await;
    let url = shop.there().invoices()[0].url.clone();
    let page = shop
        .http
        .get(&url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("990,50 ₽") && page.contains("USDT"), "{page}");
    let page = shop.http.post(format!("{url}/TON")).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Оплачено"));
    assert_eq!(shop.status(id).await, "paid");
}
