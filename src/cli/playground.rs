//! The playground: the real daemon on the stand-ins, for the sandbox, the story and the tests.

mod framed;
mod quiet;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::Context;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::runtime::Handle;

use self::quiet::Threads;
use crate::base::aside;
use crate::base::clock::Clock;
use crate::daemon::{Daemon, Doors, Machine};
use crate::door::{Limits, Refusal};
use crate::edge::config::Config;
use crate::edge::locale::Locale;
use crate::operator::service::ask::Do;
use crate::operator::service::desk::Answerable;
use crate::operator::service::{self, Desk};
use crate::rules::domain::act::Who;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::id::UserId;
use crate::rules::domain::user::Lang;
use crate::sandbox::{Hooks, Options, Sandbox};
use crate::store::Store;
use crate::store::snapshot::notes::Next;

/// How a playground is set up.
pub struct Setting<'a> {
    /// The data directory; it must exist.
    pub data: &'a Path,
    /// The time for daemon and stand-ins alike.
    pub clock: Clock,
    /// The port of the page, if a person plays.
    pub page: Option<u16>,
    /// Lines of configuration, top-level keys first, that replace or add to the playground's.
    pub config: &'a str,
    /// How the world reaches the daemon.
    pub reach: Reach,
    /// Whether the script's author has a key; without one the templates write.
    pub author: bool,
}

/// How the world reaches the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// By its address; updates are asked for all the same.
    Polling,
    /// By its address, updates too.
    Webhook,
    /// Not at all: it has no address and no door.
    Home,
}

/// The real daemon on the stand-ins.
pub struct Playground {
    /// The stand-ins.
    pub sandbox: Sandbox,
    /// The time.
    pub clock: Clock,
    /// What the daemon is told of the room on the disk, in bytes.
    free: Arc<AtomicU64>,
    daemon: Option<Daemon>,
    config: String,
    data: PathBuf,
    port: u16,
    root: String,
    author: bool,
    reach: Reach,
    limits: Limits,
    /// Where operators are answered.
    office: Option<SocketAddr>,
    books: Arc<OnceLock<Books>>,
}

/// What the page's books are read from: the store of the daemon that runs now.
type Books = std::sync::Mutex<Option<Store>>;

impl Playground {
    /// Starts stand-ins and daemon.
    pub async fn start(setting: Setting<'_>) -> anyhow::Result<Self> {
        Self::start_within(setting, Limits::default()).await
    }

    /// As [`Playground::start`]; `limits` are what the door puts up with.
    pub async fn start_within(setting: Setting<'_>, limits: Limits) -> anyhow::Result<Self> {
        let data = setting.data.to_owned();
        let root = certificate(&data)?;
        let books: Arc<OnceLock<Books>> = Arc::default();
        let _ = books.set(Books::default());
        let sandbox = Sandbox::start(Options {
            hooks: hooks(&setting.clock, &books),
            photo_root_pem: Some(root.clone()),
            page: setting.page.map(|port| ([127, 0, 0, 1], port).into()),
        })
        .await
        .context("the stand-ins cannot start: is the page's port taken?")?;
        sandbox.telegram.trust_root(&root);
        let door = TcpListener::bind("127.0.0.1:0")?;
        let port = door.local_addr()?.port();
        let config = configuration(&sandbox, port, setting.config, setting.reach);
        let mut playground = Self {
            sandbox,
            clock: setting.clock,
            free: Arc::new(AtomicU64::new(ROOMY)),
            daemon: None,
            config,
            data,
            port,
            root,
            author: setting.author,
            reach: setting.reach,
            limits,
            office: None,
            books,
        };
        playground.wake(door).await?;
        Ok(playground)
    }

