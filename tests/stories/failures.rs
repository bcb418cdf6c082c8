//! Every kind of failure: what the seller reads, and one credit back, once.

use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::Scene;

/// What a seller reads when the first task of their only order ends like that, and never tries again.
async fn ends_at_once(ending: Ending, text: &str) -> Scene {
    let scene = Scene::new().await;
    scene.next(&[ending]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    let refund = anna.finds(text);
    assert!(
        refund.text.starts_with(&format!("{text}\n\nКод: J1")),
        "{refund:?}"
    );
    let helps = ![VIOLATION, RATE_LIMIT].contains(&text);
    assert_eq!(refund.text.ends_with("пришли его в поддержку."), helps);
    scene.waits(Duration::from_secs(600)).await;
    anna.status("готово 0 из 1\n\nВидео 1 — ↩️ не получилось, кредит вернули · код J1");
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!(scene.entries("release"), 1);
    assert_eq!(scene.creations(), 1, "no retry");
    scene
}

const VIOLATION: &str = "⚠️ Вы нарушили правила SORA 2\n\nВнимательно изучите требования к:\n\
                         • фото (чаще всего проблема в фото)\n• промпту\n\n1 кредит вернули на баланс ✅";
const BILLING: &str = "⚠️ Временные технические неполадки\n\n\
                       Обратитесь в службу поддержки: @neurocards_support\n\n1 кредит вернули на баланс ✅";
const RATE_LIMIT: &str = "⏳ Сервис временно перегружен\n\nПопробуйте через несколько минут.\n\n\
                          1 кредит вернули на баланс ✅";
const NO_VIDEO: &str = "❌ Не получилось сгенерировать\n\n1 кредит вернули ✅";
const RETRYING: &str = "⚠️ Временная ошибка генерации\n\nМы попробуем ещё раз автоматически.\n\
                        Если не получится - вернём кредит.";

#[tokio::test]
async fn a_violation_is_refunded_in_the_specs_words() {
    ends_at_once(Ending::Violation, VIOLATION)
        .await
        .ends()
        .await;
}

#[tokio::test]
async fn a_billing_refusal_is_refunded_in_the_specs_words() {
    ends_at_once(Ending::Billing, BILLING).await.ends().await;
}

#[tokio::test]
async fn a_refused_key_counts_as_billing() {
    ends_at_once(Ending::Unauthorized, BILLING)
        .await
        .ends()
        .await;
}

#[tokio::test]
async fn an_unheard_of_failure_is_refunded() {
    ends_at_once(Ending::Unknown, NO_VIDEO).await.ends().await;
}

#[tokio::test]
async fn what_the_model_holds_back_is_made_again_and_blames_nobody() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Withheld]);
    let anna = scene.seller(1, 4).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.attempts(), [2]);
    scene.next(&[Ending::Withheld; 3]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    let refund = anna.sees("❌ Не получилось: модель SORA 2 сделала видео");
    assert!(refund.text.contains("С твоим фото всё в порядке"));
    assert_eq!(scene.attempts(), [2, 3]);
    assert_eq!(scene.balance(&anna), (3, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_text_nobody_knows_reaches_the_operator_once_with_the_row_that_settles_it() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Unknown, Ending::Unknown]);
    let (boss, anna) = (scene.operator().await, scene.seller(1, 4).await);
    for _ in 0..2 {
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        anna.sees(NO_VIDEO);
    }
    let told = boss.sees("❓ KIE отвечает тем, чего я не знаю (код 599):");
    assert!(told.text.contains("The flux capacitor lost its phase"));
    boss.sees_nothing();
    let (_, row) = told.text.split_once("[[rule]]").unwrap();
    let table = scene.shell(&["failures", "list", "--raw"]).await.told;
    let own = format!("[[rule]]{}\n\n{table}", row.trim_end());
    let classes = own.find("[words]").unwrap();
    assert!(classes > 0);
    scene.writes("failures.toml", &own);
    assert_eq!(scene.reloads().await.unwrap().changed, ["failures.toml"]);
    scene.passes(Duration::from_secs(120)).await;
    boss.sees("✅ Теперь я знаю, что значит: The flux capacitor lost its phase");
    scene.next(&[Ending::Unknown]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees(VIOLATION);
    scene.ends().await;
}

#[tokio::test]
async fn a_wrong_table_of_failures_is_told_and_not_taken() {
    let scene = Scene::new().await;
    scene.writes(
        "failures.toml",
        "[[rule]]\nmeans = 'photo'\nwhy = ''\nany = ['@quux']",
    );
    let mistakes = scene.reloads().await.unwrap_err();
    assert!(
        mistakes.len() == 1 && mistakes[0].contains("failures.toml"),
        "{mistakes:?}"
    );
    assert!(
        mistakes[0].contains("there is no class of words \"quux\""),
        "{mistakes:?}"
    );
    let checked = scene.shell(&["config", "check"]).await;
    assert!(
        checked
            .told
            .contains("failures.toml: row 1: there is no class of words"),
        "{checked:?}"
    );
    scene.ends().await;
}

#[tokio::test]
async fn an_operator_may_try_what_a_text_means() {
    let scene = Scene::new().await;
    let tried = scene
        .shell(&[
            "failures",
            "try",
            "the image contains faces",
            "--code",
            "500",
        ])
        .await;
    tried.tells("violation (USER_VIOLATION)");
    tried.tells("row ");
    let tried = scene
        .shell(&["failures", "try", "quux", "--code", "402", "--json"])
        .await;
    assert_eq!(tried.json()["kind"], "BILLING");
    assert!(tried.json()["why"].as_str().unwrap().contains("code 402"));
    let tried = scene.shell(&["failures", "try", "quux"]).await;
    tried.tells("unknown (UNKNOWN)");
    let listed = scene.shell(&["failures", "list"]).await;
    listed.tells("ROW");
    listed.tells("402");
    scene.ends().await;
}

#[tokio::test]
async fn a_refused_input_is_refunded() {
    ends_at_once(Ending::Validation, NO_VIDEO)
        .await
        .ends()
        .await;
}

#[tokio::test]
async fn a_success_without_a_video_is_refunded() {
    ends_at_once(Ending::NoUrl, NO_VIDEO).await.ends().await;
}

/// The seconds from each creation to the next.
fn gaps(scene: &Scene) -> Vec<u64> {
    let calls = scene.calls("kie", "createTask");
    let pairs = calls.windows(2);
    pairs.map(|two| (two[1].at - two[0].at) / 1000).collect()
}

/// Time moves in steps of five seconds.
fn about(gaps: &[u64], wanted: &[u64]) {
    let near = |(gap, wanted): (&u64, &u64)| (*wanted..=wanted + 6).contains(gap);
    assert_eq!(gaps.len(), wanted.len(), "{gaps:?}");
    assert!(
        gaps.iter().zip(wanted).all(near),
        "{gaps:?}, not {wanted:?}"
    );
}

#[tokio::test]
async fn a_refused_rate_is_tried_again_after_60_and_120_seconds_and_then_refunded() {
    let scene = Scene::new().await;
    scene.next(&[Ending::RateLimitAtCreate; 3]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.status("🔄 повторим автоматически");
    scene.all_end().await;
    let refund = anna.sees("⏳");
    assert_eq!(refund.text, format!("{RATE_LIMIT}\n\nКод: J1"));
    about(&gaps(&scene), &[60, 120]);
    assert_eq!(scene.attempts(), [3]);
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!(scene.entries("release"), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_task_over_the_rate_is_tried_again_and_then_refunded() {
    let scene = Scene::new().await;
    scene.next(&[Ending::RateLimit; 3]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees(RATE_LIMIT);
    about(&gaps(&scene), &[120, 180]);
    assert_eq!(scene.kie().tasks().len(), 3);
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_passing_refusal_is_tried_again_after_10_and_20_seconds_and_then_refunded() {
    let scene = Scene::new().await;
    scene.next(&[Ending::TemporaryAtCreate; 3]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    assert_eq!(anna.sees("⚠️").text, format!("{RETRYING}\n\nКод: J1"));
    anna.status("🔄 повторим автоматически");
    scene.all_end().await;
    anna.sees(RETRYING);
    anna.sees(NO_VIDEO);
    about(&gaps(&scene), &[10, 20]);
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!(scene.entries("release"), 1);
    scene.ends().await;
}

#[tokio::test]
async fn the_delay_is_stored_to_the_second() {
    let scene = Scene::new().await;
    scene.next(&[Ending::TemporaryAtCreate, Ending::TemporaryAtCreate]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    for seconds in [10, 20] {
        let job = scene.jobs().remove(0);
        assert_eq!(job.stage.name(), "queued");
        let failed = job.missed.last().unwrap().at;
        assert_eq!(job.due.since(failed), Duration::from_secs(seconds));
        anna.sees(RETRYING);
        scene.passes(Duration::from_secs(seconds)).await;
    }
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn a_task_that_fails_for_a_moment_succeeds_the_second_time() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Temporary]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees(RETRYING);
    anna.gets_video();
    assert_eq!(scene.attempts(), [2]);
    assert_eq!(scene.balance(&anna), (1, 0));
    assert_eq!(scene.gpt().requests().len(), 1, "the script is kept");
    scene.ends().await;
}

#[tokio::test]
async fn the_third_attempt_may_still_succeed() {
    let scene = Scene::new().await;
    scene.next(&[Ending::RateLimitAtCreate, Ending::Temporary]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees(RETRYING);
    anna.gets_video();
    assert_eq!(scene.attempts(), [3]);
    assert_eq!(scene.balance(&anna), (1, 0));
    assert_eq!(scene.entries("capture"), 1);
    assert_eq!(scene.gpt().requests().len(), 1, "the script is kept");
    scene.ends().await;
}

#[tokio::test]
async fn kinds_may_change_from_attempt_to_attempt_and_the_last_one_speaks() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Temporary, Ending::Violation]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees(RETRYING);
    anna.sees(VIOLATION);
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn the_specs_example_of_three_videos_comes_out_as_told() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Success, Ending::RateLimit, Ending::Violation]);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    assert_eq!(scene.balance(&anna), (2, 3));
    scene.all_end().await;
    anna.gets_video();
    anna.gets_video();
    anna.finds(VIOLATION);
    anna.status("готово 2 из 3");
    assert_eq!(scene.balance(&anna), (3, 0));
    assert_eq!((scene.entries("capture"), scene.entries("release")), (2, 1));
    scene.ends().await;
}

#[tokio::test]
async fn a_task_that_never_ends_is_refunded_after_half_an_hour_and_not_made_anew() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Silence]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.waits(Duration::from_secs(29 * 60)).await;
    assert_eq!(scene.stages(), ["rendering"]);
    scene.waits(Duration::from_secs(2 * 60)).await;
    anna.sees(NO_VIDEO);
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.waits(Duration::from_secs(7 * 60 * 60)).await;
    anna.sees_nothing();
    assert_eq!((scene.creations(), scene.attempts()), (1, vec![1]));
    assert_eq!(scene.entries("release"), 1);
    scene.ends().await;
}

/// A task that looks bad for a while and ends in a video, of one creation and one attempt.
async fn ends_in_a_video(ending: Ending) {
    let scene = Scene::new().await;
    scene.next(&[ending]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.waits(Duration::from_secs(60)).await;
    scene.waits(Duration::from_secs(21 * 60)).await;
    anna.gets_video();
    assert_eq!(scene.creations(), 1);
    assert_eq!(scene.attempts(), [1]);
    scene.ends().await;
}

#[tokio::test]
async fn a_slow_task_ends_in_a_video_without_another_creation() {
    ends_in_a_video(Ending::Slow).await;
}

#[tokio::test]
async fn looks_that_fail_say_nothing_about_the_task() {
    let scene = Scene::new().await;
    scene.next(&[Ending::BrokenLook]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert!(scene.kie().tasks()[0].looks > 3);
    assert_eq!((scene.creations(), scene.attempts()), (1, vec![1]));
    scene.ends().await;
}

#[tokio::test]
async fn a_task_that_cannot_be_seen_at_first_ends_in_a_video() {
    let scene = Scene::new().await;
    scene.next(&[Ending::NullFirst]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert_eq!((scene.creations(), scene.attempts()), (1, vec![1]));
    scene.ends().await;
}

#[tokio::test]
async fn without_a_call_back_the_video_is_found_by_looking() {
    let scene = Scene::new().await;
    scene.kie().set_callbacks(false);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    let task = &scene.kie().tasks()[0];
    assert!((6..=9).contains(&task.looks), "{} looks", task.looks);
    scene.ends().await;
}

#[tokio::test]
async fn an_operator_may_allow_a_single_attempt() {
    let scene = Scene::with("max_attempts = 1\n", false).await;
    scene.next(&[Ending::TemporaryAtCreate]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.sees(NO_VIDEO);
    assert_eq!(scene.attempts(), [1]);
    scene.ends().await;
}
