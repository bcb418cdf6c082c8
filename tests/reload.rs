//! Reloads of the real binary: by signal while sellers order, and by command.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::operator::service::ask::Audit;
use neurocards::operator::socket;
use neurocards::sandbox::{Hooks, Options, Person, Sandbox, sample_photo};
use neurocards::shop::audit;
use neurocards::store;
use rustix::process::{Pid, Signal, kill_process};

/// How fast time runs.
const SPEED: f64 = 40.0;
/// Everything a test waits for comes within this time.
const PATIENCE: Duration = Duration::from_secs(90);
/// What the log says of a configuration that is taken, and of one that is not.
const READ: &str = "the configuration is read again";
const REFUSED: &str = "the configuration is not taken; the old one stays in force";
/// Who orders meanwhile.
const SELLERS: i64 = 5;

/// The real daemon among stand-ins.
struct World {
    data: tempfile::TempDir,
    sandbox: Sandbox,
    base: u64,
    daemon: Option<Child>,
}

impl World {
    async fn new() -> Self {
        let base = Clock::system().now();
        let clock = Clock::led(base, SPEED);
        let (now, speed) = (clock.clone(), clock.clone());
        let options = Options {
            hooks: Hooks {
                now: Arc::new(move || now.now().0),
                speed: Arc::new(move || speed.speed()),
                set_speed: Arc::new(|_| {}),
                advance: Arc::new(|_| {}),
                books: Arc::new(|| serde_json::Value::Null),
                grant: Arc::new(|_, _| Box::pin(async { Err("nobody grants here".to_owned()) })),
            },
            photo_root_pem: None,
            page: None,
        };
        let mut world = Self {
            data: tempfile::tempdir().unwrap(),
            sandbox: Sandbox::start(options).await.unwrap(),
            base: base.0,
            daemon: None,
        };
        world.configures("info", 0);
        world.sandbox.kie.set_duration(8_000);
        world.daemon = Some(world.start());
        world
            .until(|world| world.log().contains("neurocards runs"))
            .await;
        world
    }

    /// Writes the configuration, with one of the provider's keys.
    fn configures(&self, level: &str, key: usize) {
        let text = format!(
            "welcome_credits = 4\nlook_every = \"5s\"\nworkers = {workers}\n\
             [telegram]\napi_url = \"{telegram}\"\nper_chat_interval = \"100ms\"\n\
             [kie]\napi_url = \"{kie}\"\nupload_url = \"{upload}\"\nkey_files = [\"kie.key\"]\n\
             [gpt]\napi_url = \"{gpt}\"\n[http]\nlisten = []\n[log]\nlevel = \"{level}\"\n",
            workers = 3 + key,
            telegram = self.sandbox.telegram.api_url(),
            kie = self.sandbox.kie.api_url(),
            upload = self.sandbox.kie.upload_url(),
            gpt = self.sandbox.gpt.api_url(),
        );
        self.writes("kie.key", &self.sandbox.kie.keys()[key]);
        self.writes("neurocards.toml", &text);
    }

    /// Replaces a file, so that nobody reads a half of it.
    fn writes(&self, name: &str, text: &str) {
        let part = self.data.path().join("part");
        std::fs::write(&part, text).unwrap();
        std::fs::rename(part, self.data.path().join(name)).unwrap();
    }

    fn start(&self) -> Child {
        let log = std::fs::File::create(self.log_file()).unwrap();
        self.command(&["run"])
            .env("TELEGRAM_TOKEN", self.sandbox.telegram.token())
            .env("OPENAI_API_KEY", self.sandbox.gpt.key())
            .env("NEUROCARDS_CLOCK", format!("{},{SPEED}", self.base))
            .stderr(log)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.args(words).arg("--data-dir").arg(self.data.path());
        command
    }

    /// Runs a command of the operator's.
    async fn says(&self, words: &[&str]) -> Output {
        let mut command = self.command(words);
        let output = tokio::task::spawn_blocking(move || command.output());
        output.await.unwrap().unwrap()
    }

