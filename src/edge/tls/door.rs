//! What our door shows: the certificate, swapped while connections go on, and the proofs ACME asks for.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::watch;

use super::Pair;

/// What is spoken behind TLS, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// What an authority speaks that looks for a proof (RFC 8737). Such a connection ends with the handshake.
pub const PROOF: &[u8] = b"acme-tls/1";

/// What is shown at our door. Without a certificate every handshake but a proof's is refused.
pub struct Door {
    shown: watch::Sender<Option<Arc<Pair>>>,
    /// TLS-ALPN-01: certificates by the name the authority asks for.
    proofs: RwLock<HashMap<String, Arc<CertifiedKey>>>,
    /// HTTP-01: answers by token.
    answers: RwLock<HashMap<String, String>>,
}

impl Default for Door {
    fn default() -> Self {
        Self {
            shown: watch::Sender::new(None),
            proofs: RwLock::default(),
            answers: RwLock::default(),
        }
    }
}

impl Door {
    /// Shows a certificate from now on.
    pub fn show(&self, pair: Pair) {
        self.shown.send_replace(Some(Arc::new(pair)));
    }

    /// What is shown.
    pub fn shown(&self) -> Option<Arc<Pair>> {
        self.shown.borrow().clone()
    }

    /// What is shown, and what will be.
    pub fn watch(&self) -> watch::Receiver<Option<Arc<Pair>>> {
        self.shown.subscribe()
    }

    /// The answer to an authority that asks for `token` over plain HTTP.
    pub fn answer(&self, token: &str) -> Option<String> {
        let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        answers.get(token).cloned()
    }

    /// Shows a proof until the value given back is dropped.
    pub fn prove(self: &Arc<Self>, proof: Proof) -> Proving {
        let key = match proof {
            Proof::Tls { name, key } => {
                let mut proofs = self.proofs.write().unwrap_or_else(PoisonError::into_inner);
                proofs.insert(name.clone(), key);
                name
            }
            Proof::Http { token, answer } => {
                let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
                answers.insert(token.clone(), answer);
                token
            }
        };
        Proving {
            door: Arc::clone(self),
            key,
        }
    }

    /// The configuration of a listener: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1, and proofs if there will be any.
    pub fn config(self: &Arc<Self>, proofs: bool) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        let protocols = PROTOCOLS.into_iter().chain(proofs.then_some(PROOF));
        config.alpn_protocols = protocols.map(<[u8]>::to_vec).collect();
        Arc::new(config)
    }
}

impl ResolvesServerCert for Door {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let only_proof = hello.alpn().is_some_and(|mut protocols| {
            protocols.next() == Some(PROOF) && protocols.next().is_none()
        });
        if only_proof {
            let name = hello.server_name()?.to_ascii_lowercase();
            let proofs = self.proofs.read().unwrap_or_else(PoisonError::into_inner);
            return proofs.get(&name).cloned();
        }
        let shown = self.shown.borrow();
        shown.as_ref().map(|pair| Arc::clone(pair.key()))
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown.borrow().is_some();
        f.debug_struct("Door")
            .field("shown", &shown)
            .finish_non_exhaustive()
    }
}

/// What an authority looks for.
pub enum Proof {
    /// TLS-ALPN-01: a certificate for whoever asks for `name`, in small letters.
    Tls {
        /// The name of the handshake.
        name: String,
        key: Arc<CertifiedKey>,
    },
    /// HTTP-01: a text at a path.
    Http {
        /// The end of the path.
        token: String,
        answer: String,
    },
}

/// A proof that is shown as long as this lives.
pub struct Proving {
    door: Arc<Door>,
    key: String,
}

impl Drop for Proving {
    fn drop(&mut self) {
        let mut proofs = self
            .door
            .proofs
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        proofs.remove(&self.key);
        let mut answers = self
            .door
            .answers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        answers.remove(&self.key);
    }
}
