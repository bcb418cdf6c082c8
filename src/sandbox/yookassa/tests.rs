//! What YooKassa would refuse, what becomes of a payment, and what is told of it.

use std::time::Duration;

use axum::{Router, extract::State, routing::post};
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

fn payment() -> Value {
    json!({
        "amount": {"value": "990.00", "currency": "RUB"},
        "capture": true,
        "confirmation": {"type": "redirect", "return_url": "https://t.me/shop_bot"},
        "description": "15 кредитов",
        "metadata": {"payment": "P17"},
        "receipt": {
            "customer": {"email": "anna@shop.test"},
            "items": [{
                "description": "15 кредитов", "quantity": "1.00", "vat_code": 1,
                "amount": {"value": "990.00", "currency": "RUB"},
                "payment_subject": "service", "payment_mode": "full_payment",
            }],
        },
    })
}

impl Shop {
    fn bank(&self) -> &Yookassa {
        &self.sandbox.yookassa
    }

    fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.bank().api_url());
        let request = self.http.request(method, url);
        request.basic_auth(self.bank().shop(), Some(self.bank().secret()))
    }

    async fn posts(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let request = self.request(reqwest::Method::POST, path).json(body);
        let answer = request.header("Idempotence-Key", key).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn looks(&self, path: &str) -> Value {
        let request = self.request(reqwest::Method::GET, path);
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn opens(&self, key: &str, body: &Value) -> String {
        let (status, told) = self.posts("/payments", key, body).await;
        assert_eq!(
            (status, &told["status"]),
            (200, &json!("pending")),
            "{told}"
        );
        told["id"].as_str().unwrap().to_owned()
    }

    async fn status(&self, id: &str) -> String {
        let told = self.looks(&format!("/payments/{id}")).await;
        told["status"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_payment_that_yookassa_would_not_take_is_refused() {
    let shop = shop().await;
    let item = |name: &str, value: Value| {
        let mut receipt = payment()["receipt"].clone();
        receipt["items"][0][name] = value;
        receipt
    };
    let many: serde_json::Map<_, _> = (0..17).map(|n| (n.to_string(), json!("x"))).collect();
    let money = |value: &str| json!({"value": value, "currency": "RUB"});
    for (field, value, named) in [
        ("amount", money("990"), "amount.value"),
        ("amount", money("990.0"), "amount.value"),
        (
            "amount",
            json!({"value": 990.0, "currency": "RUB"}),
            "amount.value",
        ),
        (
            "amount",
            json!({"value": "990.00", "currency": "XTR"}),
            "amount.currency",
        ),
        ("amount", money("350000.01"), "amount"),
        ("amount", money("989.00"), "receipt.items"),
        (
            "confirmation",
            json!({"type": "redirect"}),
            "confirmation.return_url",
        ),
        ("confirmation", Value::Null, "confirmation"),
        ("description", json!("ы".repeat(129)), "description"),
        ("metadata", json!({"payment": 17}), "metadata"),
        ("metadata", json!({"x".repeat(33): "a"}), "metadata"),
        ("metadata", json!({"a": "x".repeat(513)}), "metadata"),
        ("metadata", Value::Object(many), "metadata"),
        ("receipt", Value::Null, "receipt"),
        ("receipt", json!({"customer": {}, "items": []}), "receipt"),
        ("receipt", item("vat_code", json!(13)), "receipt.items"),
        ("receipt", item("vat_code", Value::Null), "receipt.items"),
        (
            "receipt",
            item("description", json!("ы".repeat(129))),
            "receipt.items",
        ),
        (
            "receipt",
            item("payment_mode", json!("whole")),
            "receipt.items",
        ),
        ("nonsense", json!(1), "body"),
    ] {
        let mut body = payment();
        body[field] = value;
        let (status, told) = shop.posts("/payments", "k", &body).await;
        assert_eq!(
            (status, &told["parameter"]),
            (400, &json!(named)),
            "{field}: {told}"
        );
        assert_eq!(
            (&told["type"], &told["code"]),
            (&json!("error"), &json!("invalid_request"))
        );
    }
    for key in ["", "ключ", "a b", &"k".repeat(65)] {
        let request = shop
            .request(reqwest::Method::POST, "/payments")
            .json(&payment());
        let request = match key {
            "" => request,
            key => request.header("Idempotence-Key", key.as_bytes()),
        };
        let told: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(told["parameter"], "Idempotence-Key", "{key}");
    }
    let foreign = shop.http.get(format!("{}/payments", shop.bank().api_url()));
    let foreign = foreign
        .basic_auth("506751", Some("live_other"))
        .send()
        .await
        .unwrap();
    assert_eq!(foreign.status(), 401);
    assert!(shop.bank().payments().is_empty());
    let unknown = shop
        .looks("/payments/30000000-000f-5000-8000-000000000009")
        .await;
    assert_eq!(unknown["code"], "not_found");
}

#[tokio::test]
async fn a_key_is_one_payment_for_a_day_and_for_one_body() {
    let shop = shop().await;
    let first = shop.opens("p17-1", &payment()).await;
    assert_eq!(shop.opens("p17-1", &payment()).await, first);
    let mut other = payment();
    other["description"] = "x".into();
    let (status, told) = shop.posts("/payments", "p17-1", &other).await;
    assert_eq!(
        (status, &told["parameter"]),
        (400, &json!("Idempotence-Key"))
    );
    shop.clock.pass(24 * 60 * 60 * 1000);
    assert_ne!(shop.opens("p17-1", &payment()).await, first);
}

#[tokio::test]
async fn a_payment_is_paid_declined_or_out_of_time() {
    let shop = shop().await;
    let bank = shop.bank();
    let paid = shop.opens("a", &payment()).await;
    let declined = shop.opens("b", &payment()).await;
    let forgotten = shop.opens("c", &payment()).await;
    let mut held = payment();
    held["capture"] = Value::Null;
    let held = shop.opens("d", &held).await;
    assert!(bank.pays(&paid) && !bank.pays(&paid));
    assert!(bank.declines(&declined, "insufficient_funds") && !bank.pays(&declined));
    assert!(bank.pays(&held));
    assert_eq!(shop.status(&held).await, "waiting_for_capture");
    shop.clock.pass(60 * 60 * 1000);
    assert!(!bank.pays(&forgotten));
    assert_eq!(shop.status(&paid).await, "succeeded");
    let told = shop.looks(&format!("/payments/{declined}")).await;
    assert_eq!(told["cancellation_details"]["reason"], "insufficient_funds");
    let told = shop.looks(&format!("/payments/{forgotten}")).await;
    assert_eq!(
        told["cancellation_details"]["reason"],
        "expired_on_confirmation"
    );
    shop.clock.pass(6 * 24 * 60 * 60 * 1000);
    assert_eq!(shop.status(&held).await, "canceled");
    assert!(bank.pays_late(&forgotten));
    assert_eq!(shop.status(&forgotten).await, "succeeded");
}

#[tokio::test]
async fn what_is_given_back_is_never_more_than_what_was_paid() {
    let shop = shop().await;
    shop.bank().set_receipts(false);
    let paid = shop.opens("a", &payment()).await;
    let refund =
        |value: &str| json!({"payment_id": paid, "amount": {"value": value, "currency": "RUB"}});
    let (status, told) = shop.posts("/refunds", "r0", &refund("990.00")).await;
    assert_eq!(
        (status, &told["parameter"]),
        (400, &json!("payment_id")),
        "not paid yet"
    );
    shop.bank().pays(&paid);
    let (_, part) = shop.posts("/refunds", "r1", &refund("400.00")).await;
    let (_, again) = shop.posts("/refunds", "r1", &refund("400.00")).await;
    assert_eq!(
        (&part["status"], &part["id"]),
        (&json!("succeeded"), &again["id"])
    );
    let (status, _) = shop.posts("/refunds", "r2", &refund("590.01")).await;
    assert_eq!(status, 400);
    shop.bank().set_refunding(Refunding::TooPoor);
    let (_, poor) = shop.posts("/refunds", "r3", &refund("590.00")).await;
    assert_eq!(poor["cancellation_details"]["reason"], "insufficient_funds");
    shop.bank().set_refunding(Refunding::Later);
    let (_, open) = shop.posts("/refunds", "r4", &refund("590.00")).await;
    assert_eq!(open["status"], "pending");
    assert_eq!(shop.bank().refunds_in_cabinet(&paid, 1), None);
    shop.bank().settles_refunds(false);
    shop.bank().set_refunding(Refunding::AtOnce);
    assert!(shop.bank().refunds_in_cabinet(&paid, 59_000).is_some());
    let told = shop.looks(&format!("/payments/{paid}")).await;
    assert_eq!(told["refunded_amount"]["value"], "990.00");
    assert_eq!(told["refundable"], false);
}

/// A door that hears notifications, and says this to each.
async fn hears(status: u16) -> (String, mpsc::UnboundedReceiver<Value>) {
    let (told, heard) = mpsc::unbounded_channel();
    let hear = move |State(told): State<mpsc::UnboundedSender<Value>>, body: String| async move {
        told.send(serde_json::from_str(&body).unwrap()).unwrap();
        axum::http::StatusCode::from_u16(status).unwrap()
    };
    let router = Router::new().route("/", post(hear)).with_state(told);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

#[tokio::test]
async fn news_comes_late_twice_forged_or_never() {
    let shop = shop().await;
    let bank = shop.bank();
    let (url, mut heard) = hears(200).await;
    bank.set_webhook(Some(&url));
    let paid = shop.opens("a", &payment()).await;
    bank.set_news(News::Held);
    bank.pays(&paid);
    bank.forges("payment.succeeded", json!({"id": "forged"}));
    assert_eq!(heard.recv().await.unwrap()["object"]["id"], "forged");
    bank.set_news(News::Prompt);
    let told = heard.recv().await.unwrap();
    assert_eq!(
        (&told["event"], &told["object"]["id"]),
        (&json!("payment.succeeded"), &json!(paid))
    );
    assert!(bank.repeats_news());
    assert_eq!(heard.recv().await.unwrap(), told);
    bank.set_news(News::Lost);
    let lost = shop.opens("b", &payment()).await;
    bank.pays(&lost);
    bank.set_news(News::Prompt);
    bank.refunds_in_cabinet(&paid, 100).unwrap();
    let told = heard.recv().await.unwrap();
    assert_eq!(told["event"], "refund.succeeded", "the lost one is gone");
    assert_eq!(told["object"]["payment_id"], json!(paid));
}

#[tokio::test]
async fn who_does_not_take_the_news_is_told_again() {
    let shop = shop().await;
    let (url, mut heard) = hears(500).await;
    shop.bank().set_webhook(Some(&url));
    let paid = shop.opens("a", &payment()).await;
    shop.bank().pays(&paid);
    for _ in 1..PATIENCE.0 {
        heard.recv().await.unwrap();
        until(|| !shop.sandbox.is_busy()).await;
        shop.clock.pass(24 * 60 * 60 * 1000);
    }
    heard.recv().await.unwrap();
    shop.clock.pass(7 * 24 * 60 * 60 * 1000);
    let more = tokio::time::timeout(Duration::from_millis(100), heard.recv()).await;
    assert!(more.is_err(), "seven times are enough");
}

#[tokio::test]
async fn calls_go_wrong_before_or_after_they_are_done() {
    let shop = shop().await;
    let post = "POST /payments";
    for (fault, done) in [
        (RailFault::ServerError, false),
        (RailFault::HangUp, false),
        (RailFault::Html, false),
        (RailFault::TooMany(3), false),
        (RailFault::ServerErrorAfterDoing, true),
        (RailFault::HangUpAfterDoing, true),
    ] {
        let before = shop.bank().payments().len();
        shop.bank().fail_next(post, fault);
        let request = shop
            .request(reqwest::Method::POST, "/payments")
            .json(&payment());
        let key = format!("{fault:?}").replace(['(', ')'], ".");
        let answer = request.header("Idempotence-Key", key).send().await;
        assert!(
            answer.is_err() || !answer.unwrap().status().is_success(),
            "{fault:?}"
        );
        assert_eq!(shop.bank().payments().len() > before, done, "{fault:?}");
    }
}

#[tokio::test]
async fn a_person_pays_on_the_page_of_the_bank() {
    let shop = shop().await;
    let mut asked = payment();
    asked["description"] = "<b>15</b>".into();
    let id = shop.opens("a", &asked).await;
    let url = shop.bank().payments()[0].url.clone();
    let page = shop
        .http
        .get(&url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("990,00 ₽") && page.contains("&lt;b&gt;15"),
        "{page}"
    );
    let page = shop.http.post(format!("{url}/pay")).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(
        page.contains("Оплачено") && page.contains("https://t.me/shop_bot"),
        "{page}"
    );
    assert_eq!(shop.status(&id).await, "succeeded");
}
