//! What Telegram answers to our calls, as the rows of `tests/cases/telegram_replies.jsonl` have it: once, for an hour, in
//! one chat. Nothing is repeated for ever, and nothing paid for is dropped without a word.

use std::path::Path;
use std::time::Duration;

use neurocards::sandbox::{Fault, RawReply};
use serde_json::Value;

use crate::scene::{At, Scene, Seller};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A row: the call, its name, and what is answered.
struct Row {
    call: String,
    name: String,
    fault: Fault,
}

fn rows(call: &str) -> Vec<Row> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/telegram_replies.jsonl");
    let table = std::fs::read_to_string(file).unwrap();
    let rows = table.lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let headers = row["headers"].as_object().unwrap().iter();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().into()));
        let fault = match text("name").as_str() {
            "ok_then_reset" => Fault::DropAfterDoing,
            _ => Fault::Answers(RawReply {
                status: row["http_status"].as_u64().unwrap() as u16,
                headers: headers.collect(),
                body: text("body"),
            }),
        };
        Row {
            call: text("call"),
            name: text("name"),
            fault,
        }
    });
    rows.filter(|row| row.call == call).collect()
}

fn row(name: &str) -> Row {
    let all = ["getFile", "sendVideo", "sendMessage", "editMessageText"];
    let all = all.into_iter().chain(["getUpdates", "getMe"]);
    let mut all = all.flat_map(rows);
    all.find(|row| row.name == name).unwrap()
}

/// How often a video has come, as a file or as a link; all of it is read.
fn copies(seller: &Seller) -> usize {
    let mut copies = 0;
    while let Some(message) = seller.unread().first() {
        assert!(
            message.text.contains("✅ Видео готово!") || message.text.contains("Временная ошибка"),
            "{}",
            message.text
        );
        copies += usize::from(message.text.contains("✅ Видео готово!"));
        seller.sees(&message.text);
    }
    copies
}

/// Reads whatever there is.
fn reads_all(seller: &Seller) -> usize {
    let unread = seller.unread();
    unread.iter().for_each(|message| {
        seller.sees(&message.text);
    });
    unread.len()
}

