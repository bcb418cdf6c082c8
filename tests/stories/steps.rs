//! The four questions, and everything that can be sent instead of an answer.

use neurocards::edge::author::Templates;
use neurocards::rules::domain::template::Template;
use neurocards::sandbox::{Ending, sample_photo};
use serde_json::Value;

use crate::scene::{At, PRODUCT, Scene};

/// What the scripts' author was told of the seller.
fn typed(request: &Value) -> Value {
    let said = request["messages"][1]["content"].as_str().unwrap();
    let (_, typed) = said.split_once("The seller typed:\n").unwrap();
    serde_json::from_str(typed).unwrap()
}

#[tokio::test]
async fn what_is_no_answer_is_answered_with_the_question_at_every_step() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for at in At::ALL {
        anna.walks_to(&scene, at).await;
        let hint = match at {
            At::Menu => "🙂 Не понял. Начни с кнопки ниже.",
            At::Photo => "🙂 Сейчас мне нужно фото.",
            At::Text | At::Prompt | At::Wishes => "🙂 Сейчас мне нужен текст одним сообщением.",
            At::Template | At::Count | At::Confirm => "👇 Выбери вариант кнопкой.",
        };
        let mut answers = 3;
        anna.person.sends_sticker();
        anna.person.sends_voice();
        anna.person.sends_location();
        if !at.takes_text() {
            anna.person.sends("a text nobody asked for");
            answers += 1;
        }
        scene.settles().await;
        for _ in 0..answers {
            let answer = anna.sees(hint);
            assert!(answer.text.contains(at.question()), "{at:?}");
        }
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_second_photo_replaces_the_first_only_before_the_text() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for at in At::ALL {
        if at <= At::Photo {
            continue;
        }
        anna.walks_to(&scene, at).await;
        anna.sends_photo(&scene).await;
        let answer = anna.sees(match at {
            At::Text => "📸 Взял это фото вместо прежнего.",
            _ => "📸 Фото уже есть. Нужно другое? Нажми /cancel и начни заново.",
        });
        assert!(answer.text.contains(at.question()), "{at:?}");
    }
    scene.ends().await;
}

#[tokio::test]
async fn an_own_prompt_skips_the_wishes_and_is_filmed_word_for_word() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    let prompt = "A close-up of a pillow floating in air,\n«снято» на 35 мм & <slow>…";
    anna.walks_to(&scene, At::Prompt).await;
    anna.sends(&scene, prompt).await;
    anna.sees(At::Count.question());
    anna.presses(&scene, "1 видео").await;
    anna.sees(At::Confirm.question());
    anna.presses(&scene, "Да, запустить").await;
    anna.sees("✅ Принял!");
    scene.all_end().await;
    anna.gets_video();
    assert_eq!(scene.kie().tasks()[0].input["prompt"], prompt);
    assert!(scene.gpt().requests().is_empty(), "nobody else writes");
    scene.ends().await;
}

#[tokio::test]
async fn a_dash_and_no_mean_that_there_are_no_wishes() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let anna = scene.seller(1, 10).await;
    let words = ["-", "нет", "НЕТ", "—", " Нет "];
    for word in words {
        anna.walks_to(&scene, At::Wishes).await;
        anna.sends(&scene, word).await;
        anna.sees(At::Count.question());
        anna.presses(&scene, "1 видео").await;
        anna.sees(At::Confirm.question());
        anna.presses(&scene, "Да, запустить").await;
        anna.sees("✅ Принял!");
    }
    let requests = scene.gpt().requests();
    assert_eq!(requests.len(), words.len());
    for request in &requests {
        assert_eq!(typed(request)["product"], PRODUCT);
        assert_eq!(typed(request)["wishes"], Value::Null);
    }
    scene.all_end().await;
    for _ in words {
        anna.sees("⚠️ Вы нарушили правила");
    }
    scene.ends().await;
}

#[tokio::test]
async fn wishes_reach_the_author_and_the_script_reaches_the_provider() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Wishes).await;
    anna.sends(&scene, "Добавь динамичную музыку").await;
    anna.sees(At::Count.question());
    anna.presses(&scene, "1 видео").await;
    anna.sees(At::Confirm.question());
    anna.presses(&scene, "Да, запустить").await;
    anna.sees("✅ Принял!");
    scene.all_end().await;
    anna.gets_video();
    let requests = scene.gpt().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(typed(&requests[0])["wishes"], "Добавь динамичную музыку");
    let prompt = scene.kie().tasks()[0].input["prompt"].clone();
    assert_eq!(prompt, scene.gpt().scripts()[0], "word for word");
    scene.ends().await;
}

