//! A letter to many: what its author and its receivers see, whatever happens on the way.

use std::time::Duration;

use neurocards::operator::service::ask::Acts;
use neurocards::sandbox::{Fault, Message};
use redb::{Database, TableDefinition};
use serde_json::json;

use crate::scene::{At, Scene};
use crate::seller::Seller;

const LETTER: &str = "Новинка: видео с озвучкой!";
/// Letters go one a second; time passes in smaller steps.
const SLOWLY: &str =
    "[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\nbroadcast_per_second = 1\n";
const STEP: Duration = Duration::from_millis(200);

async fn sellers(scene: &Scene, many: i64) -> Vec<Seller> {
    let mut sellers = Vec::new();
    for id in 1..=many {
        sellers.push(scene.seller(id, 2).await);
    }
    sellers
}

/// Composes a letter and chooses whom it goes to; the last question is open.
async fn composes(scene: &Scene, boss: &Seller, to: &str) {
    boss.sends(scene, "/broadcast").await;
    boss.sees("📣 Рассылка");
    boss.sends(scene, LETTER).await;
    boss.sees("👀 Вот так это увидят продавцы");
    boss.sees(LETTER);
    boss.sees("👥 Кому отправляем?");
    boss.presses(scene, to).await;
    boss.sees("📣 Отправить рассылку?");
}

/// How many letters each has got.
fn letters(sellers: &[Seller]) -> Vec<usize> {
    let of = |seller: &Seller| {
        let messages = seller.person.messages();
        messages.iter().filter(|it| it.text == LETTER).count()
    };
    sellers.iter().map(of).collect()
}

fn got(sellers: &[Seller]) -> usize {
    letters(sellers).iter().sum()
}

/// Lets time pass, a letter at a time, until it is so.
async fn goes_on(scene: &Scene, enough: impl Fn() -> bool) {
    for _ in 0..1000 {
        if enough() {
            return scene.settles().await;
        }
        scene.leaps(STEP).await;
    }
    panic!("it never comes");
}

fn read_all(sellers: &[Seller]) {
    for seller in sellers {
        seller.sees(LETTER);
    }
}

fn sees_text(seller: &Seller, text: &str) -> bool {
    let messages = seller.person.messages();
    messages.iter().any(|message| message.text.contains(text))
}

async fn trail(scene: &Scene) -> Vec<String> {
    let acts = Acts {
        before: None,
        most: 100,
    };
    let acts = scene.stage().ask(acts).await.unwrap().unwrap();
    acts.into_iter().map(|act| act.what).collect()
}

#[tokio::test]
async fn a_letter_reaches_everybody_it_is_for_once_and_its_author_is_told_how_many() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 5).await;
    all[3].person.blocks();
    scene.settles().await;
    boss.sends(&scene, "/user 5").await;
    boss.sees("👤 5");
    boss.presses(&scene, "Закрыть доступ").await;
    boss.sees("✍️ Напиши причину");
    boss.sends(&scene, "спам").await;
    boss.sees("Делаем?");
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Доступ закрыт");

    composes(&scene, &boss, "Всем — 4").await;
    boss.presses(&scene, "Отправить: 4").await;
    boss.sees("📣 Рассылка идёт");
    goes_on(&scene, || sees_text(&boss, "🏁 Рассылка закончена: дошло")).await;
    assert_eq!(letters(&all), [1, 1, 1, 0, 0]);
    read_all(&all[..3]);
    boss.finds(LETTER);
    boss.sees("🏁 Рассылка закончена: дошло 4, заблокировали бота 0, не отправилось 0.");
    let trail = trail(&scene).await;
    assert_eq!(
        trail[..2],
        [
            "ended broadcast 1: 4 delivered, 0 blocked, 0 failed",
            "began broadcast 1 to all"
        ]
    );
    scene.ends().await;
}

