//! What the world sends, by polling and by webhook: each update of `tests/cases` is answered as its row says, the next
//! ordinary message works, and no error is logged.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::scene::{At, Scene, Seller};

/// The sellers of the table; each row has one of its own.
const NAMED: [&str; 3] = ["7000000001", "7000000003", "7000000004"];
/// Rows that are about their own number keep it.
const NUMBERED: [&str; 1] = ["62_update_id_lower_after_a_week"];

/// A row of the table.
struct Row {
    name: String,
    at: At,
    /// What the seller reads next; nothing if they are not answered.
    sees: Option<String>,
}

impl Row {
    fn all() -> Vec<Self> {
        let table = std::fs::read_to_string(cases().join("updates.tsv")).unwrap();
        table.lines().skip(1).map(Self::read).collect()
    }

    fn read(row: &str) -> Self {
        let [name, at, _, sees] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        let at = match at {
            "menu" => At::Menu,
            "photo" => At::Photo,
            "text" => At::Text,
            "template" => At::Template,
            "prompt" => At::Prompt,
            "wishes" => At::Wishes,
            "count" => At::Count,
            "confirm" => At::Confirm,
            other => panic!("{name}: {other}"),
        };
        Self {
            name: name.to_owned(),
            at,
            sees: (sees != "-").then(|| sees.to_owned()),
        }
    }

    /// The update as it is pushed: this seller's, with the next number.
    fn body(&self, scene: &Scene, seller: &Seller) -> (i64, String) {
        let file = cases().join(format!("updates/{}.json", self.name));
        let mut body = std::fs::read_to_string(file).unwrap();
        for named in NAMED {
            body = body.replace(named, &seller.person.id().to_string());
        }
        let at = body.find("update_id").unwrap() + "update_id".len();
        let from = at + body[at..].find(|c: char| c.is_ascii_digit()).unwrap();
        let digits = body[from..].find(|c: char| !c.is_ascii_digit()).unwrap();
        let known = body[from..from + digits].parse().unwrap();
        if NUMBERED.contains(&self.name.as_str()) {
            return (known, body);
        }
        let next = scene.telegram().next_update_id();
        body.replace_range(from..from + digits, &next.to_string());
        (next, body)
    }

    async fn told(&self, scene: &Scene, seller: &Seller) {
        seller.walks_to(scene, self.at).await;
        let (id, body) = self.body(scene, seller);
        if let Ok(read) = serde_json::from_str::<serde_json::Value>(&body) {
            let topic = &read["message"]["message_thread_id"];
            let pressed = &read["callback_query"]["message"]["message_thread_id"];
            for topic in [topic, pressed] {
                let text = topic.as_str().and_then(|topic| topic.parse().ok());
                topic.as_i64().or(text).into_iter().for_each(|topic| {
                    seller.person.opens_topic(topic);
                });
            }
            if let Some(press) = read["callback_query"]["id"].as_str() {
                seller.person.has_pressed(press);
            }
        }
        scene.telegram().send_text(id, body);
        scene.settles().await;
        match &self.sees {
            Some(text) => drop(seller.sees(text)),
            None => seller.sees_nothing(),
        }
        assert_eq!(seller.person.unanswered_callbacks(), 0);
        seller.sends(scene, "/menu").await;
        seller.sees(At::Menu.question());
        seller.sees_nothing();
    }
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// The errors that are logged while it lives, by whatever runs in this thread.
#[derive(Clone, Default)]
struct Errors(Arc<Mutex<Vec<u8>>>);

impl Errors {
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::ERROR)
            .with_ansi(false)
            .with_writer(self.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    #[track_caller]
    fn are_none(&self, after: &str) {
        let log = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        assert!(log.is_empty(), "{after}: {log}");
    }
}

impl io::Write for Errors {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Errors {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

async fn all_are_answered(webhook: bool) {
    let errors = Errors::default();
    let _listens = errors.listen();
    let quick = "[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\n";
    let scene = Scene::with(quick, webhook).await;
    for (row, id) in Row::all().into_iter().zip(100..) {
        println!("{}", row.name);
        let seller = scene.seller(id, 2).await;
        row.told(&scene, &seller).await;
        errors.are_none(&row.name);
    }
    scene.ends().await;
}

#[tokio::test]
async fn every_update_is_answered_by_polling() {
    all_are_answered(false).await;
}

#[tokio::test]
async fn every_update_is_answered_by_webhook() {
    all_are_answered(true).await;
}

#[tokio::test]
async fn what_cannot_be_read_at_all_spoils_no_other_update() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for broken in [
        r#"{"update_id":N,"message":{"text":"\x"}}"#,
        r#"{"update_id":N,"#,
    ] {
        let next = scene.telegram().next_update_id();
        let broken = broken.replace('N', &next.to_string());
        scene.telegram().send_text(next, broken);
        anna.sends(&scene, "/help").await;
        anna.sees("Я превращаю фото");
    }
    scene.ends().await;
}
