//! `[tls]`: where the certificate of our door comes from.

use std::net::IpAddr;
use std::path::PathBuf;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use url::Host;

use super::reader::{Reader, Section};
use super::secret::{self, Env};
use super::value;

/// The directory of Let's Encrypt, as a TOML value.
const LETS_ENCRYPT: &str = r#""https://acme-v02.api.letsencrypt.org/directory""#;
/// The profile under which Let's Encrypt certifies addresses without a name.
const FOR_ADDRESSES: &str = "shortlived";

/// Where the certificate comes from.
#[derive(Debug, Clone)]
pub enum Tls {
    /// Nowhere: TLS is not spoken.
    Off,
    /// From an authority that speaks ACME.
    Acme(Acme),
    /// From the operator's files, both PEM.
    Files {
        /// The chain, the server's own certificate first.
        cert_file: PathBuf,
        key_file: PathBuf,
    },
    /// From ourselves.
    SelfSigned {
        /// The host it is for.
        host: String,
    },
}

/// An authority that speaks ACME, and how to speak to it.
#[derive(Debug, Clone)]
pub struct Acme {
    /// The host the certificate is for: a name, or an address.
    pub host: String,
    /// The URL the authority's directory lies at.
    pub directory: String,
    /// How we prove that the host is ours.
    pub challenge: Challenge,
    /// UserRef the authority may write to.
    pub contact: Option<String>,
    /// The kind of certificate, as the authority names it.
    pub profile: Option<String>,
    /// The customer's account that ours is bound to.
    pub binding: Option<Binding>,
}

/// An external account binding (RFC 8555, 7.3.4).
#[derive(Debug, Clone)]
pub struct Binding {
    /// The key's name.
    pub key_id: String,
    pub key: SecretSlice<u8>,
}

/// How we prove that a host is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    /// TLS-ALPN-01, and HTTP-01 after a failure if there is a plain door at port 80.
    Auto,
    /// TLS-ALPN-01, at the HTTPS door.
    TlsAlpn01,
    /// HTTP-01, at the plain door.
    Http01,
}

/// What the operator wrote for `mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Auto,
    Acme,
    Files,
    SelfSigned,
    Off,
}

