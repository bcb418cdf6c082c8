//! Trouble that operators hear of before a seller writes: told once, held back, taken back; and where every other
//! alert has its story.

use std::time::Duration;

use neurocards::rules::domain::alert::Topic;
use neurocards::sandbox::{Ending, Fault};

use crate::scene::{Scene, Seller};

const MINUTE: Duration = Duration::from_secs(60);
const TALK: &str = "[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\n";

/// Where the story of each topic is told, under `tests`.
fn story(topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::Billing => (
            "stories/keys.rs",
            "a_billing_alert_comes_once_an_hour_and_ends_with_a_recovery",
        ),
        Topic::Key => (
            "stories/alerts.rs",
            "a_key_that_rests_is_told_counted_and_taken_back",
        ),
        Topic::Keys => (
            "stories/keys.rs",
            "when_all_keys_rest_the_first_is_used_and_the_operator_is_told_once",
        ),
        Topic::Model => (
            "stories/models.rs",
            "a_death_is_told_at_night_before_an_order_meets_it_and_once",
        ),
        Topic::Models => (
            "stories/models.rs",
            "when_every_model_is_dead_credits_come_back_and_the_operator_is_told",
        ),
        Topic::Credits => (
            "stories/alerts.rs",
            "credits_that_run_low_are_told_until_somebody_tops_up",
        ),
        Topic::Failures => (
            "stories/alerts.rs",
            "many_failures_are_told_and_those_of_sellers_are_not_counted",
        ),
        Topic::Texts => (
            "stories/failures.rs",
            "a_text_nobody_knows_reaches_the_operator_once_with_the_row_that_settles_it",
        ),
        Topic::Queue => ("stories/alerts.rs", "a_queue_that_stands_is_told"),
        Topic::Outbox => ("stories/alerts.rs", "messages_that_wait_long_are_told"),
        Topic::Certificate => (
            "acme/late.rs",
            "a_renewal_that_fails_is_told_days_ahead_and_once_a_day",
        ),
        Topic::Backup => (
            "backup/daemon.rs",
            "a_failure_is_told_once_and_so_is_that_it_is_over",
        ),
        Topic::Copy => (
            "backup/daemon.rs",
            "every_backup_is_copied_and_old_copies_go",
        ),
        Topic::Room => (
            "stories/guard.rs",
            "on_a_nearly_full_disk_orders_are_refused_and_come_back_by_themselves",
        ),
        Topic::Books => (
            "stories/guard.rs",
            "books_that_do_not_balance_are_told_at_night_and_that_they_do_again",
        ),
        Topic::Disk => ("crash.rs", "a_disk_that_takes_nothing_is_told_and_sat_out"),
        Topic::Panic => (
            "../src/actors/workers/tests.rs",
            "a_step_that_panics_is_refunded_as_unknown_and_told",
        ),
        Topic::Restart => ("crash.rs", "a_restart_after_a_crash_is_told"),
        Topic::Author => (
            "stories/answers.rs",
            "what_is_no_script_twice_gives_way_to_the_template_and_the_operator_hears_once_an_hour",
        ),
        Topic::Answers => (
            "stories/late.rs",
            "answers_that_cannot_be_read_are_told_and_nothing_is_made_anew",
        ),
        Topic::Result => (
            "stories/results.rs",
            "what_lies_there_for_ten_minutes_and_is_no_video_is_refunded_and_told",
        ),
        Topic::Late => (
            "stories/late.rs",
            "a_video_that_comes_after_the_refund_is_a_gift_once",
        ),
        Topic::Clock => (
            "stories/time.rs",
            "operators_hear_of_a_clock_that_was_set_once_and_that_it_is_right_again",
        ),
        Topic::Part => (
            "../src/daemon/crew/tests.rs",
            "what_keeps_failing_is_told_and_so_is_that_it_works_again",
        ),
        Topic::Undelivered => (
            "stories/replies.rs",
            "a_video_that_is_never_taken_is_paid_back_after_a_day",
        ),
        Topic::Rival => ("stories/webhook.rs", "a_second_poller_is_told_of"),
    }
}

/// Waits until this is the next that an operator reads, for whoever watches is asked by no clock of the scene's.
async fn hears(scene: &Scene, boss: &Seller, text: &str) -> String {
    scene.until(|_| !boss.unread().is_empty()).await;
    boss.sees(text).text
}

/// Reads everything, whatever it is.
fn reads_all(seller: &Seller) {
    while let Some(message) = seller.unread().first() {
        seller.sees(&message.text);
    }
}

#[test]
fn every_topic_has_a_story() {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for topic in Topic::ALL {
        let (file, name) = story(topic);
        let text = std::fs::read_to_string(tests.join(file)).unwrap();
        let told = format!("async fn {name}(");
        assert!(text.contains(&told), "{topic:?}: no {name} in {file}");
    }
}

