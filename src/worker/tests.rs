//! What stories cannot show: a step that panics.

use std::sync::Arc;

use super::keys::Keys;
use super::{Choices, Parts, Pool};
use crate::clock::Clock;
use crate::domain::brief::{Count, Photo};
use crate::domain::credit::Credits;
use crate::domain::failure::Kind;
use crate::domain::id::{CallbackId, FileId, JobId, UpdateId, UserId};
use crate::domain::job::Stage;
use crate::domain::time::Timestamp;
use crate::domain::user::Lang;
use crate::flow::alert::Alert;
use crate::flow::event::{Aside, Button, Event, Picture, Place, Style, Update};
use crate::flow::say::Say;
use crate::gpt::Gpt;
use crate::kie::{Kie, Models};
use crate::photos::Photos;
use crate::store::{Options, Shop, Store, audit, outbox, queue, turn};
use crate::telegram::client::Telegram;

const ANNA: UserId = UserId(7);
const ADMIN: UserId = UserId(9);
const NOW: Timestamp = Timestamp(1_000_000);

fn store(dir: &std::path::Path) -> Store {
    let shop = Shop {
        welcome: Credits(2),
        admins: vec![ADMIN],
        max_attempts: 3,
        max_rendering: 10,
        ..Shop::default()
    };
    Store::open(&dir.join("t.redb"), Options::default(), shop).unwrap()
}

fn pool(store: Store, dir: &std::path::Path) -> Arc<Pool> {
    let http = reqwest::Client::new();
    let nowhere = "http://127.0.0.1:9";
    let second = std::time::Duration::from_secs(1);
    let telegram =
        Telegram::new(nowhere, &"1:t".into(), http.clone(), http.clone(), vec![]).unwrap();
    Pool::new(Parts {
        store,
        clock: Clock::led(NOW, 0.0),
        telegram: Arc::new(telegram),
        photos: Photos::new(dir.join("photos")),
        gpt: Gpt::new(http.clone(), nowhere, None, "m", false, second, 100),
        kie: Kie::new(http, nowhere, nowhere, second),
        models: Models::shipped(),
        keys: Keys::new(vec!["k".into()], 20),
        choices: Choices {
            workers: 2,
            look_every: second,
            deadline: second,
            photos_at: Some("https://example.org".into()),
            callbacks_at: Some("https://example.org".into()),
            call_timeout: second,
            link_over: 1,
            videos: dir.to_owned(),
            chain: vec![],
        },
    })
}

async fn order(store: &Store) {
    let photo = Photo {
        file: FileId("f".into()),
    };
    let events = [
        Event::Press(Some(Button::Make)),
        Event::Picture(Picture {
            photo,
            album: None,
            caption: Some("pillow".into()),
        }),
    ];
    for (event, id) in events.into_iter().zip(1..) {
        handle(store, id, event).await;
    }
    let snapshot = store.snapshot().unwrap();
    let draft = snapshot.user(ANNA).unwrap().unwrap().session.draft;
    handle(
        store,
        10,
        Event::Press(Some(Button::Style {
            draft,
            style: Style::Own,
        })),
    )
    .await;
    handle(store, 11, Event::Text("a pillow floats".into())).await;
    handle(
        store,
        12,
        Event::Press(Some(Button::Count {
            draft,
            count: Count::One,
        })),
    )
    .await;
    handle(store, 13, Event::Press(Some(Button::Confirm { draft }))).await;
}

async fn handle(store: &Store, id: u64, event: Event) {
    let update = Update {
        id: UpdateId(id),
        user: ANNA,
        chat: 7,
        username: None,
        lang: Lang::Ru,
        event,
        callback: Some(CallbackId(id.to_string())),
        place: Place::Chat,
        aside: Aside::default(),
    };
    let shop = store.shop();
    store
        .write(move |txn| turn::turn(txn, &shop, &update, &[1; 32], NOW))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_step_that_panics_is_refunded_as_unknown_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    order(&store).await;
    let pool = pool(store.clone(), dir.path());
    let job = JobId(1);
    let shop = store.shop();
    let claimed = store.write(move |txn| queue::claim(txn, &shop, 1, NOW));
    assert_eq!(claimed.await.unwrap()[0].id, job);
    for _ in 0..2 {
        let panicked = tokio::spawn(async { panic!("a step panics") }).await;
        pool.after(job, panicked).await;
    }
    let snapshot = store.snapshot().unwrap();
    let Stage::Failed { failure, .. } = snapshot.job(job).unwrap().stage else {
        panic!("the job must have failed")
    };
    assert_eq!(failure.kind, Kind::Unknown);
    let anna = snapshot.user(ANNA).unwrap().unwrap().user;
    assert_eq!(
        (anna.available, anna.held),
        (Credits(2), Credits(0)),
        "refunded once"
    );
    let told: Vec<_> = snapshot.notes(outbox::chat_of(ADMIN)).unwrap();
    assert!(matches!(told[..], [(_, ref note)] if note.say == Say::Alert(Alert::Panic { job })));
    let refunds = snapshot.notes(outbox::chat_of(ANNA)).unwrap();
    let refunds = refunds
        .iter()
        .filter(|(_, note)| matches!(note.say, Say::Refunded { .. }));
    assert_eq!(refunds.count(), 1);
    assert_eq!(audit::audit(&snapshot).unwrap().breaches, []);
}
