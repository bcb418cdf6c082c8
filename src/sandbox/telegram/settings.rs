//! What the bot set about itself: its webhook and its profile.

use std::collections::{BTreeMap, HashMap};

use reqwest::Certificate;
use serde_json::{Value, json};

pub(super) const USUAL_CONNECTIONS: usize = 40;

/// Where updates are posted.
#[derive(Clone)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) secret: Option<String>,
    pub(super) at_once: usize,
    /// What came with it, trusted there only.
    pub(super) certificate: Option<Certificate>,
}

#[derive(Default)]
pub(super) struct Settings {
    pub(super) webhook: Option<Webhook>,
    roots: Vec<Certificate>,
    /// Grows when a new client is needed.
    roots_version: u64,
    pub(super) last_error: Option<(u64, String)>,
    polls: u64,
    pub(super) profile: BTreeMap<String, Value>,
    pub(super) commands: HashMap<String, Value>,
}

impl Settings {
    pub(super) fn trust(&mut self, pem: &str) -> Result<(), reqwest::Error> {
        let roots = Certificate::from_pem_bundle(pem.as_bytes())?;
        self.roots.extend(roots);
        self.roots_version += 1;
        Ok(())
    }

    pub(super) fn roots(&self) -> (u64, Vec<Certificate>) {
        let own = self.webhook.iter().filter_map(|it| it.certificate.clone());
        let roots = self.roots.iter().cloned().chain(own).collect();
        (self.roots_version, roots)
    }

    pub(super) fn hook(&mut self, url: &str, secret: Option<String>) {
        self.webhook = (!url.is_empty()).then(|| Webhook {
            url: url.to_owned(),
            secret,
            at_once: USUAL_CONNECTIONS,
            certificate: None,
        });
        self.roots_version += 1;
    }

    /// Another secret for the same webhook.
    pub(super) fn rehook(&mut self, url: &str, secret: &str) {
        if let Some(webhook) = self.webhook.as_mut().filter(|it| it.url == url) {
            webhook.secret = Some(secret.to_owned());
        }
    }

    pub(super) fn webhook(&self) -> Option<Webhook> {
        self.webhook.clone()
    }

    pub(super) fn webhook_url(&self) -> Option<String> {
        self.webhook.as_ref().map(|webhook| webhook.url.clone())
    }

    pub(super) fn has_certificate(&self) -> bool {
        self.webhook
            .as_ref()
            .is_some_and(|it| it.certificate.is_some())
    }

    pub(super) fn delivery_failed(&mut self, now: u64, why: String) {
        self.last_error = Some((now / 1000, why));
    }

    /// A new poll begins and ends the one before.
    pub(super) fn next_poll(&mut self) -> u64 {
        self.polls += 1;
        self.polls
    }

    pub(super) fn poll(&self) -> u64 {
        self.polls
    }

    /// The commands that only this chat is shown.
    pub(super) fn menu_of(&self, chat: i64) -> Vec<String> {
        let scope = json!({"type": "chat", "chat_id": chat});
        let commands = self.commands.get(&format!(" {scope}"));
        let commands = commands.and_then(Value::as_array).into_iter().flatten();
        let named = |it: &Value| it["command"].as_str().unwrap_or_default().to_owned();
        commands.map(named).collect()
    }

    pub(super) fn profile(&self) -> Vec<(String, Value)> {
        self.profile.clone().into_iter().collect()
    }
}
