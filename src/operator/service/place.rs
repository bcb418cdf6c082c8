//! Where the shop is that is asked.

use std::path::PathBuf;

use crate::base::time::Timestamp;

/// Where the shop is.
#[derive(Debug, Clone)]
pub struct Place {
    pub file: PathBuf,
    /// Since when the daemon runs; nothing when its file is asked.
    pub since: Option<Timestamp>,
}
