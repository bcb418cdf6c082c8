//! Stand-ins, a configuration for the real binary, and a socket at which it reports.

use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::sandbox::{Hooks, Options, Sandbox};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Nothing takes longer, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Everything around one daemon.
pub struct Stage {
    pub sandbox: Sandbox,
    pub dir: TempDir,
    told: UnixDatagram,
}

impl Stage {
    /// `config` is appended: sections that the stage does not have.
    pub async fn new(top: &str, config: &str) -> Self {
        let clock = Clock::system();
        let hooks = Hooks {
            now: Arc::new(move || clock.now().0),
            speed: Arc::new(|| 1.0),
            set_speed: Arc::new(|_| {}),
            advance: Arc::new(|_| {}),
            books: Arc::new(|| serde_json::Value::Null),
            grant: Arc::new(|_, _| Box::pin(async { Err("nobody grants here".to_owned()) })),
        };
        let options = Options {
            hooks,
            photo_root_pem: None,
            page: None,
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let dir = TempDir::new().unwrap();
        let config = format!(
            "{top}\n[telegram]\napi_url = \"{}\"\n[kie]\napi_url = \"{}\"\n[gpt]\napi_url = \"{}\"\n{config}\n",
            sandbox.telegram.api_url(),
            sandbox.kie.api_url(),
            sandbox.gpt.api_url(),
        );
        std::fs::write(dir.path().join("neurocards.toml"), config).unwrap();
        let told = UnixDatagram::bind(dir.path().join("notify")).unwrap();
        told.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { sandbox, dir, told }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// `neurocards run`, as systemd would start it, but for the secrets.
    pub fn bare(&self) -> Command {
        self.dress(Command::new(env!("CARGO_BIN_EXE_neurocards")))
    }

    /// The same, behind a program that starts it.
    pub fn behind(&self, launcher: &str, words: &[&str]) -> Command {
        let mut command = Command::new(launcher);
        command.args(words).arg(env!("CARGO_BIN_EXE_neurocards"));
        self.dress(command)
    }

    fn dress(&self, mut command: Command) -> Command {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path().join("log"))
            .unwrap();
        command
            .arg("run")
            .env("STATE_DIRECTORY", self.data())
            .env("CONFIGURATION_DIRECTORY", self.path())
            .env("NOTIFY_SOCKET", self.path().join("notify"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        command
    }

    /// Adds the secrets, from the environment.
    pub fn with_secrets(&self, mut command: Command) -> Command {
        command
            .env("TELEGRAM_TOKEN", self.sandbox.telegram.token())
            .env("KIE_API_KEY", &self.sandbox.kie.keys()[0])
            .env("OPENAI_API_KEY", self.sandbox.gpt.key());
        command
    }

    /// What has been logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }

    /// The next thing that the daemon reports, within so long.
    pub fn next(&self, within: Duration) -> Option<String> {
        self.told.set_read_timeout(Some(within)).unwrap();
        let mut words = [0; 512];
        let length = self.told.recv(&mut words).ok()?;
        Some(String::from_utf8_lossy(&words[..length]).into_owned())
    }

    /// Waits for a report that begins so.
    #[track_caller]
    pub fn hears(&self, words: &str) -> String {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            match self.next(PATIENCE) {
                Some(said) if said.starts_with(words) => return said,
                Some(_) | None => {}
            }
        }
        panic!("{words} was not reported\n{}", self.log());
    }
}

/// A process that does not outlive its test.
pub struct Daemon(pub Child);

impl Daemon {
    pub fn start(mut command: Command) -> Self {
        Self(command.spawn().unwrap())
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    pub fn ended(&mut self) -> ExitStatus {
        self.0.wait().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
