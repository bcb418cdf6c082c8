//! The harness: the real daemon at doors of its own, a stand-in Telegram that calls it, and a time led by hand.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use neurocards::base::clock::Clock;
use neurocards::daemon::{Daemon, Doors};
use neurocards::edge::config::Config;
use neurocards::sandbox::{Hooks, Options, Person, Sandbox};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::pebble::free_port;

/// Who is told of trouble.
pub const ADMIN: i64 = 9001;
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Nothing takes longer in real time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits in real time for what other processes and sockets do.
#[track_caller]
pub fn until(what: &str, done: impl Fn() -> bool) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let deadline = Instant::now() + PATIENCE;
        while !done() {
            assert!(Instant::now() < deadline, "{place}: not in time: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The daemon, its stand-ins, and where it is reached.
pub struct Shop {
    pub sandbox: Sandbox,
    pub clock: Clock,
    pub data: tempfile::TempDir,
    /// The port of the HTTPS door.
    pub port: u16,
    /// The port of the plain door.
    pub plain: u16,
    host: &'static str,
    config: String,
    daemon: Option<Daemon>,
}

impl Shop {
    /// A shop at `localhost` that is not open yet. Its time is now, and stands still.
    pub async fn new() -> Self {
        Self::at("localhost").await
    }

    pub async fn at(host: &'static str) -> Self {
        // What a test says is shown when it fails.
        let _ = tracing_subscriber::fmt()
            .with_env_filter("warn,neurocards=info")
            .with_test_writer()
            .try_init();
        let clock = Clock::led(Clock::system().now(), 0.0);
        let sandbox = Sandbox::start(Options {
            hooks: hooks(&clock),
            photo_root_pem: None,
            page: None,
        });
        Self {
            sandbox: sandbox.await.unwrap(),
            clock,
            data: tempfile::tempdir().unwrap(),
            port: free_port(),
            plain: free_port(),
            host,
            config: String::new(),
            daemon: None,
        }
    }

    /// Opens with these lines of `[tls]`; `root` is trusted in calls.
    pub async fn open(&mut self, tls: &str, root: &str) {
        std::fs::write(self.data.path().join("root.pem"), root).unwrap();
        self.config = format!(
            "public_url = \"https://{}:{port}\"\nupdates = \"webhook\"\nadmin_ids = [{ADMIN}]\n\
             extra_root_file = \"root.pem\"\nshutdown_grace = \"5s\"\n\
             [telegram]\napi_url = \"{}\"\n[kie]\napi_url = \"{}\"\n[gpt]\napi_url = \"{}\"\n\
             [http]\nlisten = [\"127.0.0.1:{}\"]\n[https]\nlisten = [\"127.0.0.1:{port}\"]\n[tls]\n{tls}\n",
            self.host,
            self.sandbox.telegram.api_url(),
            self.sandbox.kie.api_url(),
            self.sandbox.gpt.api_url(),
            self.plain,
            port = self.port,
        );
        self.wake().await;
    }

    /// Starts the daemon, as it was configured.
    pub async fn wake(&mut self) {
        let file = self.data.path().join("neurocards.toml");
        std::fs::write(&file, &self.config).unwrap();
        let config = Config::load(Some(&file), &|name| match name {
            "TELEGRAM_TOKEN" => Some(self.sandbox.telegram.token().to_owned()),
            "KIE_API_KEY" => self.sandbox.kie.keys().first().cloned(),
            "ACME_EAB_KEY" => std::fs::read_to_string(self.data.path().join("eab")).ok(),
            _ => None,
        });
        let config = config.unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let bind = |port| TcpListener::bind(("127.0.0.1", port)).unwrap();
        let doors = Doors {
            http: vec![bind(self.plain)],
            https: vec![bind(self.port)],
            ..Doors::default()
        };
        // Nobody reloads here.
        let source = Box::new(|| Config::look(None, &|_| None));
        let daemon =
            Daemon::start(config, source, self.data.path(), self.clock.clone(), doors).await;
        self.daemon = Some(daemon.unwrap());
    }

    /// Stops the daemon in good order.
    pub async fn sleep(&mut self) {
        self.daemon.take().unwrap().stop().await;
    }

    /// Somebody with a Telegram in English who has written `/start`.
    pub fn person(&self, id: i64) -> Person {
        let person = self.sandbox.telegram.person(id, "Ben", Some("en"));
        person.sends("/start");
        person
    }

    /// Lets virtual time pass.
    pub fn passes(&self, span: Duration) {
        self.clock.pass(span);
    }

    /// Waits until the webhook is registered.
    pub async fn is_registered(&self) {
        let telegram = &self.sandbox.telegram;
        until("the webhook is registered", || {
            telegram.webhook_url().is_some()
        })
        .await;
    }

    /// How often Telegram was told of the webhook.
    pub fn registrations(&self) -> usize {
        let calls = self.sandbox.calls();
        let is = |method: &str| method.eq_ignore_ascii_case("setWebhook");
        calls
            .iter()
            .filter(|call| is(&call.method) && call.status == 200)
            .count()
    }

    /// The certificate that is shown to whoever trusts `root`.
    pub async fn shown(&self, root: &str) -> Result<CertificateDer<'static>, String> {
        let stream = self.connect(root).await?;
        let chain = stream.get_ref().1.peer_certificates().unwrap();
        Ok(chain[0].clone().into_owned())
    }

    /// Waits until another certificate than `old` is shown, under `root`.
    pub async fn shows_another(
        &self,
        old: Option<&CertificateDer<'_>>,
        root: &str,
    ) -> CertificateDer<'static> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.shown(root).await;
            match shown {
                Ok(new) if old.is_none_or(|old| *old != new) => return new,
                Ok(_) => assert!(Instant::now() < deadline, "not in time: a new certificate"),
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A connection to the HTTPS door.
    pub async fn connect(&self, root: &str) -> Result<TlsStream<TcpStream>, String> {
        connect(self.host, self.port, root).await
    }

    /// A file of the data directory's certificates that ends so.
    pub fn kept(&self, end: &str) -> std::path::PathBuf {
        fn find(dir: &Path, end: &str) -> Option<std::path::PathBuf> {
            let mut entries = std::fs::read_dir(dir)
                .ok()?
                .map(|entry| entry.unwrap().path());
            entries.find_map(|path| match path.is_dir() {
                true => find(&path, end),
                false => path.to_str().unwrap().ends_with(end).then_some(path),
            })
        }
        find(&self.data.path().join("certificates"), end).expect("such a file is kept")
    }
}

async fn connect(
    host: &'static str,
    port: u16,
    root: &str,
) -> Result<TlsStream<TcpStream>, String> {
    let mut roots = rustls::RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(root.as_bytes()) {
        roots.add(root.unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let name = ServerName::try_from(host).unwrap();
    let connected = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    connected.map_err(|error| error.to_string())
}

/// What a person was told, newest last.
pub fn told(person: &Person) -> Vec<String> {
    let messages = person.messages().into_iter();
    let said = messages.filter(|message| message.from_bot);
    said.map(|message| message.text).collect()
}

/// How often a person was told something with this in it.
pub fn times_told(person: &Person, text: &str) -> usize {
    told(person)
        .iter()
        .filter(|told| told.contains(text))
        .count()
}

fn hooks(clock: &Clock) -> Hooks {
    let (now, advance) = (clock.clone(), clock.clone());
    Hooks {
        now: Arc::new(move || now.now().0),
        speed: Arc::new(|| 0.0),
        set_speed: Arc::new(|_| {}),
        advance: Arc::new(move |ms| advance.pass(Duration::from_millis(ms))),
        books: Arc::new(|| serde_json::Value::Null),
        grant: Arc::new(|_, _| Box::pin(async { Err("no grants here".to_owned()) })),
    }
}
