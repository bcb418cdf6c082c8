//! The webhook as Telegram has it: what it is, set, and taken away.

use secrecy::{ExposeSecret, SecretString};
use teloxide::payloads::{DeleteWebhook, GetWebhookInfo, SetWebhook, SetWebhookSetters};
use teloxide::types::{AllowedUpdate, InputFile};
use url::Url;

use super::client::upload::{Attached, upload};
use super::client::{Telegram, WANTED, call};
use super::json;
use super::trouble::Trouble;
use crate::base::time::Timestamp;

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
    pub pending: u64,
    /// Connections at once.
    pub connections: Option<u32>,
    /// Whether exactly the kinds of updates are brought that we ask for.
    pub right_updates: bool,
    /// When bringing one last failed (Unix seconds), and why.
    pub last_error: Option<(i64, String)>,
}

impl Hook {
    /// Whether it is what [`Telegram::begin_webhook`] makes of these, as far as Telegram tells.
    pub fn is(&self, url: &Url, own_certificate: bool) -> bool {
        self.url.as_deref() == Some(url.as_str())
            && self.own_certificate == own_certificate
            && self.connections == Some(CONNECTIONS.into())
            && self.right_updates
    }

    /// Whether our door has turned Telegram away after that moment: it comes with another secret.
    pub fn is_turned_away_since(&self, moment: Timestamp) -> bool {
        self.last_error.as_ref().is_some_and(|(at, why)| {
            // Told in whole seconds: of the same one nobody knows, and to set it once more does no harm.
            let later = u64::try_from(*at).is_ok_and(|at| at >= moment.0 / 1000);
            later && (why.contains("401") || why.contains("403"))
        })
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
        let mut hook = SetWebhook::new(url.clone())
            .secret_token(secret.expose_secret())
            .max_connections(CONNECTIONS)
            .allowed_updates([
                AllowedUpdate::Message,
                AllowedUpdate::EditedMessage,
                AllowedUpdate::CallbackQuery,
                AllowedUpdate::MyChatMember,
                AllowedUpdate::PreCheckoutQuery,
            ]);
        let Some(pem) = certificate else {
            return call(&self.calls, &hook).await.map(drop);
        };
        hook.certificate = Some(InputFile::memory(Vec::new()));
        let file = Attached::bytes("certificate", pem.into(), "certificate.pem");
        upload(&self.calls, &hook, vec![file]).await.map(drop)
    }

    /// Ends a webhook, so that polling works; updates that wait are kept.
    pub async fn end_webhook(&self) -> Result<(), Trouble> {
        call(&self.calls, &DeleteWebhook::new()).await.map(drop)
    }

    /// The webhook as it is.
    pub async fn webhook(&self) -> Result<Hook, Trouble> {
        let told = call(&self.calls, &GetWebhookInfo::new()).await?;
        let told = told.fields().ok_or(Trouble::Passing)?;
        let kinds = told.list("allowed_updates").into_iter();
        let kinds: Vec<_> = kinds.filter_map(json::text).collect();
        let right = |kind: &&str| kinds.iter().any(|known| known == kind);
        let number = |name| {
            told.number(name)
                .and_then(|number| u64::try_from(number).ok())
        };
        let error = told.number("last_error_date");
        Ok(Hook {
            url: told.text("url").filter(|url| !url.is_empty()),
            own_certificate: told.is("has_custom_certificate"),
            pending: number("pending_update_count").unwrap_or_default(),
            connections: number("max_connections").and_then(|it| u32::try_from(it).ok()),
            right_updates: kinds.len() == WANTED.len() && WANTED.iter().all(right),
            last_error: error.zip(told.text("last_error_message")),
        })
    }
}
