//! A seller: what they send, press and see, and where they stand in the conversation.

use std::collections::HashSet;
use std::sync::Mutex;

use neurocards::sandbox::{Message, Person, sample_photo};

use crate::scene::Scene;

/// What the bot's status messages begin with.
const STATUS: [&str; 4] = [
    "🎬 Генерация запущена...",
    "🏁 Генерация",
    "🎬 Generation",
    "🏁 Generation",
];

/// Where a seller can stand in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// No question is open.
    Menu,
    /// Step 1.
    Photo,
    /// Step 2.
    Text,
    /// Step 3.
    Template,
    /// Step 3, own prompt.
    Prompt,
    /// Step 4.
    Wishes,
    /// Step 5.
    Count,
    /// Step 6.
    Confirm,
}

impl At {
    /// Every place.
    pub const ALL: [Self; 8] = [
        Self::Menu,
        Self::Photo,
        Self::Text,
        Self::Template,
        Self::Prompt,
        Self::Wishes,
        Self::Count,
        Self::Confirm,
    ];

    /// What the bot asks there.
    pub fn question(self) -> &'static str {
        match self {
            Self::Menu => "🏠 Главное меню",
            Self::Photo => "Пришли фото товара (без людей в кадре)",
            Self::Text => "Напиши информацию о товаре одним сообщением",
            Self::Template => "🎛 Выбери шаблон:",
            Self::Prompt => "Вставь свой prompt для Sora/KIE одним сообщением",
            Self::Wishes => "✨ Есть ли доп. пожелания? Если нет — отправь «-»",
            Self::Count => "🎬 Сколько видео хочешь сгенерировать?",
            Self::Confirm => "🎬 Готовы запустить генерацию?",
        }
    }

    /// Whether a text answers the question.
    pub fn takes_text(self) -> bool {
        matches!(self, Self::Text | Self::Prompt | Self::Wishes)
    }
}

/// What every seller sells.
pub const PRODUCT: &str = "Ортопедическая подушка для сна, снимает напряжение";

/// A seller, and what they have read so far.
#[derive(Clone)]
pub struct Seller {
    /// The person at the stand-in.
    pub person: Person,
    read: std::sync::Arc<Mutex<HashSet<i64>>>,
}

impl Seller {
    /// Somebody who has read nothing yet.
    pub fn new(person: Person) -> Self {
        let read = std::sync::Arc::default();
        Self { person, read }
    }

    /// Writes a text.
    pub async fn sends(&self, scene: &Scene, text: &str) {
        self.person.sends(text);
        scene.settles().await;
    }

    /// Sends a photo of a product.
    pub async fn sends_photo(&self, scene: &Scene) {
        self.person.sends_photo(sample_photo(0));
        scene.settles().await;
    }

    /// Presses the newest button whose label has `label` in it.
    pub async fn presses(&self, scene: &Scene, label: &str) {
        self.person
            .presses(label)
            .unwrap_or_else(|| panic!("there is no button «{label}»"));
        scene.settles().await;
    }

    /// Reads the next message, which must have `text` in it.
    #[track_caller]
    pub fn sees(&self, text: &str) -> Message {
        let Some(message) = self.unread().into_iter().next() else {
            panic!("nothing is unread, not even «{text}»");
        };
        assert!(
            message.text.contains(text),
            "«{}» is next, not «{text}»",
            message.text
        );
        self.read.lock().unwrap().insert(message.id);
        message
    }

    /// Reads the one unread message that has `text` in it, whatever comes before it.
    #[track_caller]
    pub fn finds(&self, text: &str) -> Message {
        let unread = self.unread();
        let Some(message) = unread.iter().find(|message| message.text.contains(text)) else {
            let texts: Vec<_> = unread.iter().map(|message| &message.text).collect();
            panic!("«{text}» is not among {texts:#?}");
        };
        self.read.lock().unwrap().insert(message.id);
        message.clone()
    }

    /// Reads the next message, which must be a video that plays.
    #[track_caller]
    pub fn gets_video(&self) -> Message {
        self.plays("✅ Видео готово!")
    }

    /// Reads a video that plays and that came when its credit had gone back.
    #[track_caller]
    pub fn gets_gift(&self) -> Message {
        self.plays("🎁 Видео всё-таки готово!")
    }

