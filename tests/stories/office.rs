//! What operators do from their own chat, and what everybody else gets for the same words.

use std::time::Duration;

use neurocards::operator::service::answer::ActLine;
use neurocards::operator::service::ask::Acts;
use neurocards::sandbox::{Ending, Fault, Message};
use serde_json::json;

use crate::scene::{ADMIN, At, Scene};
use crate::seller::Seller;

const UNKNOWN: &str = "🙂 Такой команды я не знаю.";
const SURE: &str = "Делаем?";
const COMMANDS: [&str; 9] = [
    "/queue_stats",
    "/stats week",
    "/user @anna",
    "/grant @anna 5 x",
    "/job J1",
    "/keys",
    "/pause x",
    "/resume",
    "/admin",
];

/// The trail, newest first.
async fn trail(scene: &Scene) -> Vec<ActLine> {
    let acts = Acts {
        before: None,
        most: 100,
    };
    scene.stage().ask(acts).await.unwrap().unwrap()
}

/// The newest message of the bot's, as it is now.
fn newest(seller: &Seller) -> Message {
    let messages = seller.person.messages();
    let newest = messages.into_iter().rfind(|message| message.from_bot);
    newest.expect("the bot has said something")
}

fn has(message: &Message, texts: &[&str]) {
    for text in texts {
        assert!(
            message.text.contains(text),
            "no «{text}» in «{}»",
            message.text
        );
    }
}

#[tokio::test]
async fn for_a_seller_the_operators_commands_and_buttons_do_not_exist() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for command in COMMANDS {
        anna.sends(&scene, command).await;
        anna.sees(UNKNOWN);
    }
    let menu = newest(&anna);
    for data in ["desk:queue", "desk:grant:1", "desk:do:1", "desk:stats:day"] {
        anna.person.presses_on(menu.id, data);
        scene.settles().await;
        anna.sees("🕰 Эта кнопка уже не работает.");
        anna.toast("Эта кнопка уже не работает");
    }
    anna.sends(&scene, "/help").await;
    let help = anna.sees("Я превращаю фото");
    assert!(!help.text.contains("/grant"));
    assert!(trail(&scene).await.is_empty());
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_grant_is_confirmed_once_and_is_in_the_trail_with_who_did_it() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    anna.person.takes_username("anna");
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    boss.sends(&scene, "/grant @anna 5 за оплату").await;
    let asked = boss.sees(SURE);
    has(
        &asked,
        &["5 кредитов", "@anna (1)", "Баланс: 2 → 7", "за оплату"],
    );
    has(&asked, &["последний раз писал 2026-01-22 12:00:"]);
    assert_eq!(scene.balance(&anna), (2, 0), "nothing moves before the yes");
    boss.presses(&scene, "Да, делаем").await;
    let done = boss.sees("✅ Начислил: 5 кредитов");
    has(&done, &["@anna (1)", "Баланс: 7"]);
    anna.sees("🎁 Баланс пополнен: +5 кредитов");

    let yes = asked.buttons[0][0].data.clone().unwrap();
    boss.person.presses_on(asked.id, &yes);
    scene.settles().await;
    boss.toast("Эта кнопка уже не работает");
    assert_eq!(scene.balance(&anna), (7, 0));
    let trail = trail(&scene).await;
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].who, format!("telegram {ADMIN}"));
    assert_eq!(trail[0].what, "gave 5 to user 1: за оплату");
    scene.ends().await;
}

