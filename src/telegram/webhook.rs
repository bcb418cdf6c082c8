//! The webhook as Telegram has it: what it is, set, and taken away.

use secrecy::{ExposeSecret, SecretString};
use teloxide::payloads::SetWebhookSetters;
use teloxide::requests::Requester;
use teloxide::types::{AllowedUpdate, InputFile};
use url::Url;

use super::client::Telegram;
use super::trouble::Trouble;

/// Connections Telegram may bring updates over at once: its most, for updates of one commit cost one `fsync`.
const CONNECTIONS: u8 = 100;

/// What Telegram says of the webhook.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hook {
    /// Where updates are brought to; nothing when they are to be polled.
    pub url: Option<String>,
    /// Whether a certificate was handed over with it.
    pub own_certificate: bool,
    /// Updates that wait to be brought.
    pub pending: u32,
    /// Connections at once.
    pub connections: Option<u32>,
    /// Whether exactly the kinds of updates are brought that we ask for.
    pub right_updates: bool,
    /// When bringing one last failed (Unix seconds), and why.
    pub last_error: Option<(i64, String)>,
}

impl Hook {
    /// Whether it is what [`Telegram::begin_webhook`] makes of these.
    pub fn is(&self, url: &Url, own_certificate: bool) -> bool {
        self.url.as_deref() == Some(url.as_str())
            && self.own_certificate == own_certificate
            && self.connections == Some(CONNECTIONS.into())
            && self.right_updates
    }
}

impl Telegram {
    /// Has Telegram bring updates to `url`, with `secret` in a header; updates that wait are kept.
    ///
    /// `certificate` is the one to trust there, PEM, if nobody else vouches for it.
    pub async fn begin_webhook(
        &self,
        url: &Url,
        secret: &SecretString,
        certificate: Option<&str>,
    ) -> Result<(), Trouble> {
        let call = self
            .calls
            .set_webhook(url.clone())
            .secret_token(secret.expose_secret())
            .max_connections(CONNECTIONS)
            .allowed_updates(wanted());
        match certificate {
            Some(pem) => {
                let file = InputFile::memory(pem.to_owned()).file_name("certificate.pem");
                call.certificate(file).await?;
            }
            None => {
                call.await?;
            }
        }
        Ok(())
    }

    /// Ends a webhook, so that polling works; updates that wait are kept.
    pub async fn end_webhook(&self) -> Result<(), Trouble> {
        self.calls.delete_webhook().await?;
        Ok(())
    }

    /// The webhook as it is.
    pub async fn webhook(&self) -> Result<Hook, Trouble> {
        let told = self.calls.get_webhook_info().await?;
        let right = |kinds: Vec<AllowedUpdate>| {
            kinds.len() == wanted().len() && wanted().iter().all(|kind| kinds.contains(kind))
        };
        Ok(Hook {
            url: told.url.map(String::from),
            own_certificate: told.has_custom_certificate,
            pending: told.pending_update_count,
            connections: told.max_connections,
            right_updates: told.allowed_updates.is_some_and(right),
            last_error: told
                .last_error_date
                .map(|at| at.timestamp())
                .zip(told.last_error_message),
        })
    }
}

/// The kinds of updates we ask for.
pub(super) fn wanted() -> [AllowedUpdate; 4] {
    [
        AllowedUpdate::Message,
        AllowedUpdate::EditedMessage,
        AllowedUpdate::CallbackQuery,
        AllowedUpdate::MyChatMember,
    ]
}
