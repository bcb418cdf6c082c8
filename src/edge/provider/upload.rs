//! Why a photo does not come to a provider.

use std::io;

use crate::rules::domain::failure::Failure;

/// Why a photo is not with the provider.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The provider said no, said nothing, or said nothing that can be understood.
    #[error("the upload failed: {}", .0.kind.name())]
    Failed(Failure),
    /// Our own disk failed.
    #[error("the photo could not be read")]
    Disk(#[from] io::Error),
}