#[tokio::test]
async fn a_video_comes_whatever_telegram_answers_once() {
    for row in rows("sendVideo") {
        println!("{}", row.name);
        let scene = Scene::talk().await;
        let anna = scene.seller(1, 2).await;
        anna.orders(&scene, 1).await;
        scene.telegram().fail_next("sendVideo", row.fault);
        scene.all_end().await;
        scene.passes(Duration::from_secs(120)).await;
        let mut came = copies(&anna);
        if came == 0 {
            // Whoever could not be reached writes again.
            anna.sends(&scene, "/menu").await;
            anna.finds(At::Menu.question());
            came = copies(&anna);
        }
        let most = 1 + usize::from(row.name == "ok_then_reset");
        assert!((1..=most).contains(&came), "{}: {came}", row.name);
        assert_eq!(
            (scene.balance(&anna), scene.videos()),
            ((1, 0), 0),
            "{}",
            row.name
        );
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_video_comes_in_the_end_whatever_telegram_answers_one_chat_for_an_hour() {
    for row in rows("sendVideo") {
        println!("{}", row.name);
        let scene = Scene::talk().await;
        let (anna, ben) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
        anna.orders(&scene, 1).await;
        ben.orders(&scene, 1).await;
        scene
            .telegram()
            .fail_for(HOUR, "sendVideo", Some(1), row.fault);
        scene.all_end().await;
        assert_eq!(copies(&ben), 1, "{}: others go on", row.name);
        // The chat itself goes on as well.
        ben.sends(&scene, "/help").await;
        ben.sees("Я превращаю фото");
        scene.waits(HOUR * 4).await;
        let mut came = copies(&anna);
        if came == 0 {
            anna.sends(&scene, "/menu").await;
            anna.finds(At::Menu.question());
            came = copies(&anna);
        }
        let tries = scene.calls("telegram", "sendVideo").len();
        assert!(
            (1..=3).contains(&came),
            "{}: {came} in {tries} tries",
            row.name
        );
        assert!(tries <= 16, "{}: {tries}", row.name);
        assert_eq!(
            (scene.balance(&anna), scene.videos()),
            ((1, 0), 0),
            "{}",
            row.name
        );
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_text_comes_once_whatever_telegram_answers() {
    for row in rows("sendMessage") {
        for (span, least) in [(None, 1), (Some(HOUR), 0)] {
            println!("{} {span:?}", row.name);
            let scene = Scene::talk().await;
            let (anna, ben) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
            match span {
                Some(span) => {
                    let fault = row.fault.clone();
                    scene
                        .telegram()
                        .fail_for(span, "sendMessage", Some(1), fault);
                }
                None => scene
                    .telegram()
                    .fail_next_in(1, "sendMessage", row.fault.clone()),
            }
            anna.sends(&scene, "/help").await;
            ben.sends(&scene, "/help").await;
            ben.sees("Я превращаю фото");
            scene.waits(HOUR * 3).await;
            let came = reads_all(&anna);
            assert!((least..=1).contains(&came), "{}: {came}", row.name);
            let tries = scene.calls("telegram", "sendMessage").len();
            assert!(tries <= 20, "{}: {tries}", row.name);
            anna.sends(&scene, "/help").await;
            anna.sees("Я превращаю фото");
            scene.ends().await;
        }
    }
}

#[tokio::test]
async fn a_photo_is_fetched_again_unless_it_is_gone_for_good() {
    for row in rows("getFile") {
        println!("{}", row.name);
        let scene = Scene::talk().await;
        let anna = scene.seller(1, 2).await;
        scene.telegram().fail_next("getFile", row.fault);
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        let gone = ["getfile_invalid", "getfile_reference_expired"].contains(&row.name.as_str());
        match gone {
            true => drop(anna.sees("🖼 Не получилось открыть фото")),
            false => assert_eq!(copies(&anna), 1, "{}", row.name),
        }
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_status_is_up_to_date_whatever_telegram_answers_to_edits() {
    for row in rows("editMessageText") {
        println!("{}", row.name);
        let scene = Scene::talk().await;
        let anna = scene.seller(1, 2).await;
        scene
            .telegram()
            .fail_for(HOUR, "editMessageText", None, row.fault);
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        scene.waits(HOUR * 2).await;
        assert_eq!(copies(&anna), 1, "{}", row.name);
        let edits = scene.calls("telegram", "editMessageText").len();
        assert!(edits <= 30, "{}: {edits}", row.name);
        if row.name == "edit_429" || row.name == "edit_message_not_found" {
            anna.status("готово 1 из 1");
        }
        scene.ends().await;
    }
}

/// The expected answer to `sendVideo` and `sendMessage` that nobody knows.
fn refused() -> Fault {
    row("refused_new_words").fault
}

#[tokio::test]
async fn a_video_that_telegram_refuses_comes_as_a_link() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene.telegram().fail_for(DAY, "sendVideo", None, refused());
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    scene.passes(Duration::from_secs(30)).await;
    anna.sees("по ссылке");
    assert_eq!((scene.balance(&anna), scene.videos()), ((1, 0), 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_link_whose_button_is_refused_comes_as_a_text() {
    let scene = Scene::talk().await;
    scene.next(&[neurocards::sandbox::Ending::BigVideo]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    // The status message is there already, and edited from here on.
    scene.telegram().fail_next_in(1, "sendMessage", refused());
    scene.all_end().await;
    let link = anna.sees("по ссылке");
    assert!(link.text.contains("http") && link.buttons.is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn a_video_that_is_never_taken_is_paid_back_after_a_day() {
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    anna.orders(&scene, 1).await;
    for call in ["sendVideo", "sendMessage"] {
        scene
            .telegram()
            .fail_for(DAY + HOUR * 2, call, Some(1), refused());
    }
    scene.all_end().await;
    for _ in 0..23 {
        scene.waits(HOUR).await;
        assert_eq!(scene.balance(&anna), (1, 0), "not before a day is over");
    }
    scene.waits(HOUR * 4).await;
    boss.sees("🚨 Telegram сутки не принимает готовое видео");
    assert_eq!((scene.balance(&anna), scene.videos()), ((2, 0), 0));
    let tries = scene.calls("telegram", "sendVideo").len();
    assert!((20..60).contains(&tries), "{tries}");
    // What tells of it is refused as well, for as long as that lasts; the chat works as soon as it is over.
    reads_all(&anna);
    anna.sends(&scene, "/menu").await;
    anna.finds(At::Menu.question());
    scene.ends().await;
}

#[tokio::test]
async fn a_long_wait_of_one_chat_is_told_and_keeps_nobody_else() {
    let scene = Scene::talk().await;
    let (boss, anna) = (scene.operator().await, scene.seller(1, 2).await);
    let fault = row("send_429_huge").fault;
    scene.telegram().fail_next_in(1, "sendMessage", fault);
    anna.sends(&scene, "/help").await;
    boss.sends(&scene, "/menu").await;
    boss.sees(At::Menu.question());
    scene.waits(Duration::from_secs(15 * 60)).await;
    scene.until(|_| !boss.unread().is_empty()).await;
    boss.sees("⚠️ Сообщение ждёт отправки уже");
    anna.sees_nothing();
    // An hour is the most that is believed.
    scene.waits(HOUR).await;
    anna.sees("Я превращаю фото");
    scene.until(|_| !boss.unread().is_empty()).await;
    boss.sees("снова уходят");
    scene.ends().await;
}
