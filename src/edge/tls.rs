//! The certificate of our own door, and where it comes from.
//!
//! Deliberately absent: the renewal information of RFC 9773, for the third of its life that we leave a
//! certificate is ample; OCSP, which authorities have given up; certificates for clients.

pub mod acme;
pub mod door;
pub mod keep;
pub mod own;
pub mod pair;

use std::io;
use std::path::PathBuf;

pub use door::Door;
pub use pair::Pair;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file could not be read.
    #[error("{path} cannot be read; check that it exists and that our user may read it", path = .0.display())]
    Unreadable(PathBuf, #[source] io::Error),
    /// A file could not be written.
    #[error("{path} cannot be written; check that our user may write there, and the space on the disk", path = .0.display())]
    Unwritable(PathBuf, #[source] io::Error),
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
    /// A certificate or key could not be made.
    #[error("a certificate cannot be made for {0}")]
    Unmade(String, #[source] rcgen::Error),
    /// The extra root is no certificate.
    #[error("no certificate in extra_root_file can be used; it is PEM")]
    ExtraRoot,
    /// The client could not be built.
    #[error("the HTTP client cannot be built")]
    Client(#[source] reqwest::Error),
}