#[tokio::test]
async fn a_key_that_rests_is_told_counted_and_taken_back() {
    const RESTS: &str = "упёрся в лимит запросов и отдыхает 60 мин";
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 5).await);
    scene.next(&[Ending::RateLimitAtCreate, Ending::Violation]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    boss.sees(RESTS);
    // The other one, and then the first again, for all rest.
    scene.next(&[Ending::RateLimitAtCreate, Ending::RateLimitAtCreate]);
    scene.next(&[Ending::Violation]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    boss.finds(RESTS);
    boss.finds("⚠️ Все ключи KIE отдыхают.");
    boss.sees_nothing();
    scene.waits(60 * MINUTE).await;
    scene.until(|_| boss.unread().len() == 2).await;
    boss.finds("⚠️ Все ключи KIE отдыхают.");
    let again = boss.finds(RESTS).text;
    assert!(
        again.contains("Таких же сообщений придержано: 1"),
        "{again}"
    );
    boss.sees_nothing();
    scene.waits(70 * MINUTE).await;
    scene.kie().by_default(Ending::Violation);
    for _ in 0..2 {
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        anna.sees("⚠️ Вы нарушили правила");
    }
    boss.finds("✅ Ключи KIE снова работают.");
    let back = [boss.sees("✅ Ключ KIE"), boss.sees("✅ Ключ KIE")];
    assert_ne!(back[0].text, back[1].text, "each for itself");
    scene.ends().await;
}

#[tokio::test]
async fn credits_that_run_low_are_told_until_somebody_tops_up() {
    const LOW: &str = "⚠️ На счёте KIE мало кредитов";
    let config = format!("{TALK}[alerts]\ncredits_below = 100000\n");
    let scene = Scene::with(&config, false).await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    scene.waits(30 * MINUTE).await;
    boss.sees_nothing();
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    scene.waits(11 * MINUTE).await;
    let told = hears(&scene, &boss, LOW).await;
    assert!(told.contains("кредитов: 99"), "{told}");
    scene.waits(45 * MINUTE).await;
    boss.sees_nothing();
    scene.waits(20 * MINUTE).await;
    hears(&scene, &boss, LOW).await;
    scene.kie().top_up(1000.0);
    scene.waits(11 * MINUTE).await;
    hears(&scene, &boss, "✅ Счёт KIE пополнен, кредитов: 100").await;
    scene.waits(70 * MINUTE).await;
    scene.ends().await;
}

#[tokio::test]
async fn many_failures_are_told_and_those_of_sellers_are_not_counted() {
    let config = format!("{TALK}[alerts]\nfailing_least = 3\n");
    let scene = Scene::with(&config, false).await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 20).await);
    scene.next(&[Ending::Violation; 5]);
    anna.orders(&scene, 5).await;
    scene.all_end().await;
    reads_all(&anna);
    scene.waits(2 * MINUTE).await;
    boss.sees_nothing();
    scene.next(&[Ending::Unknown, Ending::Unknown, Ending::Success]);
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    reads_all(&anna);
    hears(&scene, &boss, "❓ KIE отвечает тем, чего я не знаю").await;
    scene.waits(2 * MINUTE).await;
    let told = hears(&scene, &boss, "🚨 За последний час не получилось").await;
    assert!(told.contains("2 из 3"), "{told}");
    // An hour that goes by without a video tells nothing.
    scene.waits(80 * MINUTE).await;
    boss.sees_nothing();
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    reads_all(&anna);
    scene.waits(2 * MINUTE).await;
    hears(&scene, &boss, "✅ Видео снова получаются.").await;
    scene.ends().await;
}

#[tokio::test]
async fn a_queue_that_stands_is_told() {
    let config = format!("max_rendering = 1\n{TALK}");
    let scene = Scene::with(&config, false).await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 5).await);
    scene.kie().set_duration(25 * 60 * 1000);
    anna.orders(&scene, 3).await;
    scene.waits(14 * MINUTE).await;
    boss.sees_nothing();
    scene.waits(3 * MINUTE).await;
    hears(&scene, &boss, "⚠️ Видео ждёт своей очереди уже 15 мин").await;
    scene.waits(20 * MINUTE).await;
    boss.sees_nothing();
    scene.all_end().await;
    scene.waits(2 * MINUTE).await;
    hears(&scene, &boss, "✅ Очередь снова движется.").await;
    for _ in 0..3 {
        anna.gets_video();
    }
    scene.ends().await;
}

#[tokio::test]
async fn messages_that_wait_long_are_told() {
    let scene = Scene::with(TALK, false).await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    let fault = Fault::TooMany { retry_after: 900 };
    scene.telegram().fail_next("sendMessage", fault);
    anna.person.sends("/help");
    let sent = |scene: &Scene| scene.calls("telegram", "sendMessage").len();
    scene.until(|scene| sent(scene) == 1).await;
    // Her chat waits; an operator's does not.
    scene.stage().clock.pass(11 * MINUTE);
    let late = "⚠️ Сообщение ждёт отправки уже 11 мин, ждут чатов: 1.";
    hears(&scene, &boss, late).await;
    anna.sees_nothing();
    scene.stage().clock.pass(15 * MINUTE);
    scene.waits(2 * MINUTE).await;
    hears(&scene, &boss, "✅ Сообщения снова уходят.").await;
    assert_eq!(anna.unread().len(), 1);
    reads_all(&anna);
    scene.ends().await;
}

#[tokio::test]
async fn what_an_operator_does_not_want_to_hear_is_not_told_from_a_reload_on() {
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 3).await);
    let file = std::fs::read_to_string(scene.data().join("neurocards.toml")).unwrap();
    scene.writes(
        "neurocards.toml",
        format!("{file}\n[alerts]\noff = [\"billing\", \"keys\"]\n"),
    );
    let reloaded = scene.reloads().await.unwrap();
    assert_eq!(reloaded.changed, ["alerts.off"]);
    scene.next(&[Ending::Billing, Ending::Billing]);
    for _ in 0..2 {
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        anna.sees("⚠️ Временные технические неполадки");
    }
    boss.sees_nothing();
    scene.ends().await;
}
