//! The whole circle, with the real binary: a backup under a running daemon, everything lost, restored, and on it goes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::operator::socket;
use neurocards::sandbox::{Hooks, Options, Person, Sandbox, sample_photo};
use serde_json::Value;

use crate::ground::{fails, said, succeeds};

/// How fast time runs.
const SPEED: f64 = 40.0;
/// Nothing takes longer, in real time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A machine with a data directory, another disk for backups, and the world around it.
struct Machine {
    dir: tempfile::TempDir,
    sandbox: Sandbox,
    base: u64,
    daemon: Option<Child>,
}

impl Machine {
    async fn new() -> Self {
        let base = Clock::system().now();
        let clock = Clock::led(base, SPEED);
        let (now, speed) = (clock.clone(), clock);
        let hooks = Hooks {
            now: Arc::new(move || now.now().0),
            speed: Arc::new(move || speed.speed()),
            set_speed: Arc::new(|_| {}),
            advance: Arc::new(|_| {}),
            books: Arc::new(|| Value::Null),
            grant: Arc::new(|_, _| Box::pin(async { Err("nobody grants here".to_owned()) })),
        };
        let sandbox = Sandbox::start(Options {
            hooks,
            photo_root_pem: None,
            page: None,
        });
        let machine = Self {
            dir: tempfile::tempdir().unwrap(),
            sandbox: sandbox.await.unwrap(),
            base: base.0,
            daemon: None,
        };
        fs::create_dir(machine.data()).unwrap();
        machine
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn backups(&self) -> PathBuf {
        self.dir.path().join("backups")
    }

    fn configures(&self) {
        let (telegram, kie) = (&self.sandbox.telegram, &self.sandbox.kie);
        let config = format!(
            "admin_ids = [99]\nwelcome_credits = 5\nlook_every = \"5s\"\n\
             [telegram]\napi_url = \"{}\"\n[kie]\napi_url = \"{}\"\nupload_url = \"{}\"\n\
             [gpt]\napi_url = \"{}\"\n[http]\nlisten = []\n[store]\nmin_free_mb = 1\n\
             [backup]\nevery = \"0s\"\ndir = \"../backups\"\n",
            telegram.api_url(),
            kie.api_url(),
            kie.upload_url(),
            self.sandbox.gpt.api_url(),
        );
        fs::write(self.data().join("neurocards.toml"), config).unwrap();
    }

    async fn starts(&mut self) {
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("log"))
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command
            .args(["run", "--data-dir"])
            .arg(self.data())
            .env("TELEGRAM_TOKEN", self.sandbox.telegram.token())
            .env("KIE_API_KEY", &self.sandbox.kie.keys()[0])
            .env("OPENAI_API_KEY", self.sandbox.gpt.key())
            .env("NEUROCARDS_CLOCK", format!("{},{SPEED}", self.base))
            .stderr(log)
            .stdout(Stdio::null());
        self.daemon = Some(command.spawn().unwrap());
        let begun = Instant::now();
        while socket::ask(&self.data(), neurocards::operator::service::ask::Books)
            .await
            .is_err()
        {
            let log = fs::read_to_string(self.dir.path().join("log")).unwrap();
            assert!(begun.elapsed() < PATIENCE, "{log}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn dies(&mut self) {
        let mut daemon = self.daemon.take().unwrap();
        daemon.kill().unwrap();
        daemon.wait().unwrap();
    }

    async fn says(&self, words: &[&str]) -> std::process::Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.args(words).arg("--data-dir").arg(self.data());
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// Waits for a message of the bot's with a text, behind the first `after`; how many there are with it.
async fn sees(person: &Person, after: usize, text: &str) -> usize {
    let begun = Instant::now();
    loop {
        let messages = person.messages();
        let mut new = messages.iter().enumerate().skip(after);
        let found = new.find(|(_, message)| message.from_bot && message.text.contains(text));
        if let Some((at, _)) = found {
            return at + 1;
        }
        let texts: Vec<_> = messages.iter().map(|message| &message.text).collect();
        assert!(begun.elapsed() < PATIENCE, "no «{text}» in {texts:#?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Says something; how many messages there were before it.
fn says(person: &Person, text: &str) -> usize {
    let before = person.messages().len();
    person.sends(text);
    before
}

async fn orders(person: &Person, count: u8) {
    let menu = says(person, "/menu");
    sees(person, menu, "Главное меню").await;
    person.presses("Сделать Reels").unwrap();
    let mut last = sees(person, menu, "Пришли фото товара").await;
    person.sends_photo(sample_photo(0));
    last = sees(person, last, "Напиши информацию").await;
    person.sends("Кружка");
    last = sees(person, last, "Выбери шаблон").await;
    person.presses("UGC").unwrap();
    last = sees(person, last, "доп. пожелания").await;
    person.sends("-");
    last = sees(person, last, "Сколько видео").await;
    person.presses(&format!("{count} видео")).unwrap();
    last = sees(person, last, "Готовы запустить").await;
    person.presses("Да, запустить").unwrap();
    sees(person, last, "Принял").await;
}

async fn balance(person: &Person) -> String {
    let asked = says(person, "/menu");
    sees(person, asked, "Главное меню").await;
    person.presses("кабинет").unwrap();
    let told = sees(person, asked, "Баланс").await;
    let messages = person.messages();
    messages[told - 1]
        .text
        .lines()
        .find(|line| line.contains("Баланс"))
        .unwrap()
        .to_owned()
}

fn json(output: &std::process::Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(output)))
}

fn books(report: &Value) -> (u64, u64) {
    (
        report["entries"].as_u64().unwrap(),
        report["jobs"].as_u64().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn after_losing_everything_a_restored_shop_goes_on_as_it_was() {
    let mut machine = Machine::new().await;
    machine.configures();
    // So long that no video is ready before the backup is made.
    machine.sandbox.kie.set_duration(120_000);
    machine.starts().await;
    let anna = machine.sandbox.telegram.person(7, "Анна", Some("ru"));
    let started = says(&anna, "/start");
    sees(&anna, started, "5 кредитов").await;
    orders(&anna, 3).await;
    sees(&anna, started, "Генерация запущена").await;

    let begun = Instant::now();
    while machine.sandbox.kie.tasks().len() < 3 {
        assert!(begun.elapsed() < PATIENCE, "KIE has not got its tasks");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    let made = machine.says(&["backup", "--json"]).await;
    succeeds(&made);
    let made = json(&made);
    let name = made["manifest"]["name"].as_str().unwrap().to_owned();
    assert_eq!(made["manifest"]["live_jobs"], 3);
    assert_eq!(made["manifest"]["entries"], 4);
    let paths: Vec<_> = made["manifest"]["files"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    let has = |start: &str| {
        let path = |file: &&&Value| file["path"].as_str().unwrap().starts_with(start);
        paths.iter().filter(path).count()
    };
    assert_eq!(
        (has("photos/7/"), has("neurocards.toml")),
        (3, 1),
        "{paths:?}"
    );
    let before = balance(&anna).await;
    let audit = json(&machine.says(&["audit", "--json"]).await);
    assert_eq!(books(&audit), (4, 3));

    let refused = machine.says(&["restore", &name, "--force"]).await;
    assert!(
        fails(&refused).contains("a daemon runs on"),
        "{}",
        said(&refused)
    );
    assert_eq!(refused.status.code(), Some(1));
    machine.dies();
    fs::remove_dir_all(machine.data()).unwrap();

    // The configuration is gone, too: the backup is named by its path, and brings it back.
    let path = machine.backups().join(&name);
    let path = path.to_str().unwrap();
    let tried = machine.says(&["restore", path, "--dry-run"]).await;
    assert!(succeeds(&tried).contains("nothing was changed"));
    assert!(!machine.data().join("neurocards.redb").exists());
    let restored = machine.says(&["restore", path]).await;
    let told = succeeds(&restored);
    assert!(
        told.contains("4 entries, 1 users, 3 jobs, 3 of them alive; the books balance"),
        "{told}"
    );
    assert!(told.contains("the newest entry was made"), "{told}");
    let audit = json(&machine.says(&["audit", "--json"]).await);
    assert_eq!(books(&audit), (4, 3));
    let drilled = machine.says(&["drill", "--json"]).await;
    succeeds(&drilled);
    assert_eq!(json(&drilled)["name"], name);

    machine.starts().await;
    assert_eq!(balance(&anna).await, before);
    // The videos that were in the making are looked for and arrive.
    for video in 0..3 {
        let begun = Instant::now();
        let ready = || {
            anna.messages()
                .iter()
                .filter(|m| m.text.contains("Видео готово"))
                .count()
        };
        while ready() <= video {
            assert!(begun.elapsed() < PATIENCE, "{video} videos");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    assert_eq!(balance(&anna).await, before);
    orders(&anna, 1).await;
    let listed = json(&machine.says(&["backups", "list", "--json"]).await);
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["name"], name);
    machine.dies();
    assert!(succeeds(&machine.says(&["audit"]).await).contains("the books balance"));
    mode(&machine.data().join("neurocards.redb"), 0o600);
    mode(&machine.backups().join(&name), 0o700);
}

fn mode(path: &Path, wanted: u32) {
    use std::os::unix::fs::PermissionsExt;
    let mode = path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, wanted, "{}", path.display());
}
