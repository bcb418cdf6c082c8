//! When the webhook is to be registered, and with what certificate.

use std::sync::Arc;

use tokio::sync::watch;

use crate::edge::tls::Pair;

/// What Telegram must be told with the webhook, as often as that changes.
pub struct Introductions {
    shown: watch::Receiver<Option<Arc<Pair>>>,
    /// Whether there must be a certificate at all.
    needed: bool,
    /// Whether Telegram can trust it only if it is handed over.
    uploaded: bool,
    begun: bool,
}

impl Introductions {
    pub(super) fn new(
        shown: watch::Receiver<Option<Arc<Pair>>>,
        needed: bool,
        uploaded: bool,
    ) -> Self {
        Self {
            shown,
            needed,
            uploaded,
            begun: false,
        }
    }

    /// Waits until the webhook is to be registered: the certificate to upload with it, PEM, if one must be.
    pub async fn next(&mut self) -> Option<String> {
        let again = !self.begun || self.uploaded;
        if !again || (self.begun && self.shown.changed().await.is_err()) {
            return std::future::pending().await;
        }
        self.begun = true;
        if !self.needed {
            return None;
        }
        let Ok(shown) = self.shown.wait_for(Option::is_some).await else {
            return std::future::pending().await;
        };
        let pem = shown.as_ref().map(|pair| pair.chain_pem().to_owned());
        pem.filter(|_| self.uploaded)
    }
}
