//! Tasks that end when nobody waits for them any more, and answers nobody understands: paid once, and never made anew.

use std::time::Duration;

use neurocards::sandbox::{Asked, Ending, Raw};

use crate::scene::{Scene, Seller};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const REFUND: &str = "❌ Не получилось сгенерировать\n\n1 кредит вернули ✅";
const CHANGED: &str = "🚨 Ответы провайдера изменились: задачу J1";
const LATE: &str = "⚠️ Видео J1 пришло, когда кредит уже вернули.";
const DOUBLED: &str = "⚠️ За видео J1 провайдер взял деньги дважды";

/// An operator, and a seller whose only video has been given up at the deadline.
async fn given_up(callbacks: bool) -> (Scene, Seller, Seller) {
    let scene = Scene::talk().await;
    scene.kie().set_callbacks(callbacks);
    scene.next(&[Ending::Silence]);
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    anna.orders(&scene, 1).await;
    scene.waits(31 * MINUTE).await;
    anna.sees(REFUND);
    assert_eq!(scene.balance(&anna), (2, 0));
    (scene, boss, anna)
}

/// The task ends now, as that.
fn ends_now(scene: &Scene, ending: Ending) {
    let task = scene.kie().tasks().remove(0);
    assert!(scene.kie().ends(&task.id, ending));
}

/// One video was paid for and its credit is back.
fn nothing_was_taken(scene: &Scene, anna: &Seller) {
    assert_eq!(scene.balance(anna), (2, 0));
    assert_eq!((scene.entries("release"), scene.entries("capture")), (1, 0));
    assert_eq!((scene.creations(), scene.attempts()), (1, vec![1]));
}

#[tokio::test]
async fn a_video_that_comes_after_the_refund_is_a_gift_once() {
    let (scene, boss, anna) = given_up(true).await;
    ends_now(&scene, Ending::Success);
    scene.passes(MINUTE).await;
    anna.gets_gift();
    boss.sees(LATE);
    let task = scene.kie().tasks().remove(0);
    for _ in 0..3 {
        assert!(scene.kie().send_callback(&task.id));
        scene.passes(MINUTE).await;
    }
    scene.waits(7 * HOUR).await;
    anna.sees_nothing();
    assert_eq!((scene.gifts(), scene.videos()), (1, 0));
    nothing_was_taken(&scene, &anna);
    scene.ends().await;
}

#[tokio::test]
async fn without_a_call_back_a_late_video_is_found_by_looking_for_some_hours() {
    let (scene, boss, anna) = given_up(false).await;
    scene.waits(3 * HOUR).await;
    let looks = scene.kie().tasks()[0].looks;
    ends_now(&scene, Ending::Success);
    scene.waits(16 * MINUTE).await;
    anna.gets_gift();
    boss.sees(LATE);
    assert!(
        looks < 31 * 6 + 30,
        "{looks} looks: rarely, once nobody waits"
    );
    nothing_was_taken(&scene, &anna);
    scene.ends().await;
}

#[tokio::test]
async fn a_late_video_survives_a_restart_and_a_host_that_is_down() {
    let (mut scene, boss, anna) = given_up(true).await;
    scene.restarts().await;
    scene.kie().answers(Asked::File, Raw::new(503, "<html>"));
    scene.kie().answers(Asked::File, Raw::film(50));
    ends_now(&scene, Ending::Success);
    scene.waits(20 * MINUTE).await;
    anna.gets_gift();
    boss.sees(LATE);
    nothing_was_taken(&scene, &anna);
    scene.ends().await;
}

#[tokio::test]
async fn a_late_failure_changes_nothing_and_is_not_looked_at_again() {
    let (scene, boss, anna) = given_up(true).await;
    ends_now(&scene, Ending::Temporary);
    scene.waits(20 * MINUTE).await;
    let looks = scene.kie().tasks()[0].looks;
    scene.waits(HOUR).await;
    assert_eq!(scene.kie().tasks()[0].looks, looks);
    boss.sees_nothing();
    anna.sees_nothing();
    nothing_was_taken(&scene, &anna);
    scene.ends().await;
}

#[tokio::test]
async fn a_late_video_too_large_for_telegram_is_a_gift_as_a_link() {
    let (scene, boss, anna) = given_up(true).await;
    ends_now(&scene, Ending::BigVideo);
    scene.passes(MINUTE).await;
    let gift = anna.sees("🎁 Видео всё-таки готово!");
    assert!(
        gift.text.contains("Это видео — по ссылке."),
        "{}",
        gift.text
    );
    boss.sees(LATE);
    nothing_was_taken(&scene, &anna);
    scene.ends().await;
}

#[tokio::test]
async fn a_video_that_an_operator_has_cancelled_is_no_gift() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::Silence]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let told = scene
        .shell(&["jobs", "cancel", "1", "--reason", "a story"])
        .await;
    assert!(told.done, "{told:?}");
    scene.settles().await;
    anna.finds("1 кредит вернули");
    ends_now(&scene, Ending::Success);
    scene.waits(30 * MINUTE).await;
    anna.sees_nothing();
    nothing_was_taken(&scene, &anna);
    scene.ends().await;
}