    #[track_caller]
    fn plays(&self, text: &str) -> Message {
        let message = self.finds(text);
        let video = message.video.as_ref().expect("the message has a video");
        assert_eq!(&video.bytes[4..8], b"ftyp");
        assert!(
            video.height > video.width,
            "{}x{}",
            video.width,
            video.height
        );
        message
    }

    /// The newest status message has `text` in it.
    #[track_caller]
    pub fn status(&self, text: &str) {
        let messages = self.person.messages();
        let status = messages
            .iter()
            .rev()
            .find(|message| is_status(message))
            .expect("a status message");
        assert!(
            status.text.contains(text),
            "«{}» has no «{text}»",
            status.text
        );
    }

    /// Deletes the newest status message.
    pub async fn deletes_status(&self, scene: &Scene) {
        let messages = self.person.messages();
        let status = messages.iter().rev().find(|message| is_status(message));
        let telegram = scene.telegram();
        let url = format!(
            "{}/bot{}/deleteMessage",
            telegram.api_url(),
            telegram.token()
        );
        // Telegram lets a bot do it as well as its person.
        let gone =
            serde_json::json!({"chat_id": self.person.id(), "message_id": status.unwrap().id});
        let answer = reqwest::Client::new().post(url).json(&gone).send().await;
        assert_eq!(answer.unwrap().status(), 200);
    }

    /// How many status messages there are.
    pub fn statuses(&self) -> usize {
        self.person
            .messages()
            .iter()
            .filter(|message| is_status(message))
            .count()
    }

    /// The newest toast has `text` in it.
    #[track_caller]
    pub fn toast(&self, text: &str) {
        let toasts = self.person.toasts();
        let toast = toasts.last().expect("a toast");
        assert!(
            toast.text.contains(text),
            "«{}» has no «{text}»",
            toast.text
        );
    }

    /// Nothing is unread.
    #[track_caller]
    pub fn sees_nothing(&self) {
        let unread: Vec<_> = self
            .unread()
            .into_iter()
            .map(|message| message.text)
            .collect();
        assert!(unread.is_empty(), "{unread:#?}");
    }

    /// Messages of the bot's that were not read, but for the status message.
    pub fn unread(&self) -> Vec<Message> {
        let read = self.read.lock().unwrap();
        let new = |message: &Message| {
            message.from_bot && !is_status(message) && !read.contains(&message.id)
        };
        self.person.messages().into_iter().filter(new).collect()
    }

    /// Walks from the menu to a question; to that how many videos by way of the wishes.
    pub async fn walks_to(&self, scene: &Scene, goal: At) {
        self.sends(scene, "/menu").await;
        self.sees(At::Menu.question());
        for at in At::ALL {
            let skipped = match goal {
                At::Prompt => at == At::Wishes,
                _ => at == At::Prompt,
            };
            if skipped || at > goal {
                continue;
            }
            match at {
                At::Menu => continue,
                At::Photo => self.presses(scene, "Сделать Reels").await,
                At::Text => self.sends_photo(scene).await,
                At::Template => self.sends(scene, PRODUCT).await,
                At::Prompt => self.presses(scene, "Свой промпт").await,
                At::Wishes => self.presses(scene, "UGC Блогер").await,
                At::Count => self.sends(scene, "-").await,
                At::Confirm => self.presses(scene, "1 видео").await,
            }
            self.sees(at.question());
        }
    }

    /// Walks from the menu to the question how many videos.
    pub async fn briefs(&self, scene: &Scene) {
        self.walks_to(scene, At::Count).await;
    }

    /// Walks from the menu to a placed order of `count` videos.
    pub async fn orders(&self, scene: &Scene, count: u8) {
        self.briefs(scene).await;
        self.confirms(scene, count).await;
    }

    /// Answers the question how many videos, and the one after it.
    pub async fn confirms(&self, scene: &Scene, count: u8) {
        self.presses(scene, &format!("{count} видео")).await;
        self.sees("🎬 Готовы запустить генерацию?");
        self.presses(scene, "Да, запустить").await;
        self.sees("✅ Принял!");
    }
}

fn is_status(message: &Message) -> bool {
    message.from_bot && STATUS.iter().any(|head| message.text.starts_with(head))
}
