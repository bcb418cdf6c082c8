//! Somebody sets the machine's clock, hours back or ahead, while the bot runs or while it does not: nobody is left
//! without an answer, and nothing is paid for twice.

use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::Scene;

const MINUTE: Duration = Duration::from_secs(60);
/// How far the clock is set, in milliseconds: by hours, by years.
const JUMPS: [i64; 4] = [-5 * HOUR, 5 * HOUR, -20 * YEAR, 20 * YEAR];
const YEAR: i64 = 365 * 24 * HOUR;
const HOUR: i64 = 3_600_000;

/// Whether a clock that was set by so much is told.
fn told(by: i64) -> &'static str {
    match by < 0 {
        true => "⚠️ Часы сервера перевели назад на",
        false => "⚠️ Часы сервера перевели вперёд на",
    }
}

#[tokio::test]
async fn a_clock_that_is_set_silences_nobody_and_puts_nothing_off() {
    for by in JUMPS {
        let scene = Scene::new().await;
        let (boss, anna) = (scene.operator().await, scene.seller(1, 5).await);
        // A key rests, an alert is told, a retry is planned, a chat has had its messages of the moment.
        scene.next(&[Ending::RateLimitAtCreate, Ending::Temporary]);
        anna.orders(&scene, 1).await;
        boss.sees("упёрся в лимит запросов и отдыхает 60 мин");
        scene.stage().clock.set(by);
        anna.sends(&scene, "/start").await;
        anna.finds("Привет!");
        let begun = scene.now();
        scene.all_end().await;
        anna.gets_video();
        let took = scene.now().since(begun);
        assert!(took < 12 * MINUTE, "{took:?} after a jump of {by}");
        assert_eq!(scene.attempts(), [3], "{by}");
        assert_eq!(scene.balance(&anna), (4, 0));
        boss.finds(told(by));
        reads_all(&anna);
        reads_all(&boss);
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_clock_that_is_set_pays_for_no_running_task_twice() {
    for by in JUMPS {
        let scene = Scene::new().await;
        let (boss, anna) = (scene.operator().await, scene.seller(1, 5).await);
        scene.next(&[Ending::Slow]);
        anna.orders(&scene, 3).await;
        scene.until(|scene| scene.creations() == 3).await;
        scene.stage().clock.set(by);
        scene.all_end().await;
        for _ in 0..3 {
            anna.gets_video();
        }
        assert_eq!(
            (scene.creations(), scene.attempts()),
            (3, vec![1; 3]),
            "{by}"
        );
        assert_eq!(scene.balance(&anna), (2, 0));
        reads_all(&boss);
        reads_all(&anna);
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_clock_that_was_set_before_a_start_puts_nothing_off_and_pays_for_nothing_twice() {
    for (set, while_away) in [(-5, 0), (5, 0), (0, -5), (-5, -5), (5, -5)] {
        let mut scene = Scene::new().await;
        let (boss, anna) = (scene.operator().await, scene.seller(1, 5).await);
        scene.next(&[Ending::Temporary]);
        anna.orders(&scene, 3).await;
        scene.until(|scene| scene.creations() == 3).await;
        scene.stage().clock.set(set * HOUR);
        // What the clock shows is kept every minute.
        scene.passes(2 * MINUTE).await;
        scene.sleeps().await;
        scene.stage().clock.set(while_away * HOUR);
        scene.wakes().await;
        let begun = scene.now();
        scene.all_end().await;
        let took = scene.now().since(begun);
        assert!(took < 12 * MINUTE, "{took:?} after {set} and {while_away}");
        for _ in 0..3 {
            anna.gets_video();
        }
        assert_eq!(
            scene.creations(),
            4,
            "three, and one more for the one that failed"
        );
        assert_eq!(scene.balance(&anna), (2, 0));
        reads_all(&boss);
        reads_all(&anna);
        scene.ends().await;
    }
}

#[tokio::test]
async fn operators_hear_of_a_clock_that_was_set_once_and_that_it_is_right_again() {
    let scene = Scene::new().await;
    let boss = scene.operator().await;
    scene.stage().clock.set(-HOUR / 4);
    scene.waits(2 * MINUTE).await;
    scene.until(|_| !boss.unread().is_empty()).await;
    boss.sees("⚠️ Часы сервера перевели назад на 14 мин");
    scene.waits(130 * MINUTE).await;
    boss.sees_nothing();
    scene.waits(20 * MINUTE).await;
    scene.until(|_| !boss.unread().is_empty()).await;
    boss.sees("✅ Время бота снова совпадает с часами сервера.");
    boss.sees_nothing();
    scene.ends().await;
}

/// Reads everything, whatever it is.
fn reads_all(seller: &crate::scene::Seller) {
    while let Some(message) = seller.unread().first() {
        seller.sees(&message.text);
    }
}
