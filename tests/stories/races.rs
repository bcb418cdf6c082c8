//! Races: what is wanted many times at once happens once, whoever comes first.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use neurocards::cli::playground::SECRET;
use neurocards::operator::service::Refusal;
use neurocards::operator::service::ask::Do;
use neurocards::rules::domain::deed::Deed;
use neurocards::rules::domain::id::UserId;
use neurocards::sandbox::{Ending, Fault, Message};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::doors::{HEADER, stranger};
use crate::scene::{At, Scene, Seller};

const MINUTE: Duration = Duration::from_secs(60);

/// An update for which there is no place comes again; nobody is sent away so often.
const MOST_POSTS: usize = 1000;

/// Connections to the webhook, each of its own and open before anything is posted.
struct Lines {
    url: String,
    clients: Vec<reqwest::Client>,
}

impl Lines {
    /// Opens them a few at a time: the race is not about handshakes.
    async fn open(scene: &Scene, count: usize) -> Self {
        let url = format!("{}/telegram", scene.stage().public_url());
        let opening = stream::iter(0..count).map(|_| async {
            let client = stranger(scene);
            assert_eq!(client.get(&url).send().await.unwrap().status(), 404);
            client
        });
        let clients = opening.buffer_unordered(16).collect().await;
        Self { url, clients }
    }

    /// Brings each update over its own connection, all at the same moment; all are taken, those for which there was no
    /// place when they come again, as Telegram has them come.
    async fn bring(self, updates: Vec<Value>) {
        assert_eq!(self.clients.len(), updates.len());
        let start = Arc::new(Barrier::new(updates.len()));
        let mut posts = JoinSet::new();
        for (client, update) in self.clients.into_iter().zip(updates) {
            let post = client.post(&self.url).header(HEADER, SECRET).json(&update);
            let start = Arc::clone(&start);
            posts.spawn(async move {
                start.wait().await;
                for _ in 0..MOST_POSTS {
                    let again = post.try_clone().unwrap();
                    let status = again.send().await.unwrap().status();
                    if status != 503 {
                        return status;
                    }
                }
                panic!("there was never a place");
            });
        }
        while let Some(status) = posts.join_next().await {
            assert_eq!(status.unwrap(), 200);
        }
    }
}

/// Brings each update over a connection of its own, all at the same moment.
async fn brings(scene: &Scene, updates: Vec<Value>) {
    Lines::open(scene, updates.len()).await.bring(updates).await;
    scene.settles().await;
}

/// Another press of «yes» under this question.
fn yes(seller: &Seller, question: &Message) -> Value {
    let button = &question.buttons[0][0];
    assert!(button.text.contains("Да, запустить"), "{}", button.text);
    let data = button.data.as_deref().unwrap();
    seller.person.presses_to_bring(question.id, data).unwrap()
}

/// Waits until no pressed button shows a spinner.
async fn all_answered(scene: &Scene, seller: &Seller) {
    scene
        .until(|_| seller.person.unanswered_callbacks() == 0)
        .await;
}

/// Reads all that is unread; how often it had `text` in it.
fn hears(seller: &Seller, text: &str) -> usize {
    let unread = seller.unread().into_iter();
    let read = unread.map(|message| seller.sees(&message.text).text);
    read.filter(|said| said.contains(text)).count()
}

/// As many connections of one address as come.
const CROWD: &str = "[http]\nconnections_per_address = 1000\n";

/// By webhook, with no pause between messages, and as many connections of one address as come.
async fn busy_webhook() -> Scene {
    let pace = "[telegram]\nper_chat_burst = 100\nmessages_per_second = 1000\n";
    Scene::with(&format!("{pace}{CROWD}"), true).await
}

/// Five hundred connections have two ends each, and a shell often allows no more than 1024.
fn opens_as_many_files_as_it_may() {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, most).unwrap();
}

