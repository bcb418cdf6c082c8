//! Those who take their time, and bodies that are more or less than they say.

use std::io::Write;
use std::time::Duration;

use neurocards::door::Refusal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::line::{Line, dial, refusal};
use super::{besieged, counted, still_serves, webhook};

/// Between two bytes of somebody slow.
const PAUSE: Duration = Duration::from_millis(50);

#[tokio::test]
async fn a_head_that_drips_is_cut() {
    let scene = besieged().await;
    let mut line = Line::new(&scene).await;
    line.say("GET /p/a.jpg HTTP/1.1\r\nHost: a\r\n").await;
    let mut drops = 0;
    while line.tries("X").await {
        drops += 1;
        assert!(drops < 200, "it drips and drips");
        tokio::time::sleep(PAUSE).await;
    }
    counted(&scene, Refusal::Slow).await;
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn whoever_does_not_shake_hands_is_cut() {
    let scene = besieged().await;
    let mut silent = dial(&scene, "127.0.0.1").await;
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);
    counted(&scene, Refusal::Handshake).await;
    let mut plain = dial(&scene, "127.0.0.1").await;
    plain
        .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert_eq!(scene.stage().refused(Refusal::Handshake), 2);
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn whoever_says_nothing_more_is_let_go() {
    let scene = besieged().await;
    let mut line = Line::new(&scene).await;
    line.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
    assert_eq!(refusal(&line.hears().await), 404);
    assert!(line.ends().await.is_empty());
    // Going idle is no offence.
    assert_eq!(scene.stage().refused(Refusal::Slow), 0);
    scene.ends().await;
}

#[tokio::test]
async fn a_body_that_drips_is_cut() {
    let scene = besieged().await;
    let mut line = Line::new(&scene).await;
    line.say(webhook("Content-Length: 1000")).await;
    line.say("{").await;
    assert_eq!(line.is_sent_away().await, 408);
    assert_eq!(scene.stage().refused(Refusal::Slow), 1);
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_body_of_two_gigabytes_is_not_waited_for() {
    let scene = besieged().await;
    let mut line = Line::new(&scene).await;
    line.say(webhook("Content-Length: 2147483648")).await;
    assert_eq!(line.is_sent_away().await, 413);
    assert_eq!(scene.stage().refused(Refusal::LargeBody), 1);
    let mut line = Line::new(&scene).await;
    line.say(webhook("Content-Length: 99999999999999999999999"))
        .await;
    assert_eq!(line.is_sent_away().await, 400);
    counted(&scene, Refusal::Malformed).await;
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn chunks_without_end_are_refused() {
    let scene = besieged().await;
    let mut line = Line::new(&scene).await;
    line.say(webhook("Transfer-Encoding: chunked")).await;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
    let mut sent = 0;
    while sent < 64 && line.tries(&chunk).await {
        sent += 1;
    }
    // The answer may be lost when the line is cut under what is still being said.
    line.ends().await;
    counted(&scene, Refusal::LargeBody).await;
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn half_a_body_is_nothing() {
    let scene = besieged().await;
    let anna = scene.seller(1, 2).await;
    let mut line = Line::new(&scene).await;
    line.say(webhook("Content-Length: 100")).await;
    line.say("{\"update_id\": 1, \"message\"").await;
    line.hangs_up().await;
    line.ends().await;
    counted(&scene, Refusal::Truncated).await;
    anna.sees_nothing();
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_bomb_is_not_unpacked() {
    let scene = besieged().await;
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; 64 << 20]).unwrap();
    let bomb = bomb.finish().unwrap();
    let length = bomb.len();
    let mut line = Line::new(&scene).await;
    line.say(webhook(&format!(
        "Content-Encoding: gzip\r\nContent-Length: {length}"
    )))
    .await;
    line.tries(&bomb).await;
    assert!(line.hears().await.starts_with("HTTP/1.1 415"));
    assert_eq!(scene.stage().refused(Refusal::Encoded), 1);
    // Without the header it is a body like any other: garbage.
    let mut line = Line::new(&scene).await;
    line.say(webhook(&format!("Content-Length: {length}")))
        .await;
    line.say(&bomb).await;
    assert!(line.hears().await.starts_with("HTTP/1.1 200"));
    still_serves(&scene).await;
    scene.ends().await;
}
