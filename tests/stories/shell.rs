//! What an operator does from the shell while the daemon runs, and what sellers see of it.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use neurocards::sandbox::Ending;

use crate::scene::{At, Scene};

/// A user with no rights, on every Linux.
const NOBODY: u32 = 65_534;
const PAUSED: &str = "⏸ Новые заказы пока на паузе.";
const CANCELLED: &str = "↩️ Видео отменено";
const BANNED: &str = "🚫 Доступ к боту закрыт.";

#[tokio::test]
async fn a_paused_shop_finishes_what_runs_takes_nothing_new_and_says_so() {
    let scene = Scene::talk().await;
    let (anna, ben) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
    anna.orders(&scene, 1).await;
    ben.walks_to(&scene, At::Confirm).await;
    scene
        .shell(&["pause", "--reason", "new keys"])
        .await
        .tells("orders are not taken");
    scene.shell(&["pause"]).await.tells("It is so already");

    ben.presses(&scene, "Да, запустить").await;
    ben.sees(PAUSED);
    scene.all_end().await;
    anna.gets_video();
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    anna.presses(&scene, "Сделать Reels").await;
    let early = anna.sees(PAUSED);
    assert!(early.text.contains("Пришли фото"), "{}", early.text);
    assert_eq!(scene.balance(&ben), (2, 0));
    scene.shell(&["status"]).await.tells("CLOSED: pause");

    scene
        .shell(&["resume"])
        .await
        .tells("orders are taken again");
    scene.shell(&["resume"]).await.tells("It is so already");
    ben.presses(&scene, "Да, запустить").await;
    ben.sees("✅ Принял!");
    scene.all_end().await;
    ben.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn what_happened_is_told_by_model_template_and_hour() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 4).await;
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    let stats = scene.shell(&["stats", "day", "--json"]).await.json();
    let total = &stats["total"];
    assert_eq!(
        (&total["orders"], &total["ordered"]),
        (&1.into(), &3.into())
    );
    assert_eq!((&total["done"], &total["failed"]), (&3.into(), &0.into()));
    assert_eq!((&total["gifts"], &total["granted"]), (&2.into(), &2.into()));
    assert_eq!(total["earned"], 3);
    assert!(total["burned"].as_f64().unwrap() > 0.0, "{total}");
    assert!(total["median_s"].as_u64().unwrap() > 0, "{total}");
    assert_eq!(stats["models"].as_array().unwrap().len(), 1, "{stats}");
    assert_eq!(stats["templates"].as_array().unwrap().len(), 1, "{stats}");
    let bars = stats["bars"].as_array().unwrap();
    assert_eq!(bars.len(), 24);
    let done = bars
        .iter()
        .map(|bar| bar["counts"]["done"].as_u64().unwrap());
    assert_eq!(done.sum::<u64>(), 3);
    let told = scene.shell(&["stats", "month"]).await;
    told.tells("1 of 3 videos");
    told.tells("3 made, 0 failed: 100 %");
    scene.ends().await;
}

#[tokio::test]
async fn a_pause_outlasts_a_restart() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene.shell(&["pause"]).await.tells("orders are not taken");
    scene.restarts().await;
    anna.walks_to(&scene, At::Menu).await;
    anna.presses(&scene, "Сделать Reels").await;
    anna.sees(PAUSED);
    scene.ends().await;
}

