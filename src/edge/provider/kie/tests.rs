//! Tests of the client against small servers, among them ones that hang up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::Kie;
use crate::edge::provider::mp4::tests::small;
use crate::edge::provider::{CreateError, FetchError, Fetched, Look, Reach};
use crate::rules::domain::failure::{Kind, Source};
use crate::rules::domain::id::TaskId;

/// What a stand-in was asked: method and address, and the headers.
pub(super) type Asked = Arc<Mutex<Vec<(String, HeaderMap)>>>;

/// A server that answers everything in one way.
pub(super) async fn server<R: IntoResponse + Clone + Send + Sync + 'static>(
    answer: R,
) -> (String, Asked) {
    let asked = Asked::default();
    let heard = asked.clone();
    let app = Router::new().fallback(move |request: Request| {
        let line = format!("{} {}", request.method(), request.uri());
        heard
            .lock()
            .unwrap()
            .push((line, request.headers().clone()));
        let answer = answer.clone();
        async move {
            // Whoever answers before the last word may not be heard.
            let body = axum::body::to_bytes(request.into_body(), usize::MAX);
            body.await.unwrap();
            answer.into_response()
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

/// A server that reads a request, says `words`, and hangs up.
pub(super) async fn rude(words: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 4096];
            let _ = socket.read(&mut buffer).await;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut socket, words).await;
        }
    });
    url
}

pub(super) fn kie(url: &str) -> Kie {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let guarded = Reach::new(url, url).guard(reqwest::Client::builder());
    let (http, guarded) = (http.build().unwrap(), guarded.build().unwrap());
    Kie::new(http, guarded, url, url, Duration::from_millis(500))
}

pub(super) fn key() -> SecretString {
    "k".into()
}

async fn create(
    answer: impl IntoResponse + Clone + Send + Sync + 'static,
) -> Result<TaskId, CreateError> {
    let (url, _) = server(answer).await;
    kie(&url).create(&key(), &json!({"model": "m"})).await
}

pub(super) fn json_answer(
    status: u16,
    body: Value,
) -> impl IntoResponse + Clone + Send + Sync + 'static {
    (StatusCode::from_u16(status).unwrap(), body.to_string())
}

/// The kind and code of a definite refusal.
fn refused(result: Result<TaskId, CreateError>) -> Option<(Kind, i64)> {
    match result {
        Err(CreateError::Refused(refusal)) => {
            assert_eq!(refusal.failure.source, Source::Kie);
            Some((refusal.failure.kind, refusal.code))
        }
        _ => None,
    }
}

