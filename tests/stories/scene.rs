//! The harness: a scene with sellers, stand-ins and the real daemon, which fails a story that leaves a message
//! unread, a complaint, a job without an end, a photo, or books that do not balance.

use std::collections::HashSet;
use std::sync::Mutex;
use std::time::Duration;

use neurocards::admin::{Answer, Ask};
use neurocards::cli::playground::{Playground, Setting};
use neurocards::clock::Clock;
use neurocards::domain::credit::Entry;
use neurocards::domain::id::{EntryId, UserId};
use neurocards::domain::job::Job;
use neurocards::domain::time::Timestamp;
use neurocards::sandbox::{Call, Ending, Gpt, Kie, Message, Person, Telegram, sample_photo};
use neurocards::store::audit;

/// The operator of every scene.
pub const ADMIN: i64 = 9001;
/// Where every scene begins: 2026-01-22 12:00:00 UTC.
const NOON: Timestamp = Timestamp(1_769_083_200_000);
/// What the bot's status messages begin with.
const STATUS: [&str; 4] = [
    "🎬 Генерация запущена...",
    "🏁 Генерация",
    "🎬 Generation",
    "🏁 Generation",
];

/// A scene. [`Scene::ends`] must be called.
pub struct Scene {
    stage: Playground,
    data: tempfile::TempDir,
    sellers: Mutex<Vec<Seller>>,
    ended: bool,
}

impl Scene {
    /// The playground as it comes.
    pub async fn new() -> Self {
        Self::with("", false).await
    }

    /// With lines of configuration of the story's own; with `webhook`, updates come that way.
    pub async fn with(config: &str, webhook: bool) -> Self {
        Self::set(config, webhook, true).await
    }

    /// A chat with no pause between messages.
    pub async fn talk() -> Self {
        Self::with(
            "[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\n",
            false,
        )
        .await
    }

    /// With nobody to write scripts but the templates.
    pub async fn without_author() -> Self {
        Self::set("", false, false).await
    }

