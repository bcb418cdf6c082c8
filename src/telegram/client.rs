//! The calls we make, over teloxide's `Bot` with time-outs of our own.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use futures_util::StreamExt;
use secrecy::{ExposeSecret, SecretString};
use teloxide::Bot;
use teloxide::net::Download;
use teloxide::payloads::{
    AnswerCallbackQuerySetters, DeleteMyCommandsSetters, EditMessageTextSetters, GetUpdatesSetters,
    SendMessageSetters, SendPhotoSetters, SendVideoSetters, SetMyCommandsSetters,
    SetMyDescriptionSetters, SetMyShortDescriptionSetters,
};
use teloxide::requests::Requester;
use teloxide::types::{
    BotCommand, BotCommandScope, CallbackQueryId, ChatAction, ChatId, FileId as WireFileId,
    InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, MessageEntity,
    MessageEntityKind, MessageId as WireId, Recipient, Update,
};

use tokio::io::AsyncWriteExt;
use url::Url;

use super::trouble::Trouble;
use super::update::DOWNLOAD_LIMIT;
use super::webhook;
use super::words::{Key, Message, Words};
use crate::clock::Stopwatch;
use crate::domain::broadcast::{Letter, Mark, Style};
use crate::domain::id::{CallbackId, FileId, MessageId};
use crate::domain::user::Lang;
use crate::telemetry::meters::Meters;

/// The menu's picture that is compiled in.
pub const MENU_PICTURE: &[u8] = include_bytes!("../../data/menu.jpg");

