//! The calls we make: teloxide's arguments and address, our time-outs, and our own reading of the answers.
//!
//! teloxide reads an answer as the type it expects or not at all, and a message that was sent would be sent again.

mod file;
mod send;
pub mod stars;
pub(super) mod upload;

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use reqwest::{Response, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use teloxide::Bot;
use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters, DeleteMyCommands, DeleteMyCommandsSetters,
    GetMe, GetUpdates, SendChatAction, SendChatActionSetters, SetMyCommands, SetMyCommandsSetters,
    SetMyDescription, SetMyDescriptionSetters, SetMyShortDescription, SetMyShortDescriptionSetters,
};
use teloxide::requests::Payload;
use teloxide::types::{
    BotCommand, BotCommandScope, CallbackQueryId, ChatAction, ChatId, MessageId as WireId,
    Recipient, ThreadId,
};
use url::Url;

pub use file::DownloadError;

use super::json;
use super::reply::Reply;
use super::trouble::Trouble;
use super::update::{self, Wire};
use super::words::Words;
use crate::base::clock::Stopwatch;
use crate::base::telemetry::meters::Meters;
use crate::rules::domain::id::{CallbackId, TopicId, UpdateId};
use crate::rules::domain::user::Lang;

/// The kinds of updates we ask for, as Telegram names them.
pub(super) const WANTED: [&str; 5] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "pre_checkout_query",
];

/// The menu's picture that is compiled in.
pub const MENU_PICTURE: &[u8] = include_bytes!("../../../data/menu.jpg");
/// No answer is read further, in bytes: a hundred updates of the longest text with as long a one they answer.
const ANSWER: usize = 32 << 20;

/// What a chat shows of a video before it plays. Of larger files Telegram finds none of it out by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Pixels from left to right and from top to bottom.
    pub size: Option<(u32, u32)>,
    /// How long it is.
    pub length: Option<Duration>,
    /// A JPEG of at most 320 pixels a side and 200 kB.
    pub thumbnail: Option<PathBuf>,
}

/// Telegram, as we call it.
pub struct Telegram {
    /// For short calls.
    pub(super) calls: Bot,
    /// For uploads and for the long poll.
    pub(super) slow: Bot,
    /// For answers that somebody about to pay waits for.
    pub(super) quick: Bot,
    menu: Vec<u8>,
    /// What Telegram keeps the menu's picture under, once it has it.
    menu_file: Mutex<Option<String>>,
    meters: Meters,
}

/// Where a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct To {
    pub chat: i64,
    /// The topic of it, if it has topics.
    pub topic: Option<TopicId>,
}

impl From<i64> for To {
    fn from(chat: i64) -> Self {
        Self { chat, topic: None }
    }
}

impl To {
    fn thread(self) -> Option<ThreadId> {
        self.topic.map(|topic| ThreadId(WireId(topic.0)))
    }
}

/// What a poll has brought.
pub struct Polled(Reply);

impl Polled {
    /// Every update that has a number; nothing if the list of them cannot be read, or none of it has.
    pub fn updates(&self) -> Option<Vec<Wire<'_>>> {
        let listed = self.0.result().filter(|it| it.get().starts_with('['))?;
        let listed = json::list(listed);
        let known = listed.iter().filter_map(|it| update::read(it.get()));
        let known: Vec<_> = known.collect();
        (listed.is_empty() || !known.is_empty()).then_some(known)
    }

    /// The number of the first one, if it can be seen in what cannot be read.
    pub fn first(&self) -> Option<UpdateId> {
        let (_, rest) = self.0.text().split_once("\"update_id\"")?;
        let rest = rest.trim_start_matches([' ', ':', '"']);
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        rest[..end].parse().ok().map(UpdateId)
    }
}

impl Telegram {
    /// `calls` and `slow` are HTTP clients with a short and a long time-out for the whole call.
    pub fn new(
        api_url: &str,
        token: &SecretString,
        calls: reqwest::Client,
        slow: reqwest::Client,
        menu: Vec<u8>,
    ) -> Result<Self, url::ParseError> {
        let url: Url = api_url.parse()?;
        let bot = |client| Bot::with_client(token.expose_secret(), client).set_api_url(url.clone());
        Ok(Self {
            quick: bot(calls.clone()),
            calls: bot(calls),
            slow: bot(slow),
            menu,
            menu_file: Mutex::new(None),
            meters: Meters::default(),
        })
    }

    /// The same, with a client of its own for whoever is about to pay: they do not wait behind what hangs.
    pub fn with_quick(self, client: reqwest::Client) -> Self {
        let quick = Bot::with_client(self.calls.token(), client).set_api_url(self.calls.api_url());
        Self { quick, ..self }
    }

    /// The same, counted and timed with others.
    pub fn metered(self, meters: &Meters) -> Self {
        let meters = meters.clone();
        Self { meters, ..self }
    }

    /// Does a call, and notes how long it took and how it ended.
    async fn timed<T>(
        &self,
        call: &'static str,
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let begun = Stopwatch::start();
        let ended = work.await;
        let outcome = ended.as_ref().err().map_or("ok", Trouble::word);
        self.meters
            .called("telegram", call, outcome, begun.elapsed());
        ended
    }

    /// The bot's own name, without `@`, if it is told.
    pub async fn me(&self) -> Result<Option<String>, Trouble> {
        let me = self
            .timed("getMe", call(&self.calls, &GetMe::new()))
            .await?;
        Ok(me.fields().and_then(|me| me.text("username")))
    }

