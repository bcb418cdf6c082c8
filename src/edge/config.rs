//! What the operator chose, read from one annotated file, the environment and secret files.

mod alerts;
mod backup;
mod change;
mod duration;
mod network;
mod operator;
mod reach;
mod reader;
mod retention;
mod secret;
mod sections;
mod settings;
mod tls;
mod value;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use backup::{Backup, Encryption, S3};
pub use change::Change;
pub use duration::{DurationError, parse as parse_duration};
pub use network::{Network, NotANetwork};
pub use operator::Operator;
pub use reach::{Photos, Updates};
pub use reader::{Mistake, Mistakes};
pub use retention::Retention;
pub use secret::{Env, STORE as CREDSTORE};
pub use sections::{Gpt, Http, Https, Kie, Log, LogFormat, Store, Telegram};
pub use settings::{AT_START, Origin, Setting, Value, changes, fingerprint, guarded};
pub use tls::{Acme, Binding, Challenge, Tls};

use crate::rules::domain::alert::Alerting;
use crate::rules::domain::id::UserId;
use reader::{Reader, Section};

/// The annotated file that is compiled in and stands for a missing one.
pub const SHIPPED: &str = include_str!("../../data/neurocards.toml");
/// The ports Telegram calls webhooks at.
const TELEGRAM_PORTS: [u16; 4] = [443, 80, 88, 8443];
/// The shipped file's name in mistakes.
const SHIPPED_NAME: &str = "data/neurocards.toml";

/// Everything an operator may choose.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the world reaches us, without a slash at the end; nothing if it does not.
    pub public_url: Option<String>,
    updates: Updates,
    photos: Option<Photos>,
    /// Credits given to a new seller.
    pub welcome_credits: u32,
    /// Attempts at one video, 1 to 10.
    pub max_attempts: u8,
    /// Steps worked on at once.
    pub workers: usize,
    /// Videos out at the provider at once.
    pub max_rendering: usize,
    /// The interval between two looks at a running task.
    pub look_every: Duration,
    /// How long one attempt may render.
    pub generation_deadline: Duration,
    /// How long running steps are waited for when the daemon stops.
    pub shutdown_grace: Duration,
    /// The Telegram name sellers are sent to for help, without the `@`.
    pub support_username: String,
    /// Who hears alerts and may give orders.
    pub admin_ids: Vec<UserId>,
    /// A PEM file trusted beside the built-in roots.
    pub extra_root_file: Option<PathBuf>,
    /// The price list as sellers read it.
    pub packages_text: PackagesText,
    pub telegram: Telegram,
    pub kie: Kie,
    /// The script's author.
    pub gpt: Gpt,
    pub http: Http,
    pub https: Https,
    /// Where its certificate comes from.
    pub tls: Tls,
    /// The operator's door.
    pub operator: Operator,
    pub store: Store,
    /// How long what is kept in it.
    pub retention: Retention,
    pub backup: Backup,
    /// Of what operators are told.
    pub alerts: Alerting,
    pub log: Log,
    settings: Settings,
}

/// What every key says.
#[derive(Clone)]
struct Settings(Vec<Setting>);

/// A configuration as far as it could be read: wrong keys have their defaults.
#[derive(Debug)]
pub struct Reading {
    /// The configuration; nothing if there was nothing to read.
    pub config: Option<Config>,
    /// Everything wrong with it.
    pub mistakes: Mistakes,
}

/// The price list, one text per language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackagesText {
    /// In Russian.
    pub ru: String,
    /// In English.
    pub en: String,
}

/// What is known of backups without the rest of the configuration.
#[derive(Debug, Clone)]
pub struct Backups {
    /// How they are made and kept.
    pub backup: Backup,
    pub store: Store,
    /// A PEM file trusted beside the built-in roots.
    pub extra_root_file: Option<PathBuf>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.0.iter().map(|setting| (&setting.key, &setting.value));
        f.debug_map().entries(values).finish()
    }
}

impl Reading {
    /// The configuration, if there is nothing wrong with it.
    pub fn right(self) -> Result<Config, Mistakes> {
        match self.config {
            Some(config) if self.mistakes.0.is_empty() => Ok(config),
            Some(_) | None => Err(self.mistakes),
        }
    }
}

