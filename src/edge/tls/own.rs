//! A certificate of our own making, for Telegram, which takes one with the webhook.

use std::path::Path;
use std::time::Duration;

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};

use super::{Pair, TlsError, keep};
use crate::base::time::Timestamp;

/// It is good for ten years: whoever trusts it was handed it.
const GOOD_FOR: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// It is good since yesterday, for clocks that are behind.
const SLACK: Duration = Duration::from_secs(24 * 60 * 60);
/// A common name is no longer (RFC 5280, ub-common-name).
const COMMON_NAME: usize = 64;

/// The certificate for `host` that lies in `dir`, or a new one if it is old or there is none.
pub fn kept_or_made(dir: &Path, host: &str, now: Timestamp) -> Result<Pair, TlsError> {
    let file = dir.join(format!("{}.pem", keep::name(host)));
    if file.exists() {
        match Pair::read(&file, &file) {
            Ok(pair) if pair.covers(host) && now < pair.life().renew_at() => return Ok(pair),
            Ok(_) => tracing::info!(host, "our own certificate is old; making a new one"),
            Err(error) => {
                tracing::warn!(%error, "our own certificate cannot be used; making a new one");
            }
        }
    }
    let text = make(host, now)?;
    keep::write(&file, text.as_bytes())?;
    Pair::parse((&file, text.as_bytes()), (&file, text.as_bytes()))
}

/// A key and a certificate for `host`, PEM.
pub fn make(host: &str, now: Timestamp) -> Result<String, TlsError> {
    let made = || {
        let mut params = CertificateParams::new([host.to_owned()])?;
        // Telegram compares the common name; no key usage, for with one OpenSSL wants a right to sign.
        let name: String = host.chars().take(COMMON_NAME).collect();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let today = date_time_ymd(1970, 1, 1) + Duration::from_millis(now.0);
        params.not_before = today - SLACK;
        params.not_after = today + GOOD_FOR;
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(key.serialize_pem() + &lines(&certificate.pem()))
    };
    made().map_err(|error| TlsError::Unmade(host.to_owned(), error))
}

/// A text with line ends as Unix has them.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_kept_until_it_is_old_or_the_host_changes() {
        let dir = tempfile::tempdir().unwrap();
        let now = Timestamp(1_769_000_000_000);
        let first = kept_or_made(dir.path(), "a.example", now).unwrap();
        let again = kept_or_made(dir.path(), "a.example", now).unwrap();
        assert!(first.is(&again));
        let other = kept_or_made(dir.path(), "b.example", now).unwrap();
        assert!(!first.is(&other) && other.covers("b.example"));
        let later = kept_or_made(dir.path(), "a.example", now.plus(GOOD_FOR)).unwrap();
        assert!(!first.is(&later));
        let file = dir.path().join("a.example.pem");
        std::fs::write(file, "torn").unwrap();
        let mended = kept_or_made(dir.path(), "a.example", now).unwrap();
        assert!(mended.covers("a.example"));
    }
}
