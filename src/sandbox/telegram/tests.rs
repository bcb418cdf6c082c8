//! What a real client sees of the stand-in.

mod stars;
mod webhook;

use std::time::Duration;

use serde_json::{Value, json};
use teloxide::{
    ApiError, RequestError,
    net::Download,
    prelude::*,
    types::{
        AllowedUpdate, BotCommand, ChatAction, FileId, InlineKeyboardButton, InlineKeyboardMarkup,
        InputFile, MessageEntityKind, ParseMode, UpdateKind,
    },
};

use super::*;
use crate::sandbox::{
    Sandbox,
    clock::{Clock, sandbox},
    movie, sample_photo,
};

struct Shop {
    sandbox: Sandbox,
    clock: Clock,
    bot: Bot,
    anna: Person,
}

async fn shop() -> Shop {
    let (sandbox, clock) = sandbox().await;
    let url = sandbox.telegram.api_url().parse().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let bot = Bot::with_client(sandbox.telegram.token(), client).set_api_url(url);
    let anna = sandbox.telegram.person(1001, "Анна", Some("ru"));
    Shop {
        sandbox,
        clock,
        bot,
        anna,
    }
}

fn keyboard() -> InlineKeyboardMarkup {
    InlineKeyboardMarkup::new([[
        InlineKeyboardButton::callback("Да, запустить", "go:1"),
        InlineKeyboardButton::url("Помощь", "https://t.me/help".parse().unwrap()),
    ]])
}

