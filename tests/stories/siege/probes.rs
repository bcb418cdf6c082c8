//! Strangers who take places: with requests, with bodies that come byte by byte, with silence. Meanwhile Telegram and
//! the provider are answered at once.

use std::time::{Duration, Instant};

use neurocards::door::{Limits, Refusal};
use tokio::net::TcpStream;

use super::h2::{DATA, END_HEADERS, GOAWAY, HEADERS, frame, greets_from, kinds};
use super::line::{Line, dial, refusal};
use super::{besieged, still_serves, webhook};
use crate::doors::path;
use crate::scene::Scene;
use crate::seller::Seller;

/// Whoever is owed an answer has it within this time.
const SOON: Duration = Duration::from_secs(1);
/// A call of Telegram's or the provider's is tried so often: the machine may be busy with other things.
const TRIES: u32 = 3;

/// An address of a callback that leads nowhere.
const NOWHERE: &str = "/kie/1-00000000000000ff/1";

/// A video that is being made, and what its maker knows.
struct Film {
    anna: Seller,
    photo: String,
    callback: String,
}

impl Film {
    async fn begins(scene: &Scene) -> Self {
        let anna = scene.seller(1, 2).await;
        anna.orders(scene, 1).await;
        let task = scene.kie().tasks().remove(0);
        let photo = task.input["image_urls"][0].as_str().unwrap();
        Self {
            anna,
            photo: path(scene, photo).to_owned(),
            callback: path(scene, task.callback_url.as_ref().unwrap()).to_owned(),
        }
    }

    /// Telegram's call, the provider's two, and how soon each is answered.
    async fn is_served(&self, scene: &Scene) {
        let calls = [
            webhook("Content-Length: 2") + "{}",
            format!("GET {} HTTP/1.1\r\nHost: a\r\n\r\n", self.photo),
            format!(
                "POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{{}}",
                self.callback
            ),
        ];
        for call in calls {
            let mut took = Vec::new();
            for _ in 0..TRIES {
                let begun = Instant::now();
                let mut line = Line::new(scene).await;
                line.say(&call).await;
                let told = line.hears().await;
                assert!(told.starts_with("HTTP/1.1 200"), "{call}\n{told}");
                took.push(begun.elapsed());
            }
            let fastest = took.iter().min().unwrap();
            assert!(*fastest < SOON, "{call}\ntook {took:?}");
        }
    }

    async fn ends(self, scene: Scene) {
        scene.all_end().await;
        self.anna.gets_video();
        scene.ends().await;
    }
}

