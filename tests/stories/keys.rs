//! The provider's keys: turns, rests, and what the operator hears of them.

use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::{Scene, Seller};

const HOUR: Duration = Duration::from_secs(60 * 60);
const NO_MONEY: &str = "🚨 KIE отказывает: проблема с оплатой или ключом";
const ALL_REST: &str = "⚠️ Все ключи KIE отдыхают.";

/// Which of the provider's keys each task was made with, from 0.
fn used(scene: &Scene) -> Vec<usize> {
    let keys = scene.kie().keys();
    let of = |key: &String| keys.iter().position(|known| known == key).unwrap();
    scene
        .kie()
        .tasks()
        .iter()
        .map(|task| of(&task.key))
        .collect()
}

/// Orders one video that is refused for want of money.
async fn unpaid(scene: &Scene, seller: &Seller) {
    scene.next(&[Ending::Billing]);
    seller.orders(scene, 1).await;
    scene.all_end().await;
    seller.sees("⚠️ Временные технические неполадки");
}

/// Orders one video and gets a violation, which says nothing about the key.
async fn refused(scene: &Scene, seller: &Seller) {
    scene.next(&[Ending::Violation]);
    seller.orders(scene, 1).await;
    scene.all_end().await;
    seller.sees("⚠️ Вы нарушили правила");
}

#[tokio::test]
async fn keys_take_turns() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 5).await;
    scene.all_end().await;
    // Which video comes first to its moment is the machine's business.
    let used = used(&scene);
    let of = |key| used.iter().filter(|used| **used == key).count();
    assert_eq!((of(0), of(1)), (3, 2), "{used:?}");
    for _ in 0..5 {
        anna.sees("⚠️ Вы нарушили правила");
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_key_without_money_rests_a_day_even_over_a_restart() {
    let mut scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    unpaid(&scene, &anna).await;
    boss.sees(NO_MONEY);
    scene.restarts().await;
    refused(&scene, &anna).await;
    refused(&scene, &anna).await;
    scene.leaps(23 * HOUR).await;
    refused(&scene, &anna).await;
    assert_eq!(used(&scene), [1, 1, 1]);
    scene.leaps(HOUR).await;
    refused(&scene, &anna).await;
    refused(&scene, &anna).await;
    let last = &used(&scene)[3..];
    assert!(last.contains(&0), "{last:?}");
    boss.sees("✅ KIE снова работает.");
    scene.ends().await;
}

#[tokio::test]
async fn a_key_over_its_rate_rests_an_hour_even_over_a_restart() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 3).await;
    scene.next(&[Ending::RateLimitAtCreate, Ending::Violation]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    scene.restarts().await;
    refused(&scene, &anna).await;
    refused(&scene, &anna).await;
    scene.leaps(Duration::from_secs(50 * 60)).await;
    refused(&scene, &anna).await;
    assert_eq!(used(&scene), [1, 1, 1, 1]);
    scene.leaps(Duration::from_secs(15 * 60)).await;
    refused(&scene, &anna).await;
    refused(&scene, &anna).await;
    let last = &used(&scene)[4..];
    assert!(last.contains(&0), "{last:?}");
    scene.ends().await;
}

#[tokio::test]
async fn a_passing_fault_does_not_rest_a_key() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene.next(&[Ending::Temporary, Ending::Temporary, Ending::Violation]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Временная ошибка генерации");
    anna.sees("⚠️ Временная ошибка генерации");
    anna.sees("⚠️ Вы нарушили правила");
    assert_eq!(used(&scene), [0, 1, 0]);
    scene.ends().await;
}

#[tokio::test]
async fn when_all_keys_rest_the_first_is_used_and_the_operator_is_told_once() {
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    unpaid(&scene, &anna).await;
    unpaid(&scene, &anna).await;
    boss.sees(NO_MONEY);
    boss.sees(NO_MONEY);
    refused(&scene, &anna).await;
    refused(&scene, &anna).await;
    assert_eq!(used(&scene), [0, 0]);
    boss.finds(ALL_REST);
    boss.sees("✅ KIE снова работает.");
    boss.sees_nothing();
    scene.ends().await;
}

#[tokio::test]
async fn a_billing_alert_comes_once_an_hour_and_ends_with_a_recovery() {
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 4).await);
    scene.next(&[Ending::Billing; 3]);
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    for _ in 0..3 {
        anna.sees("⚠️ Временные технические неполадки");
    }
    boss.finds(NO_MONEY);
    boss.finds(NO_MONEY);
    boss.finds(ALL_REST);
    boss.sees_nothing();
    scene.leaps(Duration::from_secs(50 * 60)).await;
    unpaid(&scene, &anna).await;
    boss.sees_nothing();
    scene.leaps(Duration::from_secs(15 * 60)).await;
    unpaid(&scene, &anna).await;
    boss.finds(ALL_REST);
    boss.finds(NO_MONEY);
    scene.leaps(25 * HOUR).await;
    for held in [ALL_REST, NO_MONEY] {
        scene.until(|_| !boss.unread().is_empty()).await;
        let held = boss.finds(held).text;
        assert!(held.contains("Таких же сообщений придержано: 1."), "{held}");
    }
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    boss.sees("✅ KIE снова работает.");
    boss.sees("✅ Ключи KIE снова работают.");
    scene.ends().await;
}

#[tokio::test]
async fn a_key_is_never_asked_for_more_than_20_videos_in_10_seconds() {
    let scene = Scene::talk().await;
    let anna = scene.seller(9, 2).await;
    unpaid(&scene, &anna).await;
    scene.kie().by_default(Ending::Violation);
    let mut sellers = Vec::new();
    for id in 1..=5 {
        let seller = scene.seller(id, 5).await;
        seller.walks_to(&scene, crate::scene::At::Count).await;
        seller.presses(&scene, "5 видео").await;
        seller.sees("🎬 Готовы запустить генерацию?");
        sellers.push(seller);
    }
    for seller in &sellers {
        seller.person.presses("Да, запустить").unwrap();
    }
    scene.settles().await;
    // Whoever is late does not make up for it.
    scene.leaps(Duration::from_secs(7)).await;
    scene.leaps(Duration::from_secs(5)).await;
    scene.all_end().await;
    for seller in &sellers {
        seller.sees("✅ Принял!");
        for _ in 0..5 {
            seller.sees("⚠️ Вы нарушили правила");
        }
    }
    assert_eq!(used(&scene), [1; 25], "one key for all");
    let made: Vec<u64> = scene
        .kie()
        .tasks()
        .iter()
        .map(|task| task.created_at)
        .collect();
    assert!(made[24] - made[0] >= 10_000, "{made:?}");
    scene.ends().await;
}
