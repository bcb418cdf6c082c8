//! The webhook: updates are posted to the bot and posted again until it takes them.

use std::{sync::Arc, time::Duration};

use reqwest::{Certificate, Client, header};

use super::{door::Inner, settings::Webhook, updates::Waiting};
use crate::sandbox::{
    ground::{Ground, TICK},
    lock::lock,
};

/// Real time a bot may take for an update.
const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";

pub(super) async fn run(ground: Ground, inner: Arc<Inner>) {
    let mut client: Option<(u64, Client)> = None;
    loop {
        let _ = tokio::time::timeout(TICK, inner.wake.notified()).await;
        let Some(webhook) = lock(&inner.settings).webhook() else {
            continue;
        };
        let now = ground.now();
        let due = lock(&inner.world).updates.take_due(webhook.at_once, now);
        if due.is_empty() {
            continue;
        }
        let (version, roots) = lock(&inner.settings).roots();
        if client.as_ref().is_none_or(|(made, _)| *made != version) {
            client = Some((version, build(roots)));
        }
        let (_, client) = client.as_ref().expect("it was just built");
        for update in due {
            let post = post(client.clone(), webhook.clone(), update);
            let (ground, inner) = (ground.clone(), inner.clone());
            ground.clone().nursery.spawn(async move {
                settle(&ground, &inner, post.await);
            });
        }
    }
}

fn build(roots: Vec<Certificate>) -> Client {
    let builder = Client::builder().timeout(PATIENCE).no_proxy();
    let builder = roots
        .into_iter()
        .fold(builder, reqwest::ClientBuilder::add_root_certificate);
    builder.build().expect("a client with parsed roots builds")
}

/// How one attempt ended.
struct Outcome {
    number: u64,
    id: i64,
    /// The status of the answer, or why there is none.
    status: Result<u16, String>,
    retry_after: Option<u64>,
}

async fn post(client: Client, webhook: Webhook, update: Waiting) -> Outcome {
    let request = client.post(&webhook.url).body(update.body);
    let mut request = request.header(header::CONTENT_TYPE, "application/json");
    if let Some(secret) = &webhook.secret {
        request = request.header(SECRET, secret);
    }
    let (status, retry_after) = match request.send().await {
        Err(error) => (Err(format!("{error:?}")), None),
        Ok(answer) => {
            let asked = answer.headers().get(header::RETRY_AFTER);
            let asked = asked.and_then(|it| it.to_str().ok()?.parse().ok());
            (Ok(answer.status().as_u16()), asked)
        }
    };
    Outcome {
        number: update.number,
        id: update.id,
        status,
        retry_after,
    }
}

fn settle(ground: &Ground, inner: &Inner, outcome: Outcome) {
    let now = ground.now();
    let mut world = lock(&inner.world);
    match &outcome.status {
        Ok(200..=299) => world.updates.delivered(outcome.number),
        _ => world
            .updates
            .failed(outcome.number, outcome.retry_after, now),
    }
    drop(world);
    let (status, note) = match outcome.status {
        Ok(status @ 200..=299) => (status, format!("update {}", outcome.id)),
        Ok(status) => {
            let why = format!("Wrong response from the webhook: {status}");
            lock(&inner.settings).delivery_failed(now, why);
            (status, format!("update {} refused", outcome.id))
        }
        Err(error) => {
            lock(&inner.settings).delivery_failed(now, error.clone());
            (0, format!("update {}: {error}", outcome.id))
        }
    };
    ground.record("telegram", "webhook", status, note);
    inner.wake.notify_waiters();
}
