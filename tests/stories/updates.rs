//! Updates that come twice, from the future, or from somebody who blocked the bot.

use std::time::Duration;

use neurocards::sandbox::Ending;
use serde_json::json;

use crate::scene::{At, Scene};

#[tokio::test]
async fn a_repeated_update_acts_once() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 5).await;
    anna.walks_to(&scene, At::Confirm).await;
    anna.presses(&scene, "Да, запустить").await;
    anna.sees("✅ Принял!");
    let yes = scene.telegram().last_update_id();
    for _ in 0..3 {
        assert!(scene.telegram().repeat_update(yes));
        scene.settles().await;
    }
    anna.sees_nothing();
    assert_eq!(scene.jobs().len(), 1);
    anna.sends(&scene, "/menu").await;
    anna.sees("🏠 Главное меню");
    let menu = scene.telegram().last_update_id();
    assert!(scene.telegram().repeat_update(menu));
    scene.settles().await;
    anna.sees_nothing();
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn an_update_from_the_future_is_passed_over() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene
        .telegram()
        .send_raw(json!({"telepathy": {"from": {"id": 1}, "thought": "?"}}));
    scene
        .telegram()
        .send_raw(json!({"message": {"nonsense": true}}));
    scene.settles().await;
    anna.sends(&scene, "/menu").await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn who_blocks_the_bot_hears_nothing_and_gets_the_outcome_on_return() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Success, Ending::Violation, Ending::Success]);
    let anna = scene.seller(1, 3).await;
    anna.orders(&scene, 3).await;
    anna.person.blocks();
    scene.settles().await;
    let heard = anna.person.messages().len();
    scene.all_end().await;
    scene.passes(Duration::from_secs(60)).await;
    assert_eq!(anna.person.messages().len(), heard);
    assert!(
        scene
            .calls("telegram", "sendMessage")
            .iter()
            .all(|call| call.status == 200),
        "nobody knocks at a closed door"
    );
    assert_eq!(scene.balance(&anna), (1, 0));
    anna.person.unblocks();
    scene.settles().await;
    anna.gets_video();
    anna.gets_video();
    anna.finds("⚠️ Вы нарушили правила SORA 2");
    scene.ends().await;
}

#[tokio::test]
async fn a_block_that_nobody_told_of_is_noticed_and_the_outcome_is_kept() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene
        .telegram()
        .fail_next("sendVideo", neurocards::sandbox::Fault::Blocked);
    scene.all_end().await;
    anna.sees_nothing();
    anna.sends(&scene, "/menu").await;
    anna.gets_video();
    anna.finds("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn a_seller_who_is_blocked_twice_is_served_twice() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for _ in 0..2 {
        anna.person.blocks();
        scene.settles().await;
        anna.person.unblocks();
        scene.settles().await;
        anna.sends(&scene, "/menu").await;
        anna.finds("🏠 Главное меню");
    }
    scene.ends().await;
}
