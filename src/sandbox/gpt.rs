//! The stand-in for OpenAI's chat completions, the script writer.

mod door;
mod script;
mod wire;
mod writing;

#[cfg(test)]
mod tests;

use std::{io, net::SocketAddr, sync::Arc};

use serde_json::Value;

use self::door::{Door, Inner, KEY};
pub use self::writing::{Reply, Writing};
use super::{ground::Ground, lock::lock};

/// The stand-in script writer; a cheap handle.
#[derive(Clone)]
pub struct Gpt {
    door: Door,
    address: SocketAddr,
}

impl Gpt {
    pub(super) async fn start(ground: &Ground) -> io::Result<Gpt> {
        let door = Door {
            ground: ground.clone(),
            inner: Arc::new(Inner::default()),
        };
        let address = ground.serve(wire::router(door.clone())).await?;
        Ok(Gpt { door, address })
    }

    /// What a client takes for `https://api.openai.com/v1`; without a slash at the end.
    pub fn api_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The key it accepts.
    pub fn key(&self) -> &str {
        KEY
    }

    /// How the next request that nothing is planned for yet is answered.
    pub fn next(&self, writing: Writing) {
        lock(&self.door.inner.next).push_back(writing);
        self.door.ground.journal.touch();
    }

    /// What the next request that is right is answered with, before anything else that is planned.
    pub fn answers(&self, raw: Reply) {
        lock(&self.door.inner.once).push_back(raw);
    }

    /// What every request that is right is answered with from now on, until it is told otherwise.
    pub fn always(&self, raw: Option<Reply>) {
        *lock(&self.door.inner.always) = raw;
    }

    /// What is planned for the next requests.
    pub fn upcoming(&self) -> Vec<Writing> {
        lock(&self.door.inner.next).iter().copied().collect()
    }

    /// Every script it wrote, oldest first; not what it only repeats of somebody else.
    pub fn scripts(&self) -> Vec<String> {
        lock(&self.door.inner.said).clone()
    }

    /// The bodies of all well-formed requests, oldest first.
    pub fn requests(&self) -> Vec<Value> {
        lock(&self.door.inner.requests).clone()
    }
}