#[tokio::test]
async fn a_repeated_update_grants_nothing_twice() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    boss.sends(&scene, "/grant 1 5 gift").await;
    boss.sees(SURE);
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Начислил");
    anna.sees("🎁 Баланс пополнен");
    let yes = scene.telegram().last_update_id();
    assert!(scene.telegram().repeat_update(yes));
    scene.settles().await;
    assert_eq!(scene.balance(&anna), (7, 0));
    assert_eq!(trail(&scene).await.len(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn missing_pieces_are_asked_for_one_by_one_with_a_hint_on_each_mistake() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    boss.sends(&scene, "/grant").await;
    boss.sees("👤 Кому?");
    for (said, answered) in [
        ("anna", "Так никого не найти"),
        ("@nobody", "Продавца @nobody нет"),
        ("1", "💳 Сколько кредитов?"),
        ("пять", "Кредиты — целое число"),
        ("0", "Кредиты — целое число"),
        ("100001", "не больше 100 000"),
        ("-100001", "не больше 100 000"),
        ("-3", "У продавца 1 только 2 кредита"),
        ("-1", "✍️ Напиши причину"),
        ("ошиблись", SURE),
    ] {
        boss.sends(&scene, said).await;
        boss.sees(answered);
    }
    boss.sends(&scene, "да").await;
    boss.sees("Здесь нужна кнопка");
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Списал: 1 кредит");
    anna.sees("ℹ️ С баланса списано: 1 кредит");
    assert_eq!(scene.balance(&anna), (1, 0));
    scene.ends().await;
}

#[tokio::test]
async fn an_operator_who_sells_keeps_the_order_they_are_writing() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    boss.walks_to(&scene, At::Wishes).await;
    boss.sends(&scene, "/queue_stats").await;
    boss.sees("📋 Очередь");
    boss.sends(&scene, "/grant 1 5").await;
    boss.sees("✍️ Напиши причину");
    boss.sends(&scene, "за оплату").await;
    boss.sees(SURE);
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Начислил");
    anna.sees("🎁 Баланс пополнен");
    boss.sends(&scene, "/pause").await;
    boss.sees("✍️ Напиши причину");
    boss.sends(&scene, "/cancel").await;
    boss.sees("👌 Бросил, ничего не изменил.");
    boss.sends(&scene, "-").await;
    boss.sees(At::Count.question());
    scene.ends().await;
}

#[tokio::test]
async fn what_was_begun_is_forgotten_after_a_quarter_of_an_hour_and_survives_a_restart() {
    let mut scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    boss.sends(&scene, "/grant 1 5").await;
    boss.sees("✍️ Напиши причину");
    scene.restarts().await;
    boss.sends(&scene, "за оплату").await;
    boss.sees(SURE);
    scene.passes(Duration::from_secs(15 * 60)).await;
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("⌛️ Прошло больше 15 минут");
    boss.presses(&scene, "Да, делаем").await;
    boss.toast("Эта кнопка уже не работает");
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_card_leads_to_everything_that_can_be_done_for_a_seller() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 3).await, scene.operator().await);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    boss.sends(&scene, "/user 1").await;
    let card = boss.sees("👤 1");
    has(&card, &["Баланс: 2", "J1", "✅ готово"]);

    boss.presses(&scene, "История").await;
    let history = newest(&boss);
    assert_eq!(history.id, card.id, "a page takes the place of another");
    has(
        &history,
        &["📒 История", "администратор: a story", "заказ J1"],
    );
    boss.presses(&scene, "Карточка").await;
    boss.presses(&scene, "Вернуть кредит").await;
    boss.presses(&scene, "J1").await;
    boss.sees("✍️ Напиши причину");
    boss.sends(&scene, "брак на видео").await;
    has(&boss.sees(SURE), &["J1", "Баланс: 2 → 3", "брак на видео"]);
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Вернул кредит за видео J1");
    anna.sees("🎁 Баланс пополнен: +1 кредит");

    boss.sends(&scene, "/job J1").await;
    let job = boss.sees("🎬 Видео J1 — ✅ готово");
    has(&job, &["Продавец: 1", "Кредиты:", "видео готово J1"]);
    boss.presses(&scene, "Вернуть кредит").await;
    boss.sees("Кредит за видео J1 уже вернули");

    boss.sends(&scene, "/user 1").await;
    boss.sees("👤 1");
    boss.presses(&scene, "Закрыть доступ").await;
    boss.sees("✍️ Напиши причину");
    boss.sends(&scene, "спам").await;
    boss.sees(SURE);
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Доступ закрыт: 1");
    anna.sends(&scene, "/menu").await;
    anna.sees("🚫 Доступ к боту закрыт.");
    boss.presses(&scene, "Карточка").await;
    has(&boss.sees("👤 1"), &["🚫 Доступ закрыт", "спам"]);
    boss.presses(&scene, "Открыть доступ").await;
    boss.sees(SURE);
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Доступ открыт: 1");
    let what: Vec<_> = trail(&scene)
        .await
        .into_iter()
        .map(|act| act.what)
        .collect();
    assert_eq!(
        what[..3],
        [
            "unbanned user 1",
            "banned user 1: спам",
            "refunded job 1: брак на видео"
        ]
    );
    scene.ends().await;
}

