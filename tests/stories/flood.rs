//! Floods: whoever taps without end, and groups that talk without end, keep nobody else waiting.

use std::time::Duration;

use neurocards::operator::service::ask::Do;
use neurocards::rules::domain::deed::Deed;
use neurocards::rules::domain::id::UserId;

use crate::scene::{At, Scene, Seller};

/// How often somebody taps one button.
const TAPS: usize = 500;

fn taps(seller: &Seller, label: &str, times: usize) {
    for _ in 0..times {
        seller.person.presses(label).expect("the button is there");
    }
}

/// Reads everything.
fn reads_all(seller: &Seller) -> usize {
    let unread = seller.unread();
    unread.iter().for_each(|message| {
        seller.finds(&message.text);
    });
    unread.len()
}

#[tokio::test]
async fn five_hundred_taps_of_one_seller_keep_no_other_waiting() {
    for webhook in [false, true] {
        let scene = Scene::with("", webhook).await;
        let (anna, ben) = (scene.seller(1, 5).await, scene.seller(2, 5).await);
        anna.orders(&scene, 1).await;
        scene.all_end().await;
        anna.gets_video();
        ben.briefs(&scene).await;
        scene.passes(Duration::from_secs(30)).await;
        taps(&anna, "Ещё раз", TAPS);
        let asked = scene.now();
        ben.person.presses("1 видео").unwrap();
        scene.settles().await;
        let answered = ben.sees(At::Confirm.question());
        assert!(answered.at - asked.0 <= 1_000, "{}", answered.at - asked.0);
        // Whoever taps reads the newest answers, and not for as many seconds as they have tapped.
        let read = reads_all(&anna);
        assert!((1..=60).contains(&read), "{read}");
        anna.sends(&scene, "/menu").await;
        anna.sees(At::Menu.question());
        scene.ends().await;
    }
}

#[tokio::test]
async fn a_hundred_counts_keep_no_other_waiting() {
    let scene = Scene::with("", false).await;
    let (anna, ben) = (scene.seller(1, 5).await, scene.seller(2, 5).await);
    anna.briefs(&scene).await;
    scene.passes(Duration::from_secs(30)).await;
    for _ in 0..50 {
        taps(&anna, "1 видео", 1);
        taps(&anna, "3 видео", 1);
    }
    let asked = scene.now();
    ben.sends(&scene, "/help").await;
    assert!(ben.sees("Я превращаю фото").at - asked.0 <= 1_000);
    reads_all(&anna);
    scene.ends().await;
}

#[tokio::test]
async fn answers_to_one_seller_s_taps_that_hang_hold_up_no_other_s() {
    let scene = Scene::talk().await;
    let (anna, ben) = (scene.seller(1, 2).await, scene.seller(2, 2).await);
    let held = scene.telegram().hold_answers_to(&anna.person);
    taps(&anna, "Личный кабинет", 100);
    ben.person.presses("Личный кабинет").unwrap();
    scene
        .until(|_| ben.person.unanswered_callbacks() == 0)
        .await;
    assert_eq!(anna.person.unanswered_callbacks(), 100);
    drop(held);
    scene
        .until(|_| anna.person.unanswered_callbacks() == 0)
        .await;
    scene.settles().await;
    reads_all(&anna);
    reads_all(&ben);
    scene.ends().await;
}

#[tokio::test]
async fn a_group_is_answered_now_and_then_and_nothing_of_it_is_kept() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for _ in 0..50 {
        anna.person.sends_in_group("/start");
    }
    scene.settles().await;
    let told = |seller: &Seller| {
        let all = seller.person.group_messages();
        all.iter().filter(|message| message.from_bot).count()
    };
    assert_eq!(told(&anna), 1);
    scene.leaps(Duration::from_secs(61 * 60)).await;
    // Whatever Telegram says to the answer, it is not tried again.
    scene
        .telegram()
        .fail_next("sendMessage", neurocards::sandbox::Fault::ServerError);
    anna.person.sends_in_group("/start");
    scene.settles().await;
    let snapshot = scene.stage().daemon().store().snapshot().unwrap();
    assert_eq!((told(&anna), snapshot.waiting_notes().unwrap()), (1, 0));
    scene.leaps(Duration::from_secs(61 * 60)).await;
    anna.person.sends_in_group("/start");
    scene.settles().await;
    assert_eq!(told(&anna), 2);
    scene.ends().await;
}

#[tokio::test]
async fn somebody_who_is_shut_out_is_not_answered_in_groups() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    let ban = Deed::Ban {
        user: UserId(1),
        why: "a story".into(),
    };
    scene.stage().ask(Do(ban)).await.unwrap().unwrap();
    anna.person.sends_in_group("/start");
    scene.settles().await;
    let said = anna.person.group_messages();
    assert!(said.iter().all(|message| !message.from_bot), "{said:?}");
    scene.ends().await;
}

#[tokio::test]
async fn operators_commands_of_a_stranger_make_one_call() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    for _ in 0..30 {
        anna.person.sends("/queue_stats");
    }
    scene.settles().await;
    assert_eq!(scene.calls("telegram", "deleteMyCommands").len(), 1);
    reads_all(&anna);
    scene.ends().await;
}
