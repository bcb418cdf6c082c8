//! Models that the provider switches off, and the chain that goes on.

use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::Scene;

const SORA: &str = "sora-2-image-to-video";
const GROK: &str = "grok-imagine-video-1-5-preview";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_dead_model_is_followed_by_the_next_and_costs_no_attempt() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::DeadModel]);
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    anna.orders(&scene, 1).await;
    anna.status("🎥 снимает Grok Imagine 1.5");
    boss.sees("🚨 Модель sora-2-image-to-video выключена у провайдера.\n\nОтдыхает 24 часа");
    scene.all_end().await;
    let video = anna.gets_video();
    assert!(video.text.contains("1 из 1 · Grok Imagine 1.5"));
    assert_eq!((scene.creations(), scene.attempts()), (2, vec![1]));
    assert_eq!(scene.gpt().requests().len(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_refusal_names_the_model_that_refused() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::DeadModel, Ending::Violation]);
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    boss.sees("🚨 Модель sora-2-image-to-video");
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила Grok Imagine 1.5");
    scene.ends().await;
}

#[tokio::test]
async fn a_dead_model_rests_even_over_a_restart_until_a_night_finds_it_alive() {
    let mut scene = Scene::talk().await;
    scene.next(&[Ending::DeadModel]);
    let (boss, anna) = (scene.operator().await, scene.seller(1, 4).await);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    boss.sees("🚨 Модель sora-2-image-to-video");
    scene.all_end().await;
    anna.gets_video();
    scene.kie().revive_model(SORA);
    scene.restarts().await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    scene.leaps(DAY).await;
    scene.passes(MINUTE).await;
    boss.sees("✅ Модель sora-2-image-to-video снова отвечает.");
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    let models: Vec<_> = scene
        .kie()
        .tasks()
        .into_iter()
        .map(|task| task.model)
        .collect();
    assert_eq!(models, [GROK, GROK, SORA]);
    assert_eq!(scene.creations(), 4);
    scene.ends().await;
}

#[tokio::test]
async fn when_every_model_is_dead_credits_come_back_and_the_operator_is_told() {
    let scene = Scene::talk().await;
    let chain = [SORA, GROK, "veo-3-1", "hailuo/2-3-image-to-video-standard"];
    for model in chain {
        scene.kie().kill_model(model);
    }
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Временные технические неполадки");
    for model in chain {
        boss.sees(&format!("🚨 Модель {model} выключена у провайдера"));
    }
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!((scene.creations(), scene.attempts()), (4, vec![1]));
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Временные технические неполадки");
    assert_eq!(scene.creations(), 4, "nobody is asked in vain");
    boss.sees("🚨 Все модели отдыхают");
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_model_that_dies_under_an_order_is_replaced_for_all_its_videos() {
    let scene = Scene::talk().await;
    scene.kie().kill_model(SORA);
    scene.kie().by_default(Ending::Violation);
    let (boss, anna) = (scene.operator().await, scene.seller(1, 5).await);
    anna.orders(&scene, 5).await;
    scene.all_end().await;
    boss.sees("🚨 Модель sora-2-image-to-video");
    scene.all_end().await;
    for _ in 0..5 {
        anna.sees("⚠️ Вы нарушили правила Grok Imagine 1.5");
    }
    assert_eq!(scene.attempts(), [1; 5]);
    assert_eq!(scene.balance(&anna), (5, 0));
    boss.sees_nothing();
    scene.ends().await;
}

#[tokio::test]
async fn a_death_is_told_at_night_before_an_order_meets_it_and_once() {
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    scene.kie().kill_model(SORA);
    scene.leaps(DAY).await;
    scene.passes(MINUTE).await;
    boss.sees("🚨 Модель sora-2-image-to-video выключена у провайдера.\n\nОтдыхает 24 часа");
    assert_eq!(scene.calls("kie", "probe").len(), 4, "each of the chain");
    assert!(scene.kie().tasks().is_empty(), "nothing is ordered");
    for _ in 0..2 {
        scene.leaps(DAY).await;
        scene.passes(MINUTE).await;
        boss.sees_nothing();
    }
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    let video = anna.gets_video();
    assert!(video.text.contains("Grok Imagine 1.5"));
    assert_eq!(scene.creations(), 1, "the dead one is not asked");
    scene.kie().revive_model(SORA);
    scene.leaps(DAY).await;
    scene.passes(MINUTE).await;
    boss.sees("✅ Модель sora-2-image-to-video снова отвечает.");
    scene.ends().await;
}

#[tokio::test]
async fn an_operators_own_rest_of_a_model_is_left_alone_at_night() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    let week = ["models", "rest", SORA, "--for", "7d"];
    assert!(scene.shell(&week).await.done);
    scene.leaps(DAY).await;
    scene.passes(MINUTE).await;
    let listed = scene.shell(&["models", "list"]).await;
    listed.tells("operator");
    boss.sees_nothing();
    scene.ends().await;
}
