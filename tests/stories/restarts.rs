//! The daemon stops and starts at every stage: no attempt burnt, no second creation, nothing unsaid.

use std::time::Duration;

use neurocards::sandbox::{Ending, Writing};

use crate::scene::{At, Scene, Seller};

const MINUTE: Duration = Duration::from_secs(60);

/// All is well in spite of it: one attempt, one creation and one script for each video.
async fn ends_well(scene: Scene, seller: &Seller, videos: usize) {
    scene.all_end().await;
    for _ in 0..videos {
        seller.gets_video();
    }
    seller.status("готово");
    assert_eq!(seller.statuses(), 1);
    assert_eq!(scene.attempts(), vec![1; videos]);
    assert_eq!(scene.creations(), videos);
    assert_eq!(scene.entries("capture"), videos);
    scene.ends().await;
}

#[tokio::test]
async fn a_queued_video_survives_a_restart() {
    let mut scene = Scene::with("max_rendering = 1\n", false).await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    assert_eq!(scene.stages(), ["rendering", "queued", "queued"]);
    scene.restarts().await;
    assert_eq!(scene.stages(), ["rendering", "queued", "queued"]);
    ends_well(scene, &anna, 3).await;
}

#[tokio::test]
async fn a_video_that_waits_for_a_moment_at_the_provider_survives_a_restart() {
    let mut scene = Scene::with("[kie]\ncreates_per_10s = 1\n", false).await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    let waits = |stages: Vec<&str>| stages.iter().filter(|stage| **stage == "preparing").count();
    assert_eq!(waits(scene.stages()), 1);
    scene.restarts().await;
    assert_eq!(scene.gpt().requests().len(), 3, "scripts are kept");
    ends_well(scene, &anna, 3).await;
}

#[tokio::test]
async fn a_script_that_was_being_written_is_written_again() {
    let mut scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Confirm).await;
    scene.gpt().next(Writing::Hang);
    anna.person.presses("Да, запустить").unwrap();
    scene
        .until(|scene| !scene.gpt().requests().is_empty())
        .await;
    assert_eq!(scene.stages(), ["preparing"]);
    scene.restarts().await;
    anna.sees("✅ Принял!");
    assert_eq!(scene.gpt().requests().len(), 2);
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn a_stop_anywhere_before_the_creation_costs_no_attempt() {
    let mut scene = Scene::new().await;
    let mut sellers = Vec::new();
    for number in 1..=6 {
        let seller = scene.seller(number, 2).await;
        seller.walks_to(&scene, At::Confirm).await;
        let before = scene.stage().sandbox.calls().len();
        seller.person.presses("Да, запустить").unwrap();
        // A call later each time: the press, the messages, the photo, the script.
        let later = number as usize;
        scene
            .until(|scene| scene.stage().sandbox.calls().len() >= before + later)
            .await;
        scene.restarts().await;
        seller.sees("✅ Принял!");
        sellers.push(seller);
    }
    scene.all_end().await;
    for seller in &sellers {
        seller.gets_video();
    }
    assert_eq!(scene.attempts(), [1; 6]);
    assert_eq!(scene.creations(), 6);
    scene.ends().await;
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_not_repeated_after_a_restart() {
    let mut scene = Scene::new().await;
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    assert_eq!(scene.stages(), ["submitting"]);
    scene.restarts().await;
    scene.restarts().await;
    assert_eq!(scene.stages(), ["submitting"]);
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn a_call_back_that_came_to_a_closed_door_is_repeated() {
    let mut scene = Scene::new().await;
    scene.next(&[Ending::LostReply]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.sleeps().await;
    scene.stage().clock.pass(MINUTE);
    scene
        .until(|scene| !scene.calls("kie", "callback").is_empty())
        .await;
    scene.wakes().await;
    assert_eq!(scene.stages(), ["submitting"]);
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn a_task_that_renders_survives_a_restart() {
    let mut scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.passes(MINUTE / 2).await;
    assert_eq!(scene.stages(), ["rendering"]);
    scene.restarts().await;
    assert_eq!(scene.stages(), ["rendering"]);
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn a_task_that_ended_while_the_daemon_slept_is_found() {
    let mut scene = Scene::new().await;
    scene.kie().set_callbacks(false);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.sleeps().await;
    scene.stage().clock.pass(10 * MINUTE);
    scene.wakes().await;
    assert_eq!(scene.stages(), ["done"]);
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn a_video_that_is_not_yet_on_disk_is_fetched_after_a_restart() {
    let mut scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.passes(MINUTE / 2).await;
    scene.loses_its_videos();
    while scene.stages() == ["rendering"] {
        scene.passes(Duration::from_secs(1)).await;
    }
    assert_eq!(scene.stages(), ["rendered"]);
    scene.restarts().await;
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn a_video_that_is_done_and_unsent_survives_a_restart() {
    let mut scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.person.blocks();
    scene.all_end().await;
    assert_eq!((scene.stages(), scene.videos()), (vec!["done"], 1));
    scene.restarts().await;
    assert_eq!(scene.videos(), 1, "its file is kept");
    anna.person.unblocks();
    scene.settles().await;
    assert_eq!(scene.videos(), 0);
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn what_is_unsaid_is_said_after_a_restart_and_once() {
    let mut scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Confirm).await;
    scene.sleeps().await;
    anna.person.presses("Да, запустить").unwrap();
    anna.person.sends("/help");
    scene.wakes().await;
    anna.finds("✅ Принял!");
    anna.finds("Я превращаю фото");
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn a_retry_keeps_its_moment_over_a_restart() {
    let mut scene = Scene::new().await;
    scene.next(&[Ending::RateLimitAtCreate]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let due = scene.jobs()[0].due;
    scene.restarts().await;
    assert_eq!(scene.jobs()[0].due, due);
    // Time goes on by itself meanwhile; how much of the minute is left is the machine's business.
    let left = due.since(scene.now());
    assert!(left > Duration::ZERO && left <= MINUTE, "{left:?}");
    scene.passes(left - Duration::from_millis(1)).await;
    assert_eq!(scene.creations(), 1);
    scene.passes(Duration::from_millis(1)).await;
    assert_eq!(scene.creations(), 2);
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.attempts(), [2]);
    scene.ends().await;
}

#[tokio::test]
async fn a_conversation_goes_on_after_a_restart() {
    let mut scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Wishes).await;
    scene.restarts().await;
    anna.sends(&scene, "-").await;
    anna.sees(At::Count.question());
    scene.restarts().await;
    anna.confirms(&scene, 1).await;
    ends_well(scene, &anna, 1).await;
}

#[tokio::test]
async fn restarts_in_the_middle_of_everything_lose_nothing() {
    let mut scene = Scene::with("max_rendering = 2\n", false).await;
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 5).await;
    for _ in 0..8 {
        scene.restarts().await;
        scene.passes(Duration::from_secs(20)).await;
    }
    ends_well(scene, &anna, 5).await;
}
