//! A directory for as long as a command runs.

use std::path::PathBuf;

use crate::base::private;

/// A directory that goes when it is dropped, unless the person named one to keep.
pub struct Scratch {
    path: PathBuf,
    keep: bool,
}

impl Scratch {
    /// The chosen directory, or a new one for this process.
    pub fn new(chosen: Option<PathBuf>) -> std::io::Result<Self> {
        let keep = chosen.is_some();
        let own =
            || std::env::temp_dir().join(format!("neurocards-{}", uuid::Uuid::new_v4().simple()));
        let path = chosen.unwrap_or_else(own);
        private::dir(&path)?;
        Ok(Self { path, keep })
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.keep {
            // What cannot be removed stays in the system's temporary directory.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
