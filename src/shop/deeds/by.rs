//! Who does a deed, and when; and the line about it in the trail.

use crate::base::time::Timestamp;
use crate::rules::domain::act::{Act, Done, Who};
use crate::store::StoreError;
use crate::store::txn::Txn;

/// Who does it, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    pub who: Who,
    pub at: Timestamp,
}

/// Writes down what has been done.
pub(crate) fn note(txn: &mut Txn<'_>, by: By, done: Done) -> Result<(), StoreError> {
    let By { who, at } = by;
    txn.put_act(&Act { at, who, done })
}
