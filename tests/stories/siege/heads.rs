//! Heads that are too large, break the rules, or look for something that is not there.

use neurocards::door::Refusal;

use super::line::{Line, refusal};
use super::{besieged, counted, still_serves, webhook};
use crate::scene::Scene;

/// What somebody hears who says this and nothing else: the status, with the line left open or cut.
async fn answer(scene: &Scene, request: impl AsRef<[u8]>) -> u16 {
    let mut line = Line::new(scene).await;
    line.tries(request).await;
    refusal(&line.hears().await)
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let scene = besieged().await;
    let long = "x".repeat(1 << 20);
    for request in [
        format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {long}"),
        format!("GET /{long} HTTP/1.1\r\nHost: a\r\n\r\n"),
        format!(
            "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
            "X-A: b\r\n".repeat(10_000)
        ),
    ] {
        let mut line = Line::new(&scene).await;
        line.tries(&request).await;
        let heard = line.ends().await;
        let told = String::from_utf8_lossy(&heard);
        assert!(heard.is_empty() || told.starts_with("HTTP/1.1 4"), "{told}");
    }
    counted(&scene, Refusal::LargeHead).await;
    let many = "X-A: b\r\n".repeat(101);
    assert_eq!(
        answer(&scene, format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n")).await,
        431
    );
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_body_of_two_lengths_is_never_two_requests() {
    let scene = besieged().await;
    let inner = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    // By one length it ends before `inner`, by the other it does not.
    for headers in [
        "Content-Length: 60\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 60",
    ] {
        let mut line = Line::new(&scene).await;
        line.say(format!("{}0\r\n\r\n{inner}", webhook(headers)))
            .await;
        let all = String::from_utf8(line.ends().await).unwrap();
        assert_eq!(all.matches("HTTP/1.1").count(), 1, "{all}");
    }
    for headers in [
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Content-Length: 5, 6",
        "Content-Length: -1",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding : chunked",
        "X-A: b\r\n Transfer-Encoding: chunked",
    ] {
        let mut line = Line::new(&scene).await;
        line.say(format!("{}0\r\n\r\n{inner}", webhook(headers)))
            .await;
        assert_eq!(line.is_sent_away().await, 400, "{headers}");
    }
    let old = "POST /telegram HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(answer(&scene, old).await, 400);
    counted(&scene, Refusal::Malformed).await;
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_chunk_of_nonsense_ends_the_line() {
    let scene = besieged().await;
    for chunks in [
        "zz\r\n",
        "ffffffffffffffffffff\r\n",
        "5\r\nabcdeXX0\r\n\r\n",
        "-1\r\n",
    ] {
        let mut line = Line::new(&scene).await;
        line.say(format!("{}{chunks}", webhook("Transfer-Encoding: chunked")))
            .await;
        assert_eq!(line.is_sent_away().await, 400, "{chunks}");
    }
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn what_is_not_http_is_malformed() {
    let scene = besieged().await;
    for (at, request) in [
        "GET /\r\n",
        "\u{16}\u{3}\u{1}\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "{\"update_id\": 1}\r\n\r\n",
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(answer(&scene, request).await, 400, "{request:?}");
        assert!(
            scene.stage().refused(Refusal::Malformed) > at as u64,
            "{request:?}"
        );
    }
    // HTTP/2 without having agreed on it.
    let mut line = Line::new(&scene).await;
    line.say("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    let heard = line.ends().await;
    assert!(
        heard.is_empty() || heard.starts_with(b"HTTP/1.1 4"),
        "{heard:?}"
    );
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn old_http_is_answered_once() {
    let scene = besieged().await;
    let mut line = Line::new(&scene).await;
    line.say("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n")
        .await;
    assert_eq!(line.is_sent_away().await, 404);
    scene.ends().await;
}

#[tokio::test]
async fn no_path_leads_elsewhere() {
    let scene = besieged().await;
    for path in [
        "/",
        "//",
        "///etc/passwd",
        "/../neurocards.toml",
        "/p/../neurocards.redb",
        "/p/..",
        "/p/.",
        "/p//",
        "/%2e%2e/neurocards.toml",
        "/p/%2e%2e%2fwebhook.secret",
        "/p/%00.jpg",
        "/p/%ff.jpg",
        "/kie/%ff/1",
        "/p/a.jpg%00",
        "/telegram/",
        "/telegram/..",
        "/Telegram",
        "/telegra%6d",
        "/./telegram",
        "/telegram;a=b",
        "/admin",
        "/metrics",
        "/healthz",
        "/debug/pprof",
        "/.env",
        "/.git/config",
        "/wp-login.php",
        "http://elsewhere.example/",
        "http://a/telegram",
        "https://127.0.0.1:1/p/a.jpg",
    ] {
        for method in ["GET", "HEAD", "POST"] {
            let request =
                format!("{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            // Whoever posts to the webhook's own address, however spelt, lacks the secret.
            let wanted = if (method, path) == ("POST", "http://a/telegram") {
                401
            } else {
                404
            };
            assert_eq!(answer(&scene, request).await, wanted, "{method} {path}");
        }
    }
    for path in ["/\0", "/p/\\..\\x", "*", "telegram", "/p/ /a.jpg", "/é"] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
        let told = answer(&scene, request).await;
        assert!(matches!(told, 400 | 404), "{path:?}: {told}");
    }
    assert!(scene.stage().refused(Refusal::UnknownPath) > 40);
    assert!(scene.stage().refused(Refusal::OddPath) > 10);
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn no_other_method_is_known() {
    let scene = besieged().await;
    for path in ["/", "/telegram", "/p/a.jpg", "/kie/1-00000000000000ff/1"] {
        for method in [
            "TRACE", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND", "get", "X",
        ] {
            let request = format!("{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n");
            assert_eq!(answer(&scene, request).await, 404, "{method} {path}");
        }
    }
    let tunnel = "CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: elsewhere.example:443\r\n\r\n";
    assert_eq!(answer(&scene, tunnel).await, 404);
    let upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n";
    assert_eq!(answer(&scene, upgrade).await, 404);
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_wrong_secret_is_refused_before_its_body_is_read() {
    let scene = besieged().await;
    for (at, secret) in ["", "a", "playground-secreT", "playground-secret "]
        .into_iter()
        .enumerate()
    {
        let request = format!(
            "POST /telegram HTTP/1.1\r\nHost: a\r\nX-Telegram-Bot-Api-Secret-Token: {secret}X\r\n\
             Content-Length: 1000000\r\n\r\n"
        );
        assert_eq!(answer(&scene, request).await, 401);
        assert_eq!(scene.stage().refused(Refusal::Secret), at as u64 + 1);
    }
    still_serves(&scene).await;
    scene.ends().await;
}
