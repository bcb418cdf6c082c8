//! Every shape of an answer that was seen, in public or by us: `tests/cases/kie-shapes.jsonl`.

use serde::Deserialize;

use super::super::parse_callback;
use super::super::tests::{key, kie, server};
use super::*;
use crate::edge::provider::{CreateError, UploadError};
use crate::rules::domain::id::TaskId;
use crate::rules::failures::Failures;

const CASES: &str = include_str!("../../../../../tests/cases/kie-shapes.jsonl");
const VIDEO: &str = "https://r/v.mp4";
const COVER: &str = "https://r/c.jpg";

#[derive(Deserialize)]
struct Case {
    name: String,
    call: String,
    status: u16,
    body: String,
    want: String,
}

/// The cases of calls that begin so.
fn cases(call: &str) -> Vec<Case> {
    let cases = CASES.lines().map(|line| {
        let mut case: Case = serde_json::from_str(line).unwrap();
        case.body = case.body.replace("{VIDEO_URL}", VIDEO);
        case.body = case.body.replace("{COVER_JPG_URL}", COVER);
        case
    });
    let cases: Vec<_> = cases.filter(|case| case.call.starts_with(call)).collect();
    assert!(!cases.is_empty(), "{call}");
    cases
}

/// The table as it ships.
fn ear() -> Ear {
    Ear::new(Failures::shipped())
}

async fn serve(case: &Case) -> String {
    let status = axum::http::StatusCode::from_u16(case.status).unwrap();
    server((status, case.body.clone())).await.0
}

#[test]
fn every_shape_of_a_look_is_read_as_it_must_be() {
    for case in cases("GET /api/v1/jobs/recordInfo") {
        let told = match read_look(&ear(), case.status, case.body.as_bytes()) {
            Ok(Look::NotYet) => "not yet".to_owned(),
            Ok(Look::Running) => "running".to_owned(),
            Ok(Look::Ready { urls, credits }) => {
                assert_eq!(urls[0], VIDEO, "{}", case.name);
                match credits {
                    Some(credits) => format!("ready {credits}"),
                    None => "ready".to_owned(),
                }
            }
            Ok(Look::NoVideo { .. }) => "no video".to_owned(),
            Ok(Look::Failed { failure, .. }) => format!("failed {}", failure.kind.name()),
            Ok(Look::Unread { shape }) => {
                assert!(!shape.is_empty() && shape.len() < 256, "{shape}");
                "unread".to_owned()
            }
            Err(error) => format!("error {}", error.failure.kind.name()),
        };
        assert_eq!(told, case.want, "{}: {}", case.name, case.body);
    }
}

#[tokio::test]
async fn every_shape_of_a_creations_answer_is_read_as_it_must_be() {
    for case in cases("POST /api/v1/jobs/createTask") {
        let url = serve(&case).await;
        let created = kie(&url).create(&key(), &serde_json::json!({})).await;
        let told = match created {
            Ok(task) => format!("task {task}"),
            Err(CreateError::Refused(refusal)) => {
                format!("refused {}", refusal.failure.kind.name())
            }
            Err(CreateError::Lost) => "lost".to_owned(),
            Err(CreateError::NotSent) => "not sent".to_owned(),
        };
        assert_eq!(told, case.want, "{}: {}", case.name, case.body);
    }
}

#[tokio::test]
async fn every_shape_of_an_account_is_read_as_it_must_be() {
    for case in cases("GET /api/v1/chat/credit") {
        let credits = kie(&serve(&case).await).credits(&key()).await;
        let told = credits.map_or("none".to_owned(), |credits| credits.to_string());
        assert_eq!(told, case.want, "{}: {}", case.name, case.body);
    }
}

#[tokio::test]
async fn every_shape_of_an_uploads_answer_is_read_as_it_must_be() {
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join("p.jpg");
    std::fs::write(&photo, b"a photo").unwrap();
    for case in cases("POST /api/file-stream-upload") {
        let told = match kie(&serve(&case).await)
            .upload(&key(), &photo, "n.jpg")
            .await
        {
            Ok(url) => format!("kept {url}"),
            Err(UploadError::Failed(_)) => "failed".to_owned(),
            Err(UploadError::Disk(error)) => panic!("{error}"),
        };
        assert_eq!(told, case.want, "{}: {}", case.name, case.body);
    }
}

#[test]
fn every_shape_of_a_callback_is_read_as_it_must_be() {
    for case in cases("callback") {
        let told = match parse_callback(case.body.as_bytes()) {
            Some(TaskId(task)) => format!("task {task}"),
            None => "none".to_owned(),
        };
        assert_eq!(told, case.want, "{}: {}", case.name, case.body);
    }
}

#[test]
fn a_shape_tells_names_and_no_words_of_anybodys() {
    let body =
        br#"{"code":200,"data":{"taskId":"secret","status":"DREAMING","prompt":"A cup","a b":1}}"#;
    let Ok(Look::Unread { shape }) = read_look(&ear(), 200, body) else {
        panic!("it was read");
    };
    assert_eq!(shape, "code 200: prompt status=DREAMING taskId");
}
