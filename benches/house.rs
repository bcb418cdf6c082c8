//! The house of a bench: stand-ins, a configuration for them, the real daemon, and what the system says of it.
//!
//! `NEUROCARDS_BENCH_BINARY` names another build of the daemon than the bench's own, what `scripts/build.sh` has made
//! for instance.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use neurocards::base::clock::Clock;
use neurocards::sandbox::{Hooks, Options, Sandbox};

/// What an operator says at the door.
pub const TOKEN: &str = "operator-token-of-the-bench";
/// What Telegram says at the webhook.
pub const SECRET: &str = "secret-of-the-bench";

/// Where the files of a bench lie, for as long as this lives.
pub fn scratch() -> tempfile::TempDir {
    let scratch = match std::env::var_os("NEUROCARDS_BENCH_DIR") {
        Some(dir) => tempfile::TempDir::new_in(dir),
        None => tempfile::TempDir::new(),
    };
    scratch.expect("a temporary directory")
}

/// A whole number that the environment says, or else `usual`.
pub fn said(name: &str, usual: u64) -> u64 {
    let named = std::env::var(name).ok();
    named.map_or(usual, |named| named.parse().expect("a whole number"))
}

/// The stand-ins, under the system's time.
pub async fn stand_ins() -> Sandbox {
    stand_ins_at(Arc::new(|| Clock::system().now().0)).await
}

/// The stand-ins, under a time of their own.
pub async fn stand_ins_at(now: Arc<dyn Fn() -> u64 + Send + Sync>) -> Sandbox {
    let hooks = Hooks {
        now,
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
    Sandbox::start(options).await.expect("the stand-ins")
}

/// The real daemon on a data directory; it is killed with this.
pub struct House {
    /// Where Telegram and the provider call.
    pub door: SocketAddr,
    /// Where an operator asks.
    pub office: SocketAddr,
    data: PathBuf,
    daemon: Option<Child>,
}

impl House {
    /// Writes the configuration: `first` are keys of the shop, `more` are whole sections.
    pub fn new(data: &Path, sandbox: &Sandbox, first: &str, more: &str) -> Self {
        let (door, office) = (free(), free());
        let config = format!(
            "public_url = \"http://{door}\"\nupdates = \"polling\"\nadmin_ids = []\n{first}\n\
             [kie]\napi_url = \"{}\"\nupload_url = \"{}\"\n[gpt]\napi_url = \"{}\"\n\
             [http]\nlisten = [\"{door}\"]\nconnections_per_address = 1000\n[operator]\nlisten = [\"{office}\"]\n\
             [log]\nlevel = \"error\"\n[telegram]\napi_url = \"{}\"\n{more}\n",
            sandbox.kie.api_url(),
            sandbox.kie.upload_url(),
            sandbox.gpt.api_url(),
            sandbox.telegram.api_url(),
        );
        std::fs::write(data.join("neurocards.toml"), config).expect("a configuration");
        std::fs::write(data.join("webhook-secret"), SECRET).expect("a secret");
        Self {
            door,
            office,
            data: data.to_owned(),
            daemon: None,
        }
    }

    /// Starts the daemon, and does not wait for it.
    pub fn start(&mut self, sandbox: &Sandbox) {
        let own = env!("CARGO_BIN_EXE_neurocards");
        let binary = std::env::var_os("NEUROCARDS_BENCH_BINARY").unwrap_or_else(|| own.into());
        let mut command = Command::new(binary);
        command.args(["run", "--data-dir"]).arg(&self.data);
        command.env("TELEGRAM_TOKEN", sandbox.telegram.token());
        command.env("KIE_API_KEY", &sandbox.kie.keys()[0]);
        command.env("OPENAI_API_KEY", sandbox.gpt.key());
        command.env("OPERATOR_TOKEN", TOKEN);
        let unit = include_str!("../neurocards.service");
        let set = unit
            .lines()
            .filter_map(|line| line.strip_prefix("Environment="));
        for (name, value) in set
            .flat_map(str::split_whitespace)
            .filter_map(|set| set.split_once('='))
        {
            command.env(name, value);
        }
        let daemon = command.stdout(Stdio::null()).spawn();
        self.daemon = Some(daemon.expect("the daemon starts"));
    }

    /// Asks until the door answers.
    pub fn serves(&mut self) {
        let mut answer = [0; 12];
        loop {
            let daemon = self.daemon.as_mut().expect("it was started");
            let ended = daemon.try_wait().expect("it is ours");
            assert!(ended.is_none(), "the daemon has ended: {ended:?}");
            let asked = TcpStream::connect(self.door).and_then(|mut stream| {
                stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
                stream.read_exact(&mut answer)
            });
            if asked.is_ok() {
                assert_eq!(&answer, b"HTTP/1.1 404");
                return;
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// Kills the daemon, as a power cut would.
    pub fn kill(&mut self) {
        let mut daemon = self.daemon.take().expect("it was started");
        daemon.kill().expect("it lives");
        daemon.wait().expect("it ends");
    }

    /// The memory of the daemon now.
    pub fn memory(&self) -> Memory {
        let daemon = self.daemon.as_ref().expect("it was started");
        Memory::of(daemon.id())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if self.daemon.is_some() {
            self.kill();
        }
    }
}

/// What the system says of a process's memory, in MB of 10^6 bytes.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// All that is resident, shared pages of the program's file too.
    pub resident: f64,
    /// What belongs to nobody else: heap and stacks.
    pub own: f64,
    /// The most that ever was resident.
    pub most: f64,
}

impl Memory {
    fn of(process: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name));
            let number = line.and_then(|line| line.split_whitespace().nth(1));
            let kib: f64 = number.and_then(|kib| kib.parse().ok()).expect("a number");
            kib * 1024.0 / 1e6
        };
        Self {
            resident: field("VmRSS:"),
            own: field("RssAnon:"),
            most: field("VmHWM:"),
        }
    }
}

fn free() -> SocketAddr {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    free.local_addr().expect("an address")
}