#[tokio::test]
async fn somebody_who_is_shut_out_is_told_and_still_gets_what_was_ordered() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let ban = ["users", "ban", "1", "--reason", "spam"];
    scene.shell(&ban).await.tells("user 1 is shut out");
    scene.shell(&ban).await.tells("It is so already");
    scene
        .shell(&["users", "list", "--banned"])
        .await
        .tells("banned");
    scene.shell(&["users", "show", "1"]).await.tells(": spam");

    anna.sends(&scene, "/start").await;
    anna.sees(BANNED);
    anna.sends_photo(&scene).await;
    anna.sees(BANNED);
    scene.all_end().await;
    anna.gets_video();
    anna.presses(&scene, "Ещё раз").await;
    anna.sees(BANNED);
    assert_eq!(scene.balance(&anna), (1, 0));

    scene
        .shell(&["users", "unban", "1"])
        .await
        .tells("user 1 is let in again");
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn a_cancelled_video_is_paid_back_at_every_stage_and_never_comes() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::Slow, Ending::LostReply, Ending::RateLimitAtCreate]);
    let anna = scene.seller(1, 3).await;
    anna.orders(&scene, 3).await;
    scene.passes(Duration::from_secs(10)).await;
    // Which of the three meets which ending is chance.
    let mut stages = scene.stages();
    stages.sort_unstable();
    assert_eq!(stages, ["queued", "rendering", "submitting"]);
    for job in ["1", "J2", "3"] {
        let cancel = ["jobs", "cancel", job, "--reason", "by hand"];
        scene
            .shell(&cancel)
            .await
            .tells("is cancelled, and its credit is back");
        scene
            .shell(&cancel)
            .await
            .refuses("has failed, and its credit went back then");
        scene.settles().await;
        anna.finds(CANCELLED);
    }
    assert_eq!(scene.balance(&anna), (3, 0));
    scene.waits(Duration::from_secs(3600)).await;
    anna.sees_nothing();
    assert_eq!(scene.balance(&anna), (3, 0));
    anna.status("готово 0 из 3");
    scene.ends().await;
}

#[tokio::test]
async fn a_failed_video_is_ordered_again_once_for_the_credit_that_came_back() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::Unknown]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("❌ Не получилось сгенерировать");
    scene
        .shell(&["jobs", "retry", "1"])
        .await
        .tells("job 1 is ordered again: order 2");
    scene
        .shell(&["jobs", "retry", "1"])
        .await
        .tells("Video J1 was ordered again before: order 2");
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.balance(&anna), (1, 0));
    scene
        .shell(&["jobs", "retry", "2"])
        .await
        .refuses("Video J2 is done");
    scene
        .shell(&["jobs", "retry", "9"])
        .await
        .refuses("There is no video J9");
    scene.ends().await;
}

#[tokio::test]
async fn a_failed_video_is_not_ordered_again_without_a_credit() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::Unknown]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("❌ Не получилось сгенерировать");
    scene.grant(&anna, -2).await;
    anna.sees("ℹ️ С баланса списано");
    let retry = scene.shell(&["jobs", "retry", "1"]).await;
    retry.refuses("The seller of video J1 has no credit for another try");
    scene.ends().await;
}

#[tokio::test]
async fn a_job_that_waits_is_tried_at_once_but_a_lost_answer_is_not_asked_for_twice() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::RateLimitAtCreate, Ending::LostReply]);
    let anna = scene.seller(1, 3).await;
    anna.orders(&scene, 3).await;
    scene.settles().await;
    // Which of the three meets which ending is chance.
    let (stages, attempts) = (scene.stages(), scene.attempts());
    let of = |stage: &str| (0..3).find(|job| stages[*job] == stage && attempts[*job] == 1);
    let (waits, lost) = (of("queued").unwrap(), of("submitting").unwrap());
    let [waits_id, lost_id] = [waits, lost].map(|job| (job + 1).to_string());
    let asked = scene.creations();
    scene
        .shell(&["jobs", "retry", waits_id.as_str()])
        .await
        .tells(&format!("job {waits_id} is due at once"));
    scene
        .shell(&["jobs", "retry", lost_id.as_str()])
        .await
        .refuses("Asking again might pay twice");
    // Not the minute that a rate limit takes: only the pace at which a key is used.
    scene.passes(Duration::from_secs(5)).await;
    assert_eq!((scene.attempts()[waits], scene.creations()), (2, asked + 2));
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    scene.ends().await;
}

