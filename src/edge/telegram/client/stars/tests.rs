//! Stars asked for, taken and given back at a stand-in that is as strict as Telegram.

use std::time::Instant;

use serde_json::json;

use super::*;
use crate::sandbox::{Checkout, Fault, Person, RawReply, Sandbox, clock};

struct Scene {
    sandbox: Sandbox,
    telegram: Telegram,
    anna: Person,
}

async fn scene() -> Scene {
    let (sandbox, _) = clock::sandbox().await;
    let there = &sandbox.telegram;
    let http = crate::edge::http::client(None, None).unwrap();
    let token = there.token().to_owned().into();
    let telegram = Telegram::new(&there.api_url(), &token, http.clone(), http.clone(), vec![]);
    let anna = there.person(1001, "Анна", Some("ru"));
    anna.sends("/start");
    let telegram = telegram.unwrap().with_quick(http);
    let zero = crate::rules::domain::id::UpdateId(0);
    telegram.updates(zero, 100, Duration::ZERO).await.unwrap();
    Scene {
        sandbox,
        telegram,
        anna,
    }
}

fn invoice() -> Invoice {
    Invoice {
        title: "15 кредитов и ещё пять в подарок 🎁🎁🎁".into(),
        description: "д".repeat(300),
        payload: "P17".into(),
        label: "15 кредитов".into(),
        stars: 150,
        pay: "Оплатить ⭐️150".into(),
        start: "topup".into(),
    }
}

impl Scene {
    /// Anna pays an invoice; its charge.
    async fn pays(&self) -> String {
        self.telegram.send_invoice(1001, &invoice()).await.unwrap();
        let query = self.anna.pays().unwrap();
        self.telegram.answer_checkout(&query, None).await.unwrap();
        match self.anna.checkout(&query) {
            Checkout::Paid(charge) => charge,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_invoice_is_sent_paid_and_given_back_once() {
    let scene = scene().await;
    let charge = scene.pays().await;
    let refund = scene.telegram.refund_stars(UserId(1001), &charge);
    assert_eq!(refund.await, Ok(()));
    let again = scene.telegram.refund_stars(UserId(1001), &charge);
    assert_eq!(again.await, Ok(()), "what was given back before is done");
    let foreign = scene.telegram.refund_stars(UserId(1001), "stxNobody");
    assert_eq!(foreign.await, Err(NotRefunded::Unknown));
    let charge = scene.pays().await;
    scene.sandbox.telegram.withdraws_stars(1);
    let poor = scene.telegram.refund_stars(UserId(1001), &charge);
    assert_eq!(poor.await, Err(NotRefunded::TooPoor));
    let balance = scene.telegram.star_balance().await.unwrap();
    assert_eq!((balance.stars, balance.nanostars), (149, 0));
    assert_eq!(scene.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_asked_again_and_done() {
    let scene = scene().await;
    let charge = scene.pays().await;
    let there = &scene.sandbox.telegram;
    there.fail_next("refundStarPayment", Fault::DropAfterDoing);
    let lost = scene.telegram.refund_stars(UserId(1001), &charge).await;
    assert_eq!(lost, Err(NotRefunded::Trouble(Trouble::Lost)));
    let again = scene.telegram.refund_stars(UserId(1001), &charge).await;
    assert_eq!(again, Ok(()));
    assert_eq!(scene.anna.stars(), 1000);
}

#[tokio::test]
async fn who_may_not_pay_reads_why() {
    let scene = scene().await;
    scene.telegram.send_invoice(1001, &invoice()).await.unwrap();
    let query = scene.anna.pays().unwrap();
    let why = Some("Этот счёт уже закрыт");
    scene.telegram.answer_checkout(&query, why).await.unwrap();
    assert_eq!(
        scene.anna.checkout(&query),
        Checkout::Failed("Этот счёт уже закрыт".into())
    );
    let again = scene.telegram.answer_checkout(&query, None).await;
    assert_eq!(again, Err(Trouble::Gone));
}

#[tokio::test]
async fn an_answer_to_a_checkout_does_not_wait_for_ever() {
    let scene = scene().await;
    let there = &scene.sandbox.telegram;
    there.fail_next("answerPreCheckoutQuery", Fault::Hang);
    let begun = Instant::now();
    let lost = scene.telegram.answer_checkout("1", None).await;
    assert_eq!(lost, Err(Trouble::Lost));
    assert!(begun.elapsed() < CHECKOUT * 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_row_that_nobody_knows_stops_no_page() {
    let scene = scene().await;
    let there = &scene.sandbox.telegram;
    let odd = json!({"type": "a_new_kind", "transaction_type": "lottery", "user": {"id": "x"}});
    there.adds_star_row(json!({"id": "stxNew", "date": 1, "amount": 5, "source": odd}));
    there.adds_star_row(json!(["no object"]));
    there.adds_star_row(json!({"id": "stxGift", "date": 1, "amount": 5, "receiver":
        {"type": "user", "transaction_type": "gift_purchase", "user": {"id": 1001}}}));
    let charge = scene.pays().await;
    there.refunds_outside(&charge, false);
    let rows = scene.telegram.star_rows(0).await.unwrap().rows;
    let whats: Vec<_> = rows.iter().map(|row| row.what.clone()).collect();
    let other = |kind: &str| Move::Other(kind.to_owned());
    let (user, payload) = (UserId(1001), "P17".to_owned());
    assert_eq!(
        whats,
        [
            other("a_new_kind lottery"),
            other("unknown"),
            other("user gift_purchase"),
            Move::Paid { user, payload },
            Move::Refunded { user },
        ]
    );
    assert_eq!((&rows[3].id, &rows[4].id), (&charge, &charge));
    assert_eq!(
        (rows[3].stars, rows[3].at),
        (150, Timestamp(1_800_000_000_000))
    );
    let rest = scene.telegram.star_rows(4).await.unwrap().rows;
    assert_eq!(rest, rows[4..]);
    assert_eq!(scene.telegram.star_rows(5).await.unwrap().rows, []);
}

#[tokio::test]
async fn what_is_no_list_is_a_lost_answer() {
    let scene = scene().await;
    let there = &scene.sandbox.telegram;
    for body in [
        r#"{"ok":true,"result":{}}"#,
        r#"{"ok":true,"result":{"transactions":7}}"#,
    ] {
        let (status, headers, body) = (200, vec![], body.to_owned());
        let raw = RawReply {
            status,
            headers,
            body,
        };
        there.fail_next("getStarTransactions", Fault::Answers(raw));
        assert_eq!(scene.telegram.star_rows(0).await, Err(Trouble::Lost));
    }
    there.fail_next("getStarTransactions", Fault::BadGatewayHtml);
    assert_eq!(scene.telegram.star_rows(0).await, Err(Trouble::Lost));
    there.fail_next("getMyStarBalance", Fault::ServerError);
    assert_eq!(scene.telegram.star_balance().await, Err(Trouble::Passing));
}