#[tokio::test]
async fn a_yes_sends_what_stands_above_it_to_those_who_stand_above_it_or_nothing() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 3).await;
    boss.sends(&scene, "/broadcast").await;
    boss.sees("📣 Рассылка");
    boss.sends(&scene, "Проба").await;
    boss.sees("👀 Вот так");
    boss.sees("Проба");
    let segments = boss.sees("👥 Кому отправляем?");
    let data = |message: &Message, label: &str| {
        let buttons = message.buttons.concat();
        let button = buttons.iter().find(|button| button.text.contains(label));
        button.unwrap().data.clone().unwrap()
    };
    let (me, everybody) = (data(&segments, "Только мне"), data(&segments, "Всем"));
    boss.person.presses_on(segments.id, &me);
    scene.settles().await;
    let to_me = boss.sees("Получателей: 1");
    let yes = data(&to_me, "Отправить: 1");
    // Whoever has chosen begins anew to choose otherwise.
    boss.person.presses_on(segments.id, &everybody);
    scene.settles().await;
    boss.toast("Эта кнопка уже не работает");
    boss.sends(&scene, LETTER).await;
    boss.sees("👀 Вот так");
    boss.sees(LETTER);
    boss.sees("👥 Кому отправляем?");
    boss.presses(&scene, "Всем — 4").await;
    boss.sees("Получателей: 4");
    boss.person.presses_on(to_me.id, &yes);
    scene.settles().await;
    boss.toast("Эта кнопка уже не работает");
    scene.passes(Duration::from_secs(60)).await;
    assert_eq!(got(&all), 0);
    boss.presses(&scene, "Отправить: 4").await;
    boss.sees("📣 Рассылка идёт");
    goes_on(&scene, || {
        sees_text(&boss, "🏁 Рассылка закончена: дошло 4")
    })
    .await;
    assert_eq!(letters(&all), [1, 1, 1]);
    read_all(&all);
    boss.finds("🏁 Рассылка закончена: дошло 4");
    boss.finds(LETTER);
    scene.ends().await;
}

#[tokio::test]
async fn formatting_is_kept_and_a_better_text_takes_the_place_of_the_first() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    boss.sends(&scene, "/broadcast").await;
    boss.sees("📣 Рассылка");
    boss.sends_photo(&scene).await;
    boss.sees("🤔 Здесь нужен текст.");
    boss.sends(&scene, "первый").await;
    boss.sees("👀 Вот так");
    boss.sees("первый");
    boss.sees("👥 Кому отправляем?");
    let from = json!({"id": boss.person.id(), "is_bot": false, "first_name": "Анна", "language_code": "ru"});
    let entities = json!([
        {"type": "bold", "offset": 0, "length": 7},
        {"type": "text_link", "offset": 9, "length": 5, "url": "https://example.org/"},
    ]);
    scene.telegram().send_raw(json!({"message": {
        "message_id": 77_777, "date": 1, "from": from,
        "chat": {"id": boss.person.id(), "type": "private", "first_name": "Анна"},
        "text": "Новинка: видео", "entities": entities,
    }}));
    scene.settles().await;
    boss.sees("👀 Вот так");
    boss.sees("Новинка: видео");
    boss.sees("👥 Кому отправляем?");
    boss.presses(&scene, "Только мне").await;
    boss.sees("Получателей: 1");
    boss.presses(&scene, "Отправить: 1").await;
    boss.sees("📣 Рассылка идёт");
    goes_on(&scene, || {
        sees_text(&boss, "🏁 Рассылка закончена: дошло 1")
    })
    .await;
    let letter = boss.finds("Новинка: видео");
    assert_eq!(letter.entities, *entities.as_array().unwrap());
    boss.finds("🏁 Рассылка закончена: дошло 1");
    scene.ends().await;
}

