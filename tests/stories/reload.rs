//! What an operator changes while the shop is open, and what becomes of it.

use std::time::Duration;

use neurocards::edge::telegram::words::RU;
use neurocards::sandbox::Ending;

use crate::scene::{ADMIN, At, Scene};

/// The top of a scene's configuration.
const SUPPORT: &str = "support_username = \"neurocards_support\"\n";

/// The Russian texts with another menu.
fn other_menu() -> String {
    let changed = RU.replace("Главное меню", "Прилавок");
    assert_ne!(changed, RU);
    changed
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn new_words_reach_a_seller_in_the_middle_of_a_draft() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Wishes).await;
    let introduced = scene.calls("telegram", "setMyCommands").len();
    scene.writes("texts/ru.ftl", other_menu());
    scene.changes(SUPPORT, "support_username = \"other_support\"\n");
    scene.changes(
        "[kie]",
        "[packages_text]\nru = \"Сто видео за рубль\"\n[kie]",
    );
    let reloaded = scene.reloads().await.unwrap();
    let wanted = ["packages_text.ru", "support_username", "texts/ru.ftl"];
    assert_eq!((reloaded.changed, reloaded.waits), (names(&wanted), vec![]));
    anna.sends(&scene, "-").await;
    anna.sees(At::Count.question());
    anna.sends(&scene, "/menu").await;
    anna.sees("🏠 Прилавок");
    anna.presses(&scene, "Личный кабинет").await;
    anna.sees("Баланс: 2 кредита");
    anna.presses(&scene, "Пополнить баланс").await;
    let packages = anna.sees("Сто видео за рубль");
    let link = packages.buttons[0][0].url.as_deref();
    assert_eq!(link, Some("https://t.me/other_support"));
    scene
        .until(|scene| scene.calls("telegram", "setMyCommands").len() == introduced + 3)
        .await;
    scene.ends().await;
}

#[tokio::test]
async fn a_bad_file_is_refused_as_a_whole_with_all_its_mistakes() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene.writes("texts/ru.ftl", "menu = Лавка\n= без имени\n");
    scene.writes("models.toml", "[[model]]\nname = 5\n");
    scene.writes("templates.toml", "[ugc]\n");
    scene.writes("menu.jpg", "no picture");
    scene.changes(
        SUPPORT,
        "support_username = \"other_support\"\nwrokers = 3\nmax_attempts = 0\n",
    );
    let told = scene.reloads().await.unwrap_err();
    let wanted = [
        "there is no key wrokers; did you mean workers?",
        "max_attempts must be a whole number from 1 to 10",
        "models.toml: the models cannot be read",
        "templates.toml: the templates cannot be read",
        "texts/ru.ftl:2: ",
        "menu.jpg: the file is not a whole JPEG, PNG or WebP picture",
    ];
    assert_eq!(told.len(), wanted.len(), "{told:#?}");
    for (told, wanted) in told.iter().zip(wanted) {
        assert!(told.contains(wanted), "{told}\n{wanted}");
    }
    // Nothing of it is in force, not even what was right.
    anna.sends(&scene, "/menu").await;
    anna.sees("🏠 Главное меню");
    anna.presses(&scene, "Поддержка").await;
    anna.sees("@neurocards_support");
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn what_waits_for_a_start_is_told_by_name_until_it_comes() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene.changes("[store]\n", "[store]\ncache_mb = 32\n");
    scene.changes("[http]\nlisten = []", "[http]\nlisten = [\"127.0.0.1:1\"]");
    scene.changes(SUPPORT, &format!("{SUPPORT}workers = 7\n"));
    for changed in [&["workers"][..], &[]] {
        let reloaded = scene.reloads().await.unwrap();
        assert_eq!(reloaded.changed, names(changed));
        assert_eq!(reloaded.waits, ["http.listen", "store.cache_mb"]);
    }
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    scene.sleeps().await;
    scene.wakes().await;
    scene.ends().await;
}