#[tokio::test]
async fn the_credit_of_a_bad_video_is_given_back_once() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let refund = ["jobs", "refund", "1", "--reason", "blurred"];
    scene.shell(&refund).await.refuses("Video J1 has not ended");
    scene.all_end().await;
    anna.gets_video();
    scene
        .shell(&refund)
        .await
        .tells("job 1 is refunded; user 1 has 2 credits");
    scene.settles().await;
    anna.sees("🎁 Баланс пополнен: +1 кредит");
    scene
        .shell(&refund)
        .await
        .tells("The credit for video J1 was given back before");
    scene
        .shell(&["users", "show", "1"])
        .await
        .tells("job 1: blurred");
    scene.ends().await;
}

#[tokio::test]
async fn a_key_that_is_put_to_rest_is_not_used_until_it_is_woken() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let anna = scene.seller(1, 5).await;
    let keys = scene.shell(&["keys", "list", "--json"]).await.json();
    let fingerprints: Vec<_> = keys
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["key"].as_str().unwrap())
        .collect();
    assert_eq!(fingerprints.len(), 2);
    assert!(keys[0]["credits"].as_f64().unwrap() > 0.0);
    let secrets = scene.kie().keys();
    assert!(
        secrets
            .iter()
            .all(|secret| !keys.to_string().contains(secret))
    );

    let begin = &fingerprints[0][..6];
    let rest = scene.shell(&["keys", "rest", begin, "--for", "2h"]).await;
    rest.tells(&format!(
        "key {} rests until 2026-01-22 14:0",
        fingerprints[0]
    ));
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    for _ in 0..3 {
        anna.finds("⚠️ Вы нарушили правила");
    }
    let used = |n: usize| {
        scene
            .kie()
            .tasks()
            .iter()
            .skip(n)
            .map(|task| task.key.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(used(0), vec![secrets[1].clone(); 3]);
    scene.shell(&["keys", "list"]).await.tells("operator");
    scene
        .shell(&["keys", "wake", begin])
        .await
        .tells("is used again");
    scene
        .shell(&["keys", "wake", begin])
        .await
        .tells("It is so already");
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    assert!(used(3).contains(&secrets[0]));
    scene
        .shell(&["keys", "rest", "zz"])
        .await
        .refuses("The configuration has no key zz");
    for _ in 0..3 {
        anna.finds("⚠️ Вы нарушили правила");
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_model_that_is_put_to_rest_is_passed_over() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    let models = scene.shell(&["models", "list", "--json"]).await.json();
    let first = models[0]["model"].as_str().unwrap();
    scene
        .shell(&["models", "rest", first, "--for", "1h"])
        .await
        .tells("rests until");
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    let second = models[1]["title"].as_str().unwrap();
    assert!(anna.gets_video().text.contains(second));
    scene
        .shell(&["models", "wake", first])
        .await
        .tells("is used again");
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    assert!(
        anna.gets_video()
            .text
            .contains(models[0]["title"].as_str().unwrap())
    );
    let unknown = scene.shell(&["models", "rest", "sora-9"]).await;
    unknown.refuses("The chain has no model sora-9; it has ");
    scene.ends().await;
}

#[tokio::test]
async fn the_history_of_every_attempt_is_shown() {
    let scene = Scene::talk().await;
    scene.next(&[Ending::RateLimit, Ending::Temporary, Ending::Violation]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.finds("⚠️ Временная ошибка генерации");
    let refused = anna.finds("⚠️ Вы нарушили правила");
    let code = refused.text.rsplit(' ').next().unwrap().to_owned();
    let card = scene.shell(&["jobs", "show", &code, "--json"]).await.json();
    let kinds: Vec<_> = card["missed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["failure"].clone())
        .collect();
    assert_eq!(kinds, ["RATE_LIMIT", "TEMPORARY", "USER_VIOLATION"]);
    assert!(
        card["missed"]
            .as_array()
            .unwrap()
            .iter()
            .all(|m| m["task"].is_string() && m["source"] == "kie")
    );
    assert_eq!(card["entries"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&card["job"]["stage"], &card["job"]["attempt"]),
        (&"failed".into(), &3.into())
    );
    let shown = scene.shell(&["jobs", "show", &code]).await;
    shown.tells("RATE_LIMIT");
    assert!(
        !shown.told.contains(crate::scene::PRODUCT),
        "a seller's words are not the operator's"
    );
    scene
        .shell(&["jobs", "list", "--failed"])
        .await
        .tells("USER_VIOLATION");
    scene.shell(&["jobs", "list", "--live"]).await.tells("none");
    scene.shell(&["orders", "show", "1"]).await.tells("ready");
    scene
        .shell(&["orders", "list", "--user", "1"])
        .await
        .tells("failed");
    scene
        .shell(&["orders", "show", "7"])
        .await
        .refuses("There is no order 7");
    scene.ends().await;
}

#[tokio::test]
async fn everything_an_operator_does_is_in_the_trail_and_refusals_are_not() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    let grant = [
        "grant",
        "--user",
        "1",
        "--credits",
        "3",
        "--reason",
        "paid",
        "--key",
        "k1",
    ];
    for _ in 0..2 {
        scene.shell(&grant).await.tells("user 1 has 5 credits");
    }
    scene
        .shell(&["grant", "--user", "1", "--credits", "-9", "--reason", "x"])
        .await
        .refuses("has only 5 credits");
    scene
        .shell(&["pause", "--reason", "night"])
        .await
        .tells("not taken");
    scene.settles().await;
    anna.sees("🎁 Баланс пополнен: +3 кредита");
    scene.sleeps().await;
    let resumed = scene.shell(&["resume"]).await;
    resumed.tells("orders are taken again");
    assert!(
        resumed.aside.contains("no daemon runs: asked"),
        "{resumed:#?}"
    );
    let acts = scene.shell(&["acts", "--json"]).await.json();
    let acts: Vec<_> = acts
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        acts,
        [
            "resumed sales",
            "paused sales: night",
            "gave 3 to user 1: paid"
        ]
    );
    scene.wakes().await;
    let asked = scene.shell(&["status", "--json"]).await;
    assert!(
        asked.aside.contains("asked the running daemon"),
        "{asked:#?}"
    );
    let status = asked.json();
    assert_eq!(
        (&status["running"], &status["users"]),
        (&true.into(), &1.into())
    );
    assert_eq!(status["closed"], serde_json::json!([]));
    scene.ends().await;
}

#[tokio::test]
async fn a_seller_is_found_by_name_unless_several_have_had_it() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.person.takes_username("anna_sells");
    anna.walks_to(&scene, At::Menu).await;
    let grant = [
        "grant",
        "--user",
        "@Anna_Sells",
        "--credits",
        "1",
        "--reason",
        "paid",
    ];
    let granted = scene.shell(&grant).await;
    granted.tells("user 1 has 3 credits");
    let shown = "user 1, @anna_sells, last wrote 2026-01-22 12:00:";
    assert!(granted.aside.contains(shown), "{granted:#?}");
    assert!(granted.aside.contains(", 2 credits: +1"), "{granted:#?}");
    scene.settles().await;
    anna.sees("🎁 Баланс пополнен: +1 кредит");
    let nobody = scene.shell(&["users", "show", "@nobody"]).await;
    nobody.refuses("There is no seller @nobody");
    let wrong = scene.shell(&["users", "show", "anna"]).await;
    wrong.refuses("write a Telegram number, or a name with @ in front");

    // She gave the name up, and somebody else took it; she has not written since.
    let ben = scene.seller(2, 2).await;
    ben.person.takes_username("anna_sells");
    ben.walks_to(&scene, At::Menu).await;
    let which = scene.shell(&grant).await;
    which.refuses("The name Anna_Sells may have passed on to somebody else, choose a number");
    for one in ["1 has it now, last wrote", "2 has it now, last wrote"] {
        which.refuses(one);
    }
    // She has written since, under another name: whoever was told "pay @anna_sells" may still mean her.
    anna.person.takes_username("anna_new");
    anna.walks_to(&scene, At::Menu).await;
    let which = scene.shell(&grant).await;
    which.refuses("1 had it before, last wrote 2026-01-22 12:");
    which.refuses("2 has it now, last wrote 2026-01-22 12:");
    scene
        .shell(&["users", "ban", "@anna_sells", "--reason", "spam"])
        .await
        .refuses("may have passed on to somebody else");
    let boss = scene.operator().await;
    for said in ["/grant @anna_sells 5 paid", "/user @anna_sells"] {
        boss.sends(&scene, said).await;
        let asked = boss.sees("могло перейти к другому");
        for one in ["1 — раньше с этим именем", "2 — сейчас с этим именем"]
        {
            assert!(asked.text.contains(one), "{asked:?}");
        }
    }
    boss.sends(&scene, "/cancel").await;
    boss.sees("👌 Бросил");
    assert_eq!(
        (scene.balance(&anna), scene.balance(&ben)),
        ((3, 0), (2, 0))
    );
    scene.ends().await;
}

#[tokio::test]
async fn another_user_of_the_machine_is_not_answered_even_if_the_socket_is_left_open() {
    let scene = Scene::new().await;
    let dir = scene.data().join("control");
    let socket = dir.join("socket");
    assert_eq!((mode(&dir), mode(&socket)), (0o700, 0o600));
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        // Whoever gets through, only the look at who asks is left to refuse them.
        let program = scene.data().join("program");
        std::fs::copy(env!("CARGO_BIN_EXE_neurocards"), &program).unwrap();
        for (path, mode) in [
            (scene.data(), 0o755),
            (&dir, 0o755),
            (&socket, 0o666),
            (&program, 0o755),
        ] {
            std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
        }
        let mut command = Command::new(program);
        command.args(["status", "--data-dir"]).arg(scene.data());
        command.uid(NOBODY);
        let asked = tokio::task::spawn_blocking(move || command.output().unwrap());
        let asked = asked.await.unwrap();
        let told = String::from_utf8_lossy(&asked.stderr);
        assert!(!asked.status.success() && asked.stdout.is_empty(), "{told}");
        assert!(
            told.contains("only the daemon's own user and root are answered"),
            "{told}"
        );
    }
    scene.ends().await;
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_video_for_somebody_who_has_blocked_the_bot_is_no_message_that_is_stuck() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.person.blocks();
    scene.settles().await;
    scene.all_end().await;
    scene.leaps(Duration::from_secs(86_400)).await;
    let status = scene.shell(&["status", "--json"]).await.json();
    assert_eq!((&status["notes"], &status["chats"]), (&0.into(), &0.into()));
    assert_eq!(status["oldest_note_s"], serde_json::Value::Null);
    let card = scene.shell(&["users", "show", "1", "--json"]).await.json();
    assert!(card["notes"].as_u64().unwrap() > 0, "{card}");
    anna.person.unblocks();
    anna.sends(&scene, "/menu").await;
    anna.gets_video();
    anna.sees(At::Menu.question());
    scene.ends().await;
}