#[tokio::test]
async fn formatting_behind_the_command_is_kept() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    let from = json!({"id": boss.person.id(), "is_bot": false, "first_name": "Анна", "language_code": "ru"});
    scene.telegram().send_raw(json!({"message": {
        "message_id": 77_777, "date": 1, "from": from,
        "chat": {"id": boss.person.id(), "type": "private", "first_name": "Анна"},
        "text": "/broadcast  🎬 Новинка: видео", "entities": [
            {"type": "bot_command", "offset": 0, "length": 10},
            {"type": "italic", "offset": 0, "length": 14},
            {"type": "bold", "offset": 15, "length": 7},
            {"type": "underline", "offset": 0, "length": 12},
        ],
    }}));
    scene.settles().await;
    boss.sees("👀 Вот так");
    let letter = boss.sees("🎬 Новинка: видео");
    let wanted = json!([
        {"type": "italic", "offset": 0, "length": 2},
        {"type": "bold", "offset": 3, "length": 7},
    ]);
    assert_eq!(letter.entities, *wanted.as_array().unwrap());
    boss.sees("👥 Кому отправляем?");
    scene.ends().await;
}

#[tokio::test]
async fn who_has_blocked_the_bot_is_counted_and_never_written_to_again() {
    let scene = Scene::with(SLOWLY, false).await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 3).await;
    composes(&scene, &boss, "Всем — 4").await;
    boss.presses(&scene, "Отправить: 4").await;
    goes_on(&scene, || got(&all) == 1).await;
    // The next letter finds a closed door.
    scene.telegram().fail_next("sendMessage", Fault::Blocked);
    goes_on(&scene, || sees_text(&boss, "🏁 Рассылка закончена: дошло")).await;
    boss.finds("🏁 Рассылка закончена: дошло 3, заблокировали бота 1, не отправилось 0.");
    assert_eq!(letters(&all), [1, 0, 1]);
    boss.sends(&scene, "/user 2").await;
    assert!(boss.finds("👤 2").text.contains("📵 Бот заблокирован"));
    read_all(&[all[0].clone(), all[2].clone()]);
    boss.finds("🏁 Рассылка закончена");
    boss.finds(LETTER);
    // Whoever writes is reachable again.
    all[1].sends(&scene, "/menu").await;
    all[1].sees(At::Menu.question());
    scene.ends().await;
}

#[tokio::test]
async fn a_broadcast_can_be_stopped_on_its_way_and_there_is_one_at_a_time() {
    let scene = Scene::with(SLOWLY, false).await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 12).await;
    composes(&scene, &boss, "Всем — 13").await;
    boss.presses(&scene, "Отправить: 13").await;
    goes_on(&scene, || got(&all) >= 2).await;
    let progress = boss.sees("📣 Рассылка идёт");
    boss.sends(&scene, "/broadcast").await;
    boss.sees("Одна рассылка уже идёт");
    let stop = progress.buttons[0][0].data.clone().unwrap();
    boss.person.presses_on(progress.id, &stop);
    goes_on(&scene, || sees_text(&boss, "⏹ Рассылка остановлена: дошло")).await;
    let (sent, left) = (got(&all), all.len());
    assert!((2..left).contains(&sent), "{sent} of {left}");
    scene.passes(Duration::from_secs(60)).await;
    assert_eq!(got(&all), sent, "not one more");
    boss.person.presses_on(progress.id, &stop);
    scene.settles().await;
    boss.toast("Эта кнопка уже не работает");
    let shown = boss.person.messages();
    let shown = shown.iter().find(|it| it.id == progress.id).unwrap();
    assert!(
        shown.text.starts_with("⏹ Рассылка остановлена"),
        "{}",
        shown.text
    );
    assert!(shown.buttons.is_empty());
    boss.sees(&format!("⏹ Рассылка остановлена: дошло {sent}"));
    read_all(&all[..sent]);
    let trail = trail(&scene).await;
    assert_eq!(trail[1], "stopped broadcast 1");
    scene.ends().await;
}