impl Tls {
    /// Reads the section; `public_url` names the host.
    pub(super) fn read(reader: &mut Reader<'_>, env: Env<'_>, public_url: Option<&str>) -> Self {
        let mut section = reader.section("tls");
        let modes = &[
            ("auto", Mode::Auto),
            ("acme", Mode::Acme),
            ("files", Mode::Files),
            ("self-signed", Mode::SelfSigned),
            ("off", Mode::Off),
        ];
        let mode = section.value("mode", r#""auto""#, value::choice(modes));
        let cert_file = section.optional_path("cert_file");
        let key_file = section.optional_path("key_file");
        let host = public_url.and_then(secure_host);
        let acme = Acme::read(&mut section, env);
        let files = cert_file.is_some() || key_file.is_some();
        let mode = match mode {
            Mode::Auto if files => Mode::Files,
            Mode::Auto if host.is_some() => Mode::Acme,
            Mode::Auto => Mode::Off,
            chosen => chosen,
        };
        if files && mode != Mode::Files {
            let key = if cert_file.is_some() {
                "cert_file"
            } else {
                "key_file"
            };
            section.mistake(
                key,
                "is for mode = \"files\": choose that mode, or remove the files",
            );
        }
        match mode {
            Mode::Auto | Mode::Off => Self::Off,
            Mode::Files => files_of(&mut section, cert_file, key_file),
            Mode::Acme | Mode::SelfSigned => {
                let Some(host) = host else {
                    section.mistake(
                        "mode",
                        "the certificate is for the host of public_url: \
                         set that to an address that begins with https://",
                    );
                    return Self::Off;
                };
                if mode == Mode::SelfSigned {
                    let host = plain(&host);
                    return Self::SelfSigned { host };
                }
                Self::Acme(acme.of(&mut section, &host))
            }
        }
    }

    /// Whether the door speaks TLS.
    pub fn is_on(&self) -> bool {
        match self {
            Self::Off => false,
            Self::Acme(_) | Self::Files { .. } | Self::SelfSigned { .. } => true,
        }
    }
}

fn files_of(
    section: &mut Section<'_, '_>,
    cert_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
) -> Tls {
    for (key, absent) in [
        ("cert_file", cert_file.is_none()),
        ("key_file", key_file.is_none()),
    ] {
        if absent {
            section.mistake(
                key,
                "is missing: mode = \"files\" needs cert_file and key_file",
            );
        }
    }
    match (cert_file, key_file) {
        (Some(cert_file), Some(key_file)) => Tls::Files {
            cert_file,
            key_file,
        },
        (None, _) | (_, None) => Tls::Off,
    }
}

impl Acme {
    fn read(section: &mut Section<'_, '_>, env: Env<'_>) -> Self {
        let challenges = &[
            ("auto", Challenge::Auto),
            ("tls-alpn-01", Challenge::TlsAlpn01),
            ("http-01", Challenge::Http01),
        ];
        Self {
            host: String::new(),
            directory: section.value("acme_directory", LETS_ENCRYPT, value::directory),
            challenge: section.value("acme_challenge", r#""auto""#, value::choice(challenges)),
            contact: section.optional("acme_contact", value::email),
            profile: section.optional("acme_profile", value::text),
            binding: Binding::read(section, env),
        }
    }

    fn of(mut self, section: &mut Section<'_, '_>, host: &Host<String>) -> Self {
        self.host = plain(host);
        if LETS_ENCRYPT.trim_matches('"') != self.directory {
            return self;
        }
        if is_private(host) {
            section.mistake(
                "mode",
                "Let's Encrypt certifies public hosts only: write another public_url, \
                 or an acme_directory of your own, or mode = \"off\"",
            );
        }
        if self.profile.is_none() && !matches!(host, Host::Domain(_)) {
            self.profile = Some(FOR_ADDRESSES.to_owned());
        }
        self
    }
}

impl Binding {
    fn read(section: &mut Section<'_, '_>, env: Env<'_>) -> Option<Self> {
        const FILE: &str = "acme_eab_key_file";
        let key_id = section.optional("acme_eab_key_id", value::text);
        let key = secret::from_env_or_file(section, env, "ACME_EAB_KEY", FILE);
        match (key_id, key) {
            (Some(key_id), Some(key)) => match unpack(&key) {
                Some(key) => return Some(Self { key_id, key }),
                None => section.mistake(
                    FILE,
                    "the HMAC key must be base64, as the authority shows it",
                ),
            },
            (Some(_), None) => section.mistake(
                FILE,
                "is missing: acme_eab_key_id goes with the HMAC key, in ACME_EAB_KEY or a file",
            ),
            (None, Some(_)) => {
                section.mistake(
                    "acme_eab_key_id",
                    "is missing: the HMAC key goes with its name",
                );
            }
            (None, None) => {}
        }
        None
    }
}

/// The bytes behind base64 of either alphabet, padded or not.
fn unpack(key: &SecretString) -> Option<SecretSlice<u8>> {
    let text = key.expose_secret().trim_end_matches('=');
    let text = text.replace('+', "-").replace('/', "_");
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    (!bytes.is_empty()).then(|| bytes.into())
}

/// The host of an address that begins with https://.
fn secure_host(url: &str) -> Option<Host<String>> {
    let url = Url::parse(url).ok()?;
    let host = url.host()?.to_owned();
    (url.scheme() == "https").then_some(host)
}

/// A host as certificates name it: an IPv6 address has no brackets.
fn plain(host: &Host<String>) -> String {
    match host {
        Host::Domain(name) => name.trim_end_matches('.').to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

/// Whether the world cannot know a host.
fn is_private(host: &Host<String>) -> bool {
    let private = |address: IpAddr| match address {
        IpAddr::V4(address) => {
            address.is_private() || address.is_loopback() || address.is_link_local()
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    };
    match host {
        Host::Domain(name) => !name.trim_end_matches('.').contains('.'),
        Host::Ipv4(address) => private((*address).into()),
        Host::Ipv6(address) => private((*address).into()),
    }
}