/// Anna is asked whether three videos shall be made, and `presses` come at once.
async fn says_yes_at_once(scene: Scene, presses: impl Fn(&Seller, &Message) -> Vec<Value>) {
    let anna = scene.seller(1, 10).await;
    anna.briefs(&scene).await;
    anna.presses(&scene, "3 видео").await;
    let question = anna.sees(At::Confirm.question());
    brings(&scene, presses(&anna, &question)).await;
    all_answered(&scene, &anna).await;
    anna.sees("✅ Принял!");
    anna.sees_nothing();
    anna.toast("Уже запустил");
    let toasts = anna.person.toasts();
    assert!(toasts.iter().all(|it| it.text.contains("Уже запустил")));
    assert_eq!((scene.jobs().len(), scene.entries("hold")), (3, 3));
    assert_eq!(scene.balance(&anna), (7, 3));
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    assert_eq!((scene.creations(), scene.entries("capture")), (3, 3));
    assert_eq!(scene.balance(&anna), (7, 0));
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_yeses_at_once_make_one_order() {
    let scene = Scene::with(CROWD, true).await;
    let twenty = |anna: &Seller, question: &Message| (0..20).map(|_| yes(anna, question)).collect();
    says_yes_at_once(scene, twenty).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_yeses_at_once_make_one_order() {
    opens_as_many_files_as_it_may();
    let scene = Scene::with(CROWD, true).await;
    let many = |anna: &Seller, question: &Message| (0..500).map(|_| yes(anna, question)).collect();
    says_yes_at_once(scene, many).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn yeses_that_come_again_among_others_make_one_order() {
    let scene = Scene::with(CROWD, true).await;
    let mixed = |anna: &Seller, question: &Message| {
        let different = (0..20).map(|_| yes(anna, question));
        different.flat_map(|press| vec![press; 5]).collect()
    };
    says_yes_at_once(scene, mixed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_through_both_doors_at_once_makes_one_order() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 10).await;
    anna.walks_to(&scene, At::Count).await;
    anna.presses(&scene, "3 видео").await;
    let question = anna.sees(At::Confirm.question());
    let press = yes(&anna, &question);
    let lines = Lines::open(&scene, 8).await;
    scene.telegram().send_raw(press.clone());
    lines.bring(vec![press; 8]).await;
    scene.settles().await;
    anna.sees("✅ Принял!");
    assert_eq!(scene.balance(&anna), (7, 3));
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_through_one_door_after_the_other_makes_one_order() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    for posted_first in [true, false] {
        anna.walks_to(&scene, At::Confirm).await;
        let question = anna.person.messages().pop().unwrap();
        let press = yes(&anna, &question);
        if posted_first {
            brings(&scene, vec![press.clone()]).await;
        }
        scene.telegram().send_raw(press.clone());
        scene.settles().await;
        if !posted_first {
            brings(&scene, vec![press]).await;
        }
        anna.sees("✅ Принял!");
        anna.sees_nothing();
        scene.all_end().await;
        anna.gets_video();
    }
    assert_eq!((scene.jobs().len(), scene.entries("hold")), (2, 2));
    assert_eq!(scene.balance(&anna), (0, 0));
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_yes_and_a_new_one_at_once_spend_the_last_credits_once() {
    let scene = busy_webhook().await;
    let anna = scene.seller(1, 5).await;
    let mut presses = Vec::new();
    for _ in 0..2 {
        anna.briefs(&scene).await;
        anna.presses(&scene, "3 видео").await;
        let question = anna.sees(At::Confirm.question());
        presses.extend((0..5).map(|_| yes(&anna, &question)));
    }
    brings(&scene, presses).await;
    all_answered(&scene, &anna).await;
    anna.finds("✅ Принял!");
    assert_eq!(hears(&anna, "🕰 Эта кнопка уже не работает."), 5);
    assert_eq!((scene.jobs().len(), scene.balance(&anna)), (3, (2, 3)));
    scene.all_end().await;
    for _ in 0..3 {
        anna.gets_video();
    }
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_on_two_devices_with_a_start_between_makes_one_order_at_most() {
    let scene = busy_webhook().await;
    let mut buyers = Vec::new();
    for id in 1..=6 {
        let anna = scene.seller(id, 2).await;
        anna.walks_to(&scene, At::Confirm).await;
        let question = anna.person.messages().pop().unwrap();
        let presses = (0..4).map(|_| yes(&anna, &question)).collect();
        let lines = Lines::open(&scene, 4).await;
        anna.person.sends("/start");
        lines.bring(presses).await;
        scene.settles().await;
        all_answered(&scene, &anna).await;
        anna.finds("Привет!");
        match scene.balance(&anna) {
            (1, 1) => {
                anna.finds("✅ Принял!");
                buyers.push(anna.clone());
            }
            balance => assert_eq!(balance, (2, 0)),
        }
        let unread = anna.unread().len();
        assert_eq!(hears(&anna, "🕰 Эта кнопка уже не работает."), unread);
    }
    scene.all_end().await;
    for anna in &buyers {
        anna.gets_video();
    }
    assert_eq!(scene.entries("hold"), buyers.len());
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credits_taken_back_while_yes_is_said_are_either_spent_or_gone() {
    let scene = busy_webhook().await;
    let mut presses = Vec::new();
    let mut sellers = Vec::new();
    for id in 1..=6 {
        let seller = scene.seller(id, 2).await;
        seller.walks_to(&scene, At::Confirm).await;
        let question = seller.person.messages().pop().unwrap();
        presses.push(yes(&seller, &question));
        sellers.push(seller);
    }
    let lines = Lines::open(&scene, presses.len()).await;
    // One after the other, so that some come before the yes and some after.
    let takes_back = async {
        let mut answers = Vec::new();
        for id in 1..=6 {
            let taken = Deed::Grant {
                user: UserId(id),
                credits: -2,
                why: "a story".into(),
                key: None,
            };
            answers.push(scene.stage().ask(Do(taken)).await.unwrap());
        }
        answers
    };
    let (answers, ()) = tokio::join!(takes_back, lines.bring(presses));
    scene.settles().await;
    for (seller, answer) in sellers.iter().zip(&answers) {
        all_answered(&scene, seller).await;
        match answer {
            Err(Refusal::TooMuch { balance, .. }) => {
                assert_eq!(balance.0, 1);
                seller.sees("✅ Принял!");
                assert_eq!(scene.balance(seller), (1, 1));
            }
            Ok(outcome) => {
                assert_eq!(outcome.person.as_ref().unwrap().balance.0, 0);
                seller.sees("ℹ️ С баланса списано: 2 кредита");
                seller.sees("😔 Недостаточно кредитов");
                assert_eq!(scene.balance(seller), (0, 0));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    scene.all_end().await;
    for (seller, answer) in sellers.iter().zip(&answers) {
        if answer.is_err() {
            seller.gets_video();
        }
    }
    scene.ends().await;
}

/// Every button in sight with this label is pressed five times at once.
async fn presses_all(scene: &Scene, seller: &Seller, label: &str) {
    let mut presses = Vec::new();
    for message in seller.person.messages() {
        let mut buttons = message.buttons.iter().flatten();
        if let Some(button) = buttons.find(|button| button.text.contains(label)) {
            let data = button.data.as_deref().unwrap();
            let press = |_| seller.person.presses_to_bring(message.id, data).unwrap();
            presses.extend((0..5).map(press));
        }
    }
    brings(scene, presses).await;
    all_answered(scene, seller).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_more_on_many_devices_at_once_spends_the_last_credit_once() {
    let scene = busy_webhook().await;
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    presses_all(&scene, &anna, "Ещё раз").await;
    assert_eq!(hears(&anna, "🔁 Берём всё как в прошлый раз."), 5);
    presses_all(&scene, &anna, "1 видео").await;
    assert!(hears(&anna, At::Confirm.question()) >= 1);
    presses_all(&scene, &anna, "Да, запустить").await;
    assert_eq!(hears(&anna, "✅ Принял!"), 1);
    assert_eq!((scene.jobs().len(), scene.balance(&anna)), (2, (0, 1)));
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}

/// The daemon stops and starts at a moment of its own in each of five orders of three videos that all fail.
async fn fails_around_a_restart(ending: Ending, told: &str) {
    let mut scene = busy_webhook().await;
    scene.kie().by_default(ending);
    let anna = scene.seller(1, 3).await;
    for moment in 0..5 {
        anna.orders(&scene, 3).await;
        scene.passes(Duration::from_secs(5)).await;
        assert_eq!(scene.stages()[3 * moment..], ["rendering"; 3]);
        let before = scene.stage().sandbox.calls().len();
        scene.stage().clock.pass(MINUTE);
        let calls = 2 * moment;
        scene
            .until(|scene| scene.stage().sandbox.calls().len() >= before + calls)
            .await;
        scene.restarts().await;
        scene.all_end().await;
        let heard = hears(&anna, told);
        assert!((3..=6).contains(&heard), "{heard} refunds are told of");
        assert_eq!(scene.entries("release"), 3 * (moment + 1));
        assert_eq!(scene.balance(&anna), (3, 0));
    }
    assert_eq!(scene.creations(), 15);
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_around_a_restart_is_refunded_once() {
    fails_around_a_restart(Ending::Violation, "⚠️ Вы нарушили правила SORA 2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_around_a_restart_is_refunded_once() {
    fails_around_a_restart(Ending::Unknown, "❌ Не получилось сгенерировать").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_told_and_seen_at_once_is_refunded_once() {
    let mut scene = Scene::with(CROWD, true).await;
    scene.kie().set_callbacks(false);
    scene.kie().by_default(Ending::Unknown);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    scene.passes(Duration::from_secs(5)).await;
    assert_eq!(scene.stages(), ["rendering"; 3]);
    scene.sleeps().await;
    scene.stage().clock.pass(MINUTE);
    for task in scene.kie().tasks().iter().cycle().take(30) {
        assert!(scene.kie().send_callback(&task.id));
    }
    scene
        .until(|scene| scene.calls("kie", "callback").len() == 30)
        .await;
    // Those that found the door shut come again with the start.
    scene.stage().clock.pass(MINUTE);
    scene.wakes().await;
    scene.all_end().await;
    scene.passes(MINUTE).await;
    let calls = scene.calls("kie", "callback");
    assert!(calls.iter().any(|call| call.status == 200));
    assert_eq!(hears(&anna, "❌ Не получилось сгенерировать"), 3);
    assert_eq!(scene.entries("release"), 3);
    assert_eq!(scene.balance(&anna), (5, 0));
    scene.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_receipt_before_a_restart_repeats_a_video_once_at_most() {
    let mut scene = Scene::new().await;
    scene
        .telegram()
        .fail_next("sendVideo", Fault::DropAfterDoing);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    scene.stage().clock.pass(MINUTE);
    scene
        .until(|scene| !scene.calls("telegram", "sendVideo").is_empty())
        .await;
    scene.restarts().await;
    scene.all_end().await;
    anna.gets_video();
    assert!(hears(&anna, "✅ Видео готово!") <= 1);
    assert_eq!((scene.videos(), scene.entries("capture")), (0, 1));
    scene.ends().await;
}
