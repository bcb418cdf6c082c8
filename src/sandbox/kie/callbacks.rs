//! The clock of the stand-in KIE: tasks end, and their ends are told.

use ring::hmac;
use serde_json::Value;

use super::door::Door;
use crate::sandbox::{
    ground::{TICK, UnderWay},
    lock::lock,
};

const TRIES: u32 = 5;
/// Virtual time between tries, doubled each time.
const FIRST_WAIT: u64 = 1000;

/// Watches virtual time for as long as the sandbox lives.
pub(super) async fn run(door: Door) {
    loop {
        tokio::time::sleep(TICK).await;
        let now = door.ground.now();
        let on = lock(&door.inner.plan).callbacks;
        let files = door.inner.files_url();
        let mut changed = false;
        let mut calls = Vec::new();
        for task in lock(&door.inner.tasks).iter_mut() {
            changed |= task.advance(now);
            if task.is_over() && !task.told {
                task.told = true;
                if let (true, Some(url)) = (on, &task.callback_url) {
                    calls.push((url.clone(), task.callback(&files), door.ground.begin()));
                }
            }
        }
        if changed {
            door.ground.journal.touch();
        }
        for (url, body, under_way) in calls {
            tell(&door, url, body, under_way);
        }
    }
}

/// Posts a callback in the background until it is taken or given up; it counts as under way while it is tried.
pub(super) fn tell(door: &Door, url: String, body: Value, under_way: UnderWay) {
    let sender = door.clone();
    door.ground.nursery.spawn(async move {
        let mut wait = FIRST_WAIT;
        let mut under_way = Some(under_way);
        for _ in 0..TRIES {
            if post(&sender, &url, &body).await {
                return;
            }
            under_way.take();
            let due = sender.ground.now() + wait;
            while sender.ground.now() < due {
                tokio::time::sleep(TICK).await;
            }
            wait *= 2;
            under_way = Some(sender.ground.begin());
        }
    });
}

pub(super) async fn post(door: &Door, url: &str, body: &Value) -> bool {
    let id = body["data"]["taskId"].as_str().unwrap_or_default();
    let mut request = door.inner.client.post(url).json(body);
    if let Some(key) = lock(&door.inner.plan).hmac_key.as_deref() {
        let seconds = door.ground.now() / 1000;
        request = request
            .header("X-Webhook-Timestamp", seconds)
            .header("X-Webhook-Signature", sign(key, id, seconds));
    }
    let (status, note) = match request.send().await {
        Ok(answer) => (answer.status().as_u16(), id.to_owned()),
        Err(error) => (0, format!("{error:?}")),
    };
    door.ground.record("kie", "callback", status, note);
    (200..300).contains(&status)
}

/// Base64 of HMAC-SHA256 over the task's id, a dot and the time; the body is not signed.
fn sign(key: &str, id: &str, seconds: u64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let tag = hmac::sign(&key, format!("{id}.{seconds}").as_bytes());
    base64(tag.as_ref())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |n: usize| u32::from(three.get(n).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * n) & 63) as usize];
            let filled = n as usize <= three.len();
            text.push(if filled { letter.into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{base64, sign};

    #[test]
    fn base64_is_padded() {
        let encoded = ["", "f", "fo", "foo", "foob"].map(|it| base64(it.as_bytes()));
        assert_eq!(encoded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }

    /// By `printf task.1800000000 | openssl dgst -sha256 -hmac key -binary | base64`.
    #[test]
    fn a_signature_is_as_documented() {
        assert_eq!(
            sign("key", "task", 1_800_000_000),
            "wmfrhhZuCitxWE6b0mhDK7HdkRXIpP6jnvzFShAs3i4="
        );
    }
}
