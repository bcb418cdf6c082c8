//! Results as hosts really serve them: late, cut off, wrapped in pages, at odd addresses.

use std::time::Duration;

use neurocards::sandbox::{Asked, Raw, sample_photo};
use serde::Deserialize;

use crate::scene::{Scene, Seller};

const MINUTE: Duration = Duration::from_secs(60);
const REFUND: &str = "❌ Не получилось сгенерировать\n\n1 кредит вернули ✅";
const CASES: &str = include_str!("../cases/kie-shapes.jsonl");
const HTML: &str = "<html>File expired</html>";

#[derive(Deserialize)]
struct Case {
    name: String,
    call: String,
    status: u16,
    body: String,
    want: String,
}

/// The cases of that call that want what begins so.
fn cases(call: &str, want: &str) -> Vec<Case> {
    let cases = CASES
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let of = |case: &Case| case.call.ends_with(call) && case.want.starts_with(want);
    cases.filter(of).collect()
}

async fn orders_one(scene: &Scene) -> Seller {
    let anna = scene.seller(1, 2).await;
    anna.orders(scene, 1).await;
    anna
}

/// One creation, one credit, one video.
async fn ends_in_a_video(scene: Scene, anna: &Seller) {
    scene.all_end().await;
    anna.gets_video();
    assert_eq!((scene.creations(), scene.attempts()), (1, vec![1]));
    assert_eq!((scene.balance(anna), scene.videos()), ((1, 0), 0));
    scene.ends().await;
}

