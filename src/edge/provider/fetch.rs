//! What comes of fetching a finished video.

use std::io;

/// A result that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// It is on disk.
    Whole {
        url: String,
        /// How long it is.
        bytes: u64,
    },
    /// It is longer than the caller allows, and begins as a video does.
    Large { url: String },
}

/// Why a result is not on disk.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none of the public web.
    #[error("the video's address is not of the public web")]
    Forbidden,
    /// What lies there is empty or no video.
    #[error("what was fetched is not a video")]
    NotAVideo,
    /// The host says it is not there (403, 404, 410), or leads nowhere.
    #[error("the video is not there")]
    Gone,
    /// It came to an end, and is not whole.
    #[error("only a part of a video was fetched")]
    NotWhole,
    /// The host or the line failed.
    #[error("the video could not be fetched")]
    Transient,
    /// Our own disk failed.
    #[error("the video could not be written")]
    Disk(#[from] io::Error),
}

impl FetchError {
    /// In a word, for metrics.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::NotAVideo => "not_a_video",
            Self::Gone => "gone",
            Self::NotWhole => "not_whole",
            Self::Transient => "passing",
            Self::Disk(_) => "disk",
        }
    }

    /// How much hope there is: of several addresses the one with the most speaks.
    pub(super) fn hope(&self) -> u8 {
        match self {
            Self::Forbidden => 0,
            Self::NotAVideo => 1,
            Self::Gone => 2,
            Self::NotWhole => 3,
            Self::Transient => 4,
            Self::Disk(_) => 5,
        }
    }
}
