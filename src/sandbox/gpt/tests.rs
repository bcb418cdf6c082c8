//! What a client of OpenAI sees of the stand-in.

use reqwest::{Client, Response};

use serde_json::{Value, json};

use super::*;
use crate::sandbox::{Sandbox, clock::sandbox};

async fn ask(sandbox: &Sandbox, body: &Value) -> Response {
    let client = Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/chat/completions", sandbox.gpt.api_url());
    let request = client.post(url).bearer_auth(sandbox.gpt.key()).json(body);
    request.send().await.unwrap()
}

fn request(product: &str) -> Value {
    json!({
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "You write scripts."},
            {"role": "user", "content": [
                {"type": "text", "text": format!("Product: {product}\nWishes: none")},
                {"type": "image_url", "image_url": {"url": "https://a.test/a.jpg"}},
            ]},
        ],
        "max_tokens": 300,
        "temperature": 0.8,
    })
}

async fn script(sandbox: &Sandbox, product: &str) -> String {
    let told: Value = ask(sandbox, &request(product)).await.json().await.unwrap();
    let content = &told["choices"][0]["message"]["content"];
    content.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn two_products_get_two_scripts() {
    let (sandbox, _) = sandbox().await;
    let pillow = script(&sandbox, "Ортопедическая подушка").await;
    let lamp = script(&sandbox, "Лампа").await;
    assert!(pillow.contains("Ортопедическая подушка"));
    assert!((60..120).contains(&pillow.split_whitespace().count()));
    assert_ne!(pillow, lamp);
    assert_eq!(pillow, script(&sandbox, "Ортопедическая подушка").await);
    assert_eq!(sandbox.gpt.requests().len(), 3);
    assert_eq!(sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn writings_come_in_order() {
    let (sandbox, _) = sandbox().await;
    let planned = [
        (Writing::RateLimit, 429),
        (Writing::Billing, 429),
        (Writing::ServerError, 500),
        (Writing::Unauthorized, 401),
        (Writing::NotJson, 200),
        (Writing::Empty, 200),
    ];
    for (writing, _) in planned {
        sandbox.gpt.next(writing);
    }
    for (_, status) in planned {
        assert_eq!(ask(&sandbox, &request("x")).await.status(), status);
    }
    assert_eq!(sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn wrong_bodies_are_complaints() {
    let (sandbox, _) = sandbox().await;
    let with = |name: &str, value: Value| {
        let mut body = request("x");
        body[name] = value;
        body
    };
    let wrong = [
        with("prompt", json!("x")),
        with("temperature", json!(3)),
        with("messages", json!([])),
        with("max_completion_tokens", json!(5)),
        with("messages", json!([{"role": "seller", "content": "x"}])),
    ];
    for (n, body) in wrong.iter().enumerate() {
        assert_eq!(ask(&sandbox, body).await.status(), 400, "{body}");
        assert_eq!(sandbox.complaints().len(), n + 1);
    }
}

fn raw(status: u16, body: &str) -> Reply {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let body = body.into();
    Reply {
        status,
        headers,
        body,
    }
}

#[tokio::test]
async fn somebody_elses_answer_is_given_once_or_always_and_to_right_requests_only() {
    let (sandbox, _) = sandbox().await;
    sandbox.gpt.answers(raw(418, "once"));
    sandbox.gpt.always(Some(raw(503, "always")));
    let wrong = json!({"model": "x", "messages": "y"});
    assert_eq!(ask(&sandbox, &wrong).await.status(), 400);
    assert_eq!(sandbox.complaints().len(), 1);
    for (status, body) in [(418, "once"), (503, "always"), (503, "always")] {
        let answer = ask(&sandbox, &request("x")).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.text().await.unwrap(), body);
    }
    sandbox.gpt.always(None);
    assert_eq!(ask(&sandbox, &request("x")).await.status(), 200);
    assert_eq!(sandbox.gpt.requests().len(), 4);
    assert_eq!(sandbox.complaints().len(), 1);
}

#[tokio::test]
async fn there_is_nothing_elsewhere_but_where_one_is_sent() {
    let (sandbox, _) = sandbox().await;
    let client = Client::builder().no_proxy().build().unwrap();
    let there = format!("{}/chat/completions/", sandbox.gpt.api_url());
    let post = || {
        let body = request("x");
        client
            .post(&there)
            .bearer_auth(sandbox.gpt.key())
            .json(&body)
            .send()
    };
    assert_eq!(post().await.unwrap().status(), 404);
    assert_eq!(sandbox.complaints().len(), 1);
    let location = ("location".to_owned(), "/v1/chat/completions/".to_owned());
    sandbox.gpt.answers(Reply {
        headers: vec![location],
        ..raw(308, "")
    });
    // This client follows by itself.
    assert_eq!(ask(&sandbox, &request("x")).await.status(), 200);
    assert_eq!(sandbox.complaints().len(), 1);
}

#[tokio::test]
async fn whoever_asks_for_nothing_is_refused_without_a_complaint() {
    let (sandbox, _) = sandbox().await;
    let nothing = json!({"model": "gpt-4o-mini", "messages": [], "max_tokens": 1});
    assert_eq!(ask(&sandbox, &nothing).await.status(), 400);
    assert_eq!(sandbox.complaints(), [""; 0]);
    assert!(sandbox.gpt.requests().is_empty());
}
