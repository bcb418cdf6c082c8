//! Tests of the client's side alone: names, and what a refusing authority says.

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, head, post};
use serde_json::json;

use super::*;
use crate::edge::config::Challenge;
use crate::rules::domain::alert::Obstacle;

#[test]
fn an_address_is_asked_for_by_its_reverse_name() {
    assert_eq!(asked_name("Cards.example.org"), "cards.example.org");
    assert_eq!(asked_name("192.0.2.7"), "7.2.0.192.in-addr.arpa");
    let six = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    assert_eq!(asked_name("2001:db8::7"), six);
}

/// An authority that gives nobody an account, with this status, problem and wait.
async fn refusing(status: StatusCode, kind: &'static str, wait: &'static str) -> Authority {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let at = |path: &str| format!("{url}/{path}");
    let directory = json!({
        "newNonce": at("nonce"), "newAccount": at("account"), "newOrder": at("order"),
    });
    let problem = json!({"type": format!("urn:ietf:params:acme:error:{kind}"), "detail": "no"});
    let nonce = || async { [("replay-nonce", "abc")] };
    let refuse = move || async move {
        let headers = [("retry-after", wait), ("replay-nonce", "abd")];
        (status, headers, problem.to_string()).into_response()
    };
    let router = Router::new()
        .route("/dir", get(move || async move { directory.to_string() }))
        .route("/nonce", head(nonce).get(nonce))
        .route("/account", post(refuse));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let chosen = config::Acme {
        host: "cards.example.org".into(),
        directory: at("dir"),
        challenge: Challenge::Auto,
        contact: None,
        profile: None,
        binding: None,
    };
    let http = crate::edge::http::client(None, Some(Duration::from_secs(10))).unwrap();
    Authority::new(chosen, Path::new("nowhere"), http)
}

#[tokio::test]
async fn a_refusal_is_understood_and_its_wait_is_kept() {
    let hours = Duration::from_secs(7200);
    let door = Arc::new(Door::default());
    for (status, kind, wait, obstacle, asked) in [
        (429, "rateLimited", "7200", Obstacle::Limited, Some(hours)),
        (503, "serverInternal", "7200", Obstacle::Silent, Some(hours)),
        (429, "rateLimited", "soon", Obstacle::Limited, None),
        (
            403,
            "externalAccountRequired",
            "7200",
            Obstacle::Account,
            None,
        ),
        (400, "malformed", "7200", Obstacle::Account, None),
    ] {
        let status = StatusCode::from_u16(status).unwrap();
        let authority = refusing(status, kind, wait).await;
        let refused = authority.issue(&door, Method::TlsAlpn01).await.unwrap_err();
        assert_eq!(refused.obstacle(), obstacle, "{kind}");
        assert_eq!(authority.asked_to_wait(), asked, "{kind}");
    }
}