#[tokio::test]
async fn a_task_is_created_with_the_key_in_the_header() {
    let (url, asked) =
        server(json!({"code": 200, "msg": "success", "data": {"taskId": "t"}}).to_string()).await;
    let task = kie(&url).create(&key(), &json!({"model": "m"})).await;
    assert_eq!(task, Ok(TaskId("t".into())));
    let (line, headers) = asked.lock().unwrap()[0].clone();
    assert_eq!(line, "POST /api/v1/jobs/createTask");
    assert_eq!(headers["authorization"], "Bearer k");
    assert_eq!(headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_code_without_a_task_is_a_definite_refusal() {
    let refusal =
        |code: i64, msg: &str| json_answer(200, json!({"code": code, "msg": msg, "data": null}));
    assert_eq!(
        refused(create(refusal(401, "no")).await),
        Some((Kind::Billing, 401))
    );
    assert_eq!(
        refused(create(refusal(500, "This interface is temporarily paused")).await),
        Some((Kind::ModelOff, 500))
    );
    assert_eq!(
        refused(create(refusal(500, "Internal Error")).await),
        Some((Kind::Temporary, 500))
    );
    assert_eq!(
        refused(create(json_answer(429, json!({"error": "slow"}))).await),
        Some((Kind::RateLimit, 429))
    );
    let text = json!({"code": "401", "msg": "You do not have access permissions"});
    assert_eq!(
        refused(create(json_answer(200, text)).await),
        Some((Kind::Billing, 401))
    );
    let no = json!({"success": false, "code": 200, "msg": "Internal Error", "data": null});
    assert_eq!(
        refused(create(json_answer(200, no)).await),
        Some((Kind::Temporary, 200))
    );
}

#[tokio::test]
async fn a_gateway_that_turns_us_away_says_nothing_of_our_account() {
    for status in [301, 302, 307, 308, 400, 403, 404, 413] {
        let status = StatusCode::from_u16(status).unwrap();
        let page = (status, "<html><title>Just a moment...</title></html>");
        let refused = refused(create(page).await);
        assert_eq!(refused, Some((Kind::Temporary, status.as_u16().into())));
    }
    let elsewhere = (StatusCode::TEMPORARY_REDIRECT, r#"{"msg":"moved"}"#);
    assert_eq!(
        refused(create(elsewhere).await),
        Some((Kind::Temporary, 307))
    );
}

#[tokio::test]
async fn a_retry_after_is_kept() {
    let answer = (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "90")], "{}");
    let Err(CreateError::Refused(refusal)) = create(answer).await else {
        panic!("not refused");
    };
    assert_eq!(refusal.failure.retry_after, Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn whatever_is_ambiguous_is_lost() {
    let ok = json!({"code": 200, "msg": "success", "data": null});
    assert_eq!(create(json_answer(200, ok)).await, Err(CreateError::Lost));
    assert_eq!(
        create(json_answer(200, json!({"code": 524, "msg": "timeout"}))).await,
        Err(CreateError::Lost)
    );
    assert_eq!(
        create(json_answer(502, json!({"error": "x"}))).await,
        Err(CreateError::Lost)
    );
    assert_eq!(
        create((StatusCode::BAD_GATEWAY, "<html>")).await,
        Err(CreateError::Lost)
    );
    assert_eq!(create("not json").await, Err(CreateError::Lost));
    for words in [
        "",
        "HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"code\":2",
    ] {
        let url = rude(words.as_bytes()).await;
        let created = kie(&url).create(&key(), &json!({})).await;
        assert_eq!(created, Err(CreateError::Lost), "{words}");
    }
}

#[tokio::test]
async fn an_answer_that_never_comes_is_lost() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let created = kie(&url).create(&key(), &json!({})).await;
    assert_eq!(created, Err(CreateError::Lost));
}

#[tokio::test]
async fn a_closed_door_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let created = kie(&url).create(&key(), &json!({})).await;
    assert_eq!(created, Err(CreateError::NotSent));
}

async fn look(status: u16, body: Value) -> Result<Look, Kind> {
    let (url, asked) = server(json_answer(status, body)).await;
    let look = kie(&url).look(&key(), &TaskId("a b/1".into())).await;
    let line = asked.lock().unwrap()[0].0.clone();
    assert_eq!(line, "GET /api/v1/jobs/recordInfo?taskId=a+b%2F1");
    look.map_err(|error| error.failure.kind)
}

#[tokio::test]
async fn a_look_shows_how_far_a_task_is() {
    let record = |data: Value| json!({"code": 200, "msg": "success", "data": data});
    for state in ["waiting", "queuing", "generating", "IN_PROGRESS"] {
        assert_eq!(
            look(200, record(json!({"state": state}))).await,
            Ok(Look::Running)
        );
    }
    let null = json!({"code": 422, "msg": "recordInfo is null", "data": null});
    assert_eq!(look(200, null).await, Ok(Look::NotYet));
    let done = json!({"state": "success", "resultJson": "{\"resultUrls\":[\"https://r/v\"]}", "creditsConsumed": "30"});
    let ready = Look::Ready {
        urls: vec!["https://r/v".into()],
        credits: Some(30.0),
    };
    assert_eq!(look(200, record(done)).await, Ok(ready));
    assert_eq!(
        look(200, record(json!({"state": "success", "resultJson": ""}))).await,
        Ok(Look::NoVideo { credits: None })
    );
}

#[tokio::test]
async fn a_failed_task_says_why() {
    let kind = |look: Result<Look, Kind>| match look {
        Ok(Look::Failed { failure, credits }) => (failure.kind, credits),
        other => panic!("{other:?}"),
    };
    let data = json!({"state": "fail", "failCode": "500", "failMsg": "Content was flagged by the safety system.", "creditsConsumed": 4.5});
    let failed = look(200, json!({"code": 200, "data": data})).await;
    assert_eq!(kind(failed), (Kind::UserViolation, Some(4.5)));
    let failed = look(
        200,
        json!({"code": 501, "msg": "Insufficient credits", "data": null}),
    )
    .await;
    assert_eq!(kind(failed), (Kind::Billing, None));
    let failed = look(200, json!({"code": 408, "msg": "", "data": null})).await;
    assert_eq!(kind(failed), (Kind::Temporary, None));
}

#[tokio::test]
async fn a_failed_look_says_nothing_of_the_task() {
    assert_eq!(
        look(200, json!({"code": 429, "msg": ""})).await,
        Err(Kind::RateLimit)
    );
    assert_eq!(
        look(200, json!({"code": 455, "msg": ""})).await,
        Err(Kind::Temporary)
    );
    assert_eq!(look(408, json!({"error": "x"})).await, Err(Kind::Temporary));
    assert_eq!(look(503, json!("<html>")).await, Err(Kind::Temporary));
    let url = rude(b"").await;
    let error = kie(&url)
        .look(&key(), &TaskId("t".into()))
        .await
        .unwrap_err();
    assert_eq!((error.failure.kind, error.code), (Kind::Temporary, None));
}

#[tokio::test]
async fn the_account_tells_its_credits() {
    let (url, asked) = server(json!({"code": 200, "data": 812.5}).to_string()).await;
    assert_eq!(kie(&url).credits(&key()).await, Ok(812.5));
    assert_eq!(asked.lock().unwrap()[0].0, "GET /api/v1/chat/credit");
    let (url, _) = server(json!({"code": 401, "msg": "no"}).to_string()).await;
    assert_eq!(kie(&url).credits(&key()).await.unwrap_err().code, Some(401));
}

/// Fetches what a server answers; also tells what lies in the directory afterwards.
async fn fetch(answer: Response, limit: u64) -> (Result<Fetched, FetchError>, Vec<String>) {
    let (parts, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let (url, asked) = server((parts.status, parts.headers, body)).await;
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("v.mp4");
    let fetched = kie("http://unused").fetch(&[url], &to, limit).await;
    let headers = asked.lock().unwrap()[0].1.clone();
    let agent = headers["user-agent"].to_str().unwrap();
    assert!(agent.starts_with("Mozilla/5.0 ") && agent.contains("neurocards"));
    assert!(!headers.contains_key("authorization"));
    let left = std::fs::read_dir(dir.path()).unwrap();
    let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    (fetched, names.collect())
}

#[tokio::test]
async fn a_video_is_fetched_without_the_key() {
    let (fetched, left) = fetch(small().into_response(), 10_000).await;
    let Ok(Fetched::Whole { bytes, .. }) = fetched else {
        panic!("{fetched:?}");
    };
    assert_eq!(bytes, small().len() as u64);
    assert_eq!(left, ["v.mp4"]);
}

#[tokio::test]
async fn what_is_no_whole_video_leaves_nothing_behind() {
    let film = |length: usize| small()[..length].to_vec().into_response();
    let told = |status: StatusCode| status.into_response();
    for (answer, wanted) in [
        ("<html>not a video</html>".into_response(), "NotAVideo"),
        ("".into_response(), "NotAVideo"),
        ("\0\0".into_response(), "NotAVideo"),
        (r#"{"code":404}"#.into_response(), "NotAVideo"),
        (film(12), "NotWhole"),
        (film(small().len() - 1), "NotWhole"),
        (told(StatusCode::NO_CONTENT), "NotAVideo"),
        (told(StatusCode::NOT_FOUND), "Gone"),
        (told(StatusCode::FORBIDDEN), "Gone"),
        (told(StatusCode::GONE), "Gone"),
        (
            (StatusCode::FOUND, [("location", "file:///etc/passwd")]).into_response(),
            "Gone",
        ),
        (told(StatusCode::BAD_GATEWAY), "Transient"),
        (told(StatusCode::RANGE_NOT_SATISFIABLE), "Transient"),
    ] {
        let (fetched, left) = fetch(answer, 10_000).await;
        assert_eq!(format!("{:?}", fetched.unwrap_err()), wanted);
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test]
async fn only_what_may_be_a_video_is_too_large() {
    let (fetched, left) = fetch(small().into_response(), 100).await;
    assert!(matches!(fetched, Ok(Fetched::Large { .. })), "{fetched:?}");
    assert!(left.is_empty(), "{left:?}");
    let page = "<html>".repeat(100).into_response();
    let (fetched, _) = fetch(page, 100).await;
    assert!(matches!(fetched, Err(FetchError::NotAVideo)), "{fetched:?}");
}

#[tokio::test]
async fn the_first_address_that_has_a_video_is_taken() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("v.mp4");
    let (cover, _) = server("\u{fffd}PNG and more").await;
    let (gone, _) = server(StatusCode::NOT_FOUND).await;
    let (video, _) = server(small()).await;
    let urls = [cover.clone(), gone.clone(), video.clone()];
    let fetched = kie("http://unused").fetch(&urls, &to, 10_000).await;
    let bytes = small().len() as u64;
    assert_eq!(fetched.unwrap(), Fetched::Whole { url: video, bytes });
    let fetched = kie("http://unused")
        .fetch(&[gone, cover], &to, 10_000)
        .await;
    assert!(
        matches!(fetched, Err(FetchError::Gone)),
        "the best hope speaks: {fetched:?}"
    );
}

#[tokio::test]
async fn a_line_that_breaks_is_seen_with_and_without_a_length() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("v.mp4");
    let film = small();
    let begun = &film[..film.len() / 2];
    for (head, wanted) in [
        (
            format!("content-length: {}\r\n\r\n", film.len()),
            "Transient",
        ),
        (
            "transfer-encoding: chunked\r\n\r\n800\r\n".to_owned(),
            "Transient",
        ),
        ("connection: close\r\n\r\n".to_owned(), "NotWhole"),
    ] {
        let answer = [b"HTTP/1.1 200 OK\r\n", head.as_bytes(), begun].concat();
        let url = rude(answer.leak()).await;
        let fetched = kie("http://unused").fetch(&[url], &to, 10_000).await;
        assert_eq!(format!("{:?}", fetched.unwrap_err()), wanted, "{head}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn only_the_web_is_fetched_and_redirects_lead_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("v.mp4");
    let (home, asked) = server(small()).await;
    let provider = kie("http://127.0.0.1:1");
    for url in [
        "file:///etc/passwd".to_owned(),
        "nonsense".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ] {
        let fetched = provider.fetch(&[url], &to, 10_000).await;
        assert!(matches!(fetched, Err(FetchError::Forbidden)), "{fetched:?}");
    }
    let moved = (StatusCode::FOUND, [("location", home.clone())]);
    let (elsewhere, _) = server(moved).await;
    let fetched = provider.fetch(&[elsewhere], &to, 10_000).await;
    assert!(matches!(fetched, Err(FetchError::Forbidden)), "{fetched:?}");
    assert!(asked.lock().unwrap().is_empty(), "it was gone to");
    let strict = kie("https://api.example");
    let fetched = strict.fetch(&[home], &to, 10_000).await;
    assert!(matches!(fetched, Err(FetchError::Forbidden)), "{fetched:?}");
}

#[tokio::test]
async fn a_key_follows_no_redirect() {
    let (elsewhere, asked) = server("{}").await;
    let moved = [("location", elsewhere)];
    let created = create((StatusCode::TEMPORARY_REDIRECT, moved)).await;
    assert_eq!(refused(created), Some((Kind::Temporary, 307)));
    assert!(asked.lock().unwrap().is_empty(), "it was gone to");
}

#[tokio::test]
async fn an_error_does_not_tell_addresses() {
    let error = reqwest::Client::new()
        .get("http://127.0.0.1:1/secret")
        .send()
        .await
        .unwrap_err();
    let told = super::client::told(error);
    assert!(!told.contains("secret"), "{told}");
}
