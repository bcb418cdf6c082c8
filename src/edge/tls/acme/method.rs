//! How a host is shown to be ours.

/// How a host is shown to be ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By a certificate at the HTTPS door.
    TlsAlpn01,
    /// By a text at the plain door.
    Http01,
}
