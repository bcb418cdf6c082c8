//! What the doctor knows before the first look.

use std::path::PathBuf;
use std::time::Duration;

use crate::base::time::Timestamp;
use crate::edge::config::Config;

/// No other side is waited for longer.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// What the doctor knows before the first look.
pub struct Patient {
    pub config: Config,
    pub data: PathBuf,
    pub root: Option<Vec<u8>>,
    pub now: Timestamp,
}
