//! The menu, the commands and the languages.

use neurocards::sandbox::sample_photo;

use crate::scene::{At, Scene};

#[tokio::test]
async fn the_welcome_gift_is_given_once() {
    let scene = Scene::talk().await;
    let anna = scene.stranger(1);
    for _ in 0..3 {
        anna.sends(&scene, "/start").await;
        let welcome = anna.sees("На балансе: 2 кредита. 1 видео = 1 кредит.");
        assert!(welcome.photo, "the menu has a picture");
    }
    assert_eq!(scene.balance(&anna), (2, 0));
    assert_eq!(scene.entries("welcome"), 1);
    scene.ends().await;
}

#[tokio::test]
async fn help_is_given_at_every_step_and_the_question_stays_open() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for at in At::ALL {
        anna.walks_to(&scene, at).await;
        anna.sends(&scene, "/help").await;
        anna.sees("Я превращаю фото товара в короткое вертикальное видео");
        if at != At::Menu {
            anna.sees(at.question());
        }
    }
    scene.ends().await;
}

#[tokio::test]
async fn cancel_leads_from_every_step_to_the_menu() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for at in At::ALL {
        anna.walks_to(&scene, at).await;
        anna.sends(&scene, "/cancel").await;
        anna.sees(match at {
            At::Menu => "👌 Отменять нечего.",
            _ => "👌 Отменил. Кредиты на месте.",
        });
        anna.sends(&scene, "and now?").await;
        anna.sees("🙂 Не понял. Начни с кнопки ниже.");
    }
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn menu_and_start_lead_from_every_step_to_the_menu() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for at in At::ALL {
        for (command, answer) in [("/menu", "🏠 Главное меню"), ("/start", "👋 Привет!")]
        {
            anna.walks_to(&scene, at).await;
            anna.sends(&scene, command).await;
            let labels: Vec<_> = anna.sees(answer).buttons.concat();
            let labels: Vec<_> = labels.iter().map(|button| button.text.as_str()).collect();
            assert_eq!(
                labels,
                ["🎬 Сделать Reels", "👤 Личный кабинет", "🆘 Поддержка"]
            );
            anna.sends(&scene, "hm").await;
            anna.sees("🙂 Не понял.");
        }
    }
    scene.ends().await;
}

#[tokio::test]
async fn an_unknown_command_is_answered_at_every_step() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for at in At::ALL {
        anna.walks_to(&scene, at).await;
        anna.sends(&scene, "/frobnicate 7").await;
        let answer = anna.sees("🙂 Такой команды я не знаю. Есть /menu, /cancel и /help.");
        assert!(answer.text.contains(at.question()), "{at:?}");
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_command_with_the_bots_name_is_a_command() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.sends(&scene, "/menu@neurocards_sandbox_bot").await;
    anna.sees("🏠 Главное меню");
    anna.sends(&scene, "/HELP").await;
    anna.sees("Я превращаю фото");
    anna.sends(&scene, "/start promo-42").await;
    anna.sees("👋 Привет!");
    scene.ends().await;
}

#[tokio::test]
async fn the_cabinet_shows_the_balance_and_the_way_to_more() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 21).await;
    anna.sends(&scene, "/menu").await;
    anna.sees("🏠 Главное меню");
    anna.presses(&scene, "Личный кабинет").await;
    anna.sees("Баланс: 21 кредит\n1 видео = 1 кредит");
    anna.presses(&scene, "Пополнить баланс").await;
    let packages = anna.sees("💎 15 кредитов — 15 видео");
    assert!(
        packages
            .text
            .contains("напиши в поддержку: @neurocards_support")
    );
    let link = packages.buttons[0][0].url.as_deref();
    assert_eq!(link, Some("https://t.me/neurocards_support"));
    anna.presses(&scene, "Меню").await;
    anna.sees("🏠 Главное меню");
    anna.presses(&scene, "Поддержка").await;
    anna.sees("Напиши нам: @neurocards_support");
    scene.ends().await;
}

#[tokio::test]
async fn the_menus_buttons_work_in_the_middle_of_a_draft() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Wishes).await;
    anna.presses(&scene, "Личный кабинет").await;
    anna.sees("Баланс: 2 кредита");
    anna.presses(&scene, "Поддержка").await;
    anna.sees("🆘 Поддержка");
    anna.sends(&scene, "-").await;
    anna.sees(At::Count.question());
    anna.presses(&scene, "Меню").await;
    anna.sees("🏠 Главное меню");
    scene.ends().await;
}

#[tokio::test]
async fn cancel_at_the_last_question_costs_nothing() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Confirm).await;
    anna.presses(&scene, "Отмена").await;
    anna.sees("👌 Отменил. Кредиты на месте.\n\n🏠 Главное меню");
    anna.presses(&scene, "Да, запустить").await;
    anna.toast("Эта кнопка уже не работает");
    anna.sees("🕰 Эта кнопка уже не работает.\n\n🏠 Главное меню");
    assert_eq!(scene.balance(&anna), (2, 0));
    assert!(scene.jobs().is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn an_english_person_is_spoken_to_in_english() {
    let scene = Scene::new().await;
    let ben = scene.person(1, Some("en-GB"));
    ben.sends(&scene, "/start").await;
    ben.sees("Your balance: 2 credits");
    ben.presses(&scene, "Make a Reel").await;
    ben.sees("Send a photo of the product");
    ben.sends_photo(&scene).await;
    ben.sees("Describe the product in one message");
    ben.sends(&scene, "A pillow").await;
    ben.sees("🎛 Pick a template:");
    ben.presses(&scene, "Commercial").await;
    ben.sees("Any extra wishes?");
    ben.sends(&scene, "no").await;
    ben.sees("How many videos do you want?");
    ben.presses(&scene, "1 video").await;
    ben.sees("1 credit");
    ben.presses(&scene, "Yes, start").await;
    ben.toast("✅");
    ben.sees("1 video is on its way!");
    ben.status("🎬 Generation started...");
    scene.all_end().await;
    ben.sees("✅ Your video is ready!\n\n1 of 1 · SORA 2");
    ben.status("1 of 1 ready");
    scene.ends().await;
}

#[tokio::test]
async fn a_person_without_a_language_is_spoken_to_in_russian() {
    let scene = Scene::talk().await;
    for (id, language) in [(1, None), (2, Some("de"))] {
        let somebody = scene.person(id, language);
        somebody.sends(&scene, "/start").await;
        somebody.sees("👋 Привет!");
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_group_is_told_that_the_bot_works_in_private() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.person.sends_in_group("/start@neurocards_sandbox_bot");
    scene.settles().await;
    let answer = anna.person.group_messages().pop().unwrap();
    assert!(answer.from_bot, "{}", answer.text);
    assert!(answer.text.contains("Я работаю только в личных сообщениях"));
    anna.person.sends_in_group("/start@some_other_bot");
    anna.person.sends_in_group("a word among people");
    scene.settles().await;
    assert_eq!(anna.person.group_messages().len(), 4);
    anna.sees_nothing();
    scene.ends().await;
}

#[tokio::test]
async fn a_photo_sent_from_the_menu_begins_a_draft() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.person.sends_photo(sample_photo(1));
    scene.settles().await;
    anna.sees(At::Text.question());
    scene.ends().await;
}
