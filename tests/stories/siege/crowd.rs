//! Too many at once, from one address or by way of a proxy; and what the log says of them all.

use std::io;
use std::sync::{Arc, Mutex};

use neurocards::door::{Limits, Refusal};
use tracing_subscriber::fmt::MakeWriter;

use super::line::{Line, refusal};
use super::{besieged, counted, still_serves, webhook};
use crate::scene::Scene;

/// An address of this machine that is nobody's in particular.
const STRANGER: &str = "127.0.0.2";
const PROXY: &str = "127.0.0.3";

const ASKS: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

async fn answers(line: &mut Line) -> bool {
    line.say(ASKS).await;
    line.hears().await.starts_with("HTTP/1.1 404")
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_no_more() {
    let patient = Limits::default();
    let scene = Scene::besieged("\n[http]\nconnections_per_address = 8\n", patient).await;
    let mut lines = Vec::new();
    for _ in 0..8 {
        let mut line = Line::from(&scene, STRANGER, b"http/1.1").await.unwrap();
        assert!(answers(&mut line).await);
        lines.push(line);
    }
    for refused in 1..=20 {
        assert!(Line::from(&scene, STRANGER, b"http/1.1").await.is_err());
        assert_eq!(scene.stage().refused(Refusal::Address), refused);
    }
    // Whoever was here first stays, and others come and go.
    for line in &mut lines {
        assert!(answers(line).await);
    }
    still_serves(&scene).await;
    // A place that is left is free again.
    let mut left = lines.pop().unwrap();
    left.hangs_up().await;
    left.ends().await;
    let freed = async { while Line::from(&scene, STRANGER, b"http/1.1").await.is_err() {} };
    let freed = tokio::time::timeout(std::time::Duration::from_secs(10), freed).await;
    assert!(freed.is_ok(), "the place is not free");
    scene.ends().await;
}

/// A call that knows the secret and keeps its place, for its body does not come.
async fn waits(scene: &Scene, from: &str, headers: &str) -> Line {
    let mut line = Line::from(scene, from, b"http/1.1").await.unwrap();
    let body = "Content-Length: 9\r\nExpect: 100-continue";
    line.say(webhook(&format!("{headers}{body}"))).await;
    line
}

#[tokio::test]
async fn a_proxy_has_as_many_connections_as_it_needs() {
    let config =
        format!("\n[http]\nconnections_per_address = 3\ntrusted_proxies = [\"{PROXY}\"]\n");
    let scene = Scene::besieged(&config, Limits::default()).await;
    let mut waiting = Vec::new();
    for client in 1..=8 {
        let named = format!("X-Forwarded-For: 198.51.100.7, 203.0.113.{client}\r\n");
        let mut line = waits(&scene, PROXY, &named).await;
        assert!(line.hears().await.starts_with("HTTP/1.1 100"));
        waiting.push(line);
    }
    // From anybody else the header says nothing: their own address has three connections.
    let named = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n";
    let mut lines = Vec::new();
    for _ in 0..3 {
        let mut line = Line::from(&scene, STRANGER, b"http/1.1").await.unwrap();
        line.say(named).await;
        assert_eq!(refusal(&line.hears().await), 404);
        lines.push(line);
    }
    assert!(Line::from(&scene, STRANGER, b"http/1.1").await.is_err());
    assert_eq!(scene.stage().refused(Refusal::Address), 1);
    drop(waiting);
    scene.ends().await;
}

#[tokio::test]
async fn too_many_requests_even_of_those_we_know_are_told_to_come_again() {
    let limits = Limits {
        known: 4,
        ..Limits::default()
    };
    let scene = Scene::besieged("", limits).await;
    let mut lines = Vec::new();
    for _ in 0..4 {
        let mut line = waits(&scene, "127.0.0.1", "").await;
        assert!(line.hears().await.starts_with("HTTP/1.1 100"));
        lines.push(line);
    }
    let mut line = waits(&scene, "127.0.0.1", "").await;
    let told = line.hears().await;
    assert!(told.contains("retry-after: 1"), "{told}");
    assert_eq!(refusal(&told), 503);
    assert_eq!(scene.stage().refused(Refusal::Crowd), 1);
    for line in &mut lines {
        line.say("{garbage}").await;
        assert!(line.hears().await.starts_with("HTTP/1.1 200"));
    }
    still_serves(&scene).await;
    scene.ends().await;
}

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_a_stranger_says_is_logged() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_env_filter("warn,neurocards=trace")
        .with_writer(log.clone())
        .finish();
    // For every story that runs beside this one as well: none may be told of a stranger's words.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let scene = besieged().await;
    for request in [
        "GET /xyzzy HTTP/1.1\r\nHost: xyzzy\r\nX-Xyzzy: xyzzy\r\n\r\n".to_owned(),
        "XYZZY xyzzy\r\n\r\n".to_owned(),
        "GET /p/%78yzzy.jpg?xyzzy HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(),
        "POST /telegram HTTP/1.1\r\nHost: a\r\nX-Telegram-Bot-Api-Secret-Token: xyzzy\r\n\r\n"
            .to_owned(),
        "POST /kie/xyzzy/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nxyzzy".to_owned(),
        format!("{}xyzzy", webhook("Content-Length: 5")),
        webhook("Content-Length: xyzzy"),
    ] {
        let mut line = Line::new(&scene).await;
        line.say(request).await;
        line.hears().await;
    }
    counted(&scene, Refusal::Malformed).await;
    scene.ends().await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the door has refused"), "{log}");
    assert!(!log.to_lowercase().contains("xyzzy"), "{log}");
    assert!(!log.contains(neurocards::cli::playground::SECRET), "{log}");
}
