//! The webhook: registered, looked after, taken away.

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Bot, FIRST_PAUSE, HANDLING, MIND, try_again};

impl Bot {
    /// Makes sure that no webhook stands in the way of polling; tried until it works.
    pub async fn end_webhook(&self, stop: &CancellationToken) {
        let mut pause = FIRST_PAUSE;
        self.heartbeat.within(HANDLING);
        while let Err(trouble) = self.telegram.now().end_webhook().await {
            tracing::warn!(%trouble, "the webhook could not be ended yet");
            if !self.rest(try_again(stop, &mut pause)).await {
                return;
            }
        }
    }

    /// Has Telegram bring updates to `url`, and trust `certificate` (PEM) there; tried until it works.
    pub async fn begin_webhook(
        &self,
        url: &Url,
        secret: &SecretString,
        certificate: Option<&str>,
        stop: &CancellationToken,
    ) {
        let mut pause = FIRST_PAUSE;
        self.heartbeat.within(HANDLING);
        while let Err(trouble) = self
            .telegram
            .now()
            .begin_webhook(url, secret, certificate)
            .await
        {
            tracing::warn!(%trouble, "the webhook could not be registered yet");
            if !self.rest(try_again(stop, &mut pause)).await {
                return;
            }
        }
        tracing::info!("telegram brings updates to the webhook");
    }

    /// Looks at the webhook now and then, and sets it again when somebody has changed it. Never ends.
    pub async fn mind_webhook(
        &self,
        url: &Url,
        secret: &SecretString,
        certificate: Option<&str>,
        stop: &CancellationToken,
    ) {
        let mut told = None;
        let mut set = self.clock.now();
        loop {
            self.rest(self.clock.sleep(MIND)).await;
            let hook = match self.telegram.now().webhook().await {
                Ok(hook) => hook,
                Err(trouble) => {
                    tracing::warn!(%trouble, "the webhook could not be looked at");
                    continue;
                }
            };
            let elsewhere = hook.url.is_some() && hook.url.as_deref() != Some(url.as_str());
            self.tell_rival(elsewhere).await;
            let right = hook.is(url, certificate.is_some());
            // Which secret it comes with Telegram does not tell; that our door has not known it, it does.
            if !right || hook.is_turned_away_since(set) {
                tracing::warn!(right, "somebody has changed the webhook; it is set again");
                self.begin_webhook(url, secret, certificate, stop).await;
                set = self.clock.now();
            }
            if hook.last_error != told
                && let Some((at, why)) = &hook.last_error
            {
                let pending = hook.pending;
                tracing::warn!(at, why, pending, "telegram could not bring an update");
            }
            told = hook.last_error;
        }
    }
}
