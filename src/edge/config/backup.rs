//! `[backup]` and `[backup.s3]`: how often backups are made, how long they are kept, and where copies go.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::reader::{Reader, Section};
use super::secret::{self, Env};
use super::value;

/// `[backup]`
#[derive(Debug, Clone)]
pub struct Backup {
    /// How often one is made; nothing if only by hand.
    pub every: Option<Duration>,
    /// Where they are kept; nothing for `backups` in the data directory.
    pub dir: Option<PathBuf>,
    /// Of how many hours the newest is kept.
    pub keep_hours: usize,
    /// Of how many days.
    pub keep_days: usize,
    /// Of how many weeks.
    pub keep_weeks: usize,
    /// Where copies go, if they do.
    pub s3: Option<S3>,
}

/// `[backup.s3]`
#[derive(Debug, Clone)]
pub struct S3 {
    /// Where the storage lives.
    pub endpoint: String,
    pub bucket: String,
    /// The region that requests are signed for.
    pub region: String,
    /// What the names of our objects begin with.
    pub prefix: String,
    /// Whether the bucket stands in the path rather than in the host's name.
    pub path_style: bool,
    pub access_key_id: SecretString,
    /// What requests are signed with.
    pub secret_access_key: SecretString,
    /// How copies are encrypted.
    pub encryption: Encryption,
    /// What copies that were encrypted to recipients are read with.
    pub identity: Option<SecretString>,
}

/// How copies are encrypted.
#[derive(Debug, Clone)]
pub enum Encryption {
    /// Not at all.
    None,
    /// With a word.
    Passphrase(SecretString),
    /// To public keys, `age1…`.
    Recipients(Vec<String>),
}

impl Backup {
    /// `env` is where the secrets of `[backup.s3]` come from; without it that section is left out.
    pub(super) fn read(reader: &mut Reader<'_>, env: Option<Env<'_>>) -> Self {
        let mut section = reader.section("backup");
        let spans = || value::whole(0..=10_000);
        let every = section.value("every", r#""6h""#, value::duration("0s", "30d"));
        Self {
            every: (!every.is_zero()).then_some(every.max(LEAST)),
            dir: section.optional_path("dir"),
            keep_hours: section.value("keep_hours", "8", spans()),
            keep_days: section.value("keep_days", "7", spans()),
            keep_weeks: section.value("keep_weeks", "4", spans()),
            s3: env.and_then(|env| S3::read(&mut reader.section("backup.s3"), env)),
        }
    }
}

/// Backups are made no more often.
const LEAST: Duration = Duration::from_secs(60);

impl S3 {
    fn read(section: &mut Section<'_, '_>, env: Env<'_>) -> Option<Self> {
        let bucket = section.optional("bucket", value::text);
        let endpoint = section.optional("endpoint", value::url);
        let region = section.value("region", r#""us-east-1""#, value::text);
        let prefix = section.value("prefix", r#""neurocards/""#, value::text);
        let path_style = section.value("path_style", "true", value::truth);
        let (id, key) = ("access_key_id_file", "secret_access_key_file");
        let access_key_id = secret::from_env_or_file(section, env, "S3_ACCESS_KEY_ID", id);
        let secret_access_key = secret::from_env_or_file(section, env, "S3_SECRET_ACCESS_KEY", key);
        let encryption = Encryption::read(section, env);
        let identity = section.optional_path("identity_file");
        let identity = identity.and_then(|file| secret::from_file(section, "identity_file", &file));
        let identity = secret::known(section, "identity_file", identity);
        let Some(bucket) = bucket else {
            if endpoint.is_some() {
                section.mistake("bucket", "is missing: an endpoint goes with a bucket");
            }
            return None;
        };
        for (key, missing, what) in [
            (
                "endpoint",
                endpoint.is_none(),
                "is missing: where does the bucket live?",
            ),
            (
                id,
                access_key_id.is_none(),
                "is missing: set S3_ACCESS_KEY_ID in the environment, or name a file",
            ),
            (
                key,
                secret_access_key.is_none(),
                "is missing: set S3_SECRET_ACCESS_KEY in the environment, or name a file",
            ),
            (
                "passphrase_file",
                encryption.is_none(),
                "is missing: copies are encrypted. Set BACKUP_PASSPHRASE in the environment, or name \
                 a file, or name recipients; or say encryption = \"none\"",
            ),
        ] {
            if missing {
                section.mistake(key, what);
            }
        }
        Some(Self {
            endpoint: endpoint?,
            bucket,
            region,
            prefix,
            path_style,
            access_key_id: access_key_id?,
            secret_access_key: secret_access_key?,
            encryption: encryption?,
            identity,
        })
    }
}

impl Encryption {
    fn read(section: &mut Section<'_, '_>, env: Env<'_>) -> Option<Self> {
        let ways = &[("age", true), ("none", false)];
        let wanted = section.value("encryption", r#""age""#, value::choice(ways));
        let recipients = section.value("recipients", "[]", value::list(value::recipient));
        let file = "passphrase_file";
        let passphrase = secret::from_env_or_file(section, env, "BACKUP_PASSPHRASE", file);
        match (wanted, passphrase) {
            (false, _) => Some(Self::None),
            (true, _) if !recipients.is_empty() => Some(Self::Recipients(recipients)),
            (true, passphrase) => passphrase.map(Self::Passphrase),
        }
    }
}