#[tokio::test]
async fn an_operator_cannot_shut_out_an_operator() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    boss.sends(&scene, &format!("/user {ADMIN}")).await;
    boss.sees("👤 9001");
    boss.presses(&scene, "Закрыть доступ").await;
    boss.sees("9001 — администратор");
    scene.ends().await;
}

#[tokio::test]
async fn a_failed_video_is_ordered_once_more_for_a_reason() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    scene.next(&[Ending::Violation]);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    boss.sends(&scene, "/job J1").await;
    let job = boss.sees("🎬 Видео J1 — ❌ не получилось");
    has(&job, &["Причина:", "Неудачные попытки:"]);
    boss.presses(&scene, "Заказать ещё раз").await;
    boss.sees("✍️ Напиши причину");
    boss.sends(&scene, "просил повторить").await;
    has(&boss.sees(SURE), &["Баланс: 2 → 1"]);
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Видео J1 заказано ещё раз: заказ 2");
    scene.all_end().await;
    anna.gets_video();
    boss.sends(&scene, "/job 1").await;
    boss.sees("🎬 Видео J1");
    boss.presses(&scene, "Заказать ещё раз").await;
    boss.sees("Видео J1 уже заказано снова");
    let trail = trail(&scene).await;
    assert_eq!(
        trail[0].what,
        "ordered job 1 again as order 2: просил повторить"
    );
    scene.ends().await;
}

#[tokio::test]
async fn a_live_video_can_be_cancelled_from_its_story() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    anna.orders(&scene, 1).await;
    boss.sends(&scene, "/job J1").await;
    boss.sees("🎬 Видео J1");
    boss.presses(&scene, "Отменить").await;
    boss.sees("✍️ Напиши причину");
    boss.sends(&scene, "передумал").await;
    boss.sees(SURE);
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("✅ Отменил видео J1 и вернул кредит");
    anna.sees("↩️ Видео отменено");
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn sales_are_paused_for_a_reason_and_resumed() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    boss.sends(&scene, "/pause новые ключи").await;
    has(
        &boss.sees(SURE),
        &["⏸ Остановить приём заказов", "новые ключи"],
    );
    boss.presses(&scene, "Да, делаем").await;
    boss.sees("⏸ Заказы больше не принимаю");
    anna.presses(&scene, "Сделать Reels").await;
    anna.sees("⏸ Новые заказы пока на паузе");
    boss.sends(&scene, "/pause").await;
    boss.sees("Так уже и есть");
    boss.sends(&scene, "/queue_stats").await;
    has(&boss.sees("📋 Очередь"), &["⏸ Заказы не принимаем: пауза"]);
    boss.sends(&scene, "/resume").await;
    boss.sees("▶️ Снова принимаю заказы");
    boss.sends(&scene, "/resume").await;
    boss.sees("Так уже и есть");
    let what: Vec<_> = trail(&scene)
        .await
        .into_iter()
        .map(|act| act.what)
        .collect();
    assert_eq!(what, ["resumed sales", "paused sales: новые ключи"]);
    scene.ends().await;
}

