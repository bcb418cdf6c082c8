//! The client at a stand-in that is as strict as YooKassa, and at doors that are none of theirs.

use std::time::Instant;

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;

use super::wire::{CancelKind, Contact, Means, Mismatch, Receipt, Stage};
use super::*;
use crate::edge::pay::Kopecks;
use crate::sandbox::{RailFault, Sandbox, clock};

fn client(url: &str, shop: &str, secret: &str) -> Yookassa {
    let http = crate::edge::http::client(None, None).unwrap();
    Yookassa::new(http, url, shop, secret.into(), Duration::from_millis(500))
}

async fn scene() -> (Sandbox, Yookassa) {
    let (sandbox, _) = clock::sandbox().await;
    let there = &sandbox.yookassa;
    let client = client(&there.api_url(), there.shop(), there.secret());
    (sandbox, client)
}

fn receipt() -> Receipt {
    Receipt {
        contact: Contact::Email("anna@shop.test".into()),
        title: "15 кредитов".repeat(20),
        vat_code: 11,
        tax_system_code: Some(2),
        payment_subject: "service".into(),
        payment_mode: "full_payment".into(),
        measure: Some("piece".into()),
    }
}

fn wish() -> Wish {
    Wish {
        number: "17".into(),
        amount: Kopecks(99_050),
        description: "15 кредитов ".repeat(20),
        means: Means::Any,
        return_url: "https://t.me/shop_bot".parse().unwrap(),
        receipt: Some(receipt()),
    }
}

fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

fn back(payment: &Payment, kopecks: u64) -> Return {
    Return {
        payment: payment.id.clone(),
        amount: Kopecks(kopecks),
        reason: "по просьбе".into(),
        number: "R1".into(),
        receipt: Some(receipt()),
    }
}