/// The head of a request that says nothing of a length, in HPACK without compression.
fn posts(path: &str) -> Vec<u8> {
    let mut head = vec![
        0x83,
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

#[tokio::test]
async fn one_address_with_all_the_requests_it_can_open_stands_in_nobody_s_way() {
    let scene = Scene::besieged("", Limits::default()).await;
    let film = Film::begins(&scene).await;
    let mut lines = Vec::new();
    for _ in 0..17 {
        let mut line = greets_from(&scene, "127.0.0.2", &[]).await;
        let mut flood = Vec::new();
        for stream in (1..64).step_by(2) {
            flood.extend(frame(HEADERS, END_HEADERS, stream, &posts(NOWHERE)));
        }
        line.say(flood).await;
        lines.push(line);
    }
    film.is_served(&scene).await;
    // None of them was made to wait for a place or for a body.
    let answered = async {
        while scene.stage().refused(Refusal::UnknownPath) < 17 * 32 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let answered = tokio::time::timeout(Duration::from_secs(10), answered).await;
    assert!(answered.is_ok(), "not all are answered");
    assert_eq!(scene.stage().refused(Refusal::Crowd), 0);
    drop(lines);
    film.ends(scene).await;
}

#[tokio::test]
async fn nothing_of_a_body_is_waited_for_at_an_address_that_leads_nowhere() {
    let scene = besieged().await;
    let film = Film::begins(&scene).await;
    let wrong = film.callback.replacen('-', "-f", 1);
    let other = film.callback.replacen("/kie/", "/kie/9", 1);
    for path in [NOWHERE, "/kie/1-00/1", "/kie/x/1", &wrong, &other] {
        for body in ["Content-Length: 9", "Transfer-Encoding: chunked"] {
            let mut line = Line::new(&scene).await;
            let expects = "Expect: 100-continue";
            line.say(format!(
                "POST {path} HTTP/1.1\r\nHost: a\r\n{body}\r\n{expects}\r\n\r\n"
            ))
            .await;
            assert_eq!(refusal(&line.hears().await), 404, "{path}");
        }
    }
    assert_eq!(scene.stage().refused(Refusal::Slow), 0);
    film.ends(scene).await;
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_ends_at_its_bound() {
    let scene = Scene::besieged("", Limits::default()).await;
    let film = Film::begins(&scene).await;
    let callback = format!("POST {} HTTP/1.1\r\nHost: a\r\n", film.callback);
    let update = webhook("").trim_end().to_owned() + "\r\n";
    for (head, drop) in [(callback, "x"), (update, "0123456789abcdef")] {
        let mut line = Line::new(&scene).await;
        line.say(format!("{head}Transfer-Encoding: chunked\r\n\r\n"))
            .await;
        let drops = format!("{:x}\r\n{drop}\r\n", drop.len()).repeat(1 << 10);
        let mut sent = 0;
        while sent < 80 && line.tries(&drops).await {
            sent += 1;
        }
        // The answer may be lost when the line is cut under what is still being said.
        line.ends().await;
    }
    assert_eq!(scene.stage().refused(Refusal::LargeBody), 2);
    let large = format!(
        "POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n",
        film.callback
    );
    let mut line = Line::new(&scene).await;
    line.say(large).await;
    assert_eq!(line.is_sent_away().await, 413);
    film.ends(scene).await;
}

#[tokio::test]
async fn a_body_in_frames_of_a_byte_ends_at_its_bound_as_well() {
    let scene = besieged().await;
    let film = Film::begins(&scene).await;
    let mut line = greets_from(&scene, "127.0.0.2", &[]).await;
    line.say(frame(HEADERS, END_HEADERS, 1, &posts(&film.callback)))
        .await;
    let drops = frame(DATA, 0, 1, b"x").repeat(1 << 12);
    let mut sent = 0;
    while sent < 40 && line.tries(&drops).await {
        sent += 1;
    }
    // Our answer, or what the protocol says to whoever wastes it.
    let kinds = kinds(&mut line).await;
    assert!(
        kinds.contains(&HEADERS) || kinds.contains(&GOAWAY),
        "{kinds:?}"
    );
    film.ends(scene).await;
}

/// A door with 64 places, of which an address may have 16.
async fn narrow() -> Scene {
    let limits = Limits {
        connections: 64,
        ..Limits::default()
    };
    Scene::besieged("\n[http]\nconnections_per_address = 16\n", limits).await
}

/// Connections of one address that say nothing.
async fn silent(scene: &Scene, from: &str, many: usize) -> Vec<TcpStream> {
    let mut silent = Vec::new();
    for _ in 0..many {
        silent.push(dial(scene, from).await);
    }
    silent
}

#[tokio::test]
async fn the_oldest_that_says_nothing_makes_room() {
    let scene = narrow().await;
    let film = Film::begins(&scene).await;
    let mut all = Vec::new();
    for network in 1..=8 {
        all.push(silent(&scene, &format!("127.0.{network}.1"), 16).await);
    }
    film.is_served(&scene).await;
    assert!(scene.stage().refused(Refusal::Crowd) >= 64);
    drop(all);
    film.ends(scene).await;
}

#[tokio::test]
async fn whoever_has_asked_in_vain_makes_room_as_well() {
    let scene = narrow().await;
    let film = Film::begins(&scene).await;
    let mut all = Vec::new();
    for network in 1..=6 {
        for _ in 0..16 {
            let from = format!("127.0.{network}.1");
            let mut line = Line::from(&scene, &from, b"http/1.1").await.unwrap();
            line.say("GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
            assert_eq!(refusal(&line.hears().await), 404);
            all.push(line);
        }
    }
    film.is_served(&scene).await;
    drop(all);
    film.ends(scene).await;
}

#[tokio::test]
async fn a_network_has_places_for_two_of_its_addresses() {
    let scene = narrow().await;
    let film = Film::begins(&scene).await;
    let mut all = Vec::new();
    for address in 1..=8 {
        all.push(silent(&scene, &format!("127.0.1.{address}"), 16).await);
    }
    film.is_served(&scene).await;
    assert_eq!(scene.stage().refused(Refusal::Address), 8 * 16 - 2 * 16);
    assert_eq!(scene.stage().refused(Refusal::Crowd), 0, "nobody had to go");
    drop(all);
    still_serves(&scene).await;
    film.ends(scene).await;
}