    async fn set(config: &str, webhook: bool, author: bool) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Clock::led(NOON, 0.0);
        let setting = Setting {
            data: data.path(),
            clock,
            page: None,
            config,
            webhook,
            author,
        };
        let stage = Playground::start(setting).await.unwrap();
        stage.settle().await.unwrap();
        Self {
            stage,
            data,
            sellers: Mutex::default(),
            ended: false,
        }
    }

    /// The daemon with its stand-ins.
    pub fn stage(&self) -> &Playground {
        &self.stage
    }

    /// The stand-in Bot API.
    pub fn telegram(&self) -> &Telegram {
        &self.stage.sandbox.telegram
    }

    /// The stand-in provider.
    pub fn kie(&self) -> &Kie {
        &self.stage.sandbox.kie
    }

    /// The stand-in author.
    pub fn gpt(&self) -> &Gpt {
        &self.stage.sandbox.gpt
    }

    /// Decides how the next creations end.
    pub fn next(&self, endings: &[Ending]) {
        endings.iter().for_each(|ending| self.kie().next(*ending));
    }

    /// Somebody who has never written, with a Russian Telegram.
    pub fn stranger(&self, id: i64) -> Seller {
        self.person(id, Some("ru"))
    }

    /// Somebody who has never written, with a Telegram in that language.
    pub fn person(&self, id: i64, language: Option<&str>) -> Seller {
        let person = self.telegram().person(id, "Анна", language);
        let seller = Seller {
            person,
            read: std::sync::Arc::default(),
        };
        self.sellers.lock().unwrap().push(seller.clone());
        seller
    }

    /// A seller who has started the bot, has read the welcome, and has `credits` (2 are a gift).
    pub async fn seller(&self, id: i64, credits: i32) -> Seller {
        let seller = self.stranger(id);
        seller.sends(self, "/start").await;
        seller.sees("Привет!");
        if credits != 2 {
            self.grant(&seller, credits - 2).await;
            seller.sees("Баланс");
        }
        seller
    }

    /// The operator's own chat.
    pub async fn operator(&self) -> Seller {
        self.seller(ADMIN, 2).await
    }

    /// Gives credits as an operator would.
    pub async fn grant(&self, seller: &Seller, credits: i32) {
        let user = seller.person.id() as u64;
        let ask = Ask::Grant {
            user,
            credits,
            why: "a story".into(),
            key: None,
        };
        let answer = self.stage.ask(ask).await.unwrap();
        assert!(matches!(answer, Answer::Granted { .. }), "{answer:?}");
        self.settles().await;
    }

    /// Lets time pass.
    pub async fn passes(&self, span: Duration) {
        self.stage.pass(span).await.unwrap();
    }

    /// Lets a long time pass in leaps of a minute: nothing between two leaps happens at its own moment.
    pub async fn waits(&self, span: Duration) {
        /// Longer than any interval of the daemon's, shorter than any promise that is waited for.
        const LEAP: Duration = Duration::from_secs(60);
        let mut left = span;
        while !left.is_zero() {
            let leap = left.min(LEAP);
            self.leaps(leap).await;
            left -= leap;
        }
    }

    /// Lets time pass at once.
    pub async fn leaps(&self, span: Duration) {
        self.stage.clock.pass(span);
        self.settles().await;
    }

    /// Waits until nothing moves.
    pub async fn settles(&self) {
        self.stage.settle().await.unwrap();
    }

    /// Lets time pass until every order has ended; at most three hours.
    pub async fn all_end(&self) {
        for _ in 0..3 * 60 * 6 {
            self.settles().await;
            if self.jobs().iter().all(|job| job.stage.ended()) {
                return;
            }
            self.passes(Duration::from_secs(10)).await;
        }
        panic!("jobs without an end: {:?}", self.jobs());
    }

    /// Stops the daemon in good order and starts it again.
    pub async fn restarts(&mut self) {
        self.stage.stop_daemon().await;
        self.stage.start_daemon().await.unwrap();
        self.settles().await;
    }

    /// Stops the daemon in good order; [`Scene::wakes`] starts it again.
    pub async fn sleeps(&mut self) {
        self.stage.stop_daemon().await;
    }

    /// Starts the daemon again.
    pub async fn wakes(&mut self) {
        self.stage.start_daemon().await.unwrap();
        self.settles().await;
    }

    /// Every job, in order.
    pub fn jobs(&self) -> Vec<Job> {
        let rows = self
            .stage
            .daemon()
            .store()
            .snapshot()
            .unwrap()
            .jobs()
            .unwrap();
        rows.into_iter().map(|row| row.job).collect()
    }

    /// What a seller may spend and what their jobs hold.
    pub fn balance(&self, seller: &Seller) -> (u32, u32) {
        let snapshot = self.stage.daemon().store().snapshot().unwrap();
        let user = snapshot
            .user(UserId(seller.person.id() as u64))
            .unwrap()
            .unwrap()
            .user;
        (user.available.0, user.held.0)
    }

    /// How often the books have an entry of this reason.
    pub fn entries(&self, reason: &str) -> usize {
        let snapshot = self.stage.daemon().store().snapshot().unwrap();
        let entries = snapshot.entries(EntryId(0), usize::MAX).unwrap();
        let of = |entry: &&Entry| entry.reason.word() == reason;
        entries.iter().filter(of).count()
    }

    /// The calls of one method of one service, oldest first.
    pub fn calls(&self, service: &str, method: &str) -> Vec<Call> {
        let of = |call: &Call| call.service == service && call.method.eq_ignore_ascii_case(method);
        let calls = self.stage.sandbox.calls().into_iter();
        calls.filter(of).collect()
    }

    /// How often the provider was asked for a video.
    pub fn creations(&self) -> usize {
        self.calls("kie", "createTask").len()
    }

    /// Which attempt each job is at.
    pub fn attempts(&self) -> Vec<u8> {
        self.jobs().iter().map(|job| job.attempt).collect()
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.stage.clock.now()
    }

    /// Takes away the directory that videos are fetched into; a start of the daemon makes it again.
    pub fn loses_its_videos(&self) {
        std::fs::remove_dir_all(self.data.path().join("videos")).unwrap();
    }

    /// Waits, for real requests on their way, until this is so.
    pub async fn until(&self, enough: impl Fn(&Self) -> bool) {
        /// Longer than any client of the daemon's pauses.
        const PATIENCE: Duration = Duration::from_secs(20);
        let mut changes = self.stage.sandbox.changed();
        let come = async {
            while !enough(self) {
                changes.changed().await.expect("the stand-ins live");
            }
        };
        let come = tokio::time::timeout(PATIENCE, come).await;
        come.expect("it comes within a few seconds");
    }

    /// The stage names of all jobs.
    pub fn stages(&self) -> Vec<&'static str> {
        self.jobs().iter().map(|job| job.stage.name()).collect()
    }

    /// How many photos lie on disk.
    pub fn photos(&self) -> usize {
        let users = std::fs::read_dir(self.data.path().join("photos"))
            .into_iter()
            .flatten();
        users
            .flatten()
            .filter_map(|user| std::fs::read_dir(user.path()).ok())
            .flatten()
            .count()
    }

    /// How many videos lie on disk.
    pub fn videos(&self) -> usize {
        std::fs::read_dir(self.data.path().join("videos"))
            .unwrap()
            .count()
    }

    /// The end: nothing unread, nothing open, nothing left, nothing lost.
    pub async fn ends(mut self) {
        self.ended = true;
        self.settles().await;
        for seller in self.sellers.lock().unwrap().iter() {
            let unread: Vec<_> = seller
                .unread()
                .into_iter()
                .map(|message| message.text)
                .collect();
            assert!(unread.is_empty(), "left unread: {unread:#?}");
            assert_eq!(
                seller.person.unanswered_callbacks(),
                0,
                "a press was not answered"
            );
        }
        let complaints = self.stage.sandbox.complaints();
        assert!(
            complaints.is_empty(),
            "the stand-ins complain: {complaints:#?}"
        );
        let jobs = self.jobs();
        assert!(
            jobs.iter().all(|job| job.stage.ended()),
            "jobs without an end: {jobs:#?}"
        );
        let report = audit::audit(&self.stage.daemon().store().snapshot().unwrap()).unwrap();
        assert!(report.breaches.is_empty(), "{:#?}", report.breaches);
        assert_eq!(self.photos(), 0, "photos are left");
        self.stage.stop_daemon().await;
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        assert!(
            self.ended || std::thread::panicking(),
            "a story must say how it ends"
        );
    }
}

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
        let message = self.finds("✅ Видео готово!");
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
