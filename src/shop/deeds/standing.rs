//! How a job stands, for whoever would do something about it.

use super::Unfit;
use crate::rules::domain::id::{JobId, UserId};
use crate::rules::domain::job::Stage;
use crate::rules::domain::retired::End;
use crate::store::StoreError;
use crate::store::txn::Txn;

/// Whose a job is and how it stands: as what has not ended, or by how it ended, retired or not; nothing if there is no
/// such job.
pub fn standing(txn: &Txn<'_>, id: JobId) -> Result<Option<(UserId, Unfit)>, StoreError> {
    if let Some(row) = txn.find_job(id)? {
        let stands = ended(&row.job.stage).unwrap_or(Unfit::Live);
        return Ok(Some((row.job.user, stands)));
    }
    let retired = txn.retired_with(id)?;
    Ok(retired.and_then(|retired| {
        let stands = match retired.job(id)?.end {
            End::Done { .. } => Unfit::Done,
            End::Failed { .. } => Unfit::Failed,
        };
        Some((retired.user, stands))
    }))
}

/// What a job costs, retired or not, as the books move it; 0 if there is no such job.
pub fn price(txn: &Txn<'_>, id: JobId) -> Result<i32, StoreError> {
    let price = match txn.find_job(id)? {
        Some(row) => Some(row.job.price),
        None => txn
            .retired_with(id)?
            .and_then(|retired| Some(retired.job(id)?.price)),
    };
    Ok(price.map_or(0, |price| i32::try_from(price.0).unwrap_or(i32::MAX)))
}

/// How a job has ended, if it has.
pub(super) fn ended(stage: &Stage) -> Option<Unfit> {
    match stage {
        Stage::Done { .. } => Some(Unfit::Done),
        Stage::Failed { .. } => Some(Unfit::Failed),
        Stage::Queued
        | Stage::Preparing
        | Stage::Submitting { .. }
        | Stage::Rendering { .. }
        | Stage::Rendered { .. } => None,
    }
}
