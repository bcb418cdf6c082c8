//! What the world sent: answers with their meaning, from `tests/cases/kie-texts.jsonl`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::tests::{key, kie, server};
use crate::edge::provider::{CreateError, Look, UploadError};
use crate::rules::domain::id::TaskId;

const CASES: &str = include_str!("../../../../tests/cases/kie-texts.jsonl");

/// The kind that came of a case, or in other words what did.
async fn outcome(case: &Value) -> Value {
    let status = case["http_status"].as_u64().unwrap() as u16;
    let mut headers = HeaderMap::new();
    for (name, value) in case["headers"].as_object().unwrap() {
        let name: HeaderName = name.parse().unwrap();
        let value: HeaderValue = value.as_str().unwrap().parse().unwrap();
        headers.insert(name, value);
    }
    let body = case["body"].as_str().unwrap().to_owned();
    let status = StatusCode::from_u16(status).unwrap();
    let (url, _) = server((status, headers, body)).await;
    let kie = kie(&url);
    let call = case["call"].as_str().unwrap();
    match call.rsplit('/').next().unwrap() {
        "createTask" => match kie.create(&key(), &json!({"model": "m"})).await {
            Ok(task) => json!(task.0),
            Err(CreateError::Refused(refusal)) => json!(refusal.failure.kind.name()),
            Err(CreateError::Lost) => json!("lost"),
            Err(CreateError::NotSent) => json!("not sent"),
        },
        "recordInfo" => match kie.look(&key(), &TaskId("t-scout-1".into())).await {
            Ok(Look::Failed { failure, .. }) => json!(failure.kind.name()),
            other => json!(format!("{other:?}")),
        },
        "credit" => json!(kie.credits(&key()).await.ok()),
        "file-stream-upload" => {
            let dir = tempfile::tempdir().unwrap();
            let photo = dir.path().join("p.jpg");
            std::fs::write(&photo, b"a photo").unwrap();
            match kie.upload(&key(), &photo, "n.jpg").await {
                Ok(url) => json!(url),
                Err(UploadError::Failed(_)) => json!("failed"),
                Err(UploadError::Disk(error)) => panic!("{error}"),
            }
        }
        other => panic!("{other} is no call"),
    }
}

#[tokio::test]
async fn every_answer_of_the_world_is_understood() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let found = outcome(&case).await;
        let right = match &case["kind"] {
            Value::Array(kinds) => kinds.contains(&found),
            Value::Number(number) => number.as_f64() == found.as_f64(),
            kind => *kind == found,
        };
        if !right {
            wrong.push(format!("{}: {found}, not {}", case["name"], case["kind"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_page_never_means_an_empty_account() {
    for status in [
        200, 400, 401, 402, 403, 404, 413, 429, 500, 502, 503, 505, 520, 521, 530,
    ] {
        for page in [
            "<!DOCTYPE html><title>Insufficient credits</title>",
            "error code: 1020",
            "",
            "Unauthorized",
            "[]",
        ] {
            let case = json!({
                "call": "POST /api/v1/jobs/createTask", "http_status": status, "headers": {}, "body": page,
            });
            let found = outcome(&case).await;
            assert!(
                ["TEMPORARY", "RATE_LIMIT", "lost"].contains(&found.as_str().unwrap()),
                "{status} {page}: {found}"
            );
        }
    }
}
