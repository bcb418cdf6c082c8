//! The doors: webhook, callback, photos, and whoever knocks without being asked.

use std::time::Duration;

use neurocards::cli::playground::SECRET;
use neurocards::sandbox::Ending;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::scene::{At, Scene};

/// What Telegram repeats our secret in.
pub const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// Somebody out there who trusts the playground's certificate.
pub fn stranger(scene: &Scene) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(scene.stage().root().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy();
    client.add_root_certificate(root).build().unwrap()
}

async fn get(scene: &Scene, path: &str) -> reqwest::Response {
    let url = format!("{}{path}", scene.stage().public_url());
    stranger(scene).get(url).send().await.unwrap()
}

pub async fn posts(
    scene: &Scene,
    path: &str,
    secret: Option<&str>,
    body: impl Into<Vec<u8>>,
) -> u16 {
    let url = format!("{}{path}", scene.stage().public_url());
    let mut request = stranger(scene).post(url).body(body.into());
    if let Some(secret) = secret {
        request = request.header(HEADER, secret);
    }
    request.send().await.unwrap().status().as_u16()
}

/// An update with a text of Anna's.
fn update(id: i64, text: &str) -> Value {
    json!({"update_id": id, "message": {
        "message_id": 5000, "date": 1_769_083_200, "text": text,
        "chat": {"id": 1, "type": "private", "first_name": "Анна"},
        "from": {"id": 1, "is_bot": false, "first_name": "Анна", "language_code": "ru"},
        "entities": [{"type": "bot_command", "offset": 0, "length": text.len()}],
    }})
}

/// The path of an address of ours.
pub fn path<'u>(scene: &Scene, url: &'u str) -> &'u str {
    url.strip_prefix(&scene.stage().public_url()).unwrap()
}

#[tokio::test]
async fn an_order_works_by_webhook_as_well() {
    let scene = Scene::with("", true).await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    assert!(scene.calls("telegram", "getUpdates").is_empty());
    let taken = scene.calls("telegram", "webhook");
    assert!(!taken.is_empty() && taken.iter().all(|call| call.status == 200));
    scene.ends().await;
}

