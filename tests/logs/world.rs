//! The real daemon among stand-ins, with everything it says.

use std::net::TcpListener;
use std::os::linux::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::sandbox::{Hooks, Options, Sandbox};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustix::process::{Pid, Signal, kill_process};

use crate::storage::{self, Storage};

/// Everything a test waits for comes within this time.
const PATIENCE: Duration = Duration::from_secs(90);

pub const HMAC: &str = "hmac-key-of-the-log-stories";
pub const WEBHOOK: &str = "webhook-secret-of-the-log-stories";
pub const OPERATOR: &str = "operator-token-of-the-log-stories";
pub const PASSPHRASE: &str = "passphrase of the log stories";

/// How the world reaches the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// By webhook and by its photos' addresses.
    Public,
    /// Not at all.
    Home,
}

/// How a daemon is set up.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub reach: Reach,
    pub format: &'static str,
    pub level: &'static str,
    /// Whether it takes its standard error for the journal.
    pub journal: bool,
    /// How fast time runs.
    pub speed: f64,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            reach: Reach::Public,
            format: "human",
            level: "info",
            journal: false,
            speed: 40.0,
        }
    }
}

/// The real daemon among stand-ins.
pub struct World {
    pub sandbox: Sandbox,
    pub storage: Storage,
    data: tempfile::TempDir,
    door: u16,
    office: u16,
    base: u64,
    root: String,
    setting: Setting,
    daemon: Option<Child>,
}

impl World {
    pub async fn new(setting: Setting) -> Self {
        let base = Clock::system().now();
        let clock = Clock::led(base, setting.speed);
        let data = tempfile::tempdir().unwrap();
        let (chain, key, root) = certificate();
        std::fs::write(data.path().join("cert.pem"), chain).unwrap();
        std::fs::write(data.path().join("key.pem"), key).unwrap();
        let options = Options {
            hooks: hooks(&clock),
            photo_root_pem: Some(root.clone()),
            page: None,
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        sandbox.telegram.trust_root(&root);
        sandbox.kie.set_duration(8_000);
        sandbox.kie.sign_callbacks(Some(HMAC));
        let mut world = Self {
            sandbox,
            storage: Storage::start().await,
            data,
            door: free_port(),
            office: free_port(),
            base: base.0,
            root,
            setting,
            daemon: None,
        };
        std::fs::write(
            world.data.path().join("neurocards.toml"),
            world.configuration(),
        )
        .unwrap();
        std::fs::write(world.data.path().join("webhook.word"), WEBHOOK).unwrap();
        world.starts();
        world
            .until("it runs", |world| world.log().contains("neurocards runs"))
            .await;
        if setting.reach == Reach::Public {
            let hooked = |world: &Self| world.sandbox.telegram.webhook_url().is_some();
            world.until("the webhook is set", hooked).await;
        }
        world
    }

    fn configuration(&self) -> String {
        let Setting {
            reach,
            format,
            level,
            ..
        } = self.setting;
        let (top, doors) = match reach {
            Reach::Public => (
                format!(
                    "public_url = \"https://127.0.0.1:{0}\"\nupdates = \"webhook\"\n",
                    self.door
                ),
                format!(
                    "[https]\nlisten = [\"127.0.0.1:{}\"]\n[tls]\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"\n",
                    self.door
                ),
            ),
            Reach::Home => (String::new(), String::new()),
        };
        let (telegram, kie, gpt) = (&self.sandbox.telegram, &self.sandbox.kie, &self.sandbox.gpt);
        format!(
            "{top}welcome_credits = 20\nlook_every = \"5s\"\nsupport_username = \"support\"\nadmin_ids = [9001]\n\
             [telegram]\napi_url = \"{}\"\nper_chat_interval = \"100ms\"\nwebhook_secret_file = \"webhook.word\"\n\
             [kie]\napi_url = \"{}\"\nupload_url = \"{}\"\n[gpt]\napi_url = \"{}\"\nvision = true\n\
             [http]\nlisten = []\n{doors}[operator]\nlisten = [\"127.0.0.1:{}\"]\n[backup]\nevery = \"0s\"\n\
             [backup.s3]\nbucket = \"{}\"\nendpoint = \"{}\"\nregion = \"{}\"\n\
             [log]\nlevel = \"{level}\"\nformat = \"{format}\"\n",
            telegram.api_url(),
            kie.api_url(),
            kie.upload_url(),
            gpt.api_url(),
            self.office,
            storage::BUCKET,
            self.storage.endpoint(),
            storage::REGION,
        )
    }

    /// Starts the daemon; a log of before is kept.
    pub fn starts(&mut self) {
        let mut log = std::fs::File::options();
        let log = log.create(true).append(true).open(self.log_file()).unwrap();
        let known = log.metadata().unwrap();
        let mut command = self.command(&["run"]);
        command.env_remove("NO_COLOR");
        if self.setting.journal {
            command.env(
                "JOURNAL_STREAM",
                format!("{}:{}", known.st_dev(), known.st_ino()),
            );
        }
        let daemon = command.stderr(log).stdout(Stdio::null()).spawn();
        self.daemon = Some(daemon.unwrap());
    }

    /// The daemon's process.
    pub fn pid(&self) -> Pid {
        Pid::from_child(self.daemon.as_ref().unwrap())
    }

    /// Where everything of the daemon's is.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The port of the door to the world.
    pub fn door_port(&self) -> u16 {
        self.door
    }

    /// The root that the door's certificate is under, PEM.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The port of the operator's door.
    pub fn office_port(&self) -> u16 {
        self.office
    }

    /// The real binary on this data directory, with every secret.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_neurocards"));
        command.args(words).arg("--data-dir").arg(self.data.path());
        let keys = self.sandbox.kie.keys();
        command
            .env("TELEGRAM_TOKEN", self.sandbox.telegram.token())
            .env("KIE_API_KEY", &keys[0])
            .env("KIE_API_KEY_1", &keys[1])
            .env("KIE_WEBHOOK_HMAC_KEY", HMAC)
            .env("OPENAI_API_KEY", self.sandbox.gpt.key())
            .env("OPERATOR_TOKEN", OPERATOR)
            .env("S3_ACCESS_KEY_ID", storage::ID)
            .env("S3_SECRET_ACCESS_KEY", storage::SECRET)
            .env("BACKUP_PASSPHRASE", PASSPHRASE)
            .env(
                "NEUROCARDS_CLOCK",
                format!("{},{}", self.base, self.setting.speed),
            );
        command
    }

