//! What can go wrong with the store.

use crate::rules::domain::credit::Credits;

/// What can go wrong with the store, by what the caller must do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More writers wait than there is room for: refuse, and be asked again.
    #[error("the store is busy")]
    Busy,
    /// A commit failed half-way: it may or may not be on disk. Asking again tells, for what is done is known by
    /// its update, press or key.
    #[error("a commit failed and may or may not be on disk")]
    CommitUnknown,
    /// The disk takes nothing at the moment, for want of room perhaps; nothing was written.
    #[error("the disk cannot be written at the moment")]
    Unwritable,
    /// The writer has stopped.
    #[error("the store is closed")]
    Closed,
    /// A closure panicked; nothing of it was kept.
    #[error("a store operation panicked")]
    Panicked,
    /// Credits would have gone below zero; nothing was written.
    #[error("{account} does not cover {amount}")]
    Overdrawn {
        account: String,
        /// What it was asked for.
        amount: Credits,
    },
    /// A row that must be there is not, or cannot be read.
    #[error("row {key} of table {table} {what}")]
    Corrupt {
        table: &'static str,
        key: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The file was written by a newer program.
    #[error(
        "the data file has schema {found}, this program knows up to {known}: start the newer program, or restore a backup made by this one"
    )]
    TooNew {
        /// The file's schema.
        found: u32,
        /// The newest one we know.
        known: u32,
    },
    /// The file has a schema that the program has outgrown, and the old file cannot be kept before it is changed.
    #[error("the old data file cannot be kept as {to}: {why}; make room there and start again")]
    NotKept {
        /// Where it was to be kept.
        to: String,
        why: std::io::Error,
    },
    /// The file is not one of ours.
    #[error("the data file has no schema: is it neurocards' own?")]
    NotOurs,
    /// After a fault the file was not the one that was open before.
    #[error("the data file was replaced while it was open: put the right one back and start again")]
    Replaced,
    /// Another process has the file.
    #[error("the data file is in use by another process: stop the other neurocards first")]
    InUse,
    /// The file system, or redb itself.
    #[error("the data file: {0}")]
    Redb(Box<redb::Error>),
}

impl StoreError {
    /// Whether the same may work later or after a restart; else it never will.
    pub fn passes(&self) -> bool {
        match self {
            Self::Busy
            | Self::CommitUnknown
            | Self::Unwritable
            | Self::Closed
            | Self::InUse
            | Self::Redb(_) => true,
            Self::Panicked
            | Self::Overdrawn { .. }
            | Self::Corrupt { .. }
            | Self::NotKept { .. }
            | Self::NotOurs
            | Self::Replaced
            | Self::TooNew { .. } => false,
        }
    }

    /// Whether the system has refused to read or write the file; it may do so again later.
    pub(crate) fn is_fault(&self) -> bool {
        match self {
            Self::Redb(error) => matches!(
                **error,
                redb::Error::Io(_) | redb::Error::PreviousIo | redb::Error::DatabaseClosed
            ),
            Self::Unwritable | Self::InUse => true,
            Self::Busy
            | Self::CommitUnknown
            | Self::Closed
            | Self::Panicked
            | Self::Overdrawn { .. }
            | Self::Corrupt { .. }
            | Self::NotKept { .. }
            | Self::NotOurs
            | Self::Replaced
            | Self::TooNew { .. } => false,
        }
    }
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::Redb(Box::new(error.into()))
    }
}