#[tokio::test]
async fn questions_and_deeds_amid_orders_disturb_nobody() {
    let scene = Scene::talk().await;
    let mut sellers = Vec::new();
    for id in 1..=6 {
        sellers.push(scene.seller(id, 4).await);
    }
    let sell = async {
        for seller in &sellers {
            seller.orders(&scene, 3).await;
        }
        scene.all_end().await;
    };
    let asked = async {
        let questions: [&[&str]; 13] = [
            &["status"],
            &["stats", "week"],
            &["users", "list"],
            &["users", "show", "1"],
            &["orders", "list"],
            &["jobs", "list", "--live"],
            &["keys", "list"],
            &["models", "list"],
            &["acts"],
            &["audit"],
            &["backup"],
            &["keys", "wake", ""],
            &["check"],
        ];
        for (round, words) in questions.iter().cycle().take(39).enumerate() {
            let told = scene.shell(words).await;
            let aside = &told.aside;
            match words[0] {
                // Two keys begin with nothing.
                "keys" if words[1] == "wake" => told.refuses("write more of it"),
                _ => assert!(told.done, "{words:?} in round {round}: {aside}"),
            }
        }
    };
    tokio::join!(sell, asked);
    for seller in &sellers {
        for _ in 0..3 {
            seller.gets_video();
        }
        assert_eq!(scene.balance(seller), (1, 0));
    }
    scene.ends().await;
}