    /// Stops the daemon in good order.
    pub async fn stop_daemon(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            self.lend_books(None);
            daemon.stop().await;
        }
    }

    /// Starts the daemon again, on the same data and the same port.
    pub async fn start_daemon(&mut self) -> anyhow::Result<()> {
        let door = TcpListener::bind(("127.0.0.1", self.port))?;
        self.wake(door).await
    }

    async fn wake(&mut self, door: TcpListener) -> anyhow::Result<()> {
        let file = self.data.join("neurocards.toml");
        std::fs::write(&file, &self.config)?;
        let (keys, gpt) = (self.sandbox.kie.keys(), self.sandbox.gpt.key().to_owned());
        let token = self.sandbox.telegram.token().to_owned();
        let (author, signing) = (self.author, self.sandbox.kie.signing_key());
        let env = move |name: &str| match name {
            "TELEGRAM_TOKEN" => Some(token.clone()),
            "KIE_API_KEY" => keys.first().cloned(),
            "KIE_API_KEY_1" => keys.get(1).cloned(),
            "KIE_WEBHOOK_HMAC_KEY" => signing.clone(),
            "OPENAI_API_KEY" => author.then(|| gpt.clone()),
            _ => None,
        };
        let config = Config::load(Some(&file), &env)?;
        let source = Box::new(move || Config::look(Some(&file), &env));
        let office = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        self.office = Some(office.local_addr()?);
        let operator = vec![office];
        let doors = match self.reach {
            Reach::Polling | Reach::Webhook => Doors {
                https: vec![door],
                operator,
                limits: self.limits.clone(),
                ..Doors::default()
            },
            Reach::Home => Doors {
                operator,
                ..Doors::default()
            },
        };
        // As a process that is started would.
        self.clock.begin_anew();
        let free = Arc::clone(&self.free);
        let machine = Machine {
            clock: self.clock.clone(),
            free: Arc::new(move |_| Ok(free.load(Ordering::Relaxed))),
            framing: framed::frame,
        };
        let daemon = Daemon::start(config, source, &self.data, machine, doors).await?;
        self.lend_books(Some(daemon.store().clone()));
        self.daemon = Some(daemon);
        Ok(())
    }

    fn lend_books(&self, store: Option<Store>) {
        if let Some(books) = self.books.get() {
            *books
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner) = store;
        }
    }

    /// From now on so many bytes are free on the daemon's disk.
    pub fn has_free(&self, bytes: u64) {
        self.free.store(bytes, Ordering::Relaxed);
    }

    /// Where the operator's door of the running daemon is.
    pub fn office_url(&self) -> String {
        let office = self.office.expect("the daemon was started");
        format!("http://{office}")
    }

    /// What is said at the operator's page.
    pub fn office_token(&self) -> anyhow::Result<String> {
        let file = crate::daemon::shipped::operator_token_file(&self.data);
        let token = std::fs::read_to_string(file).context("the operator's token")?;
        Ok(token.trim().to_owned())
    }

    /// Where the daemon is reached.
    pub fn public_url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// The certificate that the daemon's door can be known by, PEM.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The daemon.
    ///
    /// # Panics
    /// When it has been stopped.
    pub fn daemon(&self) -> &Daemon {
        self.daemon.as_ref().expect("the daemon runs")
    }

    /// Asks as an operator.
    pub async fn ask<Q: Answerable>(
        &self,
        question: Q,
    ) -> anyhow::Result<Result<Q::Answer, service::Refusal>> {
        Ok(self.daemon().ask(question).await?)
    }

    /// How often the daemon's door has refused somebody for that reason.
    pub fn refused(&self, refusal: Refusal) -> u64 {
        self.daemon().refused(refusal)
    }

    /// Waits until nothing moves: no update on its way, no step, no note that could be sent now.
    ///
    /// Notes that wait for Telegram's pace are waited for by letting virtual time pass, a little at a time.
    pub async fn settle(&self) -> anyhow::Result<()> {
        /// Virtual time that pass while notes wait for their pace.
        const A_LITTLE: Duration = Duration::from_millis(100);
        /// Nothing takes longer in real time, and all of it together no longer than the second.
        const PATIENCE: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(300)];
        let (begun, mut last) = (Instant::now(), Instant::now());
        let mut changes = self.sandbox.changed();
        let (threads, mut calm) = (Threads::here(), 0);
        while calm < threads.looks() {
            anyhow::ensure!(
                last.elapsed() < PATIENCE[0] && begun.elapsed() < PATIENCE[1],
                "something keeps moving"
            );
            let stirred = threads.stir().await;
            if changes.has_changed()? {
                changes.mark_unchanged();
                last = Instant::now();
                calm = 0;
            } else if stirred || self.is_busy() {
                calm = 0;
            } else {
                let (due, notes) = self.waiting()?;
                calm = if due || notes { 0 } else { calm + 1 };
                if notes && !due {
                    self.clock.pass(A_LITTLE);
                }
            }
        }
        Ok(())
    }

    /// Whether something is under way in the daemon, beside it, or between it and the stand-ins.
    fn is_busy(&self) -> bool {
        !self.daemon().is_idle() || aside::is_any(Handle::current().id()) || self.sandbox.is_busy()
    }

    /// Whether a step is due, and whether a note is that could be sent soon.
    fn waiting(&self) -> anyhow::Result<(bool, bool)> {
        let snapshot = self.daemon().store().snapshot()?;
        /// What stands aside for longer is not waited for: it waits for Telegram, not for its pace.
        const SOON: Duration = Duration::from_secs(45);
        let now = self.clock.now();
        let mut notes = false;
        for chat in snapshot.chats()? {
            let next = match snapshot.next_note(chat, now)? {
                Next::Note(..) => self.daemon().asked_to_wait(chat).unwrap_or(now),
                Next::Aside(again) => again,
                Next::Nothing => continue,
            };
            notes |= next < now.plus(SOON);
        }
        let (due, _) = snapshot.timed(now, 1, |_| true)?;
        Ok((!due.is_empty(), notes))
    }

    /// Lets `span` of virtual time pass in steps, settling after each.
    pub async fn pass(&self, span: Duration) -> anyhow::Result<()> {
        /// Shorter than any interval or delay of the daemon, so that nothing is leapt over.
        const STEP: Duration = Duration::from_secs(5);
        let end = self.clock.now().plus(span);
        loop {
            let left = end.since(self.clock.now());
            if left.is_zero() {
                return Ok(());
            }
            self.clock.pass(left.min(STEP));
            self.settle().await?;
        }
    }
}

