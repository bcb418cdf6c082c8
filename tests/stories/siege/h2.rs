//! HTTP/2 by hand: floods of requests taken back, heads without end, answers nobody takes, silence.

use neurocards::door::{Limits, Refusal};

use super::line::Line;
use super::{besieged, counted, short, still_serves};
use crate::scene::Scene;

const PREFACE: &str = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
pub const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;
/// The number of the setting that says how much of an answer may come at first.
const INITIAL_WINDOW: [u8; 2] = [0, 4];

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// `GET path` over https at a host called `a`, in HPACK without compression.
fn get(path: &str) -> Vec<u8> {
    let mut head = vec![
        0x82,
        0x87,
        0x41,
        1,
        b'a',
        0x44,
        u8::try_from(path.len()).unwrap(),
    ];
    head.extend(path.as_bytes());
    head
}

async fn greets(scene: &Scene, settings: &[u8]) -> Line {
    greets_from(scene, "127.0.0.1", settings).await
}

/// A line from an address that has said its greeting.
pub async fn greets_from(scene: &Scene, address: &str, settings: &[u8]) -> Line {
    let mut line = Line::from(scene, address, b"h2").await.unwrap();
    line.say(PREFACE).await;
    line.say(frame(SETTINGS, 0, 0, settings)).await;
    line
}

/// The kinds of frames heard up to the end of the line.
pub async fn kinds(line: &mut Line) -> Vec<u8> {
    let heard = line.ends().await;
    let (mut at, mut kinds) = (0, Vec::new());
    while let Some(head) = heard.get(at..at + 9) {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        kinds.push(head[3]);
        at += 9 + length as usize;
    }
    kinds
}

#[tokio::test]
async fn requests_taken_back_at_once_end_the_line() {
    let scene = besieged().await;
    let mut line = greets(&scene, &[]).await;
    let mut flood = Vec::new();
    for stream in (1..20_000).step_by(2) {
        flood.extend(frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/")));
        flood.extend(frame(RESET, 0, stream, &8_u32.to_be_bytes()));
    }
    line.tries(&flood).await;
    line.ends().await;
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn requests_taken_back_while_they_run_end_the_line() {
    let limits = Limits {
        resets: 10,
        ..short()
    };
    let scene = Scene::besieged("", limits).await;
    let mut line = greets(&scene, &[]).await;
    let mut stream = 1;
    loop {
        // The webhook waits for a body that is taken back.
        let mut call = vec![0x83, 0x87, 0x41, 1, b'a', 0x44, 9];
        call.extend(b"/telegram");
        call.extend([0x40, 31]);
        call.extend(b"x-telegram-bot-api-secret-token");
        let secret = neurocards::cli::playground::SECRET;
        call.push(u8::try_from(secret.len()).unwrap());
        call.extend(secret.as_bytes());
        if !line.tries(frame(HEADERS, END_HEADERS, stream, &call)).await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        if !line
            .tries(frame(RESET, 0, stream, &8_u32.to_be_bytes()))
            .await
        {
            break;
        }
        stream += 2;
        assert!(stream < 400, "nobody minds");
    }
    counted(&scene, Refusal::Resets).await;
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn a_head_in_endless_pieces_ends_the_line() {
    let scene = besieged().await;
    let mut line = greets(&scene, &[]).await;
    line.say(frame(HEADERS, END_STREAM, 1, &get("/"))).await;
    let mut piece = vec![0x40, 1, b'x', 0x7f, 0x80, 0x7f];
    piece.resize(16_000, b'y');
    let mut sent = 0;
    while sent < 500 && line.tries(frame(CONTINUATION, 0, 1, &piece)).await {
        sent += 1;
    }
    line.ends().await;
    still_serves(&scene).await;
    scene.ends().await;
}

#[tokio::test]
async fn an_answer_nobody_takes_is_not_kept() {
    let scene = besieged().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    let task = scene.kie().tasks().remove(0);
    let url = task.input["image_urls"][0].as_str().unwrap();
    let path = url.strip_prefix(&scene.stage().public_url()).unwrap();
    let closed = [&INITIAL_WINDOW[..], &[0; 4]].concat();
    let mut line = greets(&scene, &closed).await;
    line.say(frame(HEADERS, END_HEADERS | END_STREAM, 1, &get(path)))
        .await;
    let kinds = kinds(&mut line).await;
    assert!(
        kinds.contains(&HEADERS) && !kinds.contains(&DATA),
        "{kinds:?}"
    );
    counted(&scene, Refusal::Stalled).await;
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

#[tokio::test]
async fn silence_ends_with_a_farewell() {
    let scene = besieged().await;
    let mut line = greets(&scene, &[]).await;
    line.say(frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/")))
        .await;
    let kinds = kinds(&mut line).await;
    assert!(
        kinds.contains(&HEADERS) && kinds.contains(&GOAWAY),
        "{kinds:?}"
    );
    let mut silent = Line::from(&scene, "127.0.0.1", b"h2").await.unwrap();
    silent.ends().await;
    still_serves(&scene).await;
    scene.ends().await;
}
