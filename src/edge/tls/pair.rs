//! A certificate and its key, and how long they are good for.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::verify_server_name;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::TlsError;
use crate::base::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A certificate with a shorter life is renewed at half of it, a longer one when a third is left.
const SHORT: Duration = Duration::from_secs(10 * 24 * 60 * 60);
/// No certificate is renewed earlier than this before its end.
const AHEAD: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A certificate with its chain and key.
#[derive(Debug, Clone)]
pub struct Pair {
    key: Arc<CertifiedKey>,
    chain_pem: String,
    life: Life,
}

/// How long a certificate is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Not before.
    pub from: Timestamp,
    /// Not after.
    pub until: Timestamp,
}

impl Life {
    /// How long before its end a new one should be there.
    fn ahead(self) -> Duration {
        let life = self.until.since(self.from);
        if life < SHORT {
            life / 2
        } else {
            AHEAD.min(life / 3)
        }
    }

    fn before_end(self, span: Duration) -> Timestamp {
        let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Timestamp(self.until.0.saturating_sub(span))
    }

    /// When to begin asking for a new one.
    pub fn renew_at(self) -> Timestamp {
        self.before_end(self.ahead())
    }

    /// When somebody should hear that there is no new one: half of that time is gone.
    pub fn worry_at(self) -> Timestamp {
        self.before_end(self.ahead() / 2)
    }

    /// Whole days that are left.
    pub fn days_left(self, now: Timestamp) -> u32 {
        let days = self.until.since(now).as_secs() / DAY.as_secs();
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    /// Whether it is over.
    pub fn is_over(self, now: Timestamp) -> bool {
        self.until <= now
    }
}

impl Pair {
    /// Reads the chain and the key from their files; both may be in one.
    pub fn read(cert: &Path, key: &Path) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| TlsError::Unreadable(path.to_owned(), error))
        };
        Self::parse((cert, &read(cert)?), (key, &read(key)?))
    }

    /// As [`Pair::read`], from what the files hold.
    pub fn parse(cert: (&Path, &[u8]), key: (&Path, &[u8])) -> Result<Self, TlsError> {
        let chain = certificates(cert)?;
        let unusable = |error| TlsError::Unusable(cert.0.to_owned(), error);
        let certified = CertifiedKey::from_der(chain, private_key(key)?, &ring::default_provider())
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => TlsError::Mismatch {
                    cert: cert.0.to_owned(),
                    key: key.0.to_owned(),
                },
                error => unusable(error),
            })?;
        let life = life(&certified.cert[0])
            .ok_or(rustls::Error::InvalidCertificate(
                rustls::CertificateError::BadEncoding,
            ))
            .map_err(unusable)?;
        Ok(Self {
            chain_pem: chain_pem(&certified.cert),
            key: Arc::new(certified),
            life,
        })
    }

    /// What rustls serves.
    pub fn key(&self) -> &Arc<CertifiedKey> {
        &self.key
    }

    /// The certificates as PEM, without the key.
    pub fn chain_pem(&self) -> &str {
        &self.chain_pem
    }

    /// How long it is good.
    pub fn life(&self) -> Life {
        self.life
    }

    /// Whether a client that wants `host`, a name or an address, takes it.
    pub fn covers(&self, host: &str) -> bool {
        let Ok(name) = ServerName::try_from(host) else {
            return false;
        };
        ParsedCertificate::try_from(&self.key.cert[0])
            .is_ok_and(|certificate| verify_server_name(&certificate, &name).is_ok())
    }

    /// Whether both are the same certificate.
    pub fn is(&self, other: &Self) -> bool {
        self.key.cert == other.key.cert
    }
}

fn certificates((path, pem): (&Path, &[u8])) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(TlsError::NoCertificate(path.to_owned())),
        Ok(chain) => Ok(chain),
        Err(_) => Err(TlsError::Damaged(path.to_owned())),
    }
}

fn private_key((path, pem): (&Path, &[u8])) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|error| match error {
        PemError::NoItemsFound => TlsError::NoKey(path.to_owned()),
        _ => TlsError::Damaged(path.to_owned()),
    })
}

fn life(certificate: &CertificateDer<'_>) -> Option<Life> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let validity = parsed.validity();
    let moment = |seconds: i64| Timestamp(u64::try_from(seconds).unwrap_or(0).saturating_mul(1000));
    Some(Life {
        from: moment(validity.not_before.timestamp()),
        until: moment(validity.not_after.timestamp()),
    })
}

fn chain_pem(chain: &[CertificateDer<'_>]) -> String {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    let mut pem = String::new();
    for certificate in chain {
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        let text = BASE64_STANDARD.encode(certificate);
        for line in text.as_bytes().chunks(64) {
            pem.extend(line.iter().map(|byte| char::from(*byte)));
            pem.push('\n');
        }
        pem.push_str("-----END CERTIFICATE-----\n");
    }
    pem
}

#[cfg(test)]
mod tests;