#[tokio::test]
async fn another_operator_can_stop_a_broadcast_whose_author_is_none_any_more() {
    let scene = Scene::with(SLOWLY, false).await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 12).await;
    composes(&scene, &boss, "Всем — 13").await;
    boss.presses(&scene, "Отправить: 13").await;
    goes_on(&scene, || got(&all) >= 2).await;
    let progress = boss.sees("📣 Рассылка идёт");
    let stop = progress.buttons[0][0].data.clone().unwrap();
    scene.changes("admin_ids = [9001]", "admin_ids = [12]");
    scene.reloads().await.unwrap();
    boss.person.presses_on(progress.id, &stop);
    scene.settles().await;
    boss.sees("🕰 Эта кнопка уже не работает.");
    boss.toast("Эта кнопка уже не работает");
    let other = all.last().unwrap();
    other.sends(&scene, "/broadcast").await;
    other.sees("Одна рассылка уже идёт");
    other.presses(&scene, "Остановить рассылку").await;
    other.toast("Останавливаю рассылку");
    goes_on(&scene, || sees_text(&boss, "⏹ Рассылка остановлена: дошло")).await;
    let sent = got(&all);
    assert!((2..all.len()).contains(&sent), "{sent}");
    boss.sees("⏹ Рассылка остановлена: дошло");
    read_all(&all[..sent]);
    let acts = Acts {
        before: None,
        most: 100,
    };
    let acts = scene.stage().ask(acts).await.unwrap().unwrap();
    let stopped = acts.iter().find(|act| act.what == "stopped broadcast 1");
    assert_eq!(stopped.unwrap().who, "telegram 12");
    scene.ends().await;
}

#[tokio::test]
async fn a_restart_on_the_way_leaves_nobody_out_and_repeats_nothing() {
    let mut scene = Scene::with(SLOWLY, false).await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 8).await;
    composes(&scene, &boss, "Всем — 9").await;
    boss.presses(&scene, "Отправить: 9").await;
    goes_on(&scene, || got(&all) >= 2).await;
    assert!(got(&all) < 8);
    scene.restarts().await;
    goes_on(&scene, || sees_text(&boss, "🏁 Рассылка закончена: дошло")).await;
    assert_eq!(letters(&all), [1; 8]);
    read_all(&all);
    boss.finds("🏁 Рассылка закончена: дошло 9");
    boss.finds("🏁 Рассылка закончена");
    boss.finds(LETTER);
    scene.ends().await;
}

#[tokio::test]
async fn a_lost_receipt_repeats_one_letter_and_too_many_is_waited_out() {
    let scene = Scene::with(SLOWLY, false).await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 6).await;
    composes(&scene, &boss, "Всем — 7").await;
    boss.presses(&scene, "Отправить: 7").await;
    goes_on(&scene, || got(&all) >= 1).await;
    let fault = Fault::DropAfterDoing;
    scene.telegram().fail_next("sendMessage", fault);
    goes_on(&scene, || letters(&all).contains(&2)).await;
    let before = got(&all);
    let fault = Fault::TooMany { retry_after: 30 };
    scene.telegram().fail_next("sendMessage", fault);
    for _ in 0..100 {
        scene.leaps(STEP).await;
    }
    assert!(
        got(&all) <= before + 1,
        "it waits as long as it was asked to"
    );
    goes_on(&scene, || sees_text(&boss, "🏁 Рассылка закончена: дошло")).await;
    let counts = letters(&all);
    assert_eq!(
        counts.iter().filter(|count| **count == 2).count(),
        1,
        "{counts:?}"
    );
    assert!(counts.iter().all(|count| *count >= 1), "{counts:?}");
    for seller in &all {
        while !seller.unread().is_empty() {
            seller.sees(LETTER);
        }
    }
    boss.finds("🏁 Рассылка закончена: дошло 7");
    boss.finds("🏁 Рассылка закончена");
    boss.finds(LETTER);
    scene.ends().await;
}

