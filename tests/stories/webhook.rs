//! The way updates come: whoever else takes them is told of, and a webhook is set right again.

use std::time::Duration;

use neurocards::sandbox::{Fault, RawReply};
use serde_json::json;

use crate::scene::{At, Scene};

const LOOK: Duration = Duration::from_secs(11 * 60);

fn answers(status: u16, body: serde_json::Value) -> Fault {
    Fault::Answers(RawReply {
        status,
        headers: Vec::new(),
        body: body.to_string(),
    })
}

/// How often the webhook was set.
fn set(scene: &Scene) -> usize {
    scene.calls("telegram", "setWebhook").len()
}

#[tokio::test]
async fn a_webhook_that_leads_elsewhere_is_set_again_and_told() {
    let scene = Scene::with("", true).await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    let ours = scene.telegram().webhook_url().unwrap();
    scene
        .telegram()
        .set_webhook("https://127.0.0.1:9/elsewhere", "theirs", None);
    scene.leaps(LOOK).await;
    scene
        .until(|scene| scene.telegram().webhook_url().as_ref() == Some(&ours))
        .await;
    scene.until(|_| !boss.unread().is_empty()).await;
    boss.sees("забирает кто-то ещё с тем же токеном");
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    scene.leaps(LOOK).await;
    scene.until(|_| !boss.unread().is_empty()).await;
    boss.sees("снова забираю только я");
    scene.ends().await;
}

#[tokio::test]
async fn a_webhook_with_another_secret_is_set_again() {
    let scene = Scene::with("", true).await;
    let anna = scene.seller(1, 2).await;
    let (ours, before) = (scene.telegram().webhook_url().unwrap(), set(&scene));
    scene.telegram().keep_webhook(&ours, "theirs");
    anna.person.sends("/menu");
    let refused = |scene: &Scene| {
        let brought = scene.calls("telegram", "webhook");
        brought.iter().any(|call| call.status == 401)
    };
    scene.until(refused).await;
    anna.sees_nothing();
    scene.stage().clock.pass(LOOK);
    scene.until(|scene| set(scene) > before).await;
    // What it could not bring Telegram tries again after a minute.
    scene.leaps(Duration::from_secs(61)).await;
    scene.until(|_| !anna.unread().is_empty()).await;
    anna.sees(At::Menu.question());
    // Once it works again it is left alone, though Telegram still tells of the old error.
    scene.settles().await;
    let after = set(&scene);
    scene.leaps(LOOK).await;
    scene.leaps(LOOK).await;
    assert_eq!(set(&scene), after);
    scene.ends().await;
}

#[tokio::test]
async fn what_telegram_tells_of_a_webhook_may_have_what_nobody_knows() {
    let scene = Scene::with("", true).await;
    let before = set(&scene);
    scene.telegram().fail_next(
        "getWebhookInfo",
        answers(
            200,
            json!({"ok": true, "result": {
                "url": "not an address", "has_custom_certificate": "perhaps", "pending_update_count": 1.0,
                "allowed_updates": ["message", "telepathy"], "last_synchronization_error_date": "x",
            }}),
        ),
    );
    scene.leaps(LOOK).await;
    scene.until(|scene| set(scene) > before).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_second_poller_is_told_of() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    let rival = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    for _ in 0..3 {
        let rival = json!({"ok": false, "error_code": 409, "description": rival});
        scene
            .telegram()
            .fail_next("getUpdates", answers(409, rival));
    }
    // The poll that hangs ends with the next update.
    boss.sends(&scene, "/menu").await;
    scene.until(|_| boss.unread().len() == 2).await;
    boss.sees(At::Menu.question());
    boss.sees("забирает кто-то ещё с тем же токеном");
    boss.sends(&scene, "/menu").await;
    scene.until(|_| boss.unread().len() == 2).await;
    boss.finds(At::Menu.question());
    boss.sees("снова забираю только я");
    scene.ends().await;
}

#[tokio::test]
async fn a_bot_that_is_told_no_name_serves() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for me in [
        json!({"ok": true, "result": {"id": 1, "is_bot": true, "first_name": "N"}}),
        json!({"ok": true, "result": true}),
    ] {
        scene.sleeps().await;
        scene.telegram().fail_next("getMe", answers(200, me));
        scene.wakes().await;
        anna.sends(&scene, "/menu").await;
        anna.sees(At::Menu.question());
        let person = scene.person(50, None);
        person.person.sends_in_group("/start@any_bot");
        scene.settles().await;
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_check_says_what_is_wrong_with_the_token() {
    let scene = Scene::talk().await;
    // The daemon asks for its own name, too: no answer below is meant for it.
    let asked = |scene: &Scene| !scene.calls("telegram", "getMe").is_empty();
    scene.until(asked).await;
    for (status, says, told) in [
        (401, "Unauthorized", "the token is not known"),
        (404, "Not Found", "the token is not known"),
        (400, "Logged out", "logged out"),
        (409, "Conflict: terminated by other", "another process"),
    ] {
        let body = json!({"ok": false, "error_code": status, "description": says});
        scene.telegram().fail_next("getMe", answers(status, body));
        let checked = scene.shell(&["check"]).await;
        let said = format!("{}{}", checked.told, checked.aside);
        assert!(said.contains(told), "{says}: {said}");
    }
    let body = json!({"ok": true, "result": {"id": 1}});
    scene.telegram().fail_next("getMe", answers(200, body));
    let checked = scene.shell(&["check"]).await;
    assert!(checked.told.contains("tells no name"), "{checked:#?}");
    scene.ends().await;
}