#[tokio::test]
async fn queue_and_keys_are_shown_as_they_are_now_and_refreshed_in_place() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    boss.sends(&scene, "/queue_stats").await;
    let first = boss.sees("📋 Очередь");
    has(
        &first,
        &[
            "🟢 Заказы принимаем",
            "В работе: 0 из 100",
            "Видео в работе нет",
        ],
    );
    anna.orders(&scene, 1).await;
    boss.presses(&scene, "Обновить").await;
    let second = newest(&boss);
    assert_eq!(second.id, first.id);
    has(&second, &["В работе: 1 из 100", "🎥 снимается: 1"]);
    boss.presses(&scene, "Ключи").await;
    let keys = newest(&boss);
    has(
        &keys,
        &["🔑 Ключи KIE", "кредитов KIE:", "🎥 Модели по порядку"],
    );
    for key in scene.kie().keys() {
        assert!(!keys.text.contains(&key), "a key is never shown");
    }
    boss.sends(&scene, "/keys").await;
    boss.sees("🔑 Ключи KIE");
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn whoever_is_no_operator_any_more_gets_the_ordinary_answer() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    boss.sends(&scene, "/pause").await;
    boss.sees("✍️ Напиши причину");
    scene.changes("admin_ids = [9001]", "admin_ids = [9002]");
    scene.reloads().await.unwrap();
    boss.sends(&scene, "/queue_stats").await;
    boss.sees(UNKNOWN);
    boss.sends(&scene, "новые ключи").await;
    boss.sees("🙂 Не понял.");
    scene.ends().await;
}

#[tokio::test]
async fn help_names_the_commands_to_operators() {
    let scene = Scene::talk().await;
    let boss = scene.operator().await;
    boss.sends(&scene, "/help").await;
    has(&boss.sees("🛠 Команды администратора"), &["/grant", "/job"]);
    boss.sees("Я превращаю фото");
    scene.ends().await;
}

#[tokio::test]
async fn statistics_come_as_a_picture_with_the_numbers_below_it() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 9).await, scene.operator().await);
    scene.next(&[Ending::Success, Ending::Violation, Ending::Success]);
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    anna.finds("⚠️ Вы нарушили правила");
    anna.gets_video();
    anna.gets_video();
    scene.passes(Duration::from_secs(3600)).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();

    boss.sends(&scene, "/stats").await;
    let day = boss.sees("📊 Статистика за 24 часа");
    has(
        &day,
        &[
            "Заказов: 2, в них видео: 4. Новых продавцов: 2",
            "Готово: 3, не получилось: 1 — удачных 75 %",
            "⏱ Половина видео готова за",
            "начислено 7, подарено новым 4",
            "Заработано на видео: 3, вернулось за неудачи: 1",
            "3 из 4 (75 %)",
        ],
    );
    let png = day.file.expect("a picture").bytes;
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let picture = image::load_from_memory(&png).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (864, 1548));
    // The colours of what went well and of what did not.
    for colour in [[0x1f, 0x8a, 0x5b], [0xd1, 0x49, 0x3f]] {
        let painted = picture.pixels().filter(|pixel| pixel.0 == colour);
        assert!(painted.count() > 500, "no bar is {colour:x?}");
    }
    boss.presses(&scene, "Неделя").await;
    boss.sees("📊 Статистика за 7 дней");
    boss.presses(&scene, "Месяц").await;
    boss.sees("📊 Статистика за 30 дней");
    boss.sends(&scene, "/stats год").await;
    boss.sees("📊 Напиши так: /stats");
    scene.ends().await;
}

