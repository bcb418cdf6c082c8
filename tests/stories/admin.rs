//! What an operator may do, and what becomes of it.

use neurocards::operator::service::Refusal;
use neurocards::operator::service::ask::{Audit, Books, Do};
use neurocards::rules::domain::credit::Credits;
use neurocards::rules::domain::deed::Deed;
use neurocards::rules::domain::id::UserId;
use neurocards::sandbox::Ending;

use crate::scene::Scene;

fn grant(user: u64, credits: i32, key: Option<&str>) -> Do {
    Do(Deed::Grant {
        user: UserId(user),
        credits,
        why: "a package".into(),
        key: key.map(str::to_owned),
    })
}

#[tokio::test]
async fn a_grant_is_told_to_the_seller_and_its_repeat_is_harmless() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    for repeat in [false, true, true] {
        let answer = scene.stage().ask(grant(1, 15, Some("payment-7"))).await;
        let outcome = answer.unwrap().unwrap();
        let balance = outcome.person.unwrap().balance.0;
        assert_eq!((balance, outcome.before), (17, repeat));
    }
    scene.settles().await;
    anna.sees("🎁 Баланс пополнен: +15 кредитов\n\nТекущий баланс: 17");
    assert_eq!(scene.entries("grant"), 1);
    scene.ends().await;
}

#[tokio::test]
async fn no_more_is_taken_back_than_there_is() {
    let scene = Scene::new().await;
    let anna = scene.seller(1, 2).await;
    let answer = scene.stage().ask(grant(1, -3, None)).await.unwrap();
    let (user, balance) = (UserId(1), Credits(2));
    assert_eq!(answer, Err(Refusal::TooMuch { user, balance }));
    anna.sees_nothing();
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn credits_that_videos_hold_cannot_be_taken_back() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Violation; 2]);
    let anna = scene.seller(1, 3).await;
    anna.orders(&scene, 3).await;
    let answer = scene.stage().ask(grant(1, -1, None)).await.unwrap();
    let (user, balance) = (UserId(1), Credits(0));
    assert_eq!(answer, Err(Refusal::TooMuch { user, balance }));
    scene.all_end().await;
    anna.gets_video();
    anna.finds("⚠️ Вы нарушили правила");
    anna.finds("⚠️ Вы нарушили правила");
    assert_eq!(scene.balance(&anna), (2, 0));
    scene.ends().await;
}

#[tokio::test]
async fn a_stranger_cannot_be_given_anything() {
    let scene = Scene::new().await;
    let answer = scene.stage().ask(grant(77, 5, None)).await.unwrap();
    assert_eq!(answer, Err(Refusal::NoUser("77".into())));
    scene.ends().await;
}

#[tokio::test]
async fn the_books_show_every_account_and_sum_to_nothing() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Success, Ending::Violation, Ending::Success]);
    let anna = scene.seller(1, 5).await;
    anna.orders(&scene, 3).await;
    scene.all_end().await;
    anna.gets_video();
    anna.gets_video();
    anna.finds("⚠️ Вы нарушили правила");
    let books = scene.stage().ask(Books).await.unwrap().unwrap();
    assert_eq!(books.sum, 0);
    let of = |name: &str| {
        let line = books.accounts.iter().find(|line| line.name == name);
        line.unwrap_or_else(|| panic!("no {name}")).balance
    };
    assert_eq!((of("revenue"), of("available 1"), of("held 1")), (2, 3, 0));
    assert_eq!((of("gifts"), of("grants")), (-2, -3));
    let report = scene.stage().ask(Audit).await.unwrap().unwrap();
    assert!(report.breaches.is_empty());
    scene.ends().await;
}

#[tokio::test]
async fn an_operator_who_never_wrote_to_the_bot_stops_nothing() {
    let scene = Scene::new().await;
    scene.next(&[Ending::Billing, Ending::DeadModel]);
    let anna = scene.seller(1, 2).await;
    anna.orders(&scene, 1).await;
    anna.sees("⚠️ Временные технические неполадки");
    anna.orders(&scene, 1).await;
    scene.all_end().await;
    anna.gets_video();
    scene.ends().await;
}
