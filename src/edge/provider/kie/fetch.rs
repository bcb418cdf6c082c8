//! Results: streamed to disk, never held in memory, never asked for with a key, and read through to their end.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Response, StatusCode, Url, header};
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;

use super::client::{Kie, told};
use crate::base::{failpoints, private};
use crate::edge::provider::mp4::{self, NoMovie};
use crate::edge::provider::reach;
use crate::edge::provider::{FetchError, Fetched};

/// Hosts of results answer 403 to whoever does not say who they are, and some to whatever is no browser.
const USER_AGENT: &str = concat!(
    "Mozilla/5.0 (compatible; neurocards/",
    env!("CARGO_PKG_VERSION"),
    ")"
);
/// No result takes longer; a slower one is tried again.
const FETCH_TIMEOUT: Duration = Duration::from_secs(15 * 60);

impl Kie {
    /// Streams the video at the first of `urls` that has one into the file `to`.
    ///
    /// `to` appears only when the whole video is on disk; a repeated fetch replaces it.
    pub async fn fetch(
        &self,
        urls: &[String],
        to: &Path,
        limit: u64,
    ) -> Result<Fetched, FetchError> {
        let mut worst = FetchError::Forbidden;
        for url in urls {
            let fetched = self.fetch_one(url, to, limit);
            match self.timed("fetch", fetched, FetchError::word).await {
                Ok(Some(bytes)) => {
                    return Ok(Fetched::Whole {
                        url: url.clone(),
                        bytes,
                    });
                }
                Ok(None) => return Ok(Fetched::Large { url: url.clone() }),
                Err(error @ FetchError::Disk(_)) => return Err(error),
                Err(error) if error.hope() >= worst.hope() => worst = error,
                Err(_) => {}
            }
        }
        Err(worst)
    }

    /// The first of `urls` that a seller may be sent to.
    pub async fn may_be_opened<'u>(&self, urls: &'u [String]) -> Option<&'u str> {
        for url in urls {
            if let Ok(parsed) = Url::parse(url)
                && self.reach.allows_resolved(&parsed).await
            {
                return Some(url);
            }
        }
        None
    }

    /// How many bytes the video has that is on disk then; nothing if it has too many.
    async fn fetch_one(&self, url: &str, to: &Path, limit: u64) -> Result<Option<u64>, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Forbidden)?;
        if !self.reach.allows(&url) {
            return Err(FetchError::Forbidden);
        }
        let part = part(to);
        let fetched = self.stream(url, &part, limit).await;
        if let Ok(Some(_)) = fetched {
            failpoints::reach("video.synced");
            fs::rename(&part, to).await?;
            failpoints::reach("video.renamed");
            if let Some(dir) = to.parent() {
                File::open(dir).await?.sync_all().await?;
            }
        } else {
            let _ = fs::remove_file(&part).await;
        }
        fetched
    }

    async fn stream(&self, url: Url, part: &Path, limit: u64) -> Result<Option<u64>, FetchError> {
        let request = self.results.get(url).header(header::USER_AGENT, USER_AGENT);
        let sent = tokio::time::timeout(self.timeout, request.timeout(FETCH_TIMEOUT).send());
        let response = settled(sent.await)?;
        match response.status() {
            status if status.is_success() => self.save(response, part, limit).await,
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(FetchError::Gone)
            }
            // It leads nowhere, or round and round.
            status if status.is_redirection() => Err(FetchError::Gone),
            _ => Err(FetchError::Transient),
        }
    }

    async fn save(
        &self,
        mut response: Response,
        part: &Path,
        limit: u64,
    ) -> Result<Option<u64>, FetchError> {
        let announced = response.content_length().unwrap_or_default();
        let mut file = File::from_std(private::create(part)?);
        let (mut len, mut head) = (0, Vec::new());
        loop {
            let chunk = settled(tokio::time::timeout(self.timeout, response.chunk()).await)?;
            let Some(chunk) = chunk else { break };
            len += chunk.len() as u64;
            if head.len() < mp4::HEAD {
                head.extend(chunk.iter().take(mp4::HEAD));
                if !mp4::begins(&head) {
                    return Err(FetchError::NotAVideo);
                }
            }
            if head.len() >= mp4::HEAD && len.max(announced) > limit {
                return Ok(None);
            }
            file.write_all(&chunk).await?;
        }
        failpoints::reach("video.written");
        file.sync_all().await?;
        drop(file);
        whole(part).await.map(|()| Some(len))
    }
}

/// Reads a file through: whether it is a video, and all of it.
async fn whole(file: &Path) -> Result<(), FetchError> {
    let file = file.to_owned();
    let read = tokio::task::spawn_blocking(move || mp4::open(&file)).await;
    match read.map_err(io::Error::other)? {
        Ok(_) => Ok(()),
        Err(NoMovie::Other) => Err(FetchError::NotAVideo),
        Err(NoMovie::Part) => Err(FetchError::NotWhole),
        Err(NoMovie::Unread(error)) => Err(error.into()),
    }
}

fn settled<T, E>(waited: Result<Result<T, reqwest::Error>, E>) -> Result<T, FetchError> {
    match waited {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) if reach::is_forbidden(&error) => Err(FetchError::Forbidden),
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
