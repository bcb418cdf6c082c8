//! What operators do: each deed and its line in the trail are one transaction.
//!
//! A deed that changes nothing, or is refused, leaves no line.

mod by;
mod check;
mod once;
mod perform;
mod standing;
pub mod undone;

use crate::base::time::Timestamp;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::{Outcome, Outlook};
use crate::store::Shop;
use crate::store::txn::Txn;
pub use by::By;
pub(crate) use by::note;
pub(crate) use check::person;
pub use once::{refund_key, retried, retry_key};
pub(crate) use standing::price;
pub use standing::{Standing, standing};
pub use undone::Judged;

/// Whether a deed may be done, and what the numbers will be; nothing is changed.
pub fn check(txn: &Txn<'_>, shop: &Shop, deed: &Deed, now: Timestamp) -> Judged<Outlook> {
    undone::judged(check::outlook(txn, shop, deed, now))
}

/// Does a deed that may be done, and writes it into the trail. `chance` is unguessable.
pub fn perform(
    txn: &mut Txn<'_>,
    by: By,
    shop: &Shop,
    deed: &Deed,
    chance: &[u8; 32],
) -> Judged<Outcome> {
    undone::judged(perform::perform(txn, by, shop, deed, chance))
}