#[tokio::test]
async fn a_chat_goes_back_and_forth() {
    let shop = shop().await;
    let chat = ChatId(1001);
    let me = shop.bot.get_me().await.unwrap();
    assert_eq!(me.id.0 as i64, BOT_ID);
    let early = shop.bot.send_message(chat, "hello").await;
    assert!(matches!(
        early,
        Err(RequestError::Api(ApiError::ChatNotFound))
    ));
    shop.anna.sends("/start now");
    let sent = shop
        .bot
        .send_message(
            chat,
            "<b>Привет</b> &lt;3 <a href=\"https://a.test/?a=1&amp;b=2\">сюда</a>",
        )
        .parse_mode(ParseMode::Html)
        .reply_markup(keyboard())
        .await
        .unwrap();
    assert_eq!(sent.text(), Some("Привет <3 сюда"));
    assert_eq!(sent.entities().unwrap().len(), 2);
    let same = shop
        .bot
        .edit_message_text(chat, sent.id, "Привет <3 сюда")
        .await
        .unwrap();
    assert!(same.reply_markup().is_none());
    let again = shop
        .bot
        .edit_message_text(chat, sent.id, "Привет <3 сюда")
        .await;
    assert!(matches!(
        again,
        Err(RequestError::Api(ApiError::MessageNotModified))
    ));
    shop.bot
        .edit_message_reply_markup(chat, sent.id)
        .reply_markup(keyboard())
        .await
        .unwrap();
    let press = shop.anna.presses("запустить").unwrap();
    assert_eq!(shop.anna.unanswered_callbacks(), 1);
    shop.bot
        .answer_callback_query(press.clone().into())
        .text("Хорошо")
        .show_alert(true)
        .await
        .unwrap();
    assert_eq!(shop.anna.unanswered_callbacks(), 0);
    assert_eq!(shop.anna.toasts()[0].text, "Хорошо");
    assert!(shop.bot.answer_callback_query(press.into()).await.is_err());
    shop.bot
        .send_chat_action(chat, ChatAction::UploadVideo)
        .await
        .unwrap();
    assert_eq!(shop.anna.chat_action().unwrap().0, "upload_video");
    shop.clock.pass(5_000);
    assert_eq!(shop.anna.chat_action(), None);
    shop.bot.delete_message(chat, sent.id).await.unwrap();
    assert_eq!(shop.anna.messages().len(), 1);
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_press_to_bring_is_in_no_line_and_can_be_repeated() {
    let shop = shop().await;
    let telegram = &shop.sandbox.telegram;
    shop.anna.sends("hi");
    let sent = shop.bot.send_message(ChatId(1001), "Точно?");
    let question = sent.reply_markup(keyboard()).await.unwrap();
    let (question, waiting) = (question.id.0.into(), telegram.pending_updates());
    let press = shop.anna.presses_to_bring(question, "go:1").unwrap();
    assert_eq!(press["callback_query"]["data"], "go:1");
    assert_eq!(press["update_id"], telegram.last_update_id());
    assert_eq!(telegram.pending_updates(), waiting);
    assert_eq!(shop.anna.unanswered_callbacks(), 1);
    let other = shop.anna.presses_to_bring(question, "go:1").unwrap();
    assert_ne!(press["update_id"], other["update_id"]);
    assert_ne!(press["callback_query"]["id"], other["callback_query"]["id"]);
    assert!(telegram.repeat_update(press["update_id"].as_i64().unwrap()));
    assert_eq!(telegram.pending_updates(), waiting + 1);
    assert!(shop.anna.presses_to_bring(99, "go:1").is_none());
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn an_old_press_is_not_answered() {
    let shop = shop().await;
    shop.anna.sends("hi");
    shop.bot
        .send_message(ChatId(1001), "?")
        .reply_markup(keyboard())
        .await
        .unwrap();
    let press = shop.anna.presses("Да").unwrap();
    assert_eq!(shop.anna.presses("Помощь"), None);
    shop.clock.pass(150_000);
    let answer = shop.bot.answer_callback_query(press.into()).await;
    let error = answer.unwrap_err().to_string();
    assert!(error.contains("query is too old"), "{error}");
}

#[tokio::test]
async fn updates_are_polled_until_confirmed() {
    let shop = shop().await;
    let text = shop.anna.sends("/start");
    shop.anna.sends_photo(sample_photo(0));
    shop.anna
        .sends_file(sample_photo(1), "a b.png", "image/png");
    shop.anna.sends_sticker();
    shop.anna.sends_voice();
    shop.anna.sends_location();
    shop.anna.sends_in_group("hello");
    shop.anna
        .sends_album(vec![sample_photo(0), sample_photo(1)]);
    let first = shop.anna.messages()[0].id;
    shop.anna.edits(first, "changed");
    shop.anna.presses_on(first, "old");
    shop.anna.blocks();
    let kinds = [
        AllowedUpdate::Message,
        AllowedUpdate::EditedMessage,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::MyChatMember,
    ];
    let poll = shop.bot.get_updates().allowed_updates(kinds);
    let updates = poll.clone().await.unwrap();
    assert_eq!(poll.clone().await.unwrap(), updates);
    assert_eq!(updates.len(), 12);
    assert_eq!(i64::from(updates[0].id.0), text);
    for update in &updates {
        assert!(!matches!(update.kind, UpdateKind::Error(_)), "{update:?}");
    }
    let message = |n: usize| match &updates[n].kind {
        UpdateKind::Message(message) => message.clone(),
        other => panic!("{other:?}"),
    };
    let start = message(0);
    let command = &start.entities().unwrap()[0];
    assert_eq!(command.kind, MessageEntityKind::BotCommand);
    let photo = message(1);
    let largest = photo.photo().unwrap().last().unwrap();
    let picture = image::load_from_memory(&sample_photo(0)).unwrap();
    assert_eq!(
        (largest.width, largest.height),
        (picture.width(), picture.height())
    );
    let file = shop.bot.get_file(largest.file.id.clone()).await.unwrap();
    let mut bytes = Vec::new();
    shop.bot
        .download_file(&file.path, &mut bytes)
        .await
        .unwrap();
    assert_eq!(bytes, sample_photo(0));
    assert!(message(2).document().is_some());
    assert!(message(3).sticker().is_some());
    assert!(message(4).voice().is_some());
    assert!(message(5).location().is_some());
    assert!(message(6).chat.is_group());
    assert_eq!(message(7).media_group_id(), message(8).media_group_id());
    let last = updates[11].id.0;
    let offset = i32::try_from(last).unwrap() + 1;
    let rest = shop.bot.get_updates().offset(offset);
    assert_eq!(rest.clone().await.unwrap(), []);
    assert!(shop.sandbox.telegram.repeat_update(text));
    assert_eq!(rest.clone().await.unwrap().len(), 1);
    assert_eq!(rest.clone().await.unwrap(), []);
    shop.sandbox.telegram.send_raw(json!({"brand_new": {}}));
    let strange = rest.await.unwrap();
    assert!(matches!(strange[0].kind, UpdateKind::Error(_)));
    let blocked = shop.bot.send_message(ChatId(1001), "hello").await;
    assert!(matches!(
        blocked,
        Err(RequestError::Api(ApiError::BotBlocked))
    ));
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_long_poll_ends_with_the_first_update() {
    let shop = shop().await;
    let anna = shop.anna.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        anna.sends("at last");
    });
    let poll = shop.bot.get_updates().timeout(10);
    assert_eq!(poll.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_big_file_cannot_be_fetched() {
    let shop = shop().await;
    let big = vec![0; (20 << 20) + 1];
    shop.anna.sends_file(big, "big.jpg", "image/jpeg");
    let id = shop.anna.messages()[0].media.clone().unwrap();
    let error = shop.bot.get_file(FileId(id)).await.unwrap_err();
    assert!(error.to_string().contains("file is too big"));
}

#[tokio::test]
async fn a_video_is_uploaded_and_sent_again() {
    let shop = shop().await;
    let chat = ChatId(1001);
    shop.anna.sends("hi");
    let movie = movie::of(sample_photo(2)).await.unwrap();
    let sent = shop
        .bot
        .send_video(chat, InputFile::memory(movie.clone()).file_name("v.mp4"))
        .caption("✅ Видео готово!")
        .width(movie::WIDTH)
        .height(movie::HEIGHT)
        .duration(movie::seconds())
        .supports_streaming(true)
        .reply_markup(keyboard())
        .await
        .unwrap();
    let video = sent.video().unwrap();
    assert_eq!(video.width, movie::WIDTH);
    let again = InputFile::file_id(video.file.id.clone());
    shop.bot.send_video(chat, again).await.unwrap();
    let photo = InputFile::memory(sample_photo(0));
    let photo = shop.bot.send_photo(chat, photo).await.unwrap();
    assert_eq!(photo.photo().unwrap().len(), 2);
    let seen = shop.anna.messages();
    let video = seen[1].video.clone().unwrap();
    assert_eq!(video.bytes, movie);
    assert_eq!(video.duration, movie::seconds());
    assert_eq!(seen[2].media, Some(video.file_id));
    assert_eq!(seen[1].text, "✅ Видео готово!");
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
    let text = InputFile::memory("no video");
    assert!(shop.bot.send_video(chat, text).await.is_err());
    assert_eq!(shop.sandbox.complaints().len(), 1);
}

#[tokio::test]
async fn faults_come_in_order() {
    let shop = shop().await;
    let chat = ChatId(1001);
    shop.anna.sends("hi");
    let telegram = &shop.sandbox.telegram;
    telegram.fail_next("SendMessage", Fault::TooMany { retry_after: 7 });
    telegram.fail_next("", Fault::Deactivated);
    telegram.fail_next("sendmessage", Fault::DropConnection);
    telegram.fail_next("sendmessage", Fault::DropAfterDoing);
    let send = || shop.bot.send_message(chat, "hello");
    let slow = send().await.unwrap_err();
    assert!(matches!(slow, RequestError::RetryAfter(wait) if wait.seconds() == 7));
    assert!(matches!(send().await, Err(RequestError::Network(_))));
    assert_eq!(shop.anna.messages().len(), 1);
    assert!(matches!(send().await, Err(RequestError::Network(_))));
    assert_eq!(shop.anna.messages().len(), 2);
    let gone = send().await.unwrap_err();
    assert!(matches!(gone, RequestError::Api(ApiError::UserDeactivated)));
    send().await.unwrap();
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn what_telegram_would_refuse_is_a_complaint() {
    let shop = shop().await;
    shop.anna.sends("hi");
    let url = format!("{}/bot{TOKEN}/sendMessage", shop.sandbox.telegram.api_url());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let long_data = "x".repeat(65);
    let wrong = [
        json!({"chat_id": "1001", "text": "x"}),
        json!({"chat_id": 1001, "text": ""}),
        json!({"chat_id": 1001, "text": "🎬".repeat(2049)}),
        json!({"chat_id": 1001, "text": "x", "txet": "y"}),
        json!({"chat_id": 1001, "text": "<x>y</x>", "parse_mode": "HTML"}),
        json!({"chat_id": 1001, "text": "<b>y", "parse_mode": "HTML"}),
        json!({"chat_id": 1001, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": long_data}]]}}),
    ];
    for (n, body) in wrong.iter().enumerate() {
        let answer = client.post(&url).json(body).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body}");
        let told: Value = answer.json().await.unwrap();
        assert_eq!(told["error_code"], 400);
        assert_eq!(shop.sandbox.complaints().len(), n + 1, "{body}");
    }
    let fits = json!({"chat_id": 1001, "text": "🎬".repeat(2048)});
    assert!(
        client
            .post(&url)
            .json(&fits)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
}

#[tokio::test]
async fn a_profile_is_kept() {
    let shop = shop().await;
    let commands = vec![BotCommand::new("start", "Начать")];
    shop.bot.set_my_commands(commands.clone()).await.unwrap();
    assert_eq!(shop.bot.get_my_commands().await.unwrap(), commands);
    shop.bot.set_my_name().name("Нейрокарточки").await.unwrap();
    shop.bot
        .set_my_description()
        .description("Видео из фото")
        .language_code("ru")
        .await
        .unwrap();
    shop.bot
        .set_my_short_description()
        .short_description("Видео")
        .await
        .unwrap();
    assert_eq!(shop.sandbox.telegram.profile().len(), 4);
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}
