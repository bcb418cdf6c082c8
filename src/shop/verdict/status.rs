//! The status message of an order, brought up to date.

use crate::base::time::Timestamp;
use crate::rules::conversation::say::Say;
use crate::rules::domain::id::{OrderId, UserId};
use crate::rules::domain::job::Job;
use crate::rules::domain::user::Lang;
use crate::shop::outbox;
use crate::store::StoreError;
use crate::store::txn::Txn;

/// Has the status message of a job's order brought up to date.
pub fn tell_status(txn: &mut Txn<'_>, job: &Job, now: Timestamp) -> Result<(), StoreError> {
    let lang = txn.lang_of(job.user)?;
    status(txn, job.order, job.user, lang, now)
}

/// Has an order's status message brought up to date, in its seller's language.
pub(crate) fn status(
    txn: &mut Txn<'_>,
    order: OrderId,
    user: UserId,
    lang: Lang,
    now: Timestamp,
) -> Result<(), StoreError> {
    outbox::tell(txn, user, lang, Say::Status { order }, now)
}
