//! What stories cannot show: a step that panics, and one that takes its time.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::keys::Keys;
use super::{Choices, Parts, Pool};
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::edge::author::Gpt;
use crate::edge::files::Photos;
use crate::edge::provider::kie::{Kie, Models};
use crate::edge::telegram::client::Telegram;
use crate::rules::conversation::event::{Aside, Button, Event, Picture, Place, Update};
use crate::rules::conversation::say::Say;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::brief::{Count, Photo, Style};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::{
    CallbackId, FileId, Fingerprint, JobId, ModelName, TaskId, UpdateId, UserId,
};
use crate::rules::domain::job::{Route, Stage};
use crate::rules::domain::user::Lang;
use crate::shop::{audit, queue, turn};
use crate::store::{Options, Shop, Store, Txn};

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
        kie: Kie::new(http.clone(), http, nowhere, nowhere, second),
        models: Models::shipped(),
        keys: Keys::new(vec!["k".into()], 20),
        choices: Choices {
            workers: 1,
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

/// Orders a video; `first` is the number of the first update.
async fn order(store: &Store, first: u64) {
    let photo = Photo {
        file: FileId("f".into()),
    };
    let events = [
        Event::Press(Some(Button::Make)),
        Event::Picture(Picture {
            photo,
            album: None,
            caption: Some("pillow".into()),
            as_file: false,
        }),
    ];
    for (event, id) in events.into_iter().zip(first..) {
        handle(store, id, event).await;
    }
    let snapshot = store.snapshot().unwrap();
    let draft = snapshot.user(ANNA).unwrap().unwrap().session.draft;
    handle(
        store,
        first + 10,
        Event::Press(Some(Button::Style {
            draft,
            style: Style::Own,
        })),
    )
    .await;
    handle(store, first + 11, Event::Text("a pillow floats".into())).await;
    handle(
        store,
        first + 12,
        Event::Press(Some(Button::Count {
            draft,
            count: Count::One,
        })),
    )
    .await;
    handle(
        store,
        first + 13,
        Event::Press(Some(Button::Confirm { draft })),
    )
    .await;
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
    order(&store, 1).await;
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
    let told: Vec<_> = snapshot.notes(ADMIN.chat()).unwrap();
    assert!(matches!(told[..], [(_, ref note)] if note.say == Say::Alert(Alert::Panic { job })));
    let refunds = snapshot.notes(ANNA.chat()).unwrap();
    let refunds = refunds
        .iter()
        .filter(|(_, note)| matches!(note.say, Say::Refunded { .. }));
    assert_eq!(refunds.count(), 1);
    assert_eq!(audit::audit(&snapshot).unwrap().breaches, []);
}

/// Has the provider a video for a job, at that address.
async fn renders(store: &Store, job: JobId, url: String) {
    let route = Route {
        model: ModelName("m".into()),
        key: Fingerprint([1; 8]),
    };
    let task = TaskId(job.to_string());
    let moves = move |txn: &mut Txn<'_>| {
        let (route, task, urls) = (route.clone(), task.clone(), vec![url.clone()]);
        queue::advance(txn, job, 1, |job| {
            let job = job.submit(route, NOW, NOW)?.accepted(task, NOW)?;
            job.rendered(urls, NOW)
        })
    };
    store.write(moves).await.unwrap().unwrap();
}

/// Where somebody takes every connection and says nothing.
async fn silence() -> (tokio::net::TcpListener, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v.mp4", listener.local_addr().unwrap());
    (listener, url)
}

#[tokio::test]
async fn slow_downloads_hold_no_worker_up() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    for first in [1, 101] {
        order(&store, first).await;
    }
    let shop = store.shop();
    let claimed = store.write(move |txn| queue::claim(txn, &shop, 2, NOW));
    let claimed = claimed.await.unwrap();
    let (slow, quick) = (claimed[0].id, claimed[1].id);
    let (_silent, nowhere) = silence().await;
    renders(&store, slow, nowhere).await;
    let video = crate::edge::provider::mp4::tests::small();
    let app = axum::Router::new().fallback(move || async move { video });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v.mp4", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    renders(&store, quick, url).await;
    let pool = pool(store.clone(), dir.path());
    let stop = CancellationToken::new();
    let running = tokio::spawn(Arc::clone(&pool).run(stop.clone()));
    let snapshot = || store.snapshot().unwrap();
    until(|| matches!(snapshot().job(quick).unwrap().stage, Stage::Done { .. })).await;
    let waits = snapshot().job(slow).unwrap().stage;
    assert!(matches!(waits, Stage::Rendered { .. }), "{waits:?}");
    stop.cancel();
    running.await.unwrap().unwrap();
}

/// Waits until something is so.
async fn until(so: impl Fn() -> bool) {
    let come = async {
        while !so() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    let patience = std::time::Duration::from_secs(20);
    tokio::time::timeout(patience, come)
        .await
        .expect("it comes");
}