    /// Waits up to `wait` for updates from number `from` on, at most `most` of them.
    pub async fn updates(
        &self,
        from: UpdateId,
        most: u8,
        wait: Duration,
    ) -> Result<Polled, Trouble> {
        let asked = json!({
            "offset": from.0,
            "limit": most,
            "timeout": wait.as_secs(),
            "allowed_updates": WANTED,
        });
        let poll = call_named(&self.slow, GetUpdates::NAME, &asked);
        self.timed("getUpdates", poll).await.map(Polled)
    }

    /// Shows «sends a video» for some seconds; whether Telegram answers.
    pub async fn show_sending(&self, to: impl Into<To>) -> Result<(), Trouble> {
        self.show(to.into(), ChatAction::UploadVideo).await
    }

    /// Shows «is typing» for some seconds; whether Telegram answers.
    pub async fn show_typing(&self, to: impl Into<To>) -> Result<(), Trouble> {
        self.show(to.into(), ChatAction::Typing).await
    }

    async fn show(&self, to: To, action: ChatAction) -> Result<(), Trouble> {
        let mut shown = SendChatAction::new(ChatId(to.chat), action);
        if let Some(thread) = to.thread() {
            shown = shown.message_thread_id(thread);
        }
        let shown = call(&self.calls, &shown);
        self.timed("sendChatAction", shown).await.map(drop)
    }

    /// Ends the spinner on a pressed button, with a text or without.
    pub async fn answer(&self, press: &CallbackId, text: Option<&str>) -> Result<(), Trouble> {
        let mut answer = AnswerCallbackQuery::new(CallbackQueryId(press.0.clone()));
        if let Some(text) = text {
            answer = answer.text(text);
        }
        let answer = call(&self.calls, &answer);
        self.timed("answerCallbackQuery", answer).await.map(drop)
    }

    /// Registers the commands that one chat is shown.
    pub async fn set_menu(
        &self,
        chat: i64,
        commands: Vec<(&'static str, String)>,
    ) -> Result<(), Trouble> {
        let commands = commands.into_iter();
        let commands = commands.map(|(name, what)| BotCommand::new(name, what));
        let set = SetMyCommands::new(commands).scope(in_chat(chat));
        let set = call(&self.calls, &set);
        self.timed("setMyCommands", set).await.map(drop)
    }

    /// Has a chat shown what everybody is shown.
    pub async fn end_menu(&self, chat: i64) -> Result<(), Trouble> {
        let end = DeleteMyCommands::new().scope(in_chat(chat));
        let end = call(&self.calls, &end);
        self.timed("deleteMyCommands", end).await.map(drop)
    }

    /// Registers commands and descriptions, Russian by default and in each language.
    pub async fn introduce(&self, words: &Words) -> Result<(), Trouble> {
        for (lang, code) in [(Lang::Ru, ""), (Lang::Ru, "ru"), (Lang::En, "en")] {
            let commands = words.commands(lang).into_iter();
            let commands = commands.map(|(name, what)| BotCommand::new(name, what));
            let commands = SetMyCommands::new(commands).language_code(code);
            call(&self.calls, &commands).await?;
            let long = words.plain(lang, "description");
            let long = SetMyDescription::new()
                .description(long)
                .language_code(code);
            call(&self.calls, &long).await?;
            let short = words.plain(lang, "short-description");
            let short = SetMyShortDescription::new().short_description(short);
            call(&self.calls, &short.language_code(code)).await?;
        }
        Ok(())
    }
}

/// Does a call without a file.
pub(super) async fn call<P: Payload + Serialize>(bot: &Bot, asked: &P) -> Result<Reply, Trouble> {
    call_named(bot, P::NAME, asked).await
}

async fn call_named(bot: &Bot, method: &str, asked: &impl Serialize) -> Result<Reply, Trouble> {
    let request = bot.client().post(address(bot, method)).json(asked);
    match request.send().await {
        Ok(answer) => read(answer).await,
        Err(error) => Err(Trouble::from(&error)),
    }
}

/// Where a method is called; it has the token in it.
fn address(bot: &Bot, method: &str) -> Url {
    let mut url = bot.api_url();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty();
        path.push(&format!("bot{}", bot.token())).push(method);
    }
    url
}

/// Reads an answer, as far as it comes.
async fn read(answer: Response) -> Result<Reply, Trouble> {
    let (status, wait, body) = gather(answer).await;
    Reply::read(status, wait, body)
}

/// The status of an answer, how many seconds its head asks to wait, and its body, as far as it comes.
async fn gather(mut answer: Response) -> (u16, Option<u64>, String) {
    let status = answer.status().as_u16();
    let wait = answer.headers().get(header::RETRY_AFTER);
    let wait = wait.and_then(|wait| wait.to_str().ok()?.trim().parse().ok());
    let mut body = Vec::new();
    while body.len() < ANSWER
        && let Ok(Some(part)) = answer.chunk().await
    {
        body.extend_from_slice(&part);
    }
    let body = String::from_utf8(body);
    let body = body.unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned());
    (status, wait, body)
}

fn in_chat(chat: i64) -> BotCommandScope {
    BotCommandScope::Chat {
        chat_id: Recipient::Id(ChatId(chat)),
    }
}
