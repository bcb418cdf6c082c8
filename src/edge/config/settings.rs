//! What each key says now, and where that comes from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use toml::de::DeValue;

use crate::rules::domain::id::Fingerprint;

/// What is read at the start only. The shipped file says so of each key that stands in it.
pub const AT_START: [&str; 23] = [
    "public_url",
    "updates",
    "extra_root_file",
    "telegram.webhook_secret_file",
    "telegram.webhook_secret",
    "http.listen",
    "https.listen",
    "tls.mode",
    "tls.cert_file",
    "tls.key_file",
    "tls.acme_directory",
    "tls.acme_challenge",
    "tls.acme_contact",
    "tls.acme_profile",
    "tls.acme_eab_key_id",
    "tls.acme_eab_key_file",
    "tls.acme_eab_key",
    "operator.listen",
    "operator.token_file",
    "operator.token",
    "store.cache_mb",
    "store.batch",
    "log.format",
];

/// A bot's token is some 46 characters long, 35 of them chance; a shorter one is nobody's, and guards nothing.
const LONG: usize = 40;

/// What one key says, or one secret.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its name with its section's, such as `kie.models`. Secrets of one purpose share a name.
    pub key: String,
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
}

/// What a key says.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing.
    Unset,
    /// This, as TOML writes it; of a whole file the fingerprint.
    Written(String),
    /// A secret, which may be a weak one, or that there is none.
    Secret(Option<SecretString>),
    /// One of the provider's keys.
    Key(SecretString),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    Line {
        /// The file, as the operator named it.
        file: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// A variable of the environment.
    Environment(String),
    /// A file that holds nothing else.
    File(PathBuf),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::Line { file, line } => write!(f, "{file}:{line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Setting {
    /// A secret, or that there is none.
    pub(super) fn secret(key: String, found: Option<(&SecretString, Origin)>) -> Self {
        let (secret, origin) = found.unzip();
        Self {
            key,
            value: Value::Secret(secret.cloned()),
            origin: origin.unwrap_or(Origin::Default),
        }
    }

    /// A whole file of the data directory by its fingerprint; nothing stands for the one that is compiled in.
    pub fn file(name: &str, content: Option<&[u8]>, path: PathBuf) -> Self {
        Self {
            key: name.to_owned(),
            value: content.map_or(Value::Unset, |content| {
                Value::Written(print_of(content).to_string())
            }),
            origin: match content {
                Some(_) => Origin::File(path),
                None => Origin::Default,
            },
        }
    }

    /// Whether it is read at the start only.
    pub fn is_read_at_the_start(&self) -> bool {
        AT_START.contains(&self.key.as_str())
    }
}

impl Value {
    /// Whether it is, or would be, a secret.
    pub fn is_secret(&self) -> bool {
        match self {
            Self::Secret(_) | Self::Key(_) => true,
            Self::Unset | Self::Written(_) => false,
        }
    }

    /// What tells it from another value of its key, which nobody is shown.
    fn own(&self) -> Option<&str> {
        match self {
            Self::Unset => None,
            Self::Written(text) => Some(text),
            Self::Secret(secret) => secret.as_ref().map(|secret| secret.expose_secret()),
            Self::Key(key) => Some(key.expose_secret()),
        }
    }
}

/// The fingerprint of one of the provider's keys, or of a text that is no secret: it can be told from others by it.
/// A key is a long random one of the provider's making, which no trying finds. For what people think up there is
/// [`guarded`].
pub fn fingerprint(key: &SecretString) -> Fingerprint {
    print_of(key.expose_secret().as_bytes())
}

/// The fingerprint of a secret that may be a weak one, under the bot's token: without that nobody can try words until
/// one has it. With a token that is none it would guard nothing, and there is no fingerprint.
pub fn guarded(secret: &SecretString, token: &SecretString) -> Option<Fingerprint> {
    let token = token.expose_secret();
    let key = hmac::Key::new(hmac::HMAC_SHA256, token.as_bytes());
    let fingerprint = || first_of(hmac::sign(&key, secret.expose_secret().as_bytes()).as_ref());
    (token.len() >= LONG).then(fingerprint)
}

fn print_of(bytes: &[u8]) -> Fingerprint {
    first_of(digest::digest(&digest::SHA256, bytes).as_ref())
}

fn first_of(digest: &[u8]) -> Fingerprint {
    let first = digest[..8].try_into();
    Fingerprint(first.expect("a digest has 32 bytes"))
}

/// The names of what differs between two lists, in the order of their names.
pub fn changes(before: &[Setting], after: &[Setting]) -> Vec<String> {
    let (before, after) = (by_name(before), by_name(after));
    let names = before
        .keys()
        .chain(after.keys().filter(|key| !before.contains_key(*key)));
    let changed = names.filter(|key| before.get(*key) != after.get(*key));
    let mut changed: Vec<_> = changed.map(|key| (*key).to_owned()).collect();
    changed.sort_unstable();
    changed
}

fn by_name(settings: &[Setting]) -> BTreeMap<&str, Vec<Option<&str>>> {
    let mut named: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for setting in settings {
        let values = named.entry(setting.key.as_str()).or_default();
        values.push(setting.value.own());
    }
    named
}

/// Where a key stands in the annotated file; a secret stands where the key for its file does.
pub(super) fn place(annotated: &str, key: &str) -> usize {
    let (section, name) = key.rsplit_once('.').unwrap_or(("", key));
    let section = match section {
        "" => Some(0),
        section => annotated.find(&format!("\n[{section}]")),
    };
    let start = section.unwrap_or(annotated.len());
    let here = &annotated[start..];
    let one = name.trim_end_matches('s');
    let names = [
        name.to_owned(),
        format!("{name}_file"),
        format!("{one}_files"),
    ];
    let mut places = names.iter().filter_map(|name| {
        let stands = [format!("\n{name} = "), format!("\n# {name} = ")];
        stands.iter().filter_map(|stands| here.find(stands)).min()
    });
    places.next().map_or(annotated.len(), |at| start + at)
}

/// A value as TOML writes it on one line, however it was written.
pub(super) fn written(value: &DeValue<'_>) -> String {
    match value {
        // What JSON escapes, TOML escapes in the same way.
        DeValue::String(text) => serde_json::Value::from(text.as_ref()).to_string(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(moment) => moment.to_string(),
        DeValue::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| written(item.get_ref())).collect();
            format!("[{}]", items.join(", "))
        }
        DeValue::Table(table) => {
            let pairs = table.iter();
            let pairs = pairs
                .map(|(key, value)| format!("{} = {}", key.get_ref(), written(value.get_ref())));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}
