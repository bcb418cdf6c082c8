//! Photos handed to the provider: streamed from disk to its upload API, for shops that it cannot reach.
//!
//! An upload is free and the provider keeps it for a day. So nothing here is ambiguous: what was not answered is
//! done again, under another name, because a name used twice may be answered from a cache.

use std::path::Path;
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use secrecy::SecretString;
use tokio::fs::File;

use super::client::{Answer, Kie, told};
use super::wire::Envelope;
use crate::edge::provider::UploadError;
use crate::rules::domain::failure::{Failure, Kind, Source};

/// The folder at the provider; without slashes at its ends, which it refuses.
const FOLDER: &str = "neurocards";
/// No photo of ours (1080x1920, a megabyte or two) takes longer over a line on which a shop can live.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(3 * 60);

impl Kie {
    /// Uploads the JPEG at `photo` as `name` and says where the provider keeps it.
    pub async fn upload(
        &self,
        key: &SecretString,
        photo: &Path,
        name: &str,
    ) -> Result<String, UploadError> {
        let word = |error: &UploadError| match error {
            UploadError::Failed(failure) => failure.kind.name(),
            UploadError::Disk(_) => "disk",
        };
        self.timed("upload", self.try_upload(key, photo, name), word)
            .await
    }

    async fn try_upload(
        &self,
        key: &SecretString,
        photo: &Path,
        name: &str,
    ) -> Result<String, UploadError> {
        let file = File::open(photo).await?;
        let length = file.metadata().await?.len();
        let part = Part::stream_with_length(file, length).file_name(name.to_owned());
        let part = part.mime_str("image/jpeg").map_err(unanswered)?;
        let form = Form::new()
            .text("uploadPath", FOLDER)
            .text("fileName", name.to_owned())
            .part("file", part);
        let url = format!("{}/api/file-stream-upload", self.upload_url);
        let request = self.http.post(url).multipart(form);
        let answer = self.ask_within(request, key, UPLOAD_TIMEOUT).await;
        answer
            .map_err(unanswered)?
            .kept()
            .map_err(UploadError::Failed)
    }
}

impl Answer {
    /// Where the upload lies.
    fn kept(&self) -> Result<String, Failure> {
        let envelope = Envelope::parse(&self.body);
        let url = envelope
            .as_ref()
            .filter(|envelope| {
                let fine = matches!(envelope.code, Some(200) | None) && !envelope.refuses;
                fine && self.status.is_success()
            })
            .and_then(Envelope::kept_at);
        url.ok_or_else(|| self.unkept(envelope.as_ref()))
    }

    fn unkept(&self, envelope: Option<&Envelope>) -> Failure {
        // A page of somebody's in between.
        let Some(envelope) = envelope else {
            return self.page().failure;
        };
        let code = envelope.code.unwrap_or(self.status.as_u16().into());
        let mut failure = self.refusal(code, &envelope.text).failure;
        failure.kind = match failure.kind {
            // Success without an address.
            Kind::Unknown | Kind::RateLimit if code == 200 => Kind::Temporary,
            // No model has to do with an upload, whatever the words are; nor is a key too busy to film.
            Kind::ModelOff | Kind::OutputRefused => Kind::Unknown,
            kind @ (Kind::UserViolation
            | Kind::Billing
            | Kind::RateLimit
            | Kind::Temporary
            | Kind::Unknown
            | Kind::BadPhoto
            | Kind::Cancelled) => kind,
        };
        failure
    }
}