/// A disk of that size has room for everything.
const ROOMY: u64 = 1 << 40;

/// What the playground's webhook is known by.
pub const SECRET: &str = "playground-secret";

fn hooks(clock: &Clock, books: &Arc<OnceLock<Books>>) -> Hooks {
    let (now, speed, set_speed, advance) =
        (clock.clone(), clock.clone(), clock.clone(), clock.clone());
    let (bank, at) = (Arc::clone(books), clock.clone());
    let books = Arc::clone(books);
    Hooks {
        now: Arc::new(move || now.elsewhere().0),
        speed: Arc::new(move || speed.speed()),
        set_speed: Arc::new(move |speed| set_speed.run(speed)),
        advance: Arc::new(move |ms| advance.pass(Duration::from_millis(ms))),
        books: Arc::new(move || {
            let shown = lent(&books)
                .and_then(|store| service::books(&store).ok())
                .unwrap_or_default();
            serde_json::to_value(shown).unwrap_or_default()
        }),
        grant: Arc::new(move |seller, credits| {
            let (store, clock) = (lent(&bank), at.clone());
            Box::pin(async move {
                let store = store.ok_or("the daemon is stopped")?;
                let grant = Deed::Grant {
                    user: UserId(seller.unsigned_abs()),
                    credits,
                    why: "a gift at the sandbox's page".to_owned(),
                    key: None,
                };
                match Desk::bare(store, clock).ask(Who::Page, Do(grant)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(refusal)) => Err(Locale(Lang::En).refusal(&refusal)),
                    Err(error) => Err(error.to_string()),
                }
            })
        }),
    }
}

