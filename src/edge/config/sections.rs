//! The sections of the file, a struct each.

use std::net::{Ipv6Addr, SocketAddr};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::network::Network;
use super::reader::Section;
use super::secret::{self, Env};
use super::{reach, value};
use crate::rules::domain::id::ModelName;

/// Where the Bot API lives unless the operator has one of their own.
pub(super) const TELEGRAM: &str = "https://api.telegram.org";
/// Where HTTPS lives unless an address says otherwise.
const HTTPS_PORT: u16 = 443;

/// `[telegram]`
#[derive(Debug, Clone)]
pub struct Telegram {
    /// Where the Bot API lives.
    pub api_url: String,
    /// The bot's token.
    pub token: SecretString,
    /// How long an ordinary call may take.
    pub call_timeout: Duration,
    /// How long sending a video may take.
    pub upload_timeout: Duration,
    /// Messages a second to all chats together.
    pub messages_per_second: u32,
    /// Letters of a broadcast in a second, of what sellers leave.
    pub broadcast_per_second: u32,
    /// The interval between two messages to one chat.
    pub per_chat_interval: Duration,
    /// Messages one chat may get before the interval holds.
    pub per_chat_burst: u32,
    /// A video of more bytes goes as a link.
    pub link_over: u64,
    /// What Telegram must say at the webhook; nothing: one is made up.
    pub webhook_secret: Option<SecretString>,
}

/// `[kie]`
#[derive(Debug, Clone)]
pub struct Kie {
    /// Where the provider lives.
    pub api_url: String,
    /// Where it takes files.
    pub upload_url: String,
    /// The account's keys, at least one, each once.
    pub keys: Vec<SecretString>,
    /// The chain of models, at least one, first choice first.
    pub models: Vec<ModelName>,
    /// New tasks in ten seconds.
    pub creates_per_10s: u32,
    /// Whether the provider is to be asked to call back, if the operator says; see [`super::Config::callbacks`].
    pub(super) callbacks: Option<bool>,
    /// What callbacks are signed with; nothing: they need not be.
    pub webhook_hmac_key: Option<SecretString>,
    /// How long a call may take.
    pub timeout: Duration,
}

/// `[gpt]`
#[derive(Debug, Clone)]
pub struct Gpt {
    /// Where the API lives, with its version.
    pub api_url: String,
    /// The model that writes.
    pub model: String,
    /// The key; without one scripts come from the templates.
    pub key: Option<SecretString>,
    /// Whether the model is shown the photo.
    pub vision: bool,
    /// How long a call may take.
    pub timeout: Duration,
    /// The longest answer, in tokens.
    pub max_tokens: u32,
}

/// `[http]`
#[derive(Debug, Clone)]
pub struct Http {
    /// Where plain HTTP is spoken; may be empty.
    pub listen: Vec<SocketAddr>,
    /// Connections from one address at once, at either door.
    pub connections_per_address: usize,
    /// Who is believed when it says for whom it asks.
    pub trusted_proxies: Vec<Network>,
}

/// `[https]`
#[derive(Debug, Clone)]
pub struct Https {
    /// Where TLS is spoken; empty if it is not.
    pub listen: Vec<SocketAddr>,
}

/// `[store]`
#[derive(Debug, Clone)]
pub struct Store {
    /// The database's cache, in MiB.
    pub cache_mb: usize,
    /// Changes committed together at most.
    pub batch: usize,
    /// Below so much room on the disk orders are not taken, in MiB.
    pub min_free_mb: u64,
}

/// `[log]`
#[derive(Debug, Clone)]
pub struct Log {
    /// What is logged, as `EnvFilter` reads it.
    pub directives: String,
    /// For whom a line is written.
    pub format: LogFormat,
}

/// For whom a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For a reader.
    Human,
    /// For a machine.
    Json,
}

