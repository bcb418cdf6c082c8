//! Results: streamed to disk, never held in memory, never asked for with a key.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Response, StatusCode, Url, header};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

use super::client::{Kie, told};
use crate::{points, private};

/// The result host answers 403 to whoever does not say who they are.
const USER_AGENT: &str = concat!("neurocards/", env!("CARGO_PKG_VERSION"));
/// No result takes longer; a slower one is tried again.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// Where an MP4 says what it is.
const BRAND: std::ops::Range<usize> = 4..8;

/// Why a result is not on disk.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The host says it is no longer there: 403, 404 or 410.
    #[error("the video is no longer there")]
    Gone,
    /// The host or the line failed.
    #[error("the video could not be fetched")]
    Transient,
    /// What lies there is empty or not an MP4, or the address is none of the web.
    #[error("what was fetched is not a video")]
    NotAVideo,
    /// It is longer than the caller allows.
    #[error("the video is too large")]
    TooLarge,
    /// Our own disk failed.
    #[error("the video could not be written")]
    Disk(#[from] io::Error),
}

impl Kie {
    /// Streams the video at `url` into the file `to` and says how many bytes it has.
    ///
    /// `to` appears only when the whole video is on disk; a repeated fetch replaces it.
    pub async fn fetch(&self, url: &str, to: &Path, limit: u64) -> Result<u64, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::NotAVideo)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::NotAVideo);
        }
        let part = part(to);
        let word = |error: &FetchError| match error {
            FetchError::Gone => "gone",
            FetchError::Transient => "passing",
            FetchError::NotAVideo => "not_a_video",
            FetchError::TooLarge => "too_large",
            FetchError::Disk(_) => "disk",
        };
        let stream = self.stream(url, &part, limit);
        let fetched = self.timed("fetch", stream, word).await;
        if fetched.is_ok() {
            points::reach("video.synced");
            fs::rename(&part, to).await?;
            points::reach("video.renamed");
            if let Some(dir) = to.parent() {
                File::open(dir).await?.sync_all().await?;
            }
        } else {
            let _ = fs::remove_file(&part).await;
        }
        fetched
    }

    async fn stream(&self, url: Url, part: &Path, limit: u64) -> Result<u64, FetchError> {
        let request = self.http.get(url).header(header::USER_AGENT, USER_AGENT);
        let sent = tokio::time::timeout(self.timeout, request.timeout(FETCH_TIMEOUT).send());
        let response = settled(sent.await)?;
        match response.status() {
            status if status.is_success() => self.save(response, part, limit).await,
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(FetchError::Gone)
            }
            _ => Err(FetchError::Transient),
        }
    }

    async fn save(
        &self,
        mut response: Response,
        part: &Path,
        limit: u64,
    ) -> Result<u64, FetchError> {
        if response.content_length().is_some_and(|len| len > limit) {
            return Err(FetchError::TooLarge);
        }
        let mut file = File::from_std(private::create(part)?);
        let (mut len, mut head) = (0, Vec::new());
        loop {
            let chunk = settled(tokio::time::timeout(self.timeout, response.chunk()).await)?;
            let Some(chunk) = chunk else { break };
            len += chunk.len() as u64;
            if len > limit {
                return Err(FetchError::TooLarge);
            }
            if head.len() < BRAND.end {
                head.extend(chunk.iter().take(BRAND.end));
                check(&head)?;
            }
            file.write_all(&chunk).await?;
        }
        if head.len() < BRAND.end {
            return Err(FetchError::NotAVideo);
        }
        points::reach("video.written");
        file.sync_all().await?;
        Ok(len)
    }
}

/// Refuses a beginning that no MP4 has; one too short to tell passes.
fn check(head: &[u8]) -> Result<(), FetchError> {
    match head.get(BRAND) {
        Some(brand) if brand != b"ftyp" => Err(FetchError::NotAVideo),
        Some(_) | None => Ok(()),
    }
}

fn settled<T, E>(waited: Result<Result<T, reqwest::Error>, E>) -> Result<T, FetchError> {
    match waited {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            tracing::debug!(error = told(error), "a result could not be fetched");
            Err(FetchError::Transient)
        }
        Err(_) => Err(FetchError::Transient),
    }
}

/// The name under which `to` grows.
fn part(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    to.with_file_name(name)
}