/// Why a file was not downloaded.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// Telegram does not give it.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// Our own disk does not take it.
    #[error("the file could not be written")]
    Disk(#[from] io::Error),
}

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
    slow: Bot,
    menu: Vec<u8>,
    /// The menu's picture once Telegram has it.
    menu_file: Mutex<Option<WireFileId>>,
    meters: Meters,
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
            calls: bot(calls),
            slow: bot(slow),
            menu,
            menu_file: Mutex::new(None),
            meters: Meters::default(),
        })
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

    /// The bot's own name, without `@`.
    pub async fn me(&self) -> Result<String, Trouble> {
        let me = async { Ok(self.calls.get_me().await?.username().to_owned()) };
        self.timed("getMe", me).await
    }

    /// Waits up to `wait` for updates from number `from` on.
    pub async fn updates(&self, from: i32, wait: Duration) -> Result<Vec<Update>, Trouble> {
        let wait = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
        let asked = self
            .slow
            .get_updates()
            .offset(from)
            .timeout(wait)
            .allowed_updates(webhook::wanted());
        self.timed("getUpdates", async { Ok(asked.await?) }).await
    }

    /// Sends a message, with the menu's picture if it wants one.
    pub async fn send(&self, chat: i64, message: &Message) -> Result<MessageId, Trouble> {
        match message.picture {
            true => self.timed("sendPhoto", self.send_menu(chat, message)).await,
            false => {
                self.timed("sendMessage", self.send_text(chat, message))
                    .await
            }
        }
    }

    async fn send_text(&self, chat: i64, message: &Message) -> Result<MessageId, Trouble> {
        let call = self
            .calls
            .send_message(ChatId(chat), &message.text)
            .link_preview_options(no_preview());
        let sent = match markup(message) {
            Some(markup) => call.reply_markup(markup).await?,
            None => call.await?,
        };
        Ok(MessageId(sent.id.0))
    }

    async fn send_menu(&self, chat: i64, message: &Message) -> Result<MessageId, Trouble> {
        let known = self.menu_file.lock().ok().and_then(|file| file.clone());
        let (bot, picture) = match known {
            Some(file) => (&self.calls, InputFile::file_id(file)),
            None => (
                &self.slow,
                InputFile::memory(self.menu.clone()).file_name("menu.jpg"),
            ),
        };
        let call = bot.send_photo(ChatId(chat), picture).caption(&message.text);
        let sent = match markup(message) {
            Some(markup) => call.reply_markup(markup).await?,
            None => call.await?,
        };
        if let (Some(size), Ok(mut file)) = (
            sent.photo().and_then(|sizes| sizes.last()),
            self.menu_file.lock(),
        ) {
            *file = Some(size.file.id.clone());
        }
        Ok(MessageId(sent.id.0))
    }

    /// Sends a letter as its author formatted it.
    pub async fn send_letter(&self, chat: i64, letter: &Letter) -> Result<MessageId, Trouble> {
        let entities = letter.marks.iter().filter_map(entity);
        let call = self
            .calls
            .send_message(ChatId(chat), &letter.text)
            .entities(entities.collect::<Vec<_>>());
        let send = async { Ok(MessageId(call.await?.id.0)) };
        self.timed("sendMessage", send).await
    }

    /// Sends a picture that we have made, with a caption.
    pub async fn send_picture(
        &self,
        chat: i64,
        png: Vec<u8>,
        message: &Message,
    ) -> Result<MessageId, Trouble> {
        let file = InputFile::memory(png).file_name("neurocards.png");
        let call = self
            .slow
            .send_photo(ChatId(chat), file)
            .caption(&message.text);
        let send = async {
            let sent = match markup(message) {
                Some(markup) => call.reply_markup(markup).await?,
                None => call.await?,
            };
            Ok(MessageId(sent.id.0))
        };
        self.timed("sendPhoto", send).await
    }

    /// Replaces the text of a message.
    pub async fn edit(&self, chat: i64, id: MessageId, message: &Message) -> Result<(), Trouble> {
        let call = self
            .calls
            .edit_message_text(ChatId(chat), WireId(id.0), &message.text)
            .link_preview_options(no_preview());
        let edit = async {
            match markup(message) {
                Some(markup) => call.reply_markup(markup).await?,
                None => call.await?,
            };
            Ok(())
        };
        self.timed("editMessageText", edit).await
    }

    /// Sends a video from disk; the id Telegram keeps it under.
    pub async fn send_video(
        &self,
        chat: i64,
        video: &Path,
        shown: Shown,
        message: &Message,
    ) -> Result<Option<String>, Trouble> {
        let file = InputFile::file(video.to_owned()).file_name("neurocards.mp4");
        let mut call = self
            .slow
            .send_video(ChatId(chat), file)
            .caption(&message.text)
            .supports_streaming(true);
        if let Some((width, height)) = shown.size {
            call = call.width(width).height(height);
        }
        if let Some(length) = shown.length {
            let seconds = u32::try_from(length.as_millis().div_ceil(1000));
            call = call.duration(seconds.unwrap_or(u32::MAX));
        }
        if let Some(thumbnail) = shown.thumbnail {
            call = call.thumbnail(InputFile::file(thumbnail));
        }
        let send = async {
            let sent = match markup(message) {
                Some(markup) => call.reply_markup(markup).await?,
                None => call.await?,
            };
            Ok(sent.video().map(|video| video.file.id.0.clone()))
        };
        self.timed("sendVideo", send).await
    }

    /// Shows «sends a video» for some seconds.
    pub async fn show_sending(&self, chat: i64) {
        // Only a courtesy.
        let _ = self
            .calls
            .send_chat_action(ChatId(chat), ChatAction::UploadVideo)
            .await;
    }

    /// Ends the spinner on a pressed button, with a text or without.
    pub async fn answer(&self, press: &CallbackId, text: Option<&str>) -> Result<(), Trouble> {
        let call = self
            .calls
            .answer_callback_query(CallbackQueryId(press.0.clone()));
        let answer = async {
            match text {
                Some(text) => call.text(text).await?,
                None => call.await?,
            };
            Ok(())
        };
        self.timed("answerCallbackQuery", answer).await
    }

    /// Downloads a file of at most [`DOWNLOAD_LIMIT`] bytes into `to`, and gives that back.
    pub async fn download(&self, file: &FileId, to: File) -> Result<File, DownloadError> {
        let written = self.timed("getFile", self.fetch(file, to)).await?;
        Ok(written?)
    }

    /// The disk's own errors are none of Telegram's.
    async fn fetch(&self, file: &FileId, to: File) -> Result<io::Result<File>, Trouble> {
        let found = self.calls.get_file(WireFileId(file.0.clone())).await?;
        if found.size > DOWNLOAD_LIMIT {
            return Err(Trouble::TooLarge);
        }
        let mut to = tokio::fs::File::from_std(to);
        let mut length = 0;
        let mut parts = self.slow.download_file_stream(&found.path);
        while let Some(part) = parts.next().await {
            let part = part.map_err(|error| match error.status() {
                Some(status) if status.is_client_error() => Trouble::Gone,
                Some(_) | None => Trouble::Passing,
            })?;
            length += part.len();
            if length > DOWNLOAD_LIMIT as usize {
                return Err(Trouble::TooLarge);
            }
            if let Err(error) = to.write_all(&part).await {
                return Ok(Err(error));
            }
        }
        // What is written is told of with the next write, or here.
        let flushed = to.flush().await;
        let to = to.into_std().await;
        Ok(flushed.map(|()| to))
    }

    /// Registers the commands that one chat is shown.
    pub async fn set_menu(
        &self,
        chat: i64,
        commands: Vec<(&'static str, String)>,
    ) -> Result<(), Trouble> {
        let commands = commands.into_iter();
        let commands = commands.map(|(name, what)| BotCommand::new(name, what));
        let call = self.calls.set_my_commands(commands).scope(in_chat(chat));
        let set = async { Ok(call.await.map(drop)?) };
        self.timed("setMyCommands", set).await
    }

    /// Has a chat shown what everybody is shown.
    pub async fn end_menu(&self, chat: i64) -> Result<(), Trouble> {
        let call = self.calls.delete_my_commands().scope(in_chat(chat));
        let end = async { Ok(call.await.map(drop)?) };
        self.timed("deleteMyCommands", end).await
    }

    /// Registers commands and descriptions, Russian by default and in each language.
    pub async fn introduce(&self, words: &Words) -> Result<(), Trouble> {
        for (lang, code) in [(Lang::Ru, ""), (Lang::Ru, "ru"), (Lang::En, "en")] {
            let commands = words
                .commands(lang)
                .into_iter()
                .map(|(name, what)| BotCommand::new(name, what));
            self.calls
                .set_my_commands(commands)
                .language_code(code)
                .await?;
            let long = words.plain(lang, "description");
            self.calls
                .set_my_description()
                .description(long)
                .language_code(code)
                .await?;
            let short = words.plain(lang, "short-description");
            self.calls
                .set_my_short_description()
                .short_description(short)
                .language_code(code)
                .await?;
        }
        Ok(())
    }
}

