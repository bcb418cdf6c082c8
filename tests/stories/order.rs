//! An order from the first tap to its videos.

use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::Scene;

#[tokio::test]
async fn one_video_costs_one_credit_and_arrives() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    assert_eq!(scene.balance(&anna), (1, 1));
    anna.status("🎬 Генерация запущена...");
    scene.all_end().await;
    let video = anna.gets_video();
    assert!(video.text.contains("1 из 1 · SORA 2"));
    anna.status("готово 1 из 1");
    assert_eq!(anna.statuses(), 1);
    assert_eq!(scene.balance(&anna), (1, 0));
    scene.ends().await;
}

#[tokio::test]
async fn three_videos_come_one_by_one_from_one_photo() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    assert_eq!(scene.balance(&anna), (2, 3));
    scene.passes(Duration::from_secs(5)).await;
    assert_eq!(scene.photos(), 3, "a name for each job");
    let fetched = scene.stage().sandbox.calls();
    let downloads = fetched
        .iter()
        .filter(|call| call.service == "telegram" && call.method == "file");
    assert_eq!(downloads.count(), 1, "downloaded from Telegram once");
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_second_tap_on_yes_makes_no_second_order() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 5).await;
    anna.briefs(&scene).await;
    anna.presses(&scene, "1 видео").await;
    let question = anna.sees("🎬 Готовы запустить генерацию?");
    let yes = question.buttons[0][0].data.clone().unwrap();
    for _ in 0..5 {
        anna.person.presses_on(question.id, &yes);
    }
    scene.settles().await;
    anna.sees("✅ Принял!");
    anna.toast("Уже запустил");
    assert_eq!(scene.jobs().len(), 1);
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn a_violation_is_refunded_once_and_not_tried_again() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Violation]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила SORA 2");
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!(scene.kie().tasks().len(), 1);
    scene.ends().await;
}
