//! The photo route: the provider fetches a job's photo by its unguessable name, while the job lives.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Web;
use crate::domain::id::PhotoName;
use crate::store::StoreError;

/// Sends the photo of a live job; anything else is 404.
pub async fn photo(State(web): State<Arc<Web>>, Path(name): Path<String>) -> Response {
    let Some(name) = name.strip_suffix(".jpg").and_then(PhotoName::parse) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match owner(&web, name) {
        Ok(Some(user)) => send(&web.photos.path(user, name)).await,
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(%error, "a photo could not be looked up");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn owner(web: &Web, name: PhotoName) -> Result<Option<crate::domain::id::UserId>, StoreError> {
    let job = web.store.snapshot()?.find_job(name.job())?;
    Ok(job
        .filter(|job| job.photo == name && !job.stage.ended())
        .map(|job| job.user))
}

async fn send(path: &std::path::Path) -> Response {
    match tokio::fs::read(path).await {
        Ok(jpeg) => (
            [
                (header::CONTENT_TYPE, "image/jpeg"),
                (header::CACHE_CONTROL, "no-store"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            ],
            Body::from(jpeg),
        )
            .into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
