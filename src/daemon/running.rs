//! The mark of a run: a file that stands in the data directory while the daemon runs. One that stands there at the
//! start says that the last run did not end in good order.

use std::io;
use std::path::{Path, PathBuf};

use crate::base::private;
use crate::base::time::Timestamp;

/// The file's name.
const NAME: &str = "running";

/// A run that has begun.
pub struct Running(PathBuf);

impl Running {
    /// Marks the beginning; says when the last run began, if it never ended well.
    pub fn begin(data: &Path, now: Timestamp) -> (Self, Option<Timestamp>) {
        let path = data.join(NAME);
        let left = std::fs::read_to_string(&path).ok();
        // What was torn while it was written is a mark all the same.
        let before = left.map(|text| Timestamp(text.trim().parse().unwrap_or_default()));
        if let Err(error) = write(&path, now) {
            tracing::warn!(%error, "the run could not be marked: a crash of it will not be told");
        }
        (Self(path), before)
    }

    /// The run ends in good order.
    pub fn end(&self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, "the end of the run could not be marked");
        }
    }
}

fn write(path: &Path, now: Timestamp) -> io::Result<()> {
    let file = private::create(path)?;
    io::Write::write_all(&mut &file, now.0.to_string().as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_run_that_ended_well_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let begin = |now| Running::begin(dir.path(), Timestamp(now));
        let (first, before) = begin(7);
        assert_eq!(before, None);
        first.end();
        let (_, before) = begin(8);
        assert_eq!(before, None, "the first had ended");
        let (third, before) = begin(9);
        assert_eq!(before, Some(Timestamp(8)));
        std::fs::write(dir.path().join(NAME), "").unwrap();
        let (_, before) = begin(10);
        assert_eq!(before, Some(Timestamp(0)), "torn");
        third.end();
        assert_eq!(begin(11).1, None);
    }
}
