//! Messages: sent, and edited.

use std::io;
use std::path::Path;
use std::sync::PoisonError;

use teloxide::payloads::{
    EditMessageText, EditMessageTextSetters, SendMessage, SendMessageSetters, SendPhoto,
    SendPhotoSetters, SendVideo, SendVideoSetters,
};
use teloxide::types::{
    ChatId, FileId as WireFileId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile,
    LinkPreviewOptions, MessageEntity, MessageEntityKind, MessageId as WireId, ReplyMarkup,
};
use tokio::fs::File;

use super::upload::{Attached, upload};
use super::{Shown, Telegram, To, call};
use crate::edge::telegram::trouble::Trouble;
use crate::edge::telegram::words::{Key, Message};
use crate::rules::domain::broadcast::{Letter, Mark, Style};
use crate::rules::domain::id::MessageId;

/// A message that Telegram has taken: its number, if that was told.
pub type Taken = Option<MessageId>;

impl Telegram {
    /// Sends a message, with the menu's picture if it wants one.
    pub async fn send(&self, to: impl Into<To>, message: &Message) -> Result<Taken, Trouble> {
        let to = to.into();
        if !message.picture {
            return self.send_text(to, message).await;
        }
        match self.send_menu(to, message).await {
            // A menu without its picture is better than none.
            Err(Trouble::Refused | Trouble::TooLarge) => self.send_text(to, message).await,
            sent => sent,
        }
    }

    async fn send_text(&self, to: To, message: &Message) -> Result<Taken, Trouble> {
        let mut sent = SendMessage::new(ChatId(to.chat), &message.text);
        sent.message_thread_id = to.thread();
        sent.link_preview_options = Some(no_preview());
        sent.reply_markup = markup(message).map(ReplyMarkup::InlineKeyboard);
        let sent = call(&self.calls, &sent);
        let sent = self.timed("sendMessage", sent).await?;
        Ok(sent.message())
    }

    async fn send_menu(&self, to: To, message: &Message) -> Result<Taken, Trouble> {
        let photo = |file| {
            let mut photo = SendPhoto::new(ChatId(to.chat), file).caption(&message.text);
            photo.message_thread_id = to.thread();
            photo.reply_markup = markup(message).map(ReplyMarkup::InlineKeyboard);
            photo
        };
        let known = self.menu_file().clone();
        if let Some(file) = known {
            let sent = photo(InputFile::file_id(WireFileId(file)));
            let sent = call(&self.calls, &sent);
            match self.timed("sendPhoto", sent).await {
                // It may be another bot's by now.
                Err(Trouble::Refused) => *self.menu_file() = None,
                sent => return Ok(sent?.message()),
            }
        }
        let picture = Attached::bytes("photo", self.menu.clone(), "menu.jpg");
        let sent = photo(InputFile::memory(Vec::new()));
        let sent = upload(&self.slow, &sent, vec![picture]);
        let sent = self.timed("sendPhoto", sent).await?;
        *self.menu_file() = sent.photo();
        Ok(sent.message())
    }

    fn menu_file(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.menu_file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a letter as its author formatted it.
    pub async fn send_letter(&self, to: impl Into<To>, letter: &Letter) -> Result<Taken, Trouble> {
        let to = to.into();
        let entities = letter.marks.iter().filter_map(entity);
        let mut sent = SendMessage::new(ChatId(to.chat), &letter.text).entities(entities);
        sent.message_thread_id = to.thread();
        let sent = call(&self.calls, &sent);
        let sent = self.timed("sendMessage", sent).await?;
        Ok(sent.message())
    }

    /// Sends a picture that we have made, with a caption.
    pub async fn send_picture(
        &self,
        to: impl Into<To>,
        png: Vec<u8>,
        message: &Message,
    ) -> Result<Taken, Trouble> {
        let to = to.into();
        let picture = Attached::bytes("photo", png, "neurocards.png");
        let nothing = InputFile::memory(Vec::new());
        let mut sent = SendPhoto::new(ChatId(to.chat), nothing).caption(&message.text);
        sent.message_thread_id = to.thread();
        sent.reply_markup = markup(message).map(ReplyMarkup::InlineKeyboard);
        let sent = upload(&self.slow, &sent, vec![picture]);
        let sent = self.timed("sendPhoto", sent).await?;
        Ok(sent.message())
    }

    /// Replaces the text of a message.
    pub async fn edit(&self, chat: i64, id: MessageId, message: &Message) -> Result<(), Trouble> {
        let mut edit = EditMessageText::new(ChatId(chat), WireId(id.0), &message.text)
            .link_preview_options(no_preview());
        edit.reply_markup = markup(message);
        let edit = call(&self.calls, &edit);
        self.timed("editMessageText", edit).await.map(drop)
    }

    /// Sends a video from disk; the id Telegram keeps it under.
    pub async fn send_video(
        &self,
        to: impl Into<To>,
        video: &Path,
        shown: Shown,
        message: &Message,
    ) -> Result<Option<String>, Trouble> {
        let to = to.into();
        let attached = async {
            let file = File::open(video).await?;
            let mut attached = vec![Attached::file("video", file, "neurocards.mp4").await?];
            if let Some(thumbnail) = &shown.thumbnail {
                let file = File::open(thumbnail).await?;
                attached.push(Attached::file("thumbnail", file, "thumbnail.jpg").await?);
            }
            Ok(attached)
        };
        let attached = attached.await.map_err(|error: io::Error| {
            tracing::error!(%error, "a finished video cannot be read");
            Trouble::Passing
        })?;
        let nothing = InputFile::memory(Vec::new());
        let mut sent = SendVideo::new(ChatId(to.chat), nothing)
            .caption(&message.text)
            .supports_streaming(true);
        sent.message_thread_id = to.thread();
        sent.reply_markup = markup(message).map(ReplyMarkup::InlineKeyboard);
        if let Some((width, height)) = shown.size {
            sent = sent.width(width).height(height);
        }
        if let Some(length) = shown.length {
            let seconds = u32::try_from(length.as_millis().div_ceil(1000));
            sent = sent.duration(seconds.unwrap_or(u32::MAX));
        }
        let sent = upload(&self.slow, &sent, attached);
        let sent = self.timed("sendVideo", sent).await?;
        Ok(sent.video())
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