fn lent(books: &OnceLock<Books>) -> Option<Store> {
    let books = books.get()?;
    books
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .clone()
}

fn configuration(sandbox: &Sandbox, port: u16, extra: &str, reach: Reach) -> String {
    let (top, sections) = match extra.find("\n[") {
        _ if extra.starts_with('[') => ("", extra),
        Some(at) => extra.split_at(at),
        None => (extra, ""),
    };
    let public_url = format!("public_url = \"https://127.0.0.1:{port}\"\n");
    let (public_url, updates) = match reach {
        Reach::Polling => (public_url, "polling"),
        Reach::Webhook => (public_url, "webhook"),
        Reach::Home => (String::new(), "auto"),
    };
    let section = |name: &str| {
        let head = format!("[{name}]");
        let from = sections.find(&head).map(|at| &sections[at + head.len()..]);
        from.map(|rest| rest.split("\n[").next().unwrap_or(rest))
            .unwrap_or_default()
            .to_owned()
    };
    let tls = match (reach, section("tls")) {
        (Reach::Home, _) => String::new(),
        (Reach::Polling | Reach::Webhook, chosen) => {
            let files = "\ncert_file = \"cert.pem\"\nkey_file = \"key.pem\"".to_owned();
            let chosen = if chosen.is_empty() { files } else { chosen };
            format!("[https]\nlisten = [\"127.0.0.1:{port}\"]\n[tls]{chosen}")
        }
    };
    let backup = match section("backup") {
        none if none.is_empty() => "every = \"0s\"".to_owned(),
        chosen => chosen,
    };
    let whole = |name: &str| match section(name) {
        none if none.is_empty() => none,
        chosen => format!("\n[{name}]{chosen}"),
    };
    let more = ["backup.s3", "alerts", "retention"].map(whole).concat();
    format!(
        "{public_url}updates = \"{updates}\"\n\
         support_username = \"neurocards_support\"\nadmin_ids = [9001]\nshutdown_grace = \"5s\"\n{top}\n\
         [telegram]\napi_url = \"{}\"\nwebhook_secret_file = \"webhook.secret\"\n{}\n\
         [kie]\napi_url = \"{}\"\nupload_url = \"{}\"\n{}\n\
         [gpt]\napi_url = \"{}\"\n{}\n\
         [http]\nlisten = []\n{}\n\
         {tls}\n[operator]\nlisten = []\n{}\n[store]\n{}\n[backup]\n{backup}{more}\n",
        sandbox.telegram.api_url(),
        section("telegram"),
        sandbox.kie.api_url(),
        sandbox.kie.upload_url(),
        section("kie"),
        sandbox.gpt.api_url(),
        section("gpt"),
        section("http"),
        section("operator"),
        section("store"),
    )
}

/// A certificate for the loopback address under a root of its own, written beside the data; the root.
fn certificate(data: &Path) -> anyhow::Result<String> {
    let root_file = data.join("root.pem");
    std::fs::write(data.join("webhook.secret"), SECRET)?;
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.distinguished_name
        .push(rcgen::DnType::CommonName, "Neurocards playground root");
    let root_key = KeyPair::generate()?;
    let root_pem = root.self_signed(&root_key)?.pem();
    let issuer = Issuer::new(root, root_key);
    let leaf_key = KeyPair::generate()?;
    let leaf =
        CertificateParams::new(vec!["127.0.0.1".to_owned()])?.signed_by(&leaf_key, &issuer)?;
    std::fs::write(data.join("cert.pem"), leaf.pem())?;
    std::fs::write(data.join("key.pem"), leaf_key.serialize_pem())?;
    std::fs::write(root_file, &root_pem)?;
    Ok(root_pem)
}
