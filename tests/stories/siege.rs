//! The door under siege: each trick over real sockets is refused, counted, and nobody else notices.

mod crowd;
mod h2;
mod heads;
mod line;
mod probes;
mod slow;

use std::time::Duration;

use neurocards::cli::playground::SECRET;
use neurocards::door::{Limits, Refusal};

use crate::scene::Scene;
use line::Line;

/// Patience that a test can wait for. No attacker here needs longer, no honest caller half as long.
fn short() -> Limits {
    Limits {
        handshake: Duration::from_millis(500),
        idle: Duration::from_millis(800),
        body: Duration::from_millis(500),
        request: Duration::from_secs(3),
        farewell: Duration::from_millis(300),
        ..Limits::default()
    }
}

async fn besieged() -> Scene {
    Scene::besieged("", short()).await
}

/// Waits until the door has counted one of a kind.
async fn counted(scene: &Scene, refusal: Refusal) {
    let seen = async {
        while scene.stage().refused(refusal) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let seen = tokio::time::timeout(Duration::from_secs(10), seen).await;
    assert!(seen.is_ok(), "{refusal:?} was not counted");
}

/// Whether the daemon still talks to whoever behaves.
async fn still_serves(scene: &Scene) {
    let mut line = Line::new(scene).await;
    line.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert!(line.hears().await.starts_with("HTTP/1.1 404"));
    let ben = scene.seller(2, 2).await;
    ben.sends(scene, "/menu").await;
    ben.sees("🏠 Главное меню");
}

/// The head of a webhook call that knows the secret.
fn webhook(headers: &str) -> String {
    format!(
        "POST /telegram HTTP/1.1\r\nHost: a\r\nX-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n{headers}\r\n\r\n"
    )
}