#[tokio::test]
async fn an_hour_without_telegram_leaves_nobody_out() {
    let scene = Scene::with(SLOWLY, false).await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 3).await;
    composes(&scene, &boss, "Всем — 4").await;
    boss.presses(&scene, "Отправить: 4").await;
    goes_on(&scene, || got(&all) >= 1).await;
    // Every letter of an hour: after the first minutes there is one try a minute.
    for _ in 0..80 {
        scene
            .telegram()
            .fail_next("sendMessage", Fault::DropConnection);
    }
    scene.waits(Duration::from_secs(60 * 60)).await;
    assert_eq!(got(&all), 1);
    assert!(!sees_text(&boss, "🏁"));
    for _ in 0..2 * 60 {
        if sees_text(&boss, "🏁 Рассылка закончена: дошло") {
            break;
        }
        scene.waits(Duration::from_secs(60)).await;
    }
    boss.finds("🏁 Рассылка закончена: дошло 4, заблокировали бота 0, не отправилось 0.");
    assert_eq!(letters(&all), [1; 3]);
    read_all(&all);
    boss.finds("🏁 Рассылка закончена");
    boss.finds(LETTER);
    scene.ends().await;
}

/// Writes a broadcast that cannot be read into the file, or takes it out again.
fn spoils(scene: &Scene, spoilt: bool) {
    let table = TableDefinition::<u64, &[u8]>::new("broadcasts.v1");
    let db = Database::open(scene.data().join("neurocards.redb")).unwrap();
    let txn = db.begin_write().unwrap();
    let mut rows = txn.open_table(table).unwrap();
    if spoilt {
        rows.insert(7, b"?".as_slice()).unwrap();
    } else {
        rows.remove(7).unwrap();
    }
    drop(rows);
    txn.commit().unwrap();
}

#[tokio::test]
async fn a_broadcast_that_cannot_be_read_ends_nothing_else() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    scene.sleeps().await;
    spoils(&scene, true);
    scene.wakes().await;
    scene.passes(Duration::from_secs(90)).await;
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    scene.sleeps().await;
    spoils(&scene, false);
    scene.wakes().await;
    scene.ends().await;
}

#[tokio::test]
async fn a_seller_is_answered_while_a_broadcast_is_on_its_way() {
    let scene = Scene::with(SLOWLY, false).await;
    let boss = scene.operator().await;
    let all = sellers(&scene, 12).await;
    composes(&scene, &boss, "Всем — 13").await;
    boss.presses(&scene, "Отправить: 13").await;
    goes_on(&scene, || got(&all) >= 1).await;
    let last = all.last().unwrap();
    last.sends(&scene, "/menu").await;
    last.sees(At::Menu.question());
    assert_eq!(
        letters(std::slice::from_ref(last)),
        [0],
        "before their letter"
    );
    goes_on(&scene, || sees_text(&boss, "🏁 Рассылка закончена: дошло")).await;
    read_all(&all);
    boss.finds("🏁 Рассылка закончена: дошло 13");
    boss.finds("🏁 Рассылка закончена");
    boss.finds(LETTER);
    scene.ends().await;
}

#[tokio::test]
async fn segments_are_counted_as_they_are() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    let (anna, ben) = (scene.seller(1, 2).await, scene.person(2, Some("en")));
    ben.sends(&scene, "/start").await;
    ben.sees("Hi");
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    boss.sends(&scene, "/broadcast").await;
    boss.sees("📣 Рассылка");
    boss.sends(&scene, LETTER).await;
    boss.sees("👀 Вот так");
    boss.sees(LETTER);
    let labels: Vec<_> = boss.sees("👥 Кому отправляем?").buttons.concat();
    let labels: Vec<_> = labels.into_iter().map(|button| button.text).collect();
    assert_eq!(
        labels,
        [
            "👥 Всем — 3",
            "🇷🇺 Кто пишет по-русски — 2",
            "🇬🇧 Кто пишет по-английски — 1",
            "🎬 Кто хоть раз заказывал — 1",
            "🔥 Кто заказывал за 30 дней — 1",
            "🌱 Кто ни разу не заказывал — 2",
            "🧪 Только мне, проверить — 1",
            "❌ Отмена"
        ]
    );
    boss.presses(&scene, "хоть раз заказывал").await;
    boss.sees("Получателей: 1");
    boss.presses(&scene, "Отмена").await;
    boss.sees("👌 Бросил, ничего не изменил.");
    scene.ends().await;
}