impl Telegram {
    pub(super) fn read(section: &mut Section<'_, '_>, env: Env<'_>) -> Self {
        let timeout = || value::duration("1s", "1h");
        let token = secret::from_env_or_file(section, env, "TELEGRAM_TOKEN", "token_file");
        if token.is_none() {
            section.mistake(
                "token_file",
                "there is no bot token: set TELEGRAM_TOKEN in the environment, name a file that \
                 holds it, or have systemd load the credential telegram-token; @BotFather gives it out",
            );
        }
        Self {
            api_url: section.value("api_url", r#""https://api.telegram.org""#, value::url),
            token: token.unwrap_or_default(),
            call_timeout: section.value("call_timeout", r#""20s""#, timeout()),
            upload_timeout: section.value("upload_timeout", r#""5m""#, value::duration("1m", "1h")),
            messages_per_second: section.value("messages_per_second", "30", value::whole(1..=1000)),
            broadcast_per_second: section.value(
                "broadcast_per_second",
                "10",
                value::whole(1..=100),
            ),
            per_chat_interval: section.value(
                "per_chat_interval",
                r#""1s""#,
                value::duration("0s", "1m"),
            ),
            per_chat_burst: section.value("per_chat_burst", "5", value::whole(1..=100)),
            link_over: section.value("link_over", "47185920", value::whole(0..=2_000_000_000)),
            webhook_secret: webhook_secret(section),
        }
    }
}

fn webhook_secret(section: &mut Section<'_, '_>) -> Option<SecretString> {
    const KEY: &str = "webhook_secret_file";
    let file = section.optional_path(KEY);
    let found = file.and_then(|file| secret::from_file(section, KEY, &file));
    let secret = secret::known(section, KEY, found)?;
    let fits = secret.expose_secret().len() <= 256
        && secret
            .expose_secret()
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if !fits {
        let wanted = "a webhook secret is 1 to 256 Latin letters, digits, _ and -";
        section.mistake(KEY, wanted);
    }
    Some(secret)
}

impl Kie {
    /// `open` is whether the provider can call us.
    pub(super) fn read(section: &mut Section<'_, '_>, env: Env<'_>, open: bool) -> Self {
        let mut keys = secret::numbered(section, env, "KIE_API_KEY", "key_files");
        for file in section.paths("key_files") {
            let key = secret::from_file(section, "key_files", &file);
            secret::add(&mut keys, key);
        }
        if keys.is_empty() {
            section.mistake(
                "key_files",
                "there is no key: set KIE_API_KEY in the environment (more in KIE_API_KEY_1, \
                 KIE_API_KEY_2 and so on), or name files that hold one each",
            );
        }
        if keys.is_empty() {
            section.secret("keys", None);
        }
        for (key, origin) in &keys {
            section.provider_key("keys", key, origin.clone());
        }
        const MODELS: &str = r#"["sora-2-image-to-video", "grok-imagine-video-1-5-preview", "veo-3-1", "hailuo/2-3-image-to-video-standard"]"#;
        let models = value::some(value::list(value::model));
        Self {
            api_url: section.value("api_url", r#""https://api.kie.ai""#, value::url),
            upload_url: section.value("upload_url", r#""https://kieai.redpandaai.co""#, value::url),
            keys: keys.into_iter().map(|(key, _)| key).collect(),
            models: section.value("models", MODELS, models),
            creates_per_10s: section.value("creates_per_10s", "20", value::whole(1..=1000)),
            callbacks: reach::callbacks(section, open),
            webhook_hmac_key: secret::from_env_or_file(
                section,
                env,
                "KIE_WEBHOOK_HMAC_KEY",
                "webhook_hmac_key_file",
            ),
            timeout: section.value("timeout", r#""60s""#, value::duration("1s", "1h")),
        }
    }
}

impl Gpt {
    pub(super) fn read(section: &mut Section<'_, '_>, env: Env<'_>) -> Self {
        Self {
            api_url: section.value("api_url", r#""https://api.openai.com/v1""#, value::url),
            model: section.value("model", r#""gpt-4o-mini""#, value::text),
            key: secret::from_env_or_file(section, env, "OPENAI_API_KEY", "key_file"),
            vision: section.value("vision", "false", value::truth),
            timeout: section.value("timeout", r#""60s""#, value::duration("1s", "1h")),
            max_tokens: section.value("max_tokens", "600", value::whole(50..=100_000)),
        }
    }
}

impl Http {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let listen = value::list(value::socket);
        Self {
            listen: section.value("listen", r#"["127.0.0.1:8080"]"#, listen),
            connections_per_address: section.value(
                "connections_per_address",
                "128",
                value::whole(1..=10_000),
            ),
            trusted_proxies: section.value("trusted_proxies", "[]", value::list(value::network)),
        }
    }
}

impl Https {
    /// `tls` is whether there is to be a certificate; `port` is that of `public_url`.
    pub(super) fn read(section: &mut Section<'_, '_>, tls: bool, port: Option<u16>) -> Self {
        let listen = section.optional("listen", value::some(value::list(value::socket)));
        if listen.is_some() && !tls {
            section.mistake(
                "listen",
                "needs a certificate: set public_url to an address that begins with https://, or \
                 name tls.cert_file and tls.key_file; without TLS, remove this line",
            );
        }
        let everywhere = || vec![(Ipv6Addr::UNSPECIFIED, port.unwrap_or(HTTPS_PORT)).into()];
        Self {
            listen: if tls {
                listen.unwrap_or_else(everywhere)
            } else {
                Vec::new()
            },
        }
    }
}

impl Store {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        Self {
            cache_mb: section.value("cache_mb", "64", value::whole(1..=65_536)),
            batch: section.value("batch", "256", value::whole(1..=10_000)),
            min_free_mb: section.value("min_free_mb", "200", value::whole(0..=1_000_000_000)),
        }
    }
}

impl Log {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Self {
        let formats = &[("human", LogFormat::Human), ("json", LogFormat::Json)];
        let level = section.value("level", r#""info""#, value::text);
        let directives = directives(&level).unwrap_or_else(|wrong| {
            section.mistake(
                "level",
                &format!(
                    "does not know \"{wrong}\": write error, warn, info, debug or trace, \
                     or a module of ours and one of them, as in \"info,neurocards::edge::provider=debug\""
                ),
            );
            String::new()
        });
        Self {
            directives,
            format: section.value("format", r#""human""#, value::choice(formats)),
        }
    }
}

/// It warns of what any stranger may send by the thousand, word for word: an answer to a PING that was never sent.
const LOUD: &str = "h2=error";

/// The level as directives; the part that is none if there is one.
///
/// Our dependencies log below `warn` what must not be kept: addresses with tokens, bodies. So they stay at `warn`, and
/// [`LOUD`] below that.
fn directives(level: &str) -> Result<String, &str> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let ours = |target: &str| target == "neurocards" || target.starts_with("neurocards::");
    let mut directives = format!("warn,{LOUD}");
    for part in level.split(',').map(str::trim) {
        let (target, how) = part.split_once('=').unwrap_or(("neurocards", part));
        if !ours(target) || !LEVELS.contains(&how) {
            return Err(part);
        }
        directives = format!("{directives},{target}={how}");
    }
    Ok(directives)
}
