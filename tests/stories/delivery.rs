//! What is said arrives, in order and at Telegram's pace, whatever Telegram answers meanwhile.

use std::time::Duration;

use neurocards::sandbox::{Ending, Fault};

use crate::scene::{At, Scene};

#[tokio::test]
async fn a_wait_that_telegram_asks_for_is_kept() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    let before = scene.now();
    scene
        .telegram()
        .fail_next("sendMessage", Fault::TooMany { retry_after: 7 });
    anna.sends(&scene, "/help").await;
    let help = anna.sees("Я превращаю фото");
    let waited = help.at - before.0;
    assert!((7_000..9_000).contains(&waited), "{waited} ms");
    assert_eq!(
        scene.calls("telegram", "sendMessage").len(),
        2,
        "nobody knocks meanwhile"
    );
    scene.ends().await;
}

#[tokio::test]
async fn one_sellers_wait_is_not_anothers() {
    let scene = Scene::new().await;
    let (anna, ben) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
    scene
        .telegram()
        .fail_next("sendMessage", Fault::TooMany { retry_after: 20 });
    anna.person.sends("/help");
    scene
        .until(|scene| !scene.calls("telegram", "sendMessage").is_empty())
        .await;
    // The pace of all chats together allows another message by then.
    scene.stage().clock.pass(Duration::from_secs(1));
    let before = scene.now();
    ben.person.sends("/help");
    scene
        .until(|scene| scene.calls("telegram", "sendMessage").len() == 2)
        .await;
    assert_eq!(ben.finds("Я превращаю фото").at, before.0);
    scene.settles().await;
    anna.sees("Я превращаю фото");
    scene.ends().await;
}

#[tokio::test]
async fn a_page_of_html_instead_of_an_answer_only_delays() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    scene
        .telegram()
        .fail_next("sendMessage", Fault::BadGatewayHtml);
    anna.person.sends("/help");
    // The client itself pauses for ten real seconds.
    scene
        .until(|scene| !scene.calls("telegram", "sendMessage").is_empty())
        .await;
    scene.settles().await;
    anna.sees("Я превращаю фото");
    scene.ends().await;
}

#[tokio::test]
async fn a_broken_line_only_delays() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    for _ in 0..3 {
        scene
            .telegram()
            .fail_next("sendMessage", Fault::DropConnection);
    }
    anna.sends(&scene, "/help").await;
    anna.sees("Я превращаю фото");
    scene.ends().await;
}

#[tokio::test]
async fn a_lost_receipt_repeats_a_message_once_at_most() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    scene
        .telegram()
        .fail_next("sendMessage", Fault::DropAfterDoing);
    anna.sends(&scene, "/help").await;
    anna.sees("Я превращаю фото");
    if !anna.unread().is_empty() {
        anna.sees("Я превращаю фото");
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_lost_receipt_repeats_a_video_once_at_most() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    scene
        .telegram()
        .fail_next("sendVideo", Fault::DropAfterDoing);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    if !anna.unread().is_empty() {
        anna.gets_video();
    }
    assert_eq!((scene.videos(), scene.entries("capture")), (0, 1));
    assert_eq!(scene.balance(&anna), (1, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_video_whose_line_breaks_is_sent_again() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    scene
        .telegram()
        .fail_next("sendVideo", Fault::DropConnection);
    scene
        .telegram()
        .fail_next("sendVideo", Fault::TooMany { retry_after: 3 });
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.calls("telegram", "sendVideo").len(), 3);
    assert_eq!(scene.videos(), 0);
    scene.ends().await;
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_fine() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    scene
        .telegram()
        .fail_next("editMessageText", Fault::DropAfterDoing);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    anna.status("готово 1 из 1");
    let edits = scene.calls("telegram", "editMessageText");
    assert!(edits.iter().any(|call| call.status == 400), "{edits:?}");
    assert_eq!(anna.statuses(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_deleted_status_message_comes_anew() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Success, Ending::Slow, Ending::Slow]);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    anna.status("🎬 Генерация запущена...");
    anna.deletes_status(&scene).await;
    assert_eq!(anna.statuses(), 0);
    scene.waits(Duration::from_secs(21 * 60)).await;
    for _ in 0..3 {
        anna.gets_video();
    }
    anna.status("готово 3 из 3");
    assert_eq!(anna.statuses(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_video_too_large_for_telegram_goes_as_a_link_that_works() {
    let scene = Scene::new().await;
    scene.next(&[Ending::BigVideo]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    let message = anna.sees("Это видео — по ссылке.");
    assert!(
        message
            .text
            .starts_with("✅ Видео готово!\n\n1 из 1 · SORA 2")
    );
    let link = message.buttons[0][0].url.clone().unwrap();
    assert!(message.text.contains(&link));
    let browser = reqwest::Client::builder().user_agent("Mozilla/5.0");
    let got = browser.build().unwrap().get(link).send().await.unwrap();
    let bytes = got.bytes().await.unwrap();
    assert!(bytes.len() > 45 << 20);
    assert_eq!(&bytes[4..8], b"ftyp");
    assert_eq!(scene.balance(&anna), (1, 0));
    assert_eq!(scene.videos(), 0);
    let labels: Vec<_> = message.buttons[1].iter().map(|it| &it.text).collect();
    assert_eq!(labels, ["🔁 Ещё раз", "🏠 Меню"]);
    scene.ends().await;
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_questions() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    for _ in 0..4 {
        for command in ["/help", "/menu", "/cancel"] {
            anna.person.sends(command);
        }
    }
    scene.settles().await;
    for _ in 0..4 {
        anna.sees("Я превращаю фото");
        anna.sees(At::Menu.question());
        anna.sees("👌 Отменять нечего.");
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_chat_gets_one_message_a_second_after_a_burst() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    scene.passes(Duration::from_secs(10)).await;
    for _ in 0..9 {
        anna.person.sends("/help");
    }
    scene.settles().await;
    let at: Vec<u64> = (0..9).map(|_| anna.sees("Я превращаю").at).collect();
    assert!(at[4] - at[0] < 1_000, "a burst of five: {at:?}");
    for (late, at_least) in at[5..].iter().zip([1_000, 2_000, 3_000, 4_000]) {
        assert!(late - at[0] >= at_least, "{at:?}");
    }
    assert!(at[8] - at[0] < 6_000, "{at:?}");
    scene.ends().await;
}

#[tokio::test]
async fn all_chats_together_get_thirty_messages_a_second() {
    let scene = Scene::new().await;
    let sellers: Vec<_> = (1..=100).map(|id| scene.stranger(id)).collect();
    for seller in &sellers {
        seller.person.sends("/start");
    }
    scene.settles().await;
    let mut at: Vec<u64> = sellers.iter().map(|it| it.sees("Привет!").at).collect();
    at.sort_unstable();
    let took = at[99] - at[0];
    assert!((2_300..5_000).contains(&took), "{took} ms for 100 messages");
    scene.ends().await;
}