#[tokio::test]
async fn whatever_a_host_answers_at_first_the_video_is_fetched_later() {
    let webp = Raw::file("image/webp", &b"RIFF\x10\0\0\0WEBPVP8 and more"[..]);
    for raw in [
        Raw::new(200, HTML),
        Raw::new(200, ""),
        Raw::new(200, r#"{"code":404,"msg":"not ready"}"#),
        Raw::new(403, "<html>"),
        Raw::new(
            404,
            r#"<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>"#,
        ),
        Raw::new(410, "gone"),
        Raw::new(500, "<html>"),
        webp,
        Raw::film(50),
        Raw::film(99),
        Raw::film(1),
        Raw::broken_film(0),
        Raw::broken_film(70),
    ] {
        let scene = Scene::talk().await;
        scene.kie().answers(Asked::File, raw);
        let anna = orders_one(&scene).await;
        ends_in_a_video(scene, &anna).await;
    }
}

#[tokio::test]
async fn a_host_that_needs_minutes_is_waited_for_whatever_it_says_meanwhile() {
    let scene = Scene::talk().await;
    for raw in [
        Raw::new(404, "<html>"),
        Raw::new(403, "<html>"),
        Raw::film(30),
        Raw::new(200, HTML),
        Raw::new(503, "<html>"),
    ] {
        scene.kie().answers(Asked::File, raw);
    }
    scene
        .kie()
        .always_answers(Asked::File, Some(Raw::new(404, "<html>")));
    let anna = orders_one(&scene).await;
    scene.passes(4 * MINUTE).await;
    assert_eq!(scene.stages(), ["rendered"]);
    scene.kie().always_answers(Asked::File, None);
    ends_in_a_video(scene, &anna).await;
}

#[tokio::test]
async fn what_lies_there_for_ten_minutes_and_is_no_video_is_refunded_and_told() {
    let cut: Vec<u8> = b"\0\0\0\x18ftypisom\0\0\0\0isomavc1\0\0\x10\0mdat".to_vec();
    for (raw, why) in [
        (Raw::new(200, HTML), "по адресу лежит не видео"),
        (Raw::new(404, "<html>"), "по адресу ничего нет"),
        (Raw::film(50), "по адресу лежит только часть файла"),
        (
            Raw::file("video/mp4", cut),
            "по адресу лежит только часть файла",
        ),
        (
            Raw::file("image/jpeg", sample_photo(0)),
            "по адресу лежит не видео",
        ),
    ] {
        let scene = Scene::talk().await;
        scene.kie().always_answers(Asked::File, Some(raw));
        let boss = scene.operator().await;
        let anna = orders_one(&scene).await;
        scene.passes(9 * MINUTE).await;
        assert_eq!(scene.stages(), ["rendered"], "{why}");
        scene.passes(4 * MINUTE).await;
        anna.sees(REFUND);
        let told = boss.sees("⚠️ Провайдер говорит, что видео J1 готово").text;
        assert!(told.contains(why), "{told}");
        assert_eq!(scene.creations(), 1);
        assert_eq!((scene.balance(&anna), scene.videos()), ((2, 0), 0));
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_result_that_is_found_hours_later_is_a_gift() {
    let scene = Scene::talk().await;
    scene
        .kie()
        .always_answers(Asked::File, Some(Raw::new(404, "<html>")));
    let boss = scene.operator().await;
    let anna = orders_one(&scene).await;
    scene.waits(15 * MINUTE).await;
    anna.sees(REFUND);
    boss.sees("⚠️ Провайдер говорит, что видео J1 готово");
    scene.waits(60 * MINUTE).await;
    scene.kie().always_answers(Asked::File, None);
    scene.waits(20 * MINUTE).await;
    anna.gets_gift();
    boss.sees("⚠️ Видео J1 пришло, когда кредит уже вернули.");
    assert_eq!((scene.creations(), scene.balance(&anna)), (1, (2, 0)));
    scene.ends().await;
}

#[tokio::test]
async fn nothing_is_fetched_from_behind_a_door_and_the_operator_hears_of_it() {
    let look =
        r#"{"code":200,"data":{"state":"success","resultJson":"{\"resultUrls\":[\"ADDRESS\"]}"}}"#;
    let metrics = "http://127.0.0.1:9464/metrics";
    for (address, redirect) in [
        (Some("http://169.254.169.254/latest/meta-data/"), None),
        (Some("http://10.0.0.1/v.mp4"), None),
        (Some("http://[::ffff:192.168.0.1]/v.mp4"), None),
        (None, Some(metrics)),
        (None, Some("http://169.254.169.254/latest/meta-data/")),
    ] {
        let scene = Scene::talk().await;
        if let Some(address) = address {
            let raw = Raw::new(200, &look.replace("ADDRESS", address));
            scene.kie().always_answers(Asked::Look, Some(raw));
        }
        if let Some(to) = redirect {
            let moved = Raw::new(302, "").with("location", to);
            scene.kie().always_answers(Asked::File, Some(moved));
        }
        let boss = scene.operator().await;
        let anna = orders_one(&scene).await;
        scene.passes(3 * MINUTE).await;
        anna.sees(REFUND);
        let told = boss.sees("⚠️ Провайдер говорит, что видео J1 готово").text;
        assert!(told.contains("адрес не из открытого интернета"), "{told}");
        assert_eq!((scene.creations(), scene.videos()), (1, 0));
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_host_that_stays_down_goes_as_a_link_only_if_that_may_be_opened() {
    let scene = Scene::talk().await;
    scene
        .kie()
        .always_answers(Asked::File, Some(Raw::new(503, "<html>")));
    let anna = orders_one(&scene).await;
    scene.waits(15 * MINUTE).await;
    anna.sees("Это видео — по ссылке.");
    assert_eq!((scene.creations(), scene.balance(&anna)), (1, (1, 0)));
    scene.ends().await;
}

#[tokio::test]
async fn every_shape_of_a_finished_look_ends_in_a_video() {
    let scene = Scene::talk().await;
    let ready = cases("recordInfo", "ready");
    assert!(ready.len() > 30);
    let anna = scene
        .seller(1, 2 + i32::try_from(ready.len()).unwrap())
        .await;
    for case in &ready {
        let body = case.body.replace("t-scout-1", "{TASK_ID}");
        scene
            .kie()
            .answers(Asked::Look, Raw::new(case.status, &body));
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        assert_eq!(anna.unread().len(), 1, "{}: {:?}", case.name, anna.unread());
        anna.gets_video();
    }
    assert_eq!(scene.creations(), ready.len());
    assert_eq!(scene.entries("capture"), ready.len());
    scene.ends().await;
}

#[tokio::test]
async fn every_shape_of_a_creations_answer_that_names_a_task_is_taken() {
    let scene = Scene::talk().await;
    let taken = cases("createTask", "task");
    assert!(taken.len() > 10);
    let anna = scene
        .seller(1, 2 + i32::try_from(taken.len()).unwrap())
        .await;
    for (number, case) in taken.iter().enumerate() {
        let id = case.want.strip_prefix("task ").unwrap();
        let (id, body) = match id {
            "t-scout-1" => {
                let id = format!("t-scout-{}", 100 + number);
                (id.clone(), case.body.replace("t-scout-1", &id))
            }
            id => (id.to_owned(), case.body.clone()),
        };
        let raw = Raw::new(case.status, &body).making(&id);
        scene.kie().answers(Asked::Create, raw);
        anna.orders(&scene, 1).await;
        assert_eq!(scene.stages().pop(), Some("rendering"), "{}", case.name);
        scene.all_end().await;
        anna.gets_video();
    }
    assert_eq!(scene.creations(), taken.len());
    scene.ends().await;
}

#[tokio::test]
async fn a_video_comes_with_its_size_its_length_and_a_small_picture_whatever_its_length_in_bytes() {
    for raw in [None, Some(Raw::long_film(12 << 20))] {
        let scene = Scene::talk().await;
        scene.kie().always_answers(Asked::File, raw);
        let anna = orders_one(&scene).await;
        scene.all_end().await;
        let video = anna.gets_video().video.unwrap();
        assert_eq!((video.width, video.height, video.duration), (360, 640, 3));
        let small = image::load_from_memory(&video.thumbnail.unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (180, 320));
        assert_eq!(scene.videos(), 0, "nor is the picture left");
        scene.ends().await;
    }
}
