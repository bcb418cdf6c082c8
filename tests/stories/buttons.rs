//! Buttons: old ones, strange ones, and «once more».

use neurocards::sandbox::Ending;

use crate::scene::{At, Scene};

#[tokio::test]
async fn too_few_credits_lead_to_the_packages_and_the_draft_still_works() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.briefs(&scene).await;
    anna.presses(&scene, "3 видео").await;
    anna.sees("😔 Недостаточно кредитов\n\nНужно: 3 кредита\nТекущий баланс: 2");
    anna.presses(&scene, "Пополнить баланс").await;
    let packages = anna.sees("💎 5 кредитов — 5 видео");
    assert!(packages.text.contains("@neurocards_support"));
    assert!(scene.jobs().is_empty());
    anna.confirms(&scene, 1).await;
    assert_eq!(scene.balance(&anna), (1, 1));
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn a_top_up_lets_the_same_draft_go_on() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.briefs(&scene).await;
    anna.presses(&scene, "3 видео").await;
    anna.sees("😔 Недостаточно кредитов");
    scene.grant(&anna, 5).await;
    anna.sees("🎁 Баланс пополнен: +5 кредитов\n\nТекущий баланс: 7");
    anna.presses(&scene, "3 видео").await;
    let question = anna.sees("Количество видео: 3\nСтоимость: 3 кредита\nТекущий баланс: 7");
    assert!(question.text.contains("от 1 до 30 минут"));
    scene.ends().await;
}

#[tokio::test]
async fn credits_that_are_gone_when_yes_is_pressed_make_no_order() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 3).await;
    anna.briefs(&scene).await;
    anna.presses(&scene, "3 видео").await;
    anna.sees(At::Confirm.question());
    scene.grant(&anna, -2).await;
    anna.sees("ℹ️ С баланса списано: 2 кредита\n\nТекущий баланс: 1");
    anna.presses(&scene, "Да, запустить").await;
    anna.sees("😔 Недостаточно кредитов");
    assert!(scene.jobs().is_empty());
    assert_eq!(scene.balance(&anna), (1, 0));
    anna.presses(&scene, "1 видео").await;
    anna.sees("Количество видео: 1");
    scene.ends().await;
}

#[tokio::test]
async fn a_button_of_an_earlier_draft_never_acts() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 10).await;
    anna.walks_to(&scene, At::Confirm).await;
    let old: Vec<_> = anna.person.messages();
    anna.walks_to(&scene, At::Text).await;
    let mut pressed = 0;
    for message in &old {
        for button in message.buttons.iter().flatten() {
            let data = button.data.as_deref().unwrap_or_default();
            if !data.contains(':') {
                continue;
            }
            pressed += 1;
            anna.person.presses_on(message.id, data);
            scene.settles().await;
            anna.toast("Эта кнопка уже не работает");
            let answer = anna.sees("🕰 Эта кнопка уже не работает.");
            assert!(answer.text.contains(At::Text.question()), "{data}");
        }
    }
    assert_eq!(pressed, 3 + 3 + 2);
    assert!(scene.jobs().is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn another_choice_replaces_the_first_until_yes() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 10).await;
    anna.walks_to(&scene, At::Wishes).await;
    anna.presses(&scene, "UGC Блогер").await;
    anna.toast("Уже выбрано");
    anna.presses(&scene, "Свой промпт").await;
    anna.sees(At::Prompt.question());
    anna.presses(&scene, "Реклама").await;
    anna.sees(At::Wishes.question());
    anna.sends(&scene, "-").await;
    anna.sees(At::Count.question());
    anna.presses(&scene, "5 видео").await;
    anna.sees("Количество видео: 5");
    anna.presses(&scene, "3 видео").await;
    anna.sees("Количество видео: 3");
    anna.presses(&scene, "3 видео").await;
    anna.toast("Уже выбрано");
    scene.ends().await;
}

#[tokio::test]
async fn callback_data_that_means_nothing_is_answered() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Count).await;
    let here = anna.person.messages().last().unwrap().id;
    let long = "x".repeat(64);
    for data in [
        "",
        "сделай:красиво",
        "count:7:1",
        "count:3:18446744073709551616",
        "again:-1",
        "again:999999",
        "go:1:2",
        "refund:all",
        &long,
    ] {
        anna.person.presses_on(here, data);
        scene.settles().await;
        anna.toast("Эта кнопка уже не работает");
        let answer = anna.sees("🕰 Эта кнопка уже не работает.");
        assert!(answer.text.contains(At::Count.question()), "{data}");
    }
    assert!(scene.jobs().is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn two_devices_that_say_yes_at_once_place_one_order() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 10).await;
    anna.walks_to(&scene, At::Confirm).await;
    anna.sends(&scene, "/help").await;
    anna.sees("Я превращаю");
    let second = anna.sees(At::Confirm.question());
    let questions: Vec<_> = anna.person.messages();
    let first = questions
        .iter()
        .find(|message| message.text.contains(At::Confirm.question()))
        .unwrap();
    assert_ne!(first.id, second.id);
    for message in [first, &second, first, &second] {
        let yes = message.buttons[0][0].data.as_deref().unwrap();
        anna.person.presses_on(message.id, yes);
    }
    scene.settles().await;
    anna.sees("✅ Принял!");
    anna.toast("Уже запустил");
    assert_eq!(scene.jobs().len(), 1);
    assert_eq!(scene.balance(&anna), (9, 1));
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn once_more_begins_at_the_count_with_everything_else_kept() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 10).await;
    anna.walks_to(&scene, At::Wishes).await;
    anna.sends(&scene, "Побольше света").await;
    anna.sees(At::Count.question());
    anna.confirms(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    anna.presses(&scene, "Ещё раз").await;
    let answer = anna.sees("🔁 Берём всё как в прошлый раз.");
    assert!(answer.text.contains(At::Count.question()));
    anna.confirms(&scene, 3).await;
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    assert_eq!(scene.jobs().len(), 4);
    assert_eq!(scene.balance(&anna), (6, 0));
    let requests = scene.gpt().requests();
    assert!(requests.iter().all(|request| request == &requests[0]));
    let tasks = scene.kie().tasks();
    assert!(tasks.iter().all(|task| task.photo == tasks[0].photo));
    scene.ends().await;
}

#[tokio::test]
async fn once_more_of_somebody_elses_order_does_nothing() {
    let scene = Scene::new().await;
    let (anna, mallory) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    let video = anna.gets_video();
    let again = video.buttons[0][0].data.clone().unwrap();
    mallory.sends(&scene, "/menu").await;
    let menu = mallory.sees("🏠 Главное меню");
    mallory.person.presses_on(menu.id, &again);
    scene.settles().await;
    mallory.toast("Эта кнопка уже не работает");
    mallory.sees("🕰 Эта кнопка уже не работает.");
    assert_eq!(scene.jobs().len(), 1);
    scene.ends().await;
}

#[tokio::test]
async fn a_failed_order_can_be_left_for_the_menu() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Unknown]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.sees("❌ Не получилось сгенерировать");
    anna.presses(&scene, "Меню").await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}
