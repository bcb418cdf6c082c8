//! KIE's upload API, at an address of its own: takes a file, keeps it for a day, gives it to whoever asks.

use std::collections::HashMap;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use bytes::Bytes;
use serde_json::json;

use super::{
    door::{Door, KEYS},
    shelf::{Upload, UploadFault},
};
use crate::sandbox::{http, lock::lock};

const NAME: &str = "upload";
/// What the provider recommends at most.
const SIZE_LIMIT: usize = 100 << 20;
/// Room for the other fields.
const FORM_LIMIT: usize = SIZE_LIMIT + (1 << 20);
/// How long a file is kept, in virtual milliseconds.
const KEPT: u64 = 24 * 60 * 60 * 1000;
const NO_KEY: &str = "Authentication failed: Invalid API key";

pub(super) fn router(door: Door) -> Router {
    Router::new()
        .route("/api/file-stream-upload", post(take))
        .route("/kept/{*path}", get(give))
        .method_not_allowed_fallback(nowhere)
        .fallback(any(nowhere))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .with_state(door)
}

async fn nowhere(State(door): State<Door>, request: axum::extract::Request) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    door.complain(&what, "the upload API has no such interface");
    refuse(&door, 404, 404, "Not Found")
}

async fn take(State(door): State<Door>, headers: HeaderMap, form: Option<Multipart>) -> Response {
    let Some(key) = door.key(NAME, &headers) else {
        return refuse(&door, 401, 401, NO_KEY);
    };
    let Some(form) = form else {
        door.complain(NAME, "the body is no multipart/form-data");
        return refuse(&door, 400, 400, "Content-Type must be multipart/form-data");
    };
    let (folder, name, bytes) = match read(form).await {
        Ok(read) => read,
        Err((code, why)) => {
            door.complain(NAME, &why);
            return refuse(&door, code, code, &why);
        }
    };
    let fault = {
        let mut faults = lock(&door.inner.shelf.faults);
        (!faults.is_empty()).then(|| faults.remove(0))
    };
    match fault {
        None | Some(UploadFault::NoUrl | UploadFault::HangUp) => {}
        Some(UploadFault::Unauthorized) => return refuse(&door, 200, 401, NO_KEY),
        Some(UploadFault::Billing) => {
            let text = "The current credits are insufficient. Please top up.";
            return refuse(&door, 200, 402, text);
        }
        Some(UploadFault::TooMany(seconds)) => {
            let refused = refuse(&door, 429, 429, "Too many requests");
            return ([(header::RETRY_AFTER, seconds.to_string())], refused).into_response();
        }
        Some(UploadFault::ServerError) => return refuse(&door, 500, 500, "Internal server error"),
        Some(UploadFault::Html) => {
            door.ground.record("kie", NAME, 502, "HTML".to_owned());
            return http::html(502);
        }
    }
    let upload = keep(&door, key, folder, name, bytes);
    if fault == Some(UploadFault::HangUp) {
        let note = format!("{} kept, no answer", upload.path);
        door.ground.record("kie", NAME, 0, note);
        return http::hang_up();
    }
    let url = door.inner.upload_url.get().map(String::as_str);
    let url = format!("{}{}", url.unwrap_or_default(), upload.path);
    let mut data = json!({
        "fileName": upload.name,
        "filePath": format!("{}/{}", upload.folder, upload.name),
        "downloadUrl": url,
        "fileSize": upload.bytes.len(),
        "mimeType": "image/jpeg",
        "uploadedAt": "2026-01-01T12:00:00.000Z",
    });
    if fault == Some(UploadFault::NoUrl) {
        data["downloadUrl"] = json!(null);
    }
    let note = format!("{}, {} bytes", upload.path, upload.bytes.len());
    door.ground.record("kie", NAME, 200, note);
    let text = "File uploaded successfully";
    http::json(
        200,
        &json!({"success": true, "code": 200, "msg": text, "data": data}),
    )
}

/// Keeps a file; one of the same key, folder and name is overwritten.
fn keep(door: &Door, key: String, folder: String, name: String, bytes: Bytes) -> Upload {
    let account = KEYS
        .iter()
        .position(|known| *known == key)
        .unwrap_or_default();
    let upload = Upload {
        path: format!("/kept/{account}/{folder}/{name}"),
        key,
        folder,
        name,
        bytes,
        at: door.ground.now(),
    };
    let mut files = lock(&door.inner.shelf.files);
    files.retain(|file| file.path != upload.path);
    files.push(upload.clone());
    upload
}

/// The folder, the name and the file; or the code and the sentence that refuse the form.
async fn read(mut form: Multipart) -> Result<(String, String, Bytes), (u16, String)> {
    let broken = |error: axum::extract::multipart::MultipartError| {
        (error.status().as_u16(), error.body_text())
    };
    let mut texts: HashMap<String, String> = HashMap::new();
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" if file.is_none() => {
                if field.file_name().is_none_or(str::is_empty) {
                    return Err((400, "the part file is no file: it has no filename".into()));
                }
                file = Some(field.bytes().await.map_err(broken)?);
            }
            "uploadPath" | "fileName" if !texts.contains_key(&name) => {
                let text = field.text().await.map_err(broken)?;
                texts.insert(name, text);
            }
            other => return Err((400, format!("unexpected field {other:?}"))),
        }
    }
    let Some(file) = file else {
        return Err((400, "Missing required parameters: file".into()));
    };
    let Some(folder) = texts.remove("uploadPath") else {
        return Err((400, "Missing required parameters: uploadPath".into()));
    };
    if file.is_empty() || file.len() > SIZE_LIMIT {
        return Err((413, format!("a file of {} bytes is not taken", file.len())));
    }
    if folder.split('/').any(|part| !plain(part)) {
        return Err((400, format!("the uploadPath {folder:?} is not taken")));
    }
    // Without a name one is made up.
    let name = texts.remove("fileName");
    let name = name.unwrap_or_else(|| format!("{:016x}.bin", file.len()));
    match plain(&name) && name.contains('.') {
        true => Ok((folder, name, file)),
        false => Err((400, format!("the fileName {name:?} is not taken"))),
    }
}

/// A part of a path that leads nowhere else: no slash, nothing empty, no way up.
fn plain(part: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !part.is_empty() && !part.starts_with('.') && part.len() <= 255 && part.bytes().all(letter)
}

async fn give(State(door): State<Door>, headers: HeaderMap, Path(path): Path<String>) -> Response {
    const NAME: &str = "kept";
    if headers.contains_key(header::AUTHORIZATION) {
        door.complain(NAME, "the key was sent to the file host");
    }
    let now = door.ground.now();
    let path = format!("/kept/{path}");
    let files = lock(&door.inner.shelf.files);
    let kept = files
        .iter()
        .find(|file| file.path == path && now < file.at + KEPT);
    let bytes = kept.map(|file| file.bytes.clone());
    drop(files);
    let status = if bytes.is_some() { 200 } else { 404 };
    door.ground.record("kie", NAME, status, path);
    match bytes {
        Some(bytes) => ([(header::CONTENT_TYPE, "image/jpeg")], bytes).into_response(),
        None => http::html(404),
    }
}

fn refuse(door: &Door, status: u16, code: u16, text: &str) -> Response {
    door.ground
        .record("kie", NAME, status, format!("{code} {text}"));
    http::json(
        status,
        &json!({"success": false, "code": code, "msg": text, "data": null}),
    )
}