/// Calls a method of the Bot API as anybody who has the token could.
async fn calls(scene: &Scene, method: &str) {
    let (api, token) = (
        scene.telegram().api_url(),
        scene.telegram().token().to_owned(),
    );
    let url = format!("{}/bot{token}/{method}", api.trim_end_matches('/'));
    let answer = reqwest::Client::new().post(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_webhook_that_somebody_took_away_is_set_again() {
    let scene = Scene::with("", true).await;
    let anna = scene.seller(1, 2).await;
    let url = scene.telegram().webhook_url();
    calls(&scene, "deleteWebhook").await;
    assert_eq!(scene.telegram().webhook_url(), None);
    anna.person.sends("/menu");
    scene.stage().clock.pass(Duration::from_secs(11 * 60));
    scene
        .until(|scene| scene.telegram().webhook_url() == url)
        .await;
    scene.until(|_| !anna.unread().is_empty()).await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn a_webhook_that_is_right_is_left_alone() {
    let scene = Scene::with("", true).await;
    let _anna = scene.seller(1, 2).await;
    let set = scene.calls("telegram", "setWebhook").len();
    for _ in 0..6 {
        scene.passes(Duration::from_secs(5 * 60)).await;
    }
    assert!(scene.calls("telegram", "getWebhookInfo").len() >= 2);
    assert_eq!(scene.calls("telegram", "setWebhook").len(), set);
    scene.ends().await;
}

#[tokio::test]
async fn a_webhook_that_somebody_set_is_taken_away_from_a_bot_that_polls() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    let elsewhere = "https://127.0.0.1:1/elsewhere";
    scene
        .telegram()
        .set_webhook(elsewhere, "somebody-else-s", None);
    anna.person.sends("/menu");
    scene
        .until(|scene| scene.telegram().webhook_url().is_none())
        .await;
    scene.until(|_| !anna.unread().is_empty()).await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn a_repeat_by_webhook_acts_once() {
    let scene = Scene::with("", true).await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 1).await;
    let yes = scene.telegram().last_update_id();
    assert!(scene.telegram().repeat_update(yes));
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.jobs().len(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn an_update_of_a_stopped_daemon_comes_after_its_start() {
    let mut scene = Scene::with("", true).await;
    let anna = scene.seller(1, 2).await;
    scene.sleeps().await;
    anna.person.sends("/menu");
    scene.wakes().await;
    scene.passes(Duration::from_secs(60)).await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn the_webhook_is_shut_to_whoever_does_not_know_the_secret() {
    let scene = Scene::with("", true).await;
    let anna = scene.seller(1, 2).await;
    let forged = update(900_000_000, "/menu").to_string();
    for secret in [
        None,
        Some(""),
        Some("playground-secreT"),
        Some("playground-secret2"),
    ] {
        assert_eq!(
            posts(&scene, "/telegram", secret, forged.clone()).await,
            401
        );
    }
    scene.settles().await;
    anna.sees_nothing();
    assert_eq!(posts(&scene, "/telegram", Some(SECRET), forged).await, 200);
    scene.settles().await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn a_body_that_is_no_update_is_acknowledged_and_passed_over() {
    let scene = Scene::with("", true).await;
    let anna = scene.seller(1, 2).await;
    for body in [
        "",
        "{",
        "null",
        "<html>",
        "{\"update_id\": \"x\"}",
        "\u{1}\u{2}",
    ] {
        assert_eq!(posts(&scene, "/telegram", Some(SECRET), body).await, 200);
    }
    assert_eq!(
        posts(&scene, "/telegram", Some(SECRET), vec![0xff; 64]).await,
        200
    );
    anna.sends(&scene, "/menu").await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn a_body_without_end_is_refused() {
    let scene = Scene::with("", true).await;
    let large = vec![b' '; 2 << 20];
    assert_eq!(
        posts(&scene, "/telegram", Some(SECRET), large.clone()).await,
        413
    );
    assert_eq!(
        posts(&scene, "/kie/1-00000000000000ff/1", None, large).await,
        413
    );
    scene.ends().await;
}

#[tokio::test]
async fn one_update_through_both_doors_counts_once() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    let twin = update(scene.telegram().last_update_id() + 1, "/menu");
    assert_eq!(
        posts(&scene, "/telegram", Some(SECRET), twin.to_string()).await,
        200
    );
    scene.settles().await;
    anna.sees("🏠 Главное меню");
    scene.telegram().send_raw(twin);
    scene.settles().await;
    anna.sees_nothing();
    scene.ends().await;
}

#[tokio::test]
async fn a_call_back_to_a_wrong_address_finds_nobody() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let task = scene.kie().tasks().remove(0);
    let url = task.callback_url.unwrap();
    let right = path(&scene, &url);
    assert!(
        right.starts_with("/kie/1-") && right.ends_with("/1"),
        "{right}"
    );
    let body = json!({"code": 200, "data": {"taskId": task.id, "state": "success"}}).to_string();
    let job = right.trim_start_matches("/kie/").trim_end_matches("/1");
    let nonce = job.trim_start_matches("1-");
    for wrong in [
        format!("/kie/1-{}/1", "0".repeat(16)),
        format!("/kie/2-{nonce}/1"),
        format!("/kie/{nonce}/1"),
        "/kie/1/1".to_owned(),
        format!("/kie/{job}/x"),
    ] {
        assert_eq!(
            posts(&scene, &wrong, None, body.clone()).await,
            404,
            "{wrong}"
        );
    }
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn nothing_that_a_call_back_says_is_believed() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let task = scene.kie().tasks().remove(0);
    let url = task.callback_url.unwrap();
    for (id, state) in [
        (task.id.as_str(), "fail"),
        (task.id.as_str(), "success"),
        ("another-task", "success"),
        ("", ""),
    ] {
        let body = json!({"code": 501, "msg": "no", "data": {
            "taskId": id, "state": state, "failMsg": "This content may violate our content policies.",
            "resultJson": "{\"resultUrls\":[\"http://127.0.0.1:9/evil.mp4\"]}",
        }});
        assert_eq!(
            posts(&scene, path(&scene, &url), None, body.to_string()).await,
            200
        );
        scene.settles().await;
        assert_eq!(scene.stages(), ["rendering"]);
    }
    assert_eq!(
        posts(&scene, path(&scene, &url), None, "garbage").await,
        200
    );
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn call_backs_that_come_again_and_again_are_harmless() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Success, Ending::Violation]);
    let anna = scene.seller(1, 3).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    for task in scene.kie().tasks() {
        for _ in 0..3 {
            assert!(scene.kie().send_callback(&task.id));
        }
    }
    scene.passes(Duration::from_secs(30)).await;
    anna.sees_nothing();
    assert_eq!(scene.balance(&anna), (2, 0));
    let answers = scene.calls("kie", "callback");
    assert!(answers.len() >= 8 && answers.iter().all(|call| call.status == 200));
    scene.ends().await;
}

#[tokio::test]
async fn a_photo_is_served_while_its_video_is_made_and_not_after() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let task = scene.kie().tasks().remove(0);
    let url = task.input["image_urls"][0].as_str().unwrap();
    let name = path(&scene, url);
    assert!(
        !name.contains("/1/"),
        "the address does not tell whose it is"
    );
    let answer = get(&scene, name).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()[CONTENT_TYPE], "image/jpeg");
    assert_eq!(
        answer.bytes().await.unwrap(),
        scene.kie().tasks()[0].photo.clone().unwrap()
    );
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(get(&scene, name).await.status(), 404);
    scene.ends().await;
}

#[tokio::test]
async fn no_other_file_is_served() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let task = scene.kie().tasks().remove(0);
    let url = task.input["image_urls"][0].as_str().unwrap();
    let name = path(&scene, url).strip_prefix("/p/").unwrap();
    let other = if name.starts_with('0') { "1" } else { "0" };
    for wrong in [
        "/p/".to_owned(),
        "/p/.jpg".to_owned(),
        format!("/p/{other}{}", &name[1..]),
        format!("/p/{}", name.trim_end_matches(".jpg")),
        format!("/p/{name}.jpg"),
        format!("/p/1/{name}"),
        format!("/p/1%2F{name}"),
        format!("/p/..%2F1%2F{name}"),
        "/p/..%2Fneurocards.redb".to_owned(),
        "/p/..%2F..%2Fneurocards.toml".to_owned(),
        "/p/%2e%2e%2fwebhook.secret".to_owned(),
        "/p/%00.jpg".to_owned(),
        "/photos/1".to_owned(),
        "/neurocards.toml".to_owned(),
        "/".to_owned(),
        "/admin".to_owned(),
        "/telegram".to_owned(),
        "/metrics".to_owned(),
    ] {
        let answer = get(&scene, &wrong).await;
        assert_eq!(answer.status(), 404, "{wrong}");
        assert!(answer.bytes().await.unwrap().is_empty(), "{wrong}");
    }
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}