/// A door that answers everything so.
async fn stranger(status: u16, body: &'static str) -> Yookassa {
    let status = StatusCode::from_u16(status).unwrap();
    let router = Router::new().fallback(move || async move { (status, body) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    client(&url, "1", "s")
}

#[tokio::test]
async fn a_payment_is_asked_for_paid_and_given_back_in_parts() {
    let (sandbox, shop) = scene().await;
    let there = &sandbox.yookassa;
    let open = shop.create(&key("pay-17-1"), &wish()).await.unwrap();
    assert_eq!((open.stage, open.is_ours()), (Stage::Pending, false));
    assert!(open.url.as_ref().unwrap().contains("/bank/"));
    assert_eq!(open.mismatch("17", Kopecks(99_050), false), None);
    assert!(there.pays(open.id.as_str()));
    let paid = shop.payment(&open.id).await.unwrap();
    assert!(paid.is_ours() && paid.receipt.as_deref() == Some("succeeded"));
    let part = shop
        .refund(&key("back-17-1"), &back(&paid, 9050))
        .await
        .unwrap();
    assert_eq!((part.stage, part.amount), (Stage::Succeeded, Kopecks(9050)));
    assert_eq!(shop.refund_of(&part.id).await.as_ref(), Ok(&part));
    assert_eq!(part.number.as_deref(), Some("R1"));
    there.refunds_in_cabinet(paid.id.as_str(), 10_000).unwrap();
    let left = shop.payment(&open.id).await.unwrap();
    assert_eq!(left.refunded, Kopecks(19_050));
    let more = shop.refund(&key("back-17-2"), &back(&paid, 90_000)).await;
    let Err(Failed::Refused(refusal)) = more else {
        panic!("{more:?}");
    };
    assert_eq!(
        (refusal.why, refusal.code.as_str()),
        (Why::Request, "invalid_request")
    );
    assert_eq!(sandbox.complaints().len(), 1, "{:?}", sandbox.complaints());
}

#[tokio::test]
async fn sbp_and_a_shop_without_receipts_work_as_well() {
    let (sandbox, shop) = scene().await;
    sandbox.yookassa.set_receipts(false);
    let contact = Contact::Phone("79001234567".into());
    assert_eq!(format!("{contact:?}"), "Phone(…)");
    for receipt in [
        None,
        Some(Receipt {
            contact,
            ..receipt()
        }),
    ] {
        let wish = Wish {
            means: Means::Sbp,
            receipt: receipt.clone(),
            ..wish()
        };
        let name = format!("k{}", receipt.is_some());
        assert!(shop.create(&key(&name), &wish).await.is_ok());
    }
    assert_eq!(sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_lost_answer_asked_again_with_its_key_is_the_same_payment() {
    let (sandbox, shop) = scene().await;
    let there = &sandbox.yookassa;
    for (n, fault) in [
        RailFault::HangUpAfterDoing,
        RailFault::ServerErrorAfterDoing,
    ]
    .into_iter()
    .enumerate()
    {
        let key = key(&format!("pay-{n}"));
        there.fail_next("POST /payments", fault);
        assert_eq!(shop.create(&key, &wish()).await, Err(Failed::Lost));
        assert!(shop.create(&key, &wish()).await.is_ok());
        assert_eq!(there.payments().len(), n + 1, "{fault:?}");
    }
    let paid = shop.create(&key("pay-0"), &wish()).await.unwrap();
    there.pays(paid.id.as_str());
    there.fail_next("POST /refunds", RailFault::HangUpAfterDoing);
    let lost = shop.refund(&key("back"), &back(&paid, 100)).await;
    assert_eq!(lost, Err(Failed::Lost));
    assert!(shop.refund(&key("back"), &back(&paid, 100)).await.is_ok());
    assert_eq!(there.refunds().len(), 1);
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart() {
    let (sandbox, shop) = scene().await;
    let there = &sandbox.yookassa;
    for (fault, failed) in [
        (RailFault::ServerError, Failed::Lost),
        (RailFault::Html, Failed::Lost),
        (RailFault::HangUp, Failed::Lost),
        (
            RailFault::TooMany(3),
            Failed::RateLimited(Duration::from_secs(3)),
        ),
    ] {
        there.fail_next("", fault);
        assert_eq!(
            shop.create(&key("k"), &wish()).await,
            Err(failed.clone()),
            "{fault:?}"
        );
        there.fail_next("", fault);
        assert_eq!(shop.check().await, Err(failed), "{fault:?}");
    }
    let begun = Instant::now();
    there.set_down(Some(RailFault::Hang));
    assert_eq!(shop.check().await, Err(Failed::Lost));
    assert!(begun.elapsed() < Duration::from_secs(5));
    there.set_down(None);
    assert_eq!(shop.check().await, Ok(()));
    let foreign = client(&there.api_url(), there.shop(), "live_other")
        .check()
        .await;
    assert!(matches!(foreign, Err(Failed::Refused(it)) if it.why == Why::Credentials));
    let unknown = shop.payment(&Id::new("nobody").unwrap()).await;
    assert!(matches!(unknown, Err(Failed::Refused(it)) if it.why == Why::Unknown));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    assert_eq!(
        client(&nobody, "1", "s").check().await,
        Err(Failed::NotSent)
    );
}

#[tokio::test]
async fn what_is_none_of_yookassas_is_a_lost_answer() {
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, "{}"),
        (
            200,
            r#"{"id":"../x","status":"pending","amount":{"value":"1.00","currency":"RUB"}}"#,
        ),
        (
            200,
            r#"{"id":"a","status":"pending","amount":{"value":"1.005","currency":"RUB"}}"#,
        ),
        (202, r#"{"type":"processing","retry_after":1800}"#),
        (302, ""),
        (403, "<html>Forbidden</html>"),
        (400, r#"{"message":"no"}"#),
        (500, r#"{"type":"error","code":"internal_server_error"}"#),
        (504, ""),
    ] {
        let shop = stranger(status, body).await;
        let asked = shop.create(&key("k"), &wish()).await;
        assert_eq!(asked, Err(Failed::Lost), "{status} {body}");
    }
    let endless = Box::leak(" ".repeat(2 << 20).into_boxed_str());
    let shop = stranger(200, endless).await;
    assert_eq!(shop.check().await, Err(Failed::Lost));
    let waits = stranger(429, r#"{"retry_after":999999999999}"#).await;
    let longest = crate::edge::pay::LONGEST_WAIT;
    assert_eq!(waits.check().await, Err(Failed::RateLimited(longest)));
}

#[tokio::test]
async fn what_does_not_fit_and_why_it_was_canceled_is_known() {
    let (sandbox, shop) = scene().await;
    let there = &sandbox.yookassa;
    there.set_test(true);
    let open = shop.create(&key("k"), &wish()).await.unwrap();
    let sum = Kopecks(99_050);
    assert_eq!(open.mismatch("17", sum, true), None);
    assert_eq!(open.mismatch("17", sum, false), Some(Mismatch::Test));
    assert_eq!(open.mismatch("18", sum, true), Some(Mismatch::Number));
    assert_eq!(
        open.mismatch("17", Kopecks(99_051), true),
        Some(Mismatch::Amount)
    );
    let dollars = Payment {
        currency: "USD".into(),
        ..open.clone()
    };
    assert_eq!(dollars.mismatch("17", sum, true), Some(Mismatch::Currency));
    there.declines(open.id.as_str(), "insufficient_funds");
    let ended = shop.payment(&open.id).await.unwrap();
    assert_eq!(ended.stage, Stage::Canceled);
    assert_eq!(ended.cancel.unwrap().why, CancelKind::NoMoney);
}

#[test]
fn a_key_is_what_yookassa_takes() {
    let long = "k".repeat(65);
    for (text, good) in [
        ("pay-17-1_a.b+c", true),
        ("", false),
        ("a b", false),
        (&long, false),
    ] {
        assert_eq!(Key::new(text).is_some(), good, "{text}");
    }
}