/// A mark as Telegram takes it.
fn entity(mark: &Mark) -> Option<MessageEntity> {
    let kind = match &mark.style {
        Style::Bold => MessageEntityKind::Bold,
        Style::Italic => MessageEntityKind::Italic,
        Style::Underline => MessageEntityKind::Underline,
        Style::Strike => MessageEntityKind::Strikethrough,
        Style::Spoiler => MessageEntityKind::Spoiler,
        Style::Code => MessageEntityKind::Code,
        Style::Pre => MessageEntityKind::Pre { language: None },
        Style::Quote => MessageEntityKind::Blockquote,
        Style::Link(url) => MessageEntityKind::TextLink {
            url: url.parse().ok()?,
        },
    };
    let (offset, length) = (mark.offset as usize, mark.length as usize);
    Some(MessageEntity::new(kind, offset, length))
}

fn in_chat(chat: i64) -> BotCommandScope {
    BotCommandScope::Chat {
        chat_id: Recipient::Id(ChatId(chat)),
    }
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

fn markup(message: &Message) -> Option<InlineKeyboardMarkup> {
    if message.keyboard.is_empty() {
        return None;
    }
    let rows = message
        .keyboard
        .iter()
        .map(|row| row.iter().filter_map(button).collect::<Vec<_>>());
    Some(InlineKeyboardMarkup::new(rows))
}

fn button(key: &Key) -> Option<InlineKeyboardButton> {
    match key {
        Key::Press(label, button) => Some(InlineKeyboardButton::callback(label, button.data())),
        Key::Open(label, url) => Some(InlineKeyboardButton::url(label, url.parse().ok()?)),
    }
}
