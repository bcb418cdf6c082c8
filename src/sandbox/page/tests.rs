//! What a browser sees of the page.

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, clock::sandbox, sample_photo};

struct Browser {
    sandbox: Sandbox,
    client: Client,
    url: String,
}

async fn browser() -> Browser {
    let (sandbox, _) = sandbox().await;
    let url = sandbox.page_url().unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    Browser {
        sandbox,
        client,
        url,
    }
}

impl Browser {
    async fn get(&self, path: &str) -> Response {
        let url = format!("{}{path}", self.url);
        self.client.get(url).send().await.unwrap()
    }

    async fn act(&self, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}api/{path}", self.url);
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn state(&self) -> Value {
        self.get("api/state").await.json().await.unwrap()
    }
}

#[tokio::test]
async fn files_come_with_a_strict_policy() {
    let browser = browser().await;
    for path in ["", "style.css", "app.js", "samples/1.jpg", "api/state"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let policy = &answer.headers()["content-security-policy"];
        assert!(policy.to_str().unwrap().starts_with("default-src 'none'"));
    }
    assert_eq!(browser.get("nothing").await.status(), 404);
}

#[tokio::test]
async fn a_seller_plays() {
    let browser = browser().await;
    let photo = format!("{}api/sellers/1001/photo?as=photo", browser.url);
    let sent = browser
        .client
        .post(photo)
        .body(sample_photo(0))
        .send()
        .await;
    assert_eq!(sent.unwrap().status(), 200);
    for (path, body) in [
        ("sellers/1001/text", json!({"text": "<b>hi</b>"})),
        ("sellers/1001/other", json!({"kind": "sticker"})),
        ("sellers/1001/press", json!({"message_id": 1, "data": "x"})),
        ("sellers/1001/block", json!({"blocked": true})),
        ("sellers/1001/grant", json!({"credits": 5})),
        ("kie/next", json!({"ending": "violation", "count": 2})),
        ("kie/default", json!({"ending": "slow"})),
        ("kie/duration", json!({"ms": 5000})),
        ("kie/callbacks", json!({"on": false})),
        ("kie/revive", json!({})),
        ("gpt/next", json!({"writing": "empty"})),
        ("speed", json!({"speed": 10.0})),
        ("advance", json!({"ms": 1000})),
    ] {
        let (status, told) = browser.act(path, body).await;
        assert_eq!(status, 200, "{path}: {told}");
    }
    let new = json!({"name": "Вера", "language": "ru"});
    assert_eq!(browser.act("sellers", new).await.1["id"], 1003);
    let state = browser.state().await;
    let anna = &state["sellers"][0];
    assert_eq!(anna["name"], "Анна");
    assert_eq!(anna["blocked"], true);
    assert_eq!(anna["messages"][0]["media"]["kind"], "photo");
    assert_eq!(anna["messages"][1]["html"], "&lt;b&gt;hi&lt;/b&gt;");
    assert_eq!(state["kie"]["next"], json!(["violation", "violation"]));
    assert_eq!(state["kie"]["default"], "slow");
    assert_eq!(state["kie"]["endings"].as_array().unwrap().len(), 19);
    assert_eq!(state["gpt"]["next"], json!(["empty"]));
    assert_eq!(state["books"], json!({"ledger": []}));
    let media = anna["messages"][0]["media"]["url"].as_str().unwrap();
    let url = format!("{}{}", browser.url, &media[1..]);
    let part = browser.client.get(url).header("range", "bytes=2-5");
    let part = part.send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap(), sample_photo(0).slice(2..6));
    assert_eq!(browser.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn mistakes_are_told_in_a_sentence() {
    let browser = browser().await;
    for (path, body, status) in [
        ("sellers/7/text", json!({"text": "x"}), 404),
        ("sellers/1001/text", json!({"text": ""}), 400),
        (
            "sellers/1001/press",
            json!({"message_id": 9, "data": "x"}),
            404,
        ),
        ("sellers/1001/grant", json!({"credits": 0}), 400),
        ("kie/next", json!({"ending": "nope"}), 400),
        ("speed", json!({"speed": -1}), 400),
        ("speed", json!({}), 400),
    ] {
        let (got, told) = browser.act(path, body).await;
        assert_eq!(got, status, "{path}");
        assert!(told["error"].is_string());
    }
    let foreign = browser.client.get(&browser.url);
    let foreign = foreign.header("origin", "https://elsewhere.test");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn changes_are_streamed() {
    let browser = browser().await;
    let mut events = browser.get("events").await;
    let anna = browser.sandbox.telegram.people().remove(0);
    let first = events.chunk().await.unwrap().unwrap();
    assert!(first.starts_with(b"data: "));
    anna.sends("hi");
    let second = events.chunk().await.unwrap().unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn a_seller_pays_with_stars() {
    let browser = browser().await;
    let telegram = &browser.sandbox.telegram;
    browser
        .act("sellers/1001/text", json!({"text": "/start"}))
        .await;
    let ask = async |method: &str, asked: Value| -> Value {
        let url = format!("{}/bot{}/{method}", telegram.api_url(), telegram.token());
        let answer = browser.client.post(url).json(&asked).send().await.unwrap();
        answer.json().await.unwrap()
    };
    let invoice = json!({
        "chat_id": 1001, "title": "15 кредитов", "description": "15 видео", "payload": "P17",
        "currency": "XTR", "prices": [{"label": "x", "amount": 150}], "start_parameter": "topup",
    });
    ask(
        "getUpdates",
        json!({"allowed_updates": ["pre_checkout_query"]}),
    )
    .await;
    let id = ask("sendInvoice", invoice).await["result"]["message_id"].clone();
    let shown = browser.state().await["sellers"][0]["messages"][1].clone();
    assert_eq!(shown["invoice"], json!({"stars": 150, "paid": false}));
    assert_eq!(shown["buttons"][0][0]["pay"], true);
    let pay = json!({"message_id": id});
    for (ok, status) in [(false, 400), (true, 200), (true, 400)] {
        let answer = async {
            let asked = json!({"timeout": 1, "offset": telegram.last_update_id()});
            let asked = ask("getUpdates", asked).await;
            let newest = asked["result"].as_array().unwrap().last().cloned();
            let query = newest.unwrap_or_default()["pre_checkout_query"]["id"].clone();
            let said = json!({"pre_checkout_query_id": query, "ok": ok, "error_message": "Нет"});
            ask("answerPreCheckoutQuery", said).await
        };
        let paid = browser.act("sellers/1001/pay", pay.clone());
        let answered = async {
            // The query is there once Pay was pressed.
            let before = telegram.last_update_id();
            for _ in 0..100 {
                if telegram.last_update_id() > before {
                    return Some(answer.await);
                }
                tokio::time::sleep(crate::sandbox::ground::TICK).await;
            }
            None
        };
        let (_, (told, said)) = tokio::join!(answered, paid);
        assert_eq!(told, status, "{said}");
    }
    let seller = browser.state().await["sellers"][0].clone();
    assert_eq!(
        (&seller["stars"], &seller["messages"][1]["invoice"]["paid"]),
        (&json!(850), &json!(true))
    );
}
