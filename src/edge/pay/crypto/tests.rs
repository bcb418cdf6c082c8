//! The client at a stand-in that is as strict as Crypto Pay, and at doors that are none of theirs.

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;

use super::seal::Seal;
use super::wire::Mismatch;
use super::*;
use crate::edge::pay::Kopecks;
use crate::sandbox::{RailFault, Sandbox, clock};

fn client(url: &str, token: &str) -> CryptoPay {
    let http = crate::edge::http::client(None, None).unwrap();
    CryptoPay::new(http, url, token.into(), Duration::from_millis(500))
}

async fn scene() -> (Sandbox, CryptoPay) {
    let (sandbox, _) = clock::sandbox().await;
    let client = client(&sandbox.cryptopay.api_url(), sandbox.cryptopay.token());
    (sandbox, client)
}

fn wish() -> Wish {
    Wish {
        payload: "P17:1001".into(),
        amount: Kopecks(99_050),
        description: "15 кредитов ".repeat(200),
        assets: vec!["USDT".into(), "TON".into()],
        life: Duration::from_secs(100 * 24 * 60 * 60),
    }
}

#[tokio::test]
async fn an_invoice_is_asked_for_and_looked_up_until_it_is_paid() {
    let (sandbox, app) = scene().await;
    assert_eq!(app.me().await.as_deref(), Ok("Neurocards Sandbox"));
    let open = app.create(&wish()).await.unwrap();
    assert_eq!(
        (open.stage, open.amount),
        (Stage::Active, Some(Kopecks(99_050)))
    );
    assert!(open.url.as_ref().unwrap().contains("/pay/"));
    assert!(sandbox.cryptopay.pays(open.id.0, "TON"));
    let paid = app.invoices(&[open.id, InvoiceId(1)]).await.unwrap();
    assert_eq!((paid.len(), paid[0].stage), (1, Stage::Paid));
    assert_eq!(paid[0].paid.as_ref().unwrap().0, "TON");
    assert_eq!(paid[0].mismatch("P17:1001", Kopecks(99_050)), None);
    assert_eq!(
        paid[0].mismatch("P18", Kopecks(99_050)),
        Some(Mismatch::Payload)
    );
    assert_eq!(
        paid[0].mismatch("P17:1001", Kopecks(99_049)),
        Some(Mismatch::Amount)
    );
    assert_eq!(app.invoices(&[]).await, Ok(vec![]));
    assert_eq!(sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn an_invoice_whose_answer_was_lost_is_found_and_the_stray_one_deleted() {
    let (sandbox, app) = scene().await;
    let there = &sandbox.cryptopay;
    there.fail_next("createInvoice", RailFault::HangUpAfterDoing);
    assert_eq!(app.create(&wish()).await, Err(Failed::Lost));
    let other = Wish {
        payload: "P18:1001".into(),
        ..wish()
    };
    app.create(&other).await.unwrap();
    let stray = app.create(&wish()).await.unwrap();
    let mut found = app.find("P17:1001").await.unwrap();
    assert_eq!(found.len(), 2);
    found.retain(|it| it.id != stray.id);
    assert_eq!(app.delete(stray.id).await, Ok(()));
    let gone = app.delete(stray.id).await;
    assert!(matches!(gone, Err(Failed::Refused(it)) if it.why == Why::Unknown));
    there.pays(found[0].id.0, "USDT");
    let paid = app.find("P17:1001").await.unwrap();
    assert_eq!((paid.len(), paid[0].stage), (1, Stage::Paid));
    assert_eq!(sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn it_is_found_behind_many_others() {
    let (sandbox, app) = scene().await;
    let first = app.create(&wish()).await.unwrap();
    let other = Wish {
        payload: "P18".into(),
        ..wish()
    };
    for _ in 0..PAGE {
        app.create(&other).await.unwrap();
    }
    let found = app.find("P17:1001").await.unwrap();
    assert_eq!(found, [first]);
    let all: Vec<_> = sandbox
        .cryptopay
        .invoices()
        .iter()
        .map(|it| InvoiceId(it.id))
        .collect();
    assert_eq!(app.invoices(&all).await.unwrap().len(), all.len());
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart() {
    let (sandbox, app) = scene().await;
    for (fault, failed) in [
        (RailFault::ServerError, Failed::Lost),
        (RailFault::Html, Failed::Lost),
        (RailFault::HangUp, Failed::Lost),
        (RailFault::Hang, Failed::Lost),
        (
            RailFault::TooMany(3),
            Failed::RateLimited(crate::edge::pay::USUAL_WAIT),
        ),
    ] {
        sandbox.cryptopay.fail_next("createInvoice", fault);
        assert_eq!(app.create(&wish()).await, Err(failed), "{fault:?}");
    }
    let foreign = client(&sandbox.cryptopay.api_url(), "17:AAother")
        .me()
        .await;
    assert!(matches!(foreign, Err(Failed::Refused(it)) if it.why == Why::Credentials));
    let cheap = Wish {
        amount: Kopecks(1),
        ..wish()
    };
    let refused = app.create(&cheap).await;
    let Err(Failed::Refused(refusal)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (refusal.why, refusal.says.as_str()),
        (Why::Request, "AMOUNT_TOO_SMALL")
    );
}

#[tokio::test]
async fn what_is_none_of_theirs_is_a_lost_answer() {
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, "{}"),
        (200, r#"{"ok":true}"#),
        (
            200,
            r#"{"ok":true,"result":{"invoice_id":"x","status":"active"}}"#,
        ),
        (403, "<html>"),
        (400, r#"{"error":"no"}"#),
        (500, r#"{"ok":false,"error":{"code":500,"name":"x"}}"#),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let router = Router::new().fallback(move || async move { (status, body) });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let asked = client(&url, "t").create(&wish()).await;
        assert_eq!(asked, Err(Failed::Lost), "{status} {body}");
    }
}

#[tokio::test]
async fn what_they_sign_we_take_and_nothing_else() {
    let (sandbox, _) = scene().await;
    let seal = Seal::new(&sandbox.cryptopay.token().into());
    let body = "{ \"update_type\" : \"invoice_paid\" }";
    let signed = sandbox.cryptopay.signs(body);
    assert!(seal.holds(body.as_bytes(), Some(&signed)));
    assert!(!seal.holds(body.trim_end_matches('}').as_bytes(), Some(&signed)));
}