#[tokio::test]
async fn choices_of_the_shop_hold_for_whoever_comes_next() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene.changes(
        SUPPORT,
        &format!("{SUPPORT}welcome_credits = 5\nmax_attempts = 1\n"),
    );
    scene.changes(&format!("admin_ids = [{ADMIN}]"), "admin_ids = [77]");
    let reloaded = scene.reloads().await.unwrap();
    assert_eq!(
        reloaded.changed,
        ["admin_ids", "max_attempts", "welcome_credits"]
    );
    let boss = scene.stranger(77);
    boss.sends(&scene, "/start").await;
    boss.sees("На балансе: 5 кредитов");
    scene.next(&[Ending::Temporary]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("❌ Не получилось сгенерировать");
    assert_eq!(scene.attempts(), [1], "one attempt was all");
    scene.next(&[Ending::Billing]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Временные технические неполадки");
    boss.sees("🚨 KIE отказывает");
    scene.ends().await;
}

#[tokio::test]
async fn another_chain_of_models_is_used_from_the_next_step_on() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 3).await;
    anna.orders(&scene, 1).await;
    scene.changes("[kie]", "[kie]\nmodels = [\"wan/2-5-image-to-video\"]");
    assert_eq!(scene.reloads().await.unwrap().changed, ["kie.models"]);
    scene.all_end().await;
    anna.gets_video();
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    let models: Vec<_> = scene
        .kie()
        .tasks()
        .into_iter()
        .map(|task| task.model)
        .collect();
    assert_eq!(models, ["sora-2-image-to-video", "wan/2-5-image-to-video"]);
    scene.changes("wan/2-5-image-to-video", "nobody/knows-it");
    let told = scene.reloads().await.unwrap_err();
    assert!(
        told[0].contains("kie.models: models.toml has no nobody/knows-it"),
        "{told:?}"
    );
    assert!(told[0].contains("neurocards.toml:"), "{told:?}");
    scene.ends().await;
}

#[tokio::test]
async fn a_raised_and_a_lowered_limit_hold_at_once() {
    let scene = Scene::with(
        "max_rendering = 1\n[telegram]\nper_chat_burst = 100\n",
        false,
    )
    .await;
    scene.kie().set_duration(600_000);
    let anna = scene.seller(1, 10).await;
    anna.orders(&scene, 5).await;
    scene.passes(Duration::from_secs(60)).await;
    let out = |scene: &Scene| {
        scene
            .stages()
            .iter()
            .filter(|stage| **stage == "rendering")
            .count()
    };
    assert_eq!(out(&scene), 1);
    scene.changes("max_rendering = 1", "max_rendering = 3");
    scene.reloads().await.unwrap();
    scene.passes(Duration::from_secs(60)).await;
    assert_eq!(out(&scene), 3);
    scene.changes("max_rendering = 3", "max_rendering = 1");
    scene.reloads().await.unwrap();
    scene.passes(Duration::from_secs(60)).await;
    assert_eq!(out(&scene), 3, "what is out is not called back");
    scene.kie().set_duration(1_000);
    scene.all_end().await;
    for _ in 0..5 {
        anna.gets_video();
    }
    scene.ends().await;
}

#[tokio::test]
async fn backups_are_made_by_the_new_choice_and_where_it_says() {
    let scene = Scene::with("[backup]\nevery = \"0s\"\n", false).await;
    let newest = |scene: &Scene| scene.stage().daemon().backups().here.newest;
    scene.passes(Duration::from_secs(180)).await;
    assert!(newest(&scene).is_none());
    scene.changes("every = \"0s\"", "every = \"1h\"\ndir = \"elsewhere\"");
    let reloaded = scene.reloads().await.unwrap();
    assert_eq!(reloaded.changed, ["backup.dir", "backup.every"]);
    scene.passes(Duration::from_secs(90)).await;
    let begun = std::time::Instant::now();
    while newest(&scene).is_none() {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "a backup is made"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(scene.has("elsewhere") && !scene.has("backups"));
    scene.ends().await;
}

#[tokio::test]
async fn without_a_change_nothing_happens() {
    let scene = Scene::talk().await;
    let reloaded = scene.reloads().await.unwrap();
    assert_eq!((reloaded.changed.len(), reloaded.waits.len()), (0, 0));
    scene.ends().await;
}