#[tokio::test]
async fn the_template_decides_what_the_author_is_told() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let anna = scene.seller(1, 2).await;
    for style in ["UGC Блогер", "Реклама"] {
        anna.walks_to(&scene, At::Template).await;
        anna.presses(&scene, style).await;
        anna.sees(At::Wishes.question());
        anna.sends(&scene, "-").await;
        anna.sees(At::Count.question());
        anna.presses(&scene, "1 видео").await;
        anna.sees(At::Confirm.question());
        anna.presses(&scene, "Да, запустить").await;
        anna.sees("✅ Принял!");
    }
    let requests = scene.gpt().requests();
    assert_eq!(requests.len(), 2);
    let templates = Templates::shipped();
    for (name, request) in ["ugc", "ad"].into_iter().zip(&requests) {
        let words = templates.get(Template::parse(name).unwrap()).unwrap();
        assert_eq!(request["messages"][0]["content"], words.system.trim());
        let user = request["messages"][1]["content"].as_str().unwrap();
        assert!(user.starts_with(&words.instructions(1500)), "{user}");
    }
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    anna.sees("⚠️ Вы нарушили правила");
    scene.ends().await;
}

#[tokio::test]
async fn the_longest_text_and_emoji_are_accepted_and_spaces_are_not() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Text).await;
    for nothing in [" ", "  \n \t ", "\u{a0}"] {
        anna.sends(&scene, nothing).await;
        let answer = anna.sees("🙂 В сообщении нет текста.");
        assert!(answer.text.contains(At::Text.question()));
    }
    anna.sends(&scene, &"ж".repeat(4096)).await;
    anna.sees(At::Template.question());
    anna.walks_to(&scene, At::Text).await;
    anna.sends(&scene, "🛏️✨👩‍👧").await;
    anna.sees(At::Template.question());
    scene.ends().await;
}

#[tokio::test]
async fn a_text_of_4096_emoji_is_accepted() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Text).await;
    // Telegram counts UTF-16 units.
    anna.sends(&scene, &"🔥".repeat(2048)).await;
    anna.sees(At::Template.question());
    scene.ends().await;
}

#[tokio::test]
async fn a_picture_sent_as_a_file_is_a_photo() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for (name, mime) in [
        ("1.jpg", "image/jpeg"),
        ("1.png", "image/png"),
        ("1.webp", "image/webp"),
    ] {
        anna.walks_to(&scene, At::Photo).await;
        anna.person.sends_file(sample_photo(0), name, mime);
        scene.settles().await;
        anna.sees(At::Text.question());
    }
    scene.ends().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_refused_in_words() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Photo).await;
    anna.person
        .sends_file(&b"%PDF-1.7"[..], "price.pdf", "application/pdf");
    scene.settles().await;
    let answer = anna.sees("🙂 Этот файл мне не открыть. Пришли его как фото, а не файлом; файлом подойдёт JPEG, PNG или WebP.");
    assert!(answer.text.contains(At::Photo.question()));
    anna.person
        .sends_file(vec![0; 25 << 20], "big.png", "image/png");
    scene.settles().await;
    let answer = anna.sees("📦 Файл больше 20 МБ");
    assert!(answer.text.contains(At::Photo.question()));
    scene.ends().await;
}

#[tokio::test]
async fn an_albums_first_picture_counts_and_that_is_said_once() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Photo).await;
    let album = vec![
        crate::picture::of([200, 30, 30]),
        crate::picture::of([30, 30, 200]),
        crate::picture::of([30, 200, 30]),
    ];
    anna.person.sends_album(album);
    scene.settles().await;
    anna.sees(At::Text.question());
    anna.sees("📎 Вижу несколько фото. Беру первое из альбома");
    anna.sees_nothing();
    anna.sends(&scene, PRODUCT).await;
    anna.sees(At::Template.question());
    anna.presses(&scene, "UGC Блогер").await;
    anna.sees(At::Wishes.question());
    anna.sends(&scene, "-").await;
    anna.sees(At::Count.question());
    anna.confirms(&scene, 1).await;
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    let sent = scene.kie().tasks()[0].photo.clone().unwrap();
    crate::picture::is(&sent, [200, 30, 30]);
    scene.ends().await;
}

#[tokio::test]
async fn a_caption_is_taken_as_the_description() {
    let scene = Scene::talk().await;
    scene.kie().by_default(Ending::Violation);
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Photo).await;
    anna.person
        .sends_photo_with_caption(sample_photo(0), "Подушка с памятью");
    scene.settles().await;
    let answer = anna.sees("📸 Фото есть, описание взял из подписи.");
    assert!(answer.text.contains(At::Template.question()));
    anna.presses(&scene, "Реклама").await;
    anna.sees(At::Wishes.question());
    anna.sends(&scene, "-").await;
    anna.sees(At::Count.question());
    anna.confirms(&scene, 1).await;
    assert_eq!(
        typed(&scene.gpt().requests()[0])["product"],
        "Подушка с памятью"
    );
    scene.all_end().await;
    anna.sees("⚠️ Вы нарушили правила");
    scene.ends().await;
}

#[tokio::test]
async fn an_edited_message_is_answered_and_changes_nothing() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.walks_to(&scene, At::Template).await;
    let messages = anna.person.messages();
    let product = messages.iter().find(|it| it.text == PRODUCT).unwrap().id;
    anna.person.edits(product, "Another pillow");
    scene.settles().await;
    let answer = anna.sees("✏️ Правки сообщений я не вижу. Пришли новым сообщением.");
    assert!(answer.text.contains(At::Template.question()));
    scene.ends().await;
}
