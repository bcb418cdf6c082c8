//! Why a copy could not be sent, found or fetched.

use std::io;
use std::path::Path;

/// Why a copy could not be sent, found or fetched.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// What the operator chose cannot be.
    #[error("[backup.s3] {0}")]
    Choice(String),
    /// The storage does not want us; asking again will not help.
    #[error("the storage refuses: {status} {code}")]
    Refused {
        status: u16,
        /// S3's own word for it.
        code: String,
    },
    /// The storage fails, or does not answer, however often it is asked.
    #[error("the storage does not answer: {0}")]
    Unavailable(String),
    /// The storage answers what it should not.
    #[error("the storage's answer makes no sense: {0}")]
    Senseless(&'static str),
    /// There is no copy of that name.
    #[error("there is no copy {0} in the storage")]
    Missing(String),
    /// A copy is not encrypted, though ours are: somebody else has put it there.
    #[error(
        "the copy {0} in the storage is not encrypted, though [backup.s3] encrypts copies: it is not taken. If it is \
         yours, say encryption = \"none\" for as long as you need it"
    )]
    Unsealed(String),
    /// It takes more room than there is.
    #[error("there is no room on the disk for the copy: it is larger than {room_mb} MiB")]
    NoRoom {
        /// What there is, in MiB.
        room_mb: u64,
    },
    /// A copy cannot be decrypted.
    #[error("the copy cannot be decrypted: {0}")]
    Locked(String),
    /// Our own disk.
    #[error("{path}: {error}")]
    Io { path: String, error: io::Error },
}

/// Names the file that the system refused.
pub(super) fn at<T>(path: &Path, done: io::Result<T>) -> Result<T, VaultError> {
    done.map_err(|error| VaultError::Io {
        path: path.display().to_string(),
        error,
    })
}