    fn hangs_up(&self) {
        let daemon = self.daemon.as_ref().unwrap();
        kill_process(Pid::from_child(daemon), Signal::HUP).unwrap();
    }

    fn log_file(&self) -> PathBuf {
        self.data.path().join("daemon.log")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Takes one of the provider's keys, and the models that ship.
    fn takes(&self, key: usize) {
        let _ = std::fs::remove_file(self.data.path().join("models.toml"));
        self.configures("info", key);
    }

    /// How often the log says something.
    fn told(&self, what: &str) -> usize {
        self.log().matches(what).count()
    }

    /// How many tasks were made with a key.
    fn made_by(&self, key: usize) -> usize {
        let key = &self.sandbox.kie.keys()[key];
        let tasks = self.sandbox.kie.tasks();
        tasks.iter().filter(|task| task.key == *key).count()
    }

    /// People who have just started the bot.
    fn sellers(&self, ids: RangeInclusive<i64>) -> Vec<Person> {
        let telegram = &self.sandbox.telegram;
        let sellers: Vec<_> = ids
            .map(|id| telegram.person(id, "Анна", Some("ru")))
            .collect();
        sellers.iter().for_each(|seller| _ = seller.sends("/start"));
        sellers
    }

    async fn until(&mut self, mut enough: impl FnMut(&Self) -> bool) {
        let begun = Instant::now();
        while !enough(self) {
            let daemon = self.daemon.as_mut().unwrap();
            let ended = daemon.try_wait().unwrap();
            assert!(ended.is_none(), "the daemon has ended: {}", self.log());
            assert!(begun.elapsed() < PATIENCE, "{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// Answers whatever the bot asked last; whether an order has been placed.
fn acts(person: &Person, asked: &mut usize) -> bool {
    let messages = person.messages();
    let said: Vec<_> = messages.iter().filter(|message| message.from_bot).collect();
    if said
        .iter()
        .any(|message| message.text.starts_with("✅ Принял!"))
    {
        return true;
    }
    let Some(last) = said.last().filter(|_| said.len() > *asked) else {
        return false;
    };
    *asked = said.len();
    let text = &last.text;
    let has = |what: &str| text.contains(what);
    if has("👋 Привет!") {
        person.presses("Сделать Reels").unwrap();
    } else if has("Пришли фото товара") {
        person.sends_photo(sample_photo(0));
    } else if has("Напиши информацию о товаре") {
        person.sends("Подушка");
    } else if has("Выбери шаблон") {
        person.presses("UGC").unwrap();
    } else if has("доп. пожелания") {
        person.sends("-");
    } else if has("Сколько видео") {
        person.presses("3 видео").unwrap();
    } else if has("Готовы запустить") {
        person.presses("Да, запустить").unwrap();
    }
    false
}

/// Lets each answer what the bot asked last; how many have placed their order.
fn placed(sellers: &[Person], asked: &mut [usize]) -> usize {
    let each = sellers.iter().zip(asked);
    each.filter_map(|(seller, asked)| acts(seller, asked).then_some(()))
        .count()
}

fn videos(person: &Person) -> usize {
    let messages = person.messages();
    messages
        .iter()
        .filter(|message| message.video.is_some())
        .count()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_is_lost_while_the_operator_hangs_up_again_and_again() {
    let mut world = World::new().await;
    let sellers = world.sellers(1..=SELLERS);
    let (begun, mut asked) = (Instant::now(), vec![0; sellers.len()]);
    let mut hung_up = 0;
    loop {
        let placed = placed(&sellers, &mut asked);
        let got: usize = sellers.iter().map(videos).sum();
        let (read, refused) = (world.told(READ), world.told(REFUSED));
        if (placed, got) == (sellers.len(), 3 * sellers.len()) && read >= 5 && refused >= 3 {
            break;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "{placed} orders, {got} videos, {read} times read, {refused} refused: {}",
            world.log()
        );
        // Every third time with a mistake.
        match hung_up % 3 {
            2 => world.writes("models.toml", "nonsense"),
            key => world.takes(key),
        }
        world.hangs_up();
        hung_up += 1;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What is ordered after a reload is made with the key of that reload.
    for key in [0, 1] {
        world.takes(key);
        let reloaded = world.says(&["reload"]).await;
        assert!(reloaded.status.success(), "{}", said(&reloaded));
        let before = world.made_by(key);
        let late = SELLERS + 1 + key as i64;
        let sellers = world.sellers(late..=late);
        let mut asked = [0];
        world
            .until(|_| placed(&sellers, &mut asked) == 1 && videos(&sellers[0]) == 3)
            .await;
        assert_eq!(world.made_by(key), before + 3);
    }
    let report = socket::ask(world.data.path(), Audit).await;
    let report = report.unwrap().unwrap();
    assert_eq!(report.breaches, [], "{hung_up} times hung up");
    assert!(
        world.sandbox.complaints().is_empty(),
        "{:?}",
        world.sandbox.complaints()
    );
    let daemon = world.daemon.as_ref().unwrap();
    kill_process(Pid::from_child(daemon), Signal::TERM).unwrap();
    let ended = world.daemon.take().unwrap().wait().unwrap();
    assert!(ended.success(), "{}", world.log());
    let snapshot = store::read_only(&world.data.path().join("neurocards.redb")).unwrap();
    assert_eq!(audit::audit(&snapshot).unwrap().breaches, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_tells_what_changed_what_waits_and_everything_wrong() {
    let world = World::new().await;
    let told = |world: &World| world.told(READ);
    world.configures("error", 1);
    let reloaded = world.says(&["reload"]).await;
    assert!(reloaded.status.success(), "{}", said(&reloaded));
    assert_eq!(
        String::from_utf8_lossy(&reloaded.stdout),
        "changed: kie.keys\nchanged: log.level\nchanged: workers\n"
    );
    assert!(said(&reloaded).contains("asked the running daemon"));
    world.configures("error", 0);
    world.says(&["reload"]).await;
    assert_eq!(told(&world), 0, "{}", world.log());
    world.configures("info", 0);
    world.says(&["reload"]).await;
    assert_eq!(told(&world), 1, "{}", world.log());

    world.writes("kie.key", "");
    std::fs::create_dir(world.data.path().join("texts")).unwrap();
    world.writes("texts/en.ftl", "= nothing\n");
    let refused = world.says(&["reload"]).await;
    assert!(!refused.status.success(), "{}", said(&refused));
    for told in ["kie.key is empty", "texts/en.ftl:1: "] {
        assert!(said(&refused).contains(told), "{}", said(&refused));
    }
    let shown = said(&world.says(&["reload", "--json"]).await);
    assert!(shown.starts_with("{\n  \"Mistakes\": ["), "{shown}");
    std::fs::remove_dir_all(world.data.path().join("texts")).unwrap();
    world.configures("error", 0);
    let config = std::fs::read_to_string(world.data.path().join("neurocards.toml")).unwrap();
    world.writes(
        "neurocards.toml",
        &config.replace("listen = []", "listen = [\"127.0.0.1:1\"]"),
    );
    let reloaded = world.says(&["reload"]).await;
    let wanted = "changed: log.level\ntakes effect at the next start: http.listen\n";
    assert_eq!(String::from_utf8_lossy(&reloaded.stdout), wanted);
    for secret in world
        .sandbox
        .kie
        .keys()
        .iter()
        .map(String::as_str)
        .chain([world.sandbox.telegram.token()])
    {
        assert!(!world.log().contains(secret));
    }
}

#[tokio::test]
async fn without_a_daemon_there_is_nothing_to_reload() {
    let data = tempfile::tempdir().unwrap();
    let told = reload_of(data.path());
    assert!(!told.status.success());
    assert!(said(&told).contains("no daemon runs on"), "{}", said(&told));
}

fn reload_of(data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
    command.arg("reload").arg("--data-dir").arg(data);
    command.output().unwrap()
}
