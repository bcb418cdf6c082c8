//! A bot that the world cannot reach, or does not trust: photos go to the provider, and videos are looked for.

use std::time::Duration;

use neurocards::sandbox::{Ending, UploadFault};

use crate::scene::Scene;

const HOUR: Duration = Duration::from_secs(60 * 60);
const SELF_SIGNED: &str = "[tls]\nmode = \"self-signed\"\n";

/// Which of the provider's keys each upload that arrived and each task was made with, from 0.
fn used(scene: &Scene) -> (Vec<usize>, Vec<usize>) {
    let keys = scene.kie().keys();
    let of = |key: &String| keys.iter().position(|known| known == key).unwrap();
    let (uploads, tasks) = (scene.kie().uploads(), scene.kie().tasks());
    let uploads = uploads.iter().map(|upload| of(&upload.key)).collect();
    (uploads, tasks.iter().map(|task| of(&task.key)).collect())
}

/// What each upload came to, as HTTP says it.
fn uploads(scene: &Scene) -> Vec<u16> {
    let calls = scene.calls("kie", "upload").into_iter();
    calls.map(|call| call.status).collect()
}

/// Every photo the provider has fetched was the one that had been uploaded for the task.
#[track_caller]
fn are_uploaded(scene: &Scene) {
    let kept = scene.kie().uploads();
    for task in scene.kie().tasks() {
        let url = task.input["image_urls"][0].as_str().unwrap();
        let path = url.strip_prefix(&scene.kie().upload_url()).unwrap();
        let upload = kept.iter().find(|upload| upload.path == path).unwrap();
        assert_eq!(task.photo.as_ref(), Some(&upload.bytes));
        assert_eq!(upload.key, task.key);
        assert_eq!(upload.folder, "neurocards");
        assert_eq!(
            upload.name.len(),
            "0123456789abcdef0123456789abcdef.jpg".len()
        );
    }
}

#[tokio::test]
async fn a_bot_at_home_makes_a_whole_order() {
    let scene = Scene::at_home().await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!(uploads(&scene), [200, 200, 200]);
    are_uploaded(&scene);
    let tasks = scene.kie().tasks();
    assert!(tasks.iter().all(|task| task.callback_url.is_none()));
    assert!(scene.calls("kie", "callback").is_empty());
    assert!(scene.calls("telegram", "webhook").is_empty());
    assert!(scene.calls("telegram", "setWebhook").is_empty());
    assert!(!scene.calls("telegram", "getUpdates").is_empty());
    let stranger = crate::doors::stranger(&scene);
    let knock = stranger.get(scene.stage().public_url()).send().await;
    assert!(knock.unwrap_err().is_connect(), "there is no door");
    scene.ends().await;
}

#[tokio::test]
async fn two_uploads_never_have_one_name() {
    let scene = Scene::at_home().await;
    scene.next(&[Ending::TemporaryAtCreate]);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    anna.finds("⚠️ Временная ошибка генерации");
    for _ in 0..3 {
        anna.gets_video();
    }
    assert_eq!(uploads(&scene), [200; 4], "a retry uploads again");
    assert_eq!(scene.kie().uploads().len(), 4);
    are_uploaded(&scene);
    scene.ends().await;
}

#[tokio::test]
async fn an_upload_that_fails_in_passing_is_tried_again() {
    for fault in [
        UploadFault::ServerError,
        UploadFault::Html,
        UploadFault::HangUp,
        UploadFault::NoUrl,
    ] {
        let scene = Scene::at_home().await;
        scene.kie().fail_upload(fault);
        let anna = scene.seller(1, 2).await;
        anna.orders(&scene, 1).await;
        anna.sees("⚠️ Временная ошибка генерации");
        assert_eq!(scene.creations(), 0);
        scene.all_end().await;
        anna.gets_video();
        assert_eq!(
            (scene.creations(), scene.attempts()),
            (1, vec![2]),
            "{fault:?}"
        );
        are_uploaded(&scene);
        scene.ends().await;
    }
}

#[tokio::test]
async fn an_upload_that_keeps_failing_is_refunded_after_three_attempts() {
    let scene = Scene::at_home().await;
    for _ in 0..3 {
        scene.kie().fail_upload(UploadFault::ServerError);
    }
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Временная ошибка генерации");
    anna.sees("⚠️ Временная ошибка генерации");
    anna.sees("1 кредит вернули");
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!((scene.creations(), uploads(&scene)), (0, vec![500; 3]));
    scene.ends().await;
}

#[tokio::test]
async fn a_key_over_its_rate_at_the_upload_rests_and_the_other_one_is_used() {
    let scene = Scene::at_home().await;
    scene.kie().fail_upload(UploadFault::TooMany(90));
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let job = scene.jobs().remove(0);
    assert_eq!(job.due.since(job.missed[0].at), Duration::from_secs(90));
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(used(&scene), (vec![1], vec![1]));
    assert_eq!(scene.attempts(), [2]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(
        used(&scene),
        (vec![1, 1], vec![1, 1]),
        "the first still rests"
    );
    scene.ends().await;
}

#[tokio::test]
async fn a_key_refused_at_the_upload_rests_a_day_and_the_operator_hears_of_it() {
    let scene = Scene::at_home().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 4).await);
    scene.kie().fail_upload(UploadFault::Unauthorized);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Временные технические неполадки");
    boss.sees("🚨 KIE отказывает: проблема с оплатой или ключом");
    assert_eq!((scene.creations(), scene.balance(&anna)), (0, (4, 0)));
    for _ in 0..2 {
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        anna.gets_video();
    }
    assert_eq!(used(&scene), (vec![1, 1], vec![1, 1]));
    scene.leaps(25 * HOUR).await;
    for _ in 0..2 {
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        anna.gets_video();
    }
    assert!(used(&scene).1[2..].contains(&0), "{:?}", used(&scene));
    boss.sees("✅ KIE снова работает.");
    scene.ends().await;
}

#[tokio::test]
async fn an_order_survives_a_restart_between_upload_and_submission() {
    let config = "photos = \"upload\"\n[kie]\ncreates_per_10s = 1\n";
    let mut scene = Scene::with(config, false).await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 5).await;
    scene.settles().await;
    assert_eq!(
        uploads(&scene).len(),
        5,
        "they are ready before their moments"
    );
    assert_eq!(scene.creations(), 2);
    scene.restarts().await;
    scene.all_end().await;
    for _ in 0..5 {
        anna.gets_video();
    }
    assert_eq!((scene.creations(), scene.attempts()), (5, vec![1; 5]));
    are_uploaded(&scene);
    scene.ends().await;
}

#[tokio::test]
async fn photos_may_be_uploaded_where_callbacks_arrive() {
    let scene = Scene::with("photos = \"upload\"\n", true).await;
    let anna = scene.seller(1, 2).await;
    scene.next(&[Ending::LostReply]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    are_uploaded(&scene);
    assert_eq!(scene.lost_answers(), (1, 0, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_certificate_of_our_own_is_for_telegram_alone() {
    let scene = Scene::with(SELF_SIGNED, true).await;
    let anna = scene.seller(1, 2).await;
    assert!(scene.telegram().has_custom_certificate());
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    are_uploaded(&scene);
    assert!(scene.kie().tasks()[0].callback_url.is_none());
    assert!(scene.calls("telegram", "getUpdates").is_empty());
    scene.ends().await;
}