impl Config {
    /// Reads the file at `path`, or the shipped one, with secrets from `env` and the files it names.
    ///
    /// Relative paths in the file start from the file's own directory. All mistakes are returned at once.
    pub fn load(
        path: Option<&Path>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Mistakes> {
        Self::look(path, env).right()
    }

    /// As [`Config::load`], for whoever has more to find fault with.
    pub fn look(path: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Reading {
        let Some(path) = path else {
            return Self::parse(SHIPPED_NAME, Path::new(""), SHIPPED, env);
        };
        let name = path.display().to_string();
        let base = path.parent().unwrap_or(Path::new(""));
        match read(path, &name) {
            Ok(text) => Self::parse(&name, base, &text, env),
            Err(mistakes) => Reading {
                config: None,
                mistakes,
            },
        }
    }

    /// Reads what the file at `path`, or the shipped one, says of backups, and nothing else: on a new machine there
    /// may be no other secrets yet. Without `env` it is not asked where copies go.
    pub fn backups_of(path: Option<&Path>, env: Option<Env<'_>>) -> Result<Backups, Mistakes> {
        let name = path.map_or(SHIPPED_NAME.to_owned(), |path| path.display().to_string());
        let text = path.map_or(Ok(SHIPPED.to_owned()), |path| read(path, &name))?;
        let base = path.and_then(Path::parent).unwrap_or(Path::new(""));
        let mut reader = Reader::new(&name, base, &text);
        let backups = Backups {
            backup: Backup::read(&mut reader, env),
            store: Store::read(&mut reader.section("store")),
            extra_root_file: reader.section("").optional_path("extra_root_file"),
        };
        let (_, mistakes) = reader.finish_part();
        match mistakes.0.is_empty() {
            true => Ok(backups),
            false => Err(mistakes),
        }
    }

    /// Reads who the operators are, and nothing else: whoever asks past the daemon may have no other secrets.
    pub fn admins_of(path: Option<&Path>) -> Result<Vec<UserId>, Mistakes> {
        let name = path.map_or(SHIPPED_NAME.to_owned(), |path| path.display().to_string());
        let text = path.map_or(Ok(SHIPPED.to_owned()), |path| read(path, &name))?;
        let base = path.and_then(Path::parent).unwrap_or(Path::new(""));
        let mut reader = Reader::new(&name, base, &text);
        let admins = admins(&mut reader.section(""));
        let (_, mistakes) = reader.finish_part();
        match mistakes.0.is_empty() {
            true => Ok(admins),
            false => Err(mistakes),
        }
    }

    /// How Telegram's updates come to us.
    pub fn updates(&self) -> Updates {
        self.updates
    }

    /// How the provider gets at photos.
    pub fn photos(&self) -> Photos {
        match self.photos {
            Some(Photos::Serve) | None if self.is_open() => Photos::Serve,
            Some(Photos::Serve | Photos::Upload) | None => Photos::Upload,
        }
    }

    /// Whether the provider is asked to call back.
    pub fn callbacks(&self) -> bool {
        self.is_open() && self.kie.callbacks.unwrap_or(true)
    }

    /// What every key says and where that comes from.
    pub fn settings(&self) -> &[Setting] {
        &self.settings.0
    }

    /// As [`Config::settings`], in the order of the shipped file.
    pub fn settings_in_order(&self) -> Vec<Setting> {
        let mut settings = self.settings.0.clone();
        settings.sort_by_cached_key(|setting| settings::place(SHIPPED, &setting.key));
        settings
    }

    /// Something wrong with what a key says, found later than in the reading.
    pub fn mistake(&self, key: &str, text: String) -> Mistake {
        let setting = self.settings().iter().find(|setting| setting.key == key);
        let (file, line) = match setting.map(|setting| &setting.origin) {
            Some(Origin::Line { file, line }) => (file.clone(), Some(*line)),
            Some(Origin::Default | Origin::Environment(_) | Origin::File(_)) | None => {
                ("the configuration".to_owned(), None)
            }
        };
        let text = format!("{key}: {text}");
        Mistake { file, line, text }
    }

    /// Whether strangers such as the provider can call us.
    fn is_open(&self) -> bool {
        reach::is_open(self.public_url.as_deref(), &self.tls)
    }

    fn parse(name: &str, base: &Path, text: &str, env: &dyn Fn(&str) -> Option<String>) -> Reading {
        let mut reader = Reader::new(name, base, text);
        let mut config = Self::read(&mut reader, env);
        let (settings, mistakes) = reader.finish();
        config.settings = Settings(settings);
        Reading {
            config: Some(config),
            mistakes,
        }
    }

    fn read(reader: &mut Reader<'_>, env: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut top = reader.section("");
        let public_url = top.optional("public_url", value::url);
        let updates = reach::updates(&mut top, public_url.as_deref());
        let tls = Tls::read(reader, env, public_url.as_deref());
        let open = reach::is_open(public_url.as_deref(), &tls);
        let photos = reach::photos(reader, open);
        let mut top = reader.section("");
        let config = Self {
            updates,
            photos,
            welcome_credits: top.value("welcome_credits", "2", value::whole(0..=1000)),
            max_attempts: top.value("max_attempts", "3", value::whole(1..=10)),
            workers: top.value("workers", "20", value::whole(1..=1000)),
            max_rendering: top.value("max_rendering", "100", value::whole(1..=10_000)),
            look_every: top.value("look_every", r#""10s""#, value::duration("1s", "10m")),
            generation_deadline: top.value(
                "generation_deadline",
                r#""30m""#,
                value::duration("1m", "24h"),
            ),
            shutdown_grace: top.value("shutdown_grace", r#""30s""#, value::duration("0s", "10m")),
            support_username: top.value(
                "support_username",
                shipped("support_username"),
                value::username,
            ),
            admin_ids: admins(&mut top),
            extra_root_file: top.optional_path("extra_root_file"),
            packages_text: packages_text(&mut reader.section("packages_text")),
            telegram: Telegram::read(&mut reader.section("telegram"), env),
            kie: Kie::read(&mut reader.section("kie"), env, open),
            gpt: Gpt::read(&mut reader.section("gpt"), env),
            http: Http::read(&mut reader.section("http")),
            https: Https::read(
                &mut reader.section("https"),
                tls.is_on(),
                public_url.as_deref().and_then(port),
            ),
            tls,
            public_url,
            operator: Operator::read(&mut reader.section("operator"), env),
            store: Store::read(&mut reader.section("store")),
            retention: Retention::read(&mut reader.section("retention")),
            backup: Backup::read(reader, Some(env)),
            alerts: alerts::read(&mut reader.section("alerts")),
            log: Log::read(&mut reader.section("log")),
            settings: Settings(Vec::new()),
        };
        config.fits_together(reader);
        config
    }

    /// Notes the mistakes that lie between sections.
    fn fits_together(&self, reader: &mut Reader<'_>) {
        let http = self.http.listen.is_empty();
        let plain_proof = |acme: &Acme| acme.challenge == Challenge::Http01;
        match &self.tls {
            Tls::Off if http && self.public_url.is_some() => reader.section("http").mistake(
                "listen",
                "is empty, and TLS is off: nobody could reach us; name an address, or have tls.mode",
            ),
            Tls::Acme(acme) if http && plain_proof(acme) => reader.section("http").mistake(
                "listen",
                "is empty, and tls.acme_challenge = \"http-01\" is answered there: name port 80",
            ),
            Tls::Off | Tls::Acme(_) | Tls::Files { .. } | Tls::SelfSigned { .. } => {}
        }
        let port = self.public_url.as_deref().and_then(port);
        let reached = port.is_none_or(|port| TELEGRAM_PORTS.contains(&port));
        let official = self.telegram.api_url == sections::TELEGRAM;
        if self.updates == Updates::Webhook && official && !reached {
            reader.section("").mistake(
                "public_url",
                "Telegram calls ports 443, 80, 88 and 8443 only: \
                 use one of them, or updates = \"polling\"",
            );
        }
    }
}

fn read(path: &Path, name: &str) -> Result<String, Mistakes> {
    std::fs::read_to_string(path)
        .map_err(|error| Mistakes::one(name, format!("cannot be read: {error}")))
}

/// The port that an address names or implies.
fn port(url: &str) -> Option<u16> {
    reqwest::Url::parse(url).ok()?.port_or_known_default()
}

/// What the shipped file says of a top-level key: the default of whatever is somebody's own.
fn admins(top: &mut Section<'_, '_>) -> Vec<UserId> {
    top.value("admin_ids", shipped("admin_ids"), value::list(value::user))
}

fn shipped(key: &str) -> &'static str {
    let said = SHIPPED
        .lines()
        .find_map(|line| line.strip_prefix(key)?.trim().strip_prefix('='));
    said.expect("the shipped file has every key").trim()
}

fn packages_text(section: &mut Section<'_, '_>) -> PackagesText {
    PackagesText {
        ru: section.value("ru", PACKAGES_RU, value::text),
        en: section.value("en", PACKAGES_EN, value::text),
    }
}

/// The shipped price list in Russian, as a TOML value.
const PACKAGES_RU: &str = r#""""
💎 5 кредитов — 5 видео
💎 15 кредитов — 15 видео
💎 50 кредитов — 50 видео

Один кредит — одно видео. Если видео не получилось, кредит возвращается.""""#;
/// The shipped price list in English, as a TOML value.
const PACKAGES_EN: &str = r#""""
💎 5 credits — 5 videos
💎 15 credits — 15 videos
💎 50 credits — 50 videos

One credit is one video. If a video fails, its credit comes back.""""#;

#[cfg(test)]
mod tests;
