//! A bot as teloxide's documentation has it: its Dispatcher behind its axum listener. Nothing is stored.
//!
//! Arguments: port, the word Telegram repeats, the address of the Bot API, and what it does with `/start`: "answers" it
//! with a message, or only "sees" it.

use teloxide::RequestError;
use teloxide::prelude::*;
use teloxide::update_listeners::webhooks::{self, Options};

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let mut arg = |what: &str| {
        args.next()
            .unwrap_or_else(|| panic!("the {what} is missing"))
    };
    let port: u16 = arg("port").parse().expect("a port");
    let (secret, api) = (arg("secret"), arg("API"));
    let answers = arg("deed") == "answers";
    let bot = Bot::new("123456789:AAbenchbenchbenchbenchbenchbenchben")
        .set_api_url(api.parse().expect("an address"));
    let url = "https://bot.example.test/telegram"
        .parse()
        .expect("an address");
    let options = Options::new(([127, 0, 0, 1], port).into(), url)
        .path("/telegram".into())
        .secret_token(secret);
    let listener = webhooks::axum(bot.clone(), options)
        .await
        .expect("a listener");
    let is_start = |message: Message| {
        message
            .text()
            .is_some_and(|text| text.starts_with("/start"))
    };
    let start = move |bot: Bot, message: Message| async move {
        if answers {
            let said = "Привет! На счету 2 кредита.";
            bot.send_message(message.chat.id, said).await?;
        }
        Ok::<_, RequestError>(())
    };
    let handler = Update::filter_message().filter(is_start).endpoint(start);
    Dispatcher::builder(bot, handler)
        .build()
        .dispatch_with_listener(listener, LoggingErrorHandler::new())
        .await;
}
