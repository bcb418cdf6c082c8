//! TLS both ways: the configuration of our own door, and the one HTTP client behind every call we make.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Who we say we are.
pub const USER_AGENT: &str = concat!("neurocards/", env!("CARGO_PKG_VERSION"));
/// A peer that does not take a connection in this time is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection unused for longer is closed; servers close theirs after 60 s and more.
const POOL_IDLE: Duration = Duration::from_secs(45);
/// How many idle connections to one host are kept: as many as steps may run at once.
const POOL_SIZE: usize = 20;
/// No peer of ours has a reason to redirect more often.
const REDIRECTS: usize = 3;
/// What is spoken behind TLS, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read.
    #[error("{path} cannot be read; check that it exists and that our user may read it", path = .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// A file is not PEM.
    #[error("{path} is damaged PEM; copy it again", path = .0.display())]
    Damaged(PathBuf),
    /// No certificate where one should be.
    #[error("{path} holds no certificate; cert_file is the chain that begins with -----BEGIN CERTIFICATE-----", path = .0.display())]
    NoCertificate(PathBuf),
    /// No key where one should be.
    #[error("{path} holds no private key; key_file begins with -----BEGIN PRIVATE KEY-----, without a password", path = .0.display())]
    NoKey(PathBuf),
    /// The key is another certificate's.
    #[error("the key in {key} does not belong to the first certificate in {cert}; name the pair that was issued together, the server's certificate first", key = .key.display(), cert = .cert.display())]
    Mismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// The pair cannot be used.
    #[error("the certificate in {path} cannot be used", path = .0.display())]
    Unusable(PathBuf, #[source] rustls::Error),
    /// The extra root is no certificate.
    #[error("extra_root_file holds no certificate that can be used; it is PEM")]
    ExtraRoot,
    /// The client could not be built.
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
}

/// The configuration of a door: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
pub fn server_config(
    cert_pem: &Path,
    key_pem: &Path,
) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    let chain = certificates(cert_pem)?;
    let key = private_key(key_pem)?;
    let unusable = |error| TlsError::Unusable(cert_pem.to_owned(), error);
    let mut config =
        rustls::ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| match error {
                rustls::Error::InconsistentKeys(_) => TlsError::Mismatch {
                    cert: cert_pem.to_owned(),
                    key: key_pem.to_owned(),
                },
                error => unusable(error),
            })?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(Arc::new(config))
}

/// The client behind every call we make; `extra_root_pem` is trusted beside the built-in roots.
///
/// Connecting is always bounded; `timeout` bounds whole calls where the caller cannot set its own. Proxies of the environment are not used.
pub fn client(
    extra_root_pem: Option<&[u8]>,
    timeout: Option<Duration>,
) -> Result<reqwest::Client, TlsError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_SIZE)
        .redirect(Policy::limited(REDIRECTS))
        .tcp_nodelay(true)
        .use_rustls_tls()
        .no_proxy();
    if let Some(timeout) = timeout {
        builder = builder.timeout(timeout);
    }
    if let Some(pem) = extra_root_pem {
        let roots = reqwest::Certificate::from_pem_bundle(pem);
        let roots = roots.map_err(|_| TlsError::ExtraRoot)?;
        if roots.is_empty() {
            return Err(TlsError::ExtraRoot);
        }
        builder = roots
            .into_iter()
            .fold(builder, reqwest::ClientBuilder::add_root_certificate);
    }
    builder.build().map_err(|error| match extra_root_pem {
        Some(_) => TlsError::ExtraRoot,
        None => TlsError::Client(error),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|error| TlsError::Unreadable(path.to_owned(), error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read(path)?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match chain {
        Ok(chain) if chain.is_empty() => Err(TlsError::NoCertificate(path.to_owned())),
        Ok(chain) => Ok(chain),
        Err(_) => Err(TlsError::Damaged(path.to_owned())),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(|error| match error {
        PemError::NoItemsFound => TlsError::NoKey(path.to_owned()),
        _ => TlsError::Damaged(path.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with two pairs, `a` and `b`, and a file that holds neither.
    fn files() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
            std::fs::write(dir.path().join(format!("{name}.crt")), pair.cert.pem()).unwrap();
            let key = pair.signing_key.serialize_pem();
            std::fs::write(dir.path().join(format!("{name}.key")), key).unwrap();
        }
        std::fs::write(dir.path().join("text"), "hello").unwrap();
        dir
    }

    fn config(cert: &str, key: &str) -> Result<Arc<rustls::ServerConfig>, String> {
        let dir = files();
        let told = server_config(&dir.path().join(cert), &dir.path().join(key));
        told.map_err(|error| error.to_string())
    }

    #[test]
    fn a_pair_makes_a_door_for_both_versions_of_http() {
        let config = config("a.crt", "a.key").unwrap();
        assert_eq!(
            config.alpn_protocols,
            [b"h2".to_vec(), b"http/1.1".to_vec()]
        );
    }

    #[test]
    fn a_wrong_file_is_named_with_the_remedy() {
        for (cert, key, named) in [
            ("none.crt", "a.key", "none.crt cannot be read; check"),
            ("a.crt", "none.key", "none.key cannot be read; check"),
            ("text", "a.key", "text holds no certificate; cert_file"),
            ("a.key", "a.crt", "a.key holds no certificate; cert_file"),
            ("a.crt", "text", "text holds no private key; key_file"),
            (
                "a.crt",
                "b.key",
                "b.key does not belong to the first certificate in",
            ),
        ] {
            let told = config(cert, key).unwrap_err();
            assert!(told.contains(named), "{told}");
        }
    }

    #[test]
    fn a_client_takes_an_extra_root_and_refuses_nonsense() {
        assert!(client(None, None).is_ok());
        let root = std::fs::read(files().path().join("a.crt")).unwrap();
        assert!(client(Some(&root), None).is_ok());
        for nonsense in [
            &b"hello"[..],
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            assert!(matches!(
                client(Some(nonsense), None),
                Err(TlsError::ExtraRoot)
            ));
        }
    }

    #[tokio::test]
    async fn our_client_trusts_our_door_through_the_extra_root_only() {
        let dir = files();
        let config = server_config(&dir.path().join("a.crt"), &dir.path().join("a.key")).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = tokio_rustls::TlsAcceptor::from(config);
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let acceptor = acceptor.clone();
                tokio::spawn(async move { acceptor.accept(socket).await });
            }
        });
        let url = format!("https://localhost:{port}/");
        let stranger = client(None, None)
            .unwrap()
            .get(&url)
            .send()
            .await
            .unwrap_err();
        assert!(stranger.is_connect());
        let root = std::fs::read(dir.path().join("a.crt")).unwrap();
        let friend = client(Some(&root), None)
            .unwrap()
            .get(&url)
            .send()
            .await
            .unwrap_err();
        assert!(!friend.is_connect(), "{friend:?}");
    }
}