fn unanswered(error: reqwest::Error) -> UploadError {
    tracing::debug!(error = told(error), "an upload was not answered");
    UploadError::Failed(Failure::new(Kind::Temporary, Source::Kie))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{json_answer, key, kie, rude, server};
    use super::*;

    /// Uploads to whatever is at `url`; the kind of the failure if it fails.
    async fn upload(url: &str) -> Result<String, Kind> {
        let dir = tempfile::tempdir().unwrap();
        let photo = dir.path().join("p.jpg");
        std::fs::write(&photo, b"a photo").unwrap();
        match kie(url).upload(&key(), &photo, "n.jpg").await {
            Ok(url) => Ok(url),
            Err(UploadError::Failed(failure)) => {
                assert_eq!(failure.source, Source::Kie);
                Err(failure.kind)
            }
            Err(UploadError::Disk(error)) => panic!("{error}"),
        }
    }

    async fn answered(status: u16, body: Value) -> Result<String, Kind> {
        upload(&server(json_answer(status, body)).await.0).await
    }

    #[tokio::test]
    async fn a_photo_is_uploaded_with_the_key_and_its_length_known() {
        let kept =
            json!({"success": true, "code": 200, "data": {"downloadUrl": "https://f/n.jpg"}});
        let (url, asked) = server(kept.to_string()).await;
        assert_eq!(upload(&url).await, Ok("https://f/n.jpg".into()));
        let (line, headers) = asked.lock().unwrap()[0].clone();
        assert_eq!(line, "POST /api/file-stream-upload");
        assert_eq!(headers["authorization"], "Bearer k");
        assert!(
            headers["content-length"]
                .to_str()
                .unwrap()
                .parse::<u64>()
                .unwrap()
                > 7
        );
        let kind = headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("multipart/form-data; boundary="), "{kind}");
    }

    #[tokio::test]
    async fn the_address_is_found_where_it_has_been_seen() {
        for (data, url) in [
            (
                json!({"downloadUrl": "https://d", "fileUrl": "https://f"}),
                "https://d",
            ),
            (json!({"fileUrl": "https://f"}), "https://f"),
            (
                json!({"downloadUrl": null, "fileUrl": "https://f"}),
                "https://f",
            ),
            (
                json!({"downloadUrl": "", "fileUrl": "http://f"}),
                "http://f",
            ),
            (json!({"download_url": "https://f"}), "https://f"),
            (json!({"url": "https://f"}), "https://f"),
            (
                json!({"file": null, "data": {"fileUrl": "https://f"}}),
                "https://f",
            ),
            (json!([{"downloadUrl": "https://f"}]), "https://f"),
            (json!("https://f"), "https://f"),
            (json!("{\"downloadUrl\": \"https://f\"}"), "https://f"),
        ] {
            let body = json!({"code": 200, "data": data});
            assert_eq!(answered(200, body.clone()).await, Ok(url.into()), "{body}");
        }
        for data in [
            json!(null),
            json!({}),
            json!({"downloadUrl": "ftp://f"}),
            json!([]),
        ] {
            let body = json!({"code": 200, "msg": "File uploaded successfully", "data": data});
            assert_eq!(
                answered(200, body.clone()).await,
                Err(Kind::Temporary),
                "{body}"
            );
        }
        let long =
            json!({"code": 200, "data": {"fileUrl": format!("https://{}", "f".repeat(2048))}});
        assert_eq!(answered(200, long).await, Err(Kind::Temporary));
    }

    #[tokio::test]
    async fn a_refusal_means_what_it_means_elsewhere() {
        for (status, code, text, kind) in [
            (
                200,
                401,
                "Authentication failed: Invalid API key",
                Kind::Billing,
            ),
            (401, 401, "no", Kind::Billing),
            (200, 402, "Insufficient credits", Kind::Billing),
            (200, 429, "Too many requests", Kind::RateLimit),
            (500, 500, "Internal server error", Kind::Temporary),
            (200, 455, "maintenance", Kind::Temporary),
            (
                400,
                400,
                "Missing required parameters: uploadPath",
                Kind::Unknown,
            ),
            (413, 413, "File too large", Kind::Unknown),
            (
                200,
                400,
                "Content was flagged by the safety system.",
                Kind::UserViolation,
            ),
            (200, 505, "feature disabled", Kind::Unknown),
        ] {
            let body = json!({"success": false, "code": code, "msg": text, "data": null});
            assert_eq!(answered(status, body).await, Err(kind), "{code} {text}");
        }
        for refused in [
            json!({"code": 500, "data": {"downloadUrl": "https://f"}}),
            json!({"success": false, "code": 200, "msg": "Storage quota exceeded",
                "data": {"downloadUrl": "https://f"}}),
        ] {
            assert_eq!(answered(200, refused).await, Err(Kind::Temporary));
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_none_is_a_passing_fault() {
        for (status, kind) in [
            (200, Kind::Temporary),
            (502, Kind::Temporary),
            (404, Kind::Temporary),
            (429, Kind::RateLimit),
            (403, Kind::Temporary),
        ] {
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            let (url, _) = server((status, "<html>")).await;
            assert_eq!(upload(&url).await, Err(kind), "{status}");
        }
        assert_eq!(upload(&rude(b"").await).await, Err(Kind::Temporary));
        assert_eq!(upload("http://127.0.0.1:1").await, Err(Kind::Temporary));
    }

    #[tokio::test]
    async fn a_photo_that_is_gone_is_our_own_fault() {
        let kept = kie("http://127.0.0.1:1")
            .upload(&key(), Path::new("/nowhere/p.jpg"), "n")
            .await;
        assert!(matches!(kept, Err(UploadError::Disk(_))), "{kept:?}");
    }
}