#[tokio::test]
async fn a_refused_creation_that_made_a_task_all_the_same_brings_the_first_video_and_is_told() {
    let scene = Scene::talk().await;
    let refused = Raw::new(200, r#"{"code":500,"msg":"Internal Error","data":null}"#);
    scene.kie().answers(Asked::Create, refused.making(""));
    scene.next(&[Ending::Success, Ending::Silence]);
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    anna.orders(&scene, 1).await;
    anna.sees("⚠️ Временная ошибка генерации");
    scene.passes(30 * Duration::from_secs(1)).await;
    assert_eq!(scene.kie().tasks().len(), 2);
    scene.all_end().await;
    anna.gets_video();
    boss.sees(DOUBLED);
    let jobs = scene.jobs();
    let first = &scene.kie().tasks()[0];
    assert_eq!(
        jobs[0].stage.task().unwrap().0,
        first.id,
        "the first to come"
    );
    assert_eq!(scene.balance(&anna), (1, 0));
    assert_eq!((scene.entries("release"), scene.entries("capture")), (0, 1));
    // The other comes as well, and is nobody's.
    let second = scene.kie().tasks().remove(1);
    assert!(scene.kie().ends(&second.id, Ending::Success));
    scene.passes(MINUTE).await;
    anna.sees_nothing();
    assert_eq!(scene.lost_answers().2, 1, "counted once");
    scene.ends().await;
}

#[tokio::test]
async fn a_call_back_that_overtakes_the_answer_is_adopted_and_there_is_one_video() {
    let scene = Scene::talk().await;
    let answer = r#"{"code":200,"msg":"success","data":{"taskId":"{TASK_ID}"}}"#;
    let answer = Raw::new(200, answer).making("").calling_first();
    scene.kie().answers(Asked::Create, answer);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.lost_answers(), (1, 0, 0));
    assert_eq!((scene.creations(), scene.balance(&anna)), (1, (1, 0)));
    scene.ends().await;
}

#[tokio::test]
async fn answers_that_cannot_be_read_are_told_and_nothing_is_made_anew() {
    let scene = Scene::talk().await;
    let strange = Raw::new(200, r#"{"code":200,"data":{"phase":"DONE","ticket":"x"}}"#);
    scene.kie().always_answers(Asked::Look, Some(strange));
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    anna.orders(&scene, 1).await;
    // A minute it renders, two it is looked at.
    scene.passes(170 * Duration::from_secs(1)).await;
    boss.sees_nothing();
    scene.passes(MINUTE).await;
    let told = boss.sees(CHANGED).text;
    assert!(told.contains("code 200: phase ticket"), "{told}");
    scene.waits(25 * MINUTE).await;
    assert_eq!(scene.stages(), ["rendering"]);
    boss.sees_nothing();
    scene.waits(3 * MINUTE).await;
    anna.sees(REFUND);
    // The program is updated.
    scene.kie().always_answers(Asked::Look, None);
    scene.waits(20 * MINUTE).await;
    anna.gets_gift();
    boss.sees("✅ Ответы провайдера снова понятны");
    boss.sees(LATE);
    nothing_was_taken(&scene, &anna);
    scene.ends().await;
}

#[tokio::test]
async fn whatever_a_look_answers_that_says_nothing_there_is_one_creation() {
    for (status, body) in [
        (200, r#"{"code":200,"msg":"success","data":{}}"#),
        (
            200,
            r#"{"code":200,"data":{"taskId":"{TASK_ID}","state":"dreaming"}}"#,
        ),
        (
            200,
            r#"{"code":422,"msg":"recordInfo is null","data":null}"#,
        ),
        (404, r#"{"code":404,"msg":"task not found"}"#),
        (
            200,
            r#"{"code":401,"msg":"You do not have access permissions"}"#,
        ),
        (200, r#"{"code":505,"msg":"feature disabled","data":null}"#),
        (200, "<html>We'll be back</html>"),
        (502, "<html>502 Bad Gateway</html>"),
        (403, "<html>Just a moment...</html>"),
        (200, ""),
        (200, r#"{"code": 200, "data": {"sta"#),
    ] {
        let scene = Scene::talk().await;
        scene
            .kie()
            .always_answers(Asked::Look, Some(Raw::new(status, body)));
        let anna = scene.seller(1, 2).await;
        anna.orders(&scene, 1).await;
        scene.waits(29 * MINUTE).await;
        assert_eq!(scene.stages(), ["rendering"], "{body}");
        scene.waits(2 * MINUTE).await;
        anna.sees(REFUND);
        scene.waits(HOUR).await;
        anna.sees_nothing();
        nothing_was_taken(&scene, &anna);
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_success_found_after_the_deadline_is_delivered() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.sleeps().await;
    scene.stage().clock.pass(HOUR);
    scene.wakes().await;
    scene.all_end().await;
    anna.gets_video();
    assert_eq!((scene.creations(), scene.balance(&anna)), (1, (1, 0)));
    scene.ends().await;
}
