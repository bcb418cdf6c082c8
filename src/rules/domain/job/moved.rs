//! A job whose moments are moved along with a clock that was set.

use super::{Job, Stage};

impl Job {
    /// The same job under a clock that shows so many milliseconds more, or less. What has happened stays where it was.
    pub fn moved(mut self, by: i64) -> Self {
        self.due = self.due.moved(by);
        match &mut self.stage {
            Stage::Submitting { route: _, since }
            | Stage::Rendering {
                route: _,
                task: _,
                since,
            }
            | Stage::Rendered {
                route: _,
                task: _,
                urls: _,
                since,
                misses: _,
            } => *since = since.moved(by),
            Stage::Queued | Stage::Preparing | Stage::Done { .. } | Stage::Failed { .. } => {}
        }
        self
    }
}
