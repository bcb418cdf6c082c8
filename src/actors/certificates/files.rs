//! The operator's own files, read again when what they hold changes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::edge::tls::{Pair, TlsError};

/// Both files, and what they held when they were looked at last.
pub(super) struct Files {
    cert: PathBuf,
    key: PathBuf,
    seen: Mutex<Seen>,
}

/// What two files held; nothing for one that could not be read.
#[derive(PartialEq)]
struct Seen(Option<Vec<u8>>, Option<Vec<u8>>);

impl Files {
    /// Reads both, which must be right.
    pub fn open(cert: &Path, key: &Path) -> Result<(Self, Pair), TlsError> {
        let pair = Pair::read(cert, key)?;
        let files = Self {
            cert: cert.to_owned(),
            key: key.to_owned(),
            seen: Mutex::new(look(cert, key)),
        };
        Ok((files, pair))
    }

    /// The pair, if the files have changed since the last look; compared whole, for times of files deceive.
    ///
    /// Who replaces them does so one after the other: between the two they do not fit together.
    pub fn look(&self) -> Option<Result<Pair, TlsError>> {
        let now = look(&self.cert, &self.key);
        let mut seen = self
            .seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if *seen == now {
            return None;
        }
        *seen = now;
        Some(match &*seen {
            Seen(Some(cert), Some(key)) => Pair::parse((&self.cert, cert), (&self.key, key)),
            Seen(None, _) | Seen(_, None) => Pair::read(&self.cert, &self.key),
        })
    }
}

fn look(cert: &Path, key: &Path) -> Seen {
    let read = |path: &Path| -> io::Result<Vec<u8>> { std::fs::read(path) };
    Seen(read(cert).ok(), read(key).ok())
}
