//! The files that were uploaded, and how the next upload goes wrong.

use std::sync::Mutex;

use bytes::Bytes;

/// How an upload can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadFault {
    /// Code 401.
    Unauthorized,
    /// Code 402.
    Billing,
    /// HTTP 429, with a `Retry-After` of so many seconds.
    TooMany(u64),
    /// HTTP 500.
    ServerError,
    /// A page of the proxy in front.
    Html,
    /// The connection is dropped; the file is kept all the same.
    HangUp,
    /// Success, and no address.
    NoUrl,
}

/// A file that was uploaded.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its address below the upload API's own, from the first slash on.
    pub path: String,
    /// The key it came with.
    pub key: String,
    /// The folder that was asked for.
    pub folder: String,
    /// The name that was asked for.
    pub name: String,
    /// What is in it.
    pub bytes: Bytes,
    /// Virtual time, Unix milliseconds.
    pub at: u64,
}

/// The files, and what is to go wrong next.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) files: Mutex<Vec<Upload>>,
    pub(super) faults: Mutex<Vec<UploadFault>>,
}