    /// What a command of the operator's says, on both its outputs.
    pub async fn says(&self, words: &[&str]) -> String {
        let mut command = self.command(words);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.unwrap().unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap());
        format!("{}{}", said[0], said[1])
    }

    /// What the operator's door answers.
    pub async fn office(&self, path: &str) -> String {
        let url = format!("http://127.0.0.1:{}{path}", self.office);
        let asked = reqwest::Client::new().get(url).bearer_auth(OPERATOR);
        asked.send().await.unwrap().text().await.unwrap()
    }

    /// Posts to the door of the world, as anybody can; the status of the answer.
    pub async fn knocks(&self, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        let root = reqwest::Certificate::from_pem(self.root.as_bytes()).unwrap();
        let client = reqwest::Client::builder()
            .add_root_certificate(root)
            .build()
            .unwrap();
        let url = format!("https://127.0.0.1:{}{path}", self.door);
        let mut asked = client.post(url).body(body.to_owned());
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        asked.send().await.unwrap().status().as_u16()
    }

    fn log_file(&self) -> PathBuf {
        self.data.path().join("daemon.log")
    }

    /// The data file.
    pub fn shop(&self) -> PathBuf {
        self.data.path().join("neurocards.redb")
    }

    /// Everything the daemon has written to its standard error.
    pub fn log(&self) -> String {
        let written = std::fs::read(self.log_file()).unwrap_or_default();
        String::from_utf8(written).expect("a log is text")
    }

    pub async fn until(&mut self, what: &str, enough: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !enough(self) {
            let daemon = self.daemon.as_mut().unwrap();
            let ended = daemon.try_wait().unwrap();
            assert!(ended.is_none(), "the daemon has ended: {}", self.log());
            assert!(begun.elapsed() < PATIENCE, "{what} in vain: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Stops the daemon in good order.
    pub async fn stops(&mut self) {
        let mut daemon = self.daemon.take().unwrap();
        kill_process(Pid::from_child(&daemon), Signal::TERM).unwrap();
        let ended = tokio::task::spawn_blocking(move || daemon.wait());
        let ended = ended.await.unwrap().unwrap();
        assert!(ended.success(), "{ended}: {}", self.log());
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

fn hooks(clock: &Clock) -> Hooks {
    let (now, speed) = (clock.clone(), clock.clone());
    Hooks {
        now: Arc::new(move || now.now().0),
        speed: Arc::new(move || speed.speed()),
        set_speed: Arc::new(|_| {}),
        advance: Arc::new(|_| {}),
        books: Arc::new(|| serde_json::Value::Null),
        grant: Arc::new(|_, _| Box::pin(async { Err("nobody grants here".to_owned()) })),
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A certificate for the loopback address, its key, and the root it is under.
fn certificate() -> (String, String, String) {
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name
        .push(DnType::CommonName, "The root of the log stories");
    let root_key = KeyPair::generate().unwrap();
    let root_pem = root.self_signed(&root_key).unwrap().pem();
    let issuer = Issuer::new(root, root_key);
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    (leaf.pem(), key.serialize_pem(), root_pem)
}