#[tokio::test]
async fn operators_are_shown_their_commands_and_nobody_else_is() {
    let mut scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    let menu = |scene: &Scene, id| scene.telegram().menu_of(id);
    assert!(menu(&scene, ADMIN).is_empty(), "nobody knows them yet");
    let boss = scene.operator().await;
    scene.until(|scene| !menu(scene, ADMIN).is_empty()).await;
    let shown = menu(&scene, ADMIN);
    for command in ["start", "help", "stats", "grant", "broadcast"] {
        assert!(shown.iter().any(|it| it == command), "{command}: {shown:?}");
    }
    assert!(menu(&scene, anna.person.id()).is_empty());
    scene.restarts().await;
    scene.changes("admin_ids = [9001]", "admin_ids = [1]");
    scene.reloads().await.unwrap();
    scene.until(|scene| menu(scene, ADMIN).is_empty()).await;
    scene.until(|scene| !menu(scene, 1).is_empty()).await;
    boss.sees_nothing();
    scene.ends().await;
}

#[tokio::test]
async fn whoever_has_a_menu_of_former_days_loses_it_with_the_first_command_of_it() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    // As if it had been given before this process began.
    let (api, token) = (
        scene.telegram().api_url(),
        scene.telegram().token().to_owned(),
    );
    let body = json!({
        "commands": [{"command": "stats", "description": "..."}],
        "scope": {"type": "chat", "chat_id": 1},
    });
    let given = reqwest::Client::new()
        .post(format!("{api}/bot{token}/setMyCommands"))
        .header("content-type", "application/json")
        .body(body.to_string())
        .send();
    assert!(given.await.unwrap().status().is_success());
    let menu = |scene: &Scene| scene.telegram().menu_of(1);
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    assert!(!menu(&scene).is_empty());
    anna.sends(&scene, "/queue_stats").await;
    anna.sees(UNKNOWN);
    scene.until(|scene| menu(scene).is_empty()).await;
    scene.ends().await;
}

#[tokio::test]
async fn what_was_asked_for_is_not_shown_to_whoever_is_no_operator_by_then() {
    let scene = Scene::with("", false).await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    // It waits its turn behind this.
    let fault = Fault::TooMany { retry_after: 30 };
    scene.telegram().fail_next("sendMessage", fault);
    let asked = |scene: &Scene| scene.calls("telegram", "sendMessage").len();
    let before = asked(&scene);
    boss.person.sends("/user 1");
    // Its pace lets it out.
    scene.stage().clock.pass(Duration::from_secs(2));
    scene.until(|scene| asked(scene) > before).await;
    scene.changes("admin_ids = [9001]", "admin_ids = [9002]");
    scene.reloads().await.unwrap();
    scene.passes(Duration::from_secs(60)).await;
    boss.sees_nothing();
    anna.sees_nothing();
    boss.sends(&scene, "/menu").await;
    boss.sees(At::Menu.question());
    scene.ends().await;
}

#[tokio::test]
async fn messages_that_nobody_can_get_do_not_wait() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    anna.person.blocks();
    scene.settles().await;
    scene.grant(&anna, 3).await;
    boss.sends(&scene, "/queue_stats").await;
    has(&boss.sees("📋"), &["✉️ Сообщений к отправке нет"]);
    anna.person.unblocks();
    scene.settles().await;
    anna.sees("🎁 Баланс пополнен");
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    scene.ends().await;
}

#[tokio::test]
async fn quick_messages_of_an_operators_keep_their_order() {
    let scene = Scene::talk().await;
    let (anna, boss) = (scene.seller(1, 2).await, scene.operator().await);
    anna.person.takes_username("anna");
    anna.sends(&scene, "/menu").await;
    anna.sees(At::Menu.question());
    boss.person.sends("/grant");
    boss.person.sends("@anna");
    boss.person.sends("5");
    boss.person.sends("за оплату");
    scene.settles().await;
    boss.sees("Кому");
    boss.sees("Сколько");
    boss.sees("✍️ Напиши причину");
    has(&boss.sees(SURE), &["5 кредитов", "@anna (1)", "за оплату"]);
    scene.ends().await;
}
