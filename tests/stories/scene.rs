//! The harness: a scene with sellers, stand-ins and the real daemon, which fails a story that leaves a message
//! unread, a complaint, a job without an end, a photo, or books that do not balance.

use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use neurocards::base::clock::Clock;
use neurocards::base::time::Timestamp;
use neurocards::cli::playground::{Playground, Reach, Setting};
use neurocards::door::Limits;
use neurocards::operator::service::ask::{Do, Reload};
use neurocards::operator::service::{Refusal, Reloaded};
use neurocards::rules::domain::credit::Entry;
use neurocards::rules::domain::deed::Deed;
use neurocards::rules::domain::id::{EntryId, UserId};
use neurocards::rules::domain::job::Job;
use neurocards::sandbox::{Call, Ending, Gpt, Kie, Telegram};
use neurocards::shop::audit;

pub use crate::seller::{At, PRODUCT, Seller};

/// What an operator must know in scenes whose configuration says so.
pub const OPERATOR_TOKEN: &str = "operator-token-of-the-stories";
/// The operator of every scene.
pub const ADMIN: i64 = 9001;
/// Where every scene begins: 2026-01-22 12:00:00 UTC.
const NOON: Timestamp = Timestamp(1_769_083_200_000);

/// What the shell shows.
#[derive(Debug)]
pub struct Output {
    /// Whether it succeeded.
    pub done: bool,
    /// Standard output.
    pub told: String,
    /// Standard error.
    pub aside: String,
}

impl Output {
    /// It succeeded, and standard output has `text` in it.
    #[track_caller]
    pub fn tells(&self, text: &str) {
        assert!(
            self.done && self.told.contains(text),
            "no «{text}» in {self:#?}"
        );
    }

    /// It failed, and standard error has `text` in it.
    #[track_caller]
    pub fn refuses(&self, text: &str) {
        assert!(
            !self.done && self.aside.contains(text),
            "no «{text}» in {self:#?}"
        );
    }

    /// Its JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        assert!(self.done, "{self:#?}");
        serde_json::from_str(&self.told).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

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
        let reach = match webhook {
            true => Reach::Webhook,
            false => Reach::Polling,
        };
        Self::set(config, reach, true, Limits::default()).await
    }

    /// At home, behind a router: the world does not reach the bot.
    pub async fn at_home() -> Self {
        Self::set("", Reach::Home, true, Limits::default()).await
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
        Self::set("", Reach::Polling, false, Limits::default()).await
    }

    /// With a door that puts up with less.
    pub async fn besieged(config: &str, limits: Limits) -> Self {
        Self::set(config, Reach::Webhook, true, limits).await
    }

    async fn set(config: &str, reach: Reach, author: bool, limits: Limits) -> Self {
        let data = tempfile::tempdir().unwrap();
        std::fs::write(data.path().join("operator.token"), OPERATOR_TOKEN).unwrap();
        let clock = Clock::led(NOON, 0.0);
        let setting = Setting {
            data: data.path(),
            clock,
            page: None,
            config,
            reach,
            author,
        };
        let stage = Playground::start_within(setting, limits).await.unwrap();
        stage.settle().await.unwrap();
        Self {
            stage,
            data,
            sellers: Mutex::default(),
            ended: false,
        }
    }

    /// Asks at the shell as an operator would: the real binary, on this scene's data directory.
    pub async fn shell(&self, words: &[&str]) -> Output {
        self.shell_with(words, &[]).await
    }

    /// As [`Scene::shell`], with more in the environment.
    pub async fn shell_with(&self, words: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.args(words).arg("--data-dir").arg(self.data.path());
        command.env("TELEGRAM_TOKEN", self.telegram().token());
        for (number, key) in self.kie().keys().iter().enumerate() {
            command.env(format!("KIE_API_KEY_{}", number + 1), key);
        }
        command.env("OPENAI_API_KEY", self.gpt().key());
        command.envs(environment.iter().copied());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        let output = output.await.unwrap();
        Output {
            done: output.status.success(),
            told: String::from_utf8(output.stdout).unwrap(),
            aside: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Every file of the data directory with its size and when it was last written, but for what is in passing.
    pub fn files(&self) -> Vec<(String, u64, std::time::SystemTime)> {
        let mut files = Vec::new();
        let mut dirs = vec![self.data.path().to_owned()];
        while let Some(dir) = dirs.pop() {
            for entry in std::fs::read_dir(dir).unwrap().flatten() {
                let known = entry.metadata().unwrap();
                if known.is_dir() {
                    dirs.push(entry.path());
                    continue;
                }
                let name = entry.path().display().to_string();
                files.push((name, known.len(), known.modified().unwrap()));
            }
        }
        files.sort();
        files
    }

    /// Where everything of the daemon's is.
    pub fn data(&self) -> &std::path::Path {
        self.data.path()
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
        let seller = Seller::new(person);
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
        let grant = Deed::Grant {
            user: UserId(seller.person.id() as u64),
            credits,
            why: "a story".into(),
            key: None,
        };
        self.stage.ask(Do(grant)).await.unwrap().unwrap();
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

    /// Writes a file of the operator's into the data directory.
    pub fn writes(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.data.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// Whether something of that name is in the data directory.
    pub fn has(&self, name: &str) -> bool {
        self.data.path().join(name).exists()
    }

    /// Changes a line of the configuration.
    #[track_caller]
    pub fn changes(&self, from: &str, to: &str) {
        let file = self.data.path().join("neurocards.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(file, text.replacen(from, to, 1)).unwrap();
    }

    /// Has everything read again; what changed and what waits, or all mistakes.
    pub async fn reloads(&self) -> Result<Reloaded, Vec<String>> {
        let told = match self.stage.ask(Reload).await.unwrap() {
            Ok(reloaded) => Ok(reloaded),
            Err(Refusal::Mistakes(mistakes)) => Err(mistakes),
            Err(other) => panic!("{other:?}"),
        };
        self.settles().await;
        told
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

    /// How many videos were given away after their credits had gone back.
    pub fn gifts(&self) -> u64 {
        let snapshot = self.stage.daemon().store().snapshot().unwrap();
        audit::glance(&snapshot).unwrap().lost.late
    }

    /// What became of lost answers: adopted, orphans, billed twice.
    pub fn lost_answers(&self) -> (u64, u64, u64) {
        let snapshot = self.stage.daemon().store().snapshot().unwrap();
        let lost = audit::glance(&snapshot).unwrap().lost;
        (lost.adopted, lost.orphans, lost.doubled)
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

    /// How many videos, or what belongs to one, lie on disk.
    pub fn videos(&self) -> usize {
        let files = std::fs::read_dir(self.data.path().join("videos")).unwrap();
        let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
        names.collect::<std::collections::BTreeSet<_>>().len()
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
