//! Old orders are retired: the file forgets what was in them, and everybody still gets an answer.

use std::time::Duration;

use neurocards::sandbox::Ending;
use neurocards::store::room;

use crate::scene::Scene;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Lets a month pass, and the janitor do its work.
async fn a_month_passes(scene: &Scene) {
    scene.leaps(31 * DAY).await;
    let retired = async {
        while !scene.jobs().is_empty() || scene.videos() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let patience = Duration::from_secs(60);
    let retired = tokio::time::timeout(patience, retired).await;
    retired.expect("every order is old");
    scene.settles().await;
}

#[tokio::test]
async fn a_month_later_everybody_still_gets_an_answer() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::Success, Ending::Violation, Ending::Success]);
    let (anna, boss) = (scene.seller(1, 5).await, scene.operator().await);
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    anna.gets_video();
    anna.gets_video();
    anna.finds("⚠️ Вы нарушили правила");
    let mut jobs = scene.jobs();
    jobs.retain(|job| job.stage.name() == "failed");
    let failed = jobs[0].id;
    let entries = scene.entries("capture");
    a_month_passes(&scene).await;

    anna.presses(&scene, "Ещё раз").await;
    anna.toast("Эта кнопка уже не работает");
    anna.sees("🕰 Тот заказ был давно, и я его уже не храню.");

    boss.sends(&scene, &format!("/job J{failed}")).await;
    let card = boss.sees(&format!("🎬 Видео J{failed} — ❌ не получилось"));
    assert!(
        card.text.contains("Сам заказ не хранится с "),
        "{}",
        card.text
    );
    let labels: Vec<_> = card
        .buttons
        .iter()
        .flatten()
        .map(|button| &button.text)
        .collect();
    assert!(
        !labels
            .iter()
            .any(|label| label.contains("Заказать ещё раз")),
        "{labels:?}"
    );

    let number = failed.to_string();
    scene
        .shell(&["jobs", "show", &number])
        .await
        .tells("no longer kept since");
    scene
        .shell(&["orders", "show", "1"])
        .await
        .tells("no longer kept since");
    let failures = scene
        .shell(&["jobs", "list", "--failed", "--json"])
        .await
        .json();
    assert_eq!(failures[0]["id"].as_u64(), Some(failed.0));
    let listed = |json: serde_json::Value| json.as_array().map_or(0, Vec::len);
    assert_eq!(
        listed(scene.shell(&["jobs", "list", "--json"]).await.json()),
        3
    );
    assert_eq!(
        listed(
            scene
                .shell(&["jobs", "list", "--done", "--json"])
                .await
                .json()
        ),
        2
    );
    assert_eq!(
        listed(scene.shell(&["orders", "list", "--json"]).await.json()),
        1
    );
    let retry = scene.shell(&["jobs", "retry", &number]).await;
    retry.refuses("so long ago that what was ordered is no longer kept");
    scene.shell(&["audit"]).await;
    assert_eq!(
        scene.entries("capture"),
        entries,
        "the ledger keeps everything"
    );

    // Lists go on into the archive below what is kept.
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    let all = scene.shell(&["jobs", "list", "--json"]).await.json();
    let all: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|job| job["id"].as_u64())
        .collect();
    assert_eq!(all, [4, 3, 2, 1].map(Some));
    scene.ends().await;
}

#[tokio::test]
async fn a_video_nobody_came_back_for_goes_with_its_order() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.person.blocks();
    scene.all_end().await;
    assert_eq!((scene.stages(), scene.videos()), (vec!["done"], 1));
    a_month_passes(&scene).await;
    assert_eq!(scene.balance(&anna), (1, 0), "its credit stays spent");
    anna.person.unblocks();
    anna.sends(&scene, "/menu").await;
    anna.sees("Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn an_operator_may_keep_everything_for_ever() {
    let scene = Scene::with("[retention]\ndetails = \"0s\"\n", false).await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    scene.leaps(400 * DAY).await;
    assert_eq!(scene.stages(), ["done"]);
    scene.changes("details = \"0s\"", "details = \"7d\"");
    let reloaded = scene.reloads().await.unwrap();
    assert_eq!(reloaded.changed, ["retention.details"]);
    a_month_passes(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn after_a_day_the_file_is_weighed_and_a_small_one_is_not_compacted() {
    let scene = Scene::talk().await;
    let store = scene.stage().daemon().store().clone();
    let wanted = || room::is_asked(&store.snapshot().unwrap()).unwrap();
    store.write(|txn| room::ask(txn, true)).await.unwrap();
    scene.leaps(DAY / 2).await;
    assert!(wanted(), "it was not looked at yet");
    scene.leaps(DAY / 2).await;
    let weighed = async {
        while wanted() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let patience = Duration::from_secs(60);
    let weighed = tokio::time::timeout(patience, weighed).await;
    weighed.expect("nobody wants it any more");
    drop(store);
    scene.ends().await;
}
