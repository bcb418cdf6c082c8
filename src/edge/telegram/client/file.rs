//! Downloads: what a seller has sent, fetched to our disk.

use std::io;
use std::path::Path;

use futures_util::StreamExt;
use reqwest::StatusCode;
use teloxide::net::Download;
use teloxide::payloads::GetFile;
use teloxide::types::FileId as WireFileId;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Telegram, call};
use crate::edge::telegram::trouble::Trouble;
use crate::edge::telegram::update::DOWNLOAD_LIMIT;
use crate::rules::domain::id::FileId;

/// Why a file was not downloaded.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// Telegram does not give it.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// Our own disk does not take it.
    #[error("the file could not be written")]
    Disk(#[from] io::Error),
}

impl Telegram {
    /// Downloads a file of at most [`DOWNLOAD_LIMIT`] bytes into `to`, and gives that back.
    pub async fn download(
        &self,
        file: &FileId,
        to: std::fs::File,
    ) -> Result<std::fs::File, DownloadError> {
        let mut to = File::from_std(to);
        let fetch = self.fetch(file, &mut to);
        self.timed("getFile", fetch).await??;
        // What is written is told of with the next write, or here.
        to.flush().await?;
        Ok(to.into_std().await)
    }

    /// The disk's own errors are none of Telegram's.
    async fn fetch(&self, file: &FileId, to: &mut File) -> Result<io::Result<()>, Trouble> {
        let asked = GetFile::new(WireFileId(file.0.clone()));
        let found = call(&self.calls, &asked).await?;
        let found = found.fields();
        let size = found.as_ref().and_then(|it| it.number("file_size"));
        if size.is_some_and(|size| size > DOWNLOAD_LIMIT.into()) {
            return Err(Trouble::TooLarge);
        }
        let path = found.and_then(|it| it.text("file_path"));
        let path = path.ok_or(Trouble::Passing)?;
        match path.starts_with('/') {
            // A Bot API server of the operator's own, in local mode, has it on this machine.
            true => copy(Path::new(&path), to).await,
            false => self.stream(&path, to).await,
        }
    }

    async fn stream(&self, path: &str, to: &mut File) -> Result<io::Result<()>, Trouble> {
        let mut length = 0;
        let mut parts = self.slow.download_file_stream(path);
        while let Some(part) = parts.next().await {
            let part = part.map_err(|error| match error.status() {
                Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT) => {
                    Trouble::Passing
                }
                Some(status) if status.is_client_error() => Trouble::Gone,
                Some(_) | None => Trouble::Passing,
            })?;
            length += part.len();
            if length > DOWNLOAD_LIMIT as usize {
                return Err(Trouble::TooLarge);
            }
            if let Err(error) = to.write_all(&part).await {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }
}

/// Copies a file of this machine.
async fn copy(from: &Path, to: &mut File) -> Result<io::Result<()>, Trouble> {
    let unreadable = |error: io::Error| {
        tracing::error!(
            %error,
            "the Bot API server keeps its files where we cannot read them: let us, or run it without --local"
        );
        Trouble::Passing
    };
    let file = File::open(from).await.map_err(unreadable)?;
    let known = file.metadata().await.map_err(unreadable)?;
    if !known.is_file() {
        return Err(Trouble::Refused);
    }
    if known.len() > DOWNLOAD_LIMIT.into() {
        return Err(Trouble::TooLarge);
    }
    let mut file = file.take(DOWNLOAD_LIMIT.into());
    Ok(tokio::io::copy(&mut file, to).await.map(drop))
}
