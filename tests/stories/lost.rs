//! A creation whose answer never came: it may run, and it may be billed.

use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::Scene;

#[tokio::test]
async fn a_lost_answer_is_made_good_by_the_call_back() {
    let scene = Scene::new().await;
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    assert_eq!(scene.stages(), ["submitting"]);
    scene.all_end().await;
    anna.gets_video();
    let tasks = scene.kie().tasks();
    assert_eq!(tasks.len(), 1);
    assert!(tasks[0].billed);
    assert_eq!((scene.creations(), scene.attempts()), (1, vec![1]));
    assert_eq!(scene.balance(&anna), (1, 0));
    assert_eq!(scene.lost_answers(), (1, 0, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_lost_answer_nobody_calls_about_is_refunded_at_the_deadline() {
    let scene = Scene::new().await;
    scene.kie().set_callbacks(false);
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.waits(Duration::from_secs(29 * 60)).await;
    assert_eq!(scene.stages(), ["submitting"]);
    anna.sees_nothing();
    scene.waits(Duration::from_secs(2 * 60)).await;
    anna.sees("❌ Не получилось сгенерировать\n\n1 кредит вернули ✅");
    assert_eq!(scene.creations(), 1);
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_call_back_after_the_refund_brings_the_video_as_a_gift_once() {
    let scene = Scene::new().await;
    scene.kie().set_callbacks(false);
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.waits(Duration::from_secs(31 * 60)).await;
    anna.sees("❌ Не получилось сгенерировать");
    let task = scene.kie().tasks().remove(0);
    assert!(scene.kie().send_callback(&task.id));
    scene.passes(Duration::from_secs(60)).await;
    anna.gets_gift();
    assert!(scene.kie().send_callback(&task.id));
    scene.passes(Duration::from_secs(60)).await;
    anna.sees_nothing();
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!((scene.entries("release"), scene.entries("capture")), (1, 0));
    assert_eq!((scene.gifts(), scene.creations()), (1, 1));
    assert_eq!(scene.lost_answers(), (0, 1, 0));
    scene.ends().await;
}

#[tokio::test]
async fn without_call_backs_a_lost_answer_is_a_passing_fault() {
    let scene = Scene::with("[kie]\ncallbacks = false\n", false).await;
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.sees("⚠️ Временная ошибка генерации");
    scene.all_end().await;
    anna.gets_video();
    let tasks = scene.kie().tasks();
    assert_eq!(tasks.len(), 2);
    assert!(tasks.iter().all(|task| task.callback_url.is_none()));
    assert_eq!(scene.attempts(), [2]);
    scene.ends().await;
}

#[tokio::test]
async fn one_lost_answer_of_three_does_not_delay_the_others() {
    let scene = Scene::new().await;
    scene.kie().set_callbacks(false);
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    scene.passes(Duration::from_secs(90)).await;
    anna.gets_video();
    anna.gets_video();
    anna.sees_nothing();
    scene.waits(Duration::from_secs(30 * 60)).await;
    anna.sees("❌ Не получилось сгенерировать");
    assert_eq!(scene.creations(), 3);
    assert_eq!(scene.balance(&anna), (3, 0));
    scene.ends().await;
}
