//! Callbacks of the provider: signed if a key says so, and looks that become rare while they work.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use neurocards::base::time::Timestamp;
use neurocards::sandbox::{Ending, Task};
use ring::hmac;
use serde_json::json;

use crate::doors::{path, stranger};
use crate::scene::{Scene, Seller};

const KEY: &str = "the-webhook-key";
const MINUTE: Duration = Duration::from_secs(60);

/// A scene whose provider signs and whose daemon wants it so.
async fn signed() -> Scene {
    let mut scene = Scene::new().await;
    scene.kie().sign_callbacks(Some(KEY));
    scene.restarts().await;
    scene
}

/// What the provider would sign for a task at a moment.
fn sign(key: &str, task: &str, at: Timestamp) -> (String, String) {
    let seconds = (at.0 / 1000).to_string();
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{task}.{seconds}").as_bytes());
    (seconds, BASE64_STANDARD.encode(tag))
}

/// Calls back for `task` at the address of `asked`, with this time and signature.
async fn calls(
    scene: &Scene,
    asked: &Task,
    task: &str,
    signature: Option<(String, String)>,
) -> u16 {
    let url = asked.callback_url.as_ref().unwrap();
    let url = format!("{}{}", scene.stage().public_url(), path(scene, url));
    let body = json!({"code": 200, "data": {"taskId": task, "state": "success"}});
    let mut request = stranger(scene).post(url).json(&body);
    if let Some((time, tag)) = signature {
        request = request.header("X-Webhook-Timestamp", time);
        request = request.header("X-Webhook-Signature", tag);
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_signed_call_back_is_heard() {
    let scene = signed().await;
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    assert_eq!(scene.stages(), ["submitting"]);
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.lost_answers(), (1, 0, 0));
    let told = scene.calls("kie", "callback");
    assert!(!told.is_empty() && told.iter().all(|call| call.status == 200));
    scene.ends().await;
}

#[tokio::test]
async fn a_call_back_that_is_not_signed_as_it_must_be_changes_nothing() {
    let scene = signed().await;
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let task = scene.kie().tasks().remove(0);
    let now = scene.now();
    let (time, tag) = sign(KEY, &task.id, now);
    let past = Timestamp(now.0 - 301_000);
    for (called, signature) in [
        (task.id.as_str(), None),
        (&task.id, Some(sign("another-key", &task.id, now))),
        (&task.id, Some(sign(KEY, "another-task", now))),
        ("another-task", Some((time.clone(), tag.clone()))),
        ("", Some(sign(KEY, "", now))),
        (&task.id, Some((time.clone(), String::new()))),
        (&task.id, Some((String::new(), tag.clone()))),
        (&task.id, Some(sign(KEY, &task.id, past))),
        (&task.id, Some(sign(KEY, &task.id, now.plus(6 * MINUTE)))),
        (&task.id, Some((past.0.to_string(), tag.clone()))),
    ] {
        let status = calls(&scene, &task, called, signature.clone()).await;
        assert_eq!(status, 401, "{called} {signature:?}");
        scene.settles().await;
        assert_eq!(scene.stages(), ["submitting"]);
    }
    let mut nowhere = task.clone();
    nowhere.callback_url = task.callback_url.clone().map(|url| format!("{url}9"));
    let right = Some((time, tag));
    assert_eq!(calls(&scene, &nowhere, &task.id, right.clone()).await, 200);
    assert_eq!(scene.stages(), ["submitting"], "the address counts as well");
    assert_eq!(calls(&scene, &task, &task.id, right.clone()).await, 200);
    scene.settles().await;
    assert_eq!(scene.stages(), ["rendering"]);
    assert_eq!(calls(&scene, &task, &task.id, right.clone()).await, 200);
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(calls(&scene, &task, &task.id, right.clone()).await, 200);
    scene.passes(6 * MINUTE).await;
    assert_eq!(calls(&scene, &task, &task.id, right).await, 401);
    anna.sees_nothing();
    assert_eq!(scene.balance(&anna), (1, 0));
    assert_eq!(scene.lost_answers(), (1, 0, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_provider_that_does_not_sign_is_looked_at_instead() {
    let scene = signed().await;
    scene.kie().sign_callbacks(None);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    let told = scene.calls("kie", "callback");
    assert!(told.iter().all(|call| call.status == 401));
    scene.ends().await;
}

#[tokio::test]
async fn without_a_key_nobody_asks_for_signatures() {
    let scene = Scene::new().await;
    scene
        .kie()
        .sign_callbacks(Some("a key that the daemon does not know"));
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let task = scene.kie().tasks().remove(0);
    let wrong = Some(("x".to_owned(), "y".to_owned()));
    assert_eq!(calls(&scene, &task, &task.id, wrong).await, 200);
    scene.all_end().await;
    anna.gets_video();
    let told = scene.calls("kie", "callback");
    assert!(told.iter().all(|call| call.status == 200));
    scene.ends().await;
}

/// Orders a video and gets it; how often it was looked at, and how long after its end the last look came.
async fn films(scene: &Scene, seller: &Seller) -> (u32, Duration) {
    seller.orders(scene, 1).await;
    scene.all_end().await;
    seller.gets_video();
    let task = scene.kie().tasks().pop().unwrap();
    let looks = scene.calls("kie", "recordInfo");
    let last = looks.last().unwrap().at;
    (task.looks, Timestamp(last).since(Timestamp(task.ends_at)))
}

/// A scene in which a video takes 63 seconds and callbacks have been relied upon.
async fn relied_upon() -> (Scene, Seller) {
    let scene = Scene::talk().await;
    // Never at the moment of a look.
    scene.kie().set_duration(63_000);
    let anna = scene.seller(1, 15).await;
    for _ in 0..3 {
        assert_eq!(films(&scene, &anna).await.0, 7);
    }
    (scene, anna)
}

#[tokio::test]
async fn looks_are_rare_while_call_backs_come_and_frequent_when_they_stop() {
    let (scene, anna) = relied_upon().await;
    for _ in 0..2 {
        let (looks, late) = films(&scene, &anna).await;
        assert_eq!(looks, 2, "one at a minute, one at the call back");
        assert!(late <= Duration::from_secs(5), "{late:?}");
    }
    scene.kie().set_callbacks(false);
    let (looks, late) = films(&scene, &anna).await;
    assert_eq!(looks, 2, "a minute apart: nobody knows yet");
    assert!(late <= MINUTE, "{late:?}");
    for _ in 0..2 {
        let (looks, late) = films(&scene, &anna).await;
        assert_eq!(looks, 7, "every ten seconds");
        assert!(late <= Duration::from_secs(10), "{late:?}");
    }
    scene.kie().set_callbacks(true);
    for _ in 0..3 {
        assert_eq!(films(&scene, &anna).await.0, 7);
    }
    assert_eq!(films(&scene, &anna).await.0, 2);
    scene.ends().await;
}

#[tokio::test]
async fn half_an_hour_without_call_backs_makes_looks_frequent() {
    let (scene, anna) = relied_upon().await;
    scene.waits(31 * MINUTE).await;
    assert_eq!(films(&scene, &anna).await.0, 7);
    assert_eq!(films(&scene, &anna).await.0, 2, "and they are back");
    scene.ends().await;
}

#[tokio::test]
async fn rare_looks_do_not_move_the_deadline() {
    let (scene, anna) = relied_upon().await;
    scene.next(&[Ending::Silence]);
    anna.orders(&scene, 1).await;
    let begun = scene.now();
    scene.waits(31 * MINUTE).await;
    anna.finds("❌ Не получилось сгенерировать");
    let missed = scene.jobs().pop().unwrap().missed.remove(0);
    assert_eq!(missed.at.since(begun), 30 * MINUTE);
    scene.ends().await;
}
