//! A user whom a batch has met.

use crate::store::record::UserRow;

/// A user whom the batch has met.
pub(super) struct Met {
    pub(super) row: UserRow,
    /// Whether the table does not have it yet.
    pub(super) new: bool,
}
