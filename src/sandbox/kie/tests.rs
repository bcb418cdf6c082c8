//! What a client of KIE sees of the stand-in.

mod upload;

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use bytes::Bytes;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::sandbox::{
    Sandbox,
    clock::{Clock, sandbox, until},
    movie, sample_photo,
};

/// A host with a photo, where callbacks can be sent to.
struct Host {
    url: String,
    heard: Arc<Mutex<Vec<Value>>>,
}

async fn host() -> Host {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let take = |State(heard): State<Arc<Mutex<Vec<Value>>>>, body: Bytes| async move {
        heard
            .lock()
            .unwrap()
            .push(serde_json::from_slice(&body).unwrap());
    };
    let router = Router::new()
        .route("/photo.jpg", get(|| async { sample_photo(0) }))
        .route("/text.jpg", get(|| async { "no photo" }))
        .route("/callback", post(take))
        .with_state(heard.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Host { url, heard }
}

struct Shop {
    sandbox: Sandbox,
    clock: Clock,
    host: Host,
    client: Client,
}

async fn shop() -> Shop {
    let (sandbox, clock) = sandbox().await;
    let client = Client::builder().no_proxy().user_agent("test").build();
    Shop {
        sandbox,
        clock,
        host: host().await,
        client: client.unwrap(),
    }
}

impl Shop {
    fn order(&self) -> Value {
        json!({
            "model": "sora-2-image-to-video",
            "callBackUrl": format!("{}/callback", self.host.url),
            "input": {
                "prompt": "a pillow",
                "image_urls": [format!("{}/photo.jpg", self.host.url)],
                "aspect_ratio": "portrait",
                "n_frames": "10",
                "remove_watermark": true,
            },
        })
    }

    async fn create(&self, order: &Value) -> Result<Value, reqwest::Error> {
        let url = format!("{}/api/v1/jobs/createTask", self.sandbox.kie.api_url());
        let request = self.client.post(url).bearer_auth(KEYS[0]).json(order);
        request.send().await?.json().await
    }

    async fn create_id(&self) -> String {
        let told = self.create(&self.order()).await.unwrap();
        told["data"]["taskId"].as_str().unwrap().to_owned()
    }

    async fn look_raw(&self, id: &str) -> (u16, String) {
        let url = format!(
            "{}/api/v1/jobs/recordInfo?taskId={id}",
            self.sandbox.kie.api_url()
        );
        let request = self.client.get(url).bearer_auth(KEYS[0]);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn look(&self, id: &str) -> Value {
        serde_json::from_str(&self.look_raw(id).await.1).unwrap()
    }

    async fn fetched(&self) {
        let fetched = |task: &Task| task.photo_state != tasks::PhotoState::Fetching;
        until(|| self.sandbox.kie.tasks().iter().all(fetched)).await;
    }

    fn heard(&self) -> Vec<Value> {
        self.host.heard.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_task_becomes_a_movie_of_its_photo() {
    let shop = shop().await;
    let id = shop.create_id().await;
    let fresh = shop.look(&id).await;
    assert_eq!(fresh["data"]["state"], "waiting");
    shop.fetched().await;
    shop.clock.pass(30_000);
    assert_eq!(shop.look(&id).await["data"]["state"], "generating");
    shop.clock.pass(30_000);
    let done = shop.look(&id).await;
    assert_eq!(done["data"]["state"], "success");
    let result = done["data"]["resultJson"].as_str().unwrap();
    let result: Value = serde_json::from_str(result).unwrap();
    let url = result["resultUrls"][0].as_str().unwrap();
    let video = shop.client.get(url).send().await.unwrap();
    let video = video.bytes().await.unwrap();
    assert_eq!(video, movie::of(sample_photo(0)).await.unwrap());
    until(|| shop.heard().len() == 1).await;
    assert_eq!(shop.heard()[0]["data"]["consumeCredits"], 30.0);
    assert!(shop.sandbox.kie.send_callback(&id));
    until(|| shop.heard().len() == 2).await;
    let task = &shop.sandbox.kie.tasks()[0];
    assert!(task.billed);
    assert_eq!(task.photo, Some(sample_photo(0)));
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
    let bare = Client::builder().no_proxy().build().unwrap();
    assert_eq!(bare.get(url).send().await.unwrap().status(), 403);
    let leak = shop.client.get(url).bearer_auth(KEYS[0]);
    assert_eq!(leak.send().await.unwrap().status(), 200);
    assert_eq!(shop.sandbox.complaints().len(), 2);
}

#[tokio::test]
async fn refusals_bill_nothing() {
    let shop = shop().await;
    for ending in Ending::ALL {
        let Some((_, code, text)) = ending.refusal() else {
            continue;
        };
        shop.sandbox.kie.next(ending);
        let told = shop.create(&shop.order()).await.unwrap();
        assert_eq!(told["code"], code, "{ending:?}");
        assert_eq!(told["msg"], text);
        assert_eq!(told["data"], Value::Null);
        if ending == Ending::DeadModel {
            assert_eq!(shop.sandbox.kie.dead_models(), ["sora-2-image-to-video"]);
            let still = shop.create(&shop.order()).await.unwrap();
            assert_eq!(still["msg"], text);
            shop.sandbox.kie.revive_model("sora-2-image-to-video");
        }
    }
    assert!(shop.sandbox.kie.tasks().is_empty());
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn failures_are_told_and_not_billed() {
    let shop = shop().await;
    let endings = Ending::ALL.into_iter().filter(|it| it.failure().is_some());
    for (n, ending) in endings.enumerate() {
        let (code, text) = ending.failure().unwrap();
        shop.sandbox.kie.next(ending);
        let id = shop.create_id().await;
        shop.fetched().await;
        shop.clock.pass(60_000);
        let told = shop.look(&id).await;
        assert_eq!(told["code"], 200);
        assert_eq!(told["data"]["state"], "fail");
        assert_eq!(told["data"]["failCode"], code);
        assert_eq!(told["data"]["failMsg"], text);
        until(|| shop.heard().len() == n + 1).await;
        assert_eq!(shop.heard()[n]["code"], 501);
    }
    assert!(shop.sandbox.kie.tasks().iter().all(|task| !task.billed));
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_lost_reply_is_billed_and_called_back() {
    let shop = shop().await;
    shop.sandbox.kie.next(Ending::LostReply);
    assert!(shop.create(&shop.order()).await.is_err());
    shop.fetched().await;
    shop.clock.pass(60_000);
    until(|| shop.heard().len() == 1).await;
    let task = &shop.sandbox.kie.tasks()[0];
    assert!(task.billed);
    assert_eq!(shop.heard()[0]["data"]["taskId"], task.id.as_str());
}

#[tokio::test]
async fn looks_can_break() {
    let shop = shop().await;
    shop.sandbox.kie.next(Ending::BrokenLook);
    let id = shop.create_id().await;
    assert_eq!(shop.look_raw(&id).await.0, 500);
    assert!(shop.look_raw(&id).await.1.starts_with("<html>"));
    assert_eq!(shop.look_raw(&id).await.0, 429);
    assert_eq!(shop.look(&id).await["code"], 200);
    shop.sandbox.kie.next(Ending::NullFirst);
    let id = shop.create_id().await;
    assert_eq!(shop.look(&id).await["code"], 422);
    shop.clock.pass(20_000);
    assert_eq!(shop.look(&id).await["code"], 200);
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_big_video_is_46_mebibytes() {
    let shop = shop().await;
    shop.sandbox.kie.next(Ending::BigVideo);
    let id = shop.create_id().await;
    shop.fetched().await;
    shop.clock.pass(60_000);
    shop.look(&id).await;
    let url = format!("{}/files/{id}.mp4", shop.sandbox.kie.api_url());
    let video = shop.client.get(url).send().await.unwrap();
    let video = video.bytes().await.unwrap();
    assert_eq!(video.len(), 46 << 20);
    assert!(movie::label(&video).is_some());
}

#[tokio::test]
async fn a_photo_that_cannot_be_had_fails_the_task() {
    let shop = shop().await;
    for name in ["gone.jpg", "text.jpg"] {
        let mut order = shop.order();
        order["input"]["image_urls"][0] = format!("{}/{name}", shop.host.url).into();
        shop.create(&order).await.unwrap();
    }
    shop.fetched().await;
    shop.clock.pass(60_000);
    let tasks = shop.sandbox.kie.tasks();
    assert!(
        tasks
            .iter()
            .all(|task| task.state == "fail" && !task.billed)
    );
    let told = shop.look(&tasks[0].id).await;
    assert_eq!(told["data"]["failMsg"], "the server is busy");
    let complaints = shop.sandbox.complaints();
    assert_eq!(complaints, ["kie photo: the photo is not a JPEG"]);
}

#[tokio::test]
async fn wrong_bodies_are_complaints() {
    let shop = shop().await;
    let with = |name: &str, value: Value| {
        let mut order = shop.order();
        order["input"][name] = value;
        order
    };
    let wrong = [
        (with("image_url", json!("https://a.test/a.jpg")), 422),
        (with("n_frames", json!(10)), 422),
        (with("n_frames", json!("12")), 500),
        (with("prompt", json!("x".repeat(10_001))), 500),
        (with("image_urls", json!([])), 500),
        (json!({"model": "sora-2-image-to-video"}), 422),
    ];
    for (n, (order, code)) in wrong.iter().enumerate() {
        let told = shop.create(order).await.unwrap();
        assert_eq!(told["code"], *code, "{order}");
        assert_eq!(shop.sandbox.complaints().len(), n + 1);
    }
    assert!(shop.sandbox.kie.tasks().is_empty());
}

#[tokio::test]
async fn a_probe_is_free() {
    let shop = shop().await;
    let probe = |model: &str| json!({"model": model, "input": {}});
    let told = shop.create(&probe("veo-3-1")).await.unwrap();
    assert_eq!(told["msg"], "This field is required");
    let told = shop.create(&probe("veo-9")).await.unwrap();
    assert_eq!(told["msg"], "The model name you specified is not supported");
    shop.sandbox.kie.kill_model("veo-3-1");
    let told = shop.create(&probe("veo-3-1")).await.unwrap();
    assert_eq!(told["msg"], ending::PAUSED);
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn twenty_creations_in_ten_seconds_are_enough() {
    let shop = shop().await;
    for _ in 0..20 {
        shop.create_id().await;
    }
    let told = shop.create(&shop.order()).await.unwrap();
    assert_eq!(told["code"], 429);
    assert_eq!(shop.sandbox.complaints().len(), 1);
    shop.clock.pass(10_000);
    shop.create_id().await;
}

#[tokio::test]
async fn a_wrong_key_is_told_in_the_body() {
    let shop = shop().await;
    let url = format!("{}/api/v1/chat/credit", shop.sandbox.kie.api_url());
    let answer = shop.client.get(&url).bearer_auth("nobody").send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    let told: Value = answer.json().await.unwrap();
    assert_eq!(told["code"], 401);
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
    shop.client.get(&url).send().await.unwrap();
    assert_eq!(shop.sandbox.complaints().len(), 1);
}

#[tokio::test]
async fn it_is_busy_from_the_end_of_a_task_until_its_call_back_was_taken() {
    let mut shop = shop().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    shop.host.url = format!("http://{}", listener.local_addr().unwrap());
    let mut order = shop.order();
    order["callBackUrl"] = json!(format!("{}/callback", shop.host.url));
    order["input"]["image_urls"] = json!([format!("{}/photo.jpg", host().await.url)]);
    assert_eq!(shop.create(&order).await.unwrap()["code"], 200);
    let sandbox = &shop.sandbox;
    until(|| !sandbox.is_busy()).await;

    // From this very moment, before anybody has noticed.
    shop.clock.pass(door::DURATION);
    assert!(sandbox.is_busy());
    // Whoever is called takes his time.
    let (mut called, _) = listener.accept().await.unwrap();
    let mut heard = [0; 1024];
    let length = called.read(&mut heard).await.unwrap();
    assert!(heard[..length].starts_with(b"POST /callback"));
    assert!(sandbox.is_busy());
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    called.write_all(answer).await.unwrap();
    until(|| !sandbox.is_busy()).await;
}
