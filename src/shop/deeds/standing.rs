//! How a job stands, for whoever would do something about it.

use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::id::{JobId, UserId};
use crate::rules::domain::job::Stage;
use crate::rules::domain::retired::End;
use crate::store::StoreError;
use crate::store::txn::Txn;

/// How a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not ended.
    Live,
    /// It has ended with a video.
    Done,
    /// It has ended without one, and its credits are back.
    Failed,
}

impl Standing {
    /// Why a deed that wants it to stand otherwise cannot be done.
    pub fn refusal(self, job: JobId) -> Refusal {
        match self {
            Self::Live => Refusal::Live(job),
            Self::Done => Refusal::Done(job),
            Self::Failed => Refusal::Failed(job),
        }
    }
}

/// Whose a job is and how it stands, retired or not; nothing if there is no such job.
pub fn standing(txn: &Txn<'_>, id: JobId) -> Result<Option<(UserId, Standing)>, StoreError> {
    if let Some(row) = txn.find_job(id)? {
        return Ok(Some((row.job.user, ended(&row.job.stage))));
    }
    let retired = txn.retired_with(id)?;
    Ok(retired.and_then(|retired| {
        let stands = match retired.job(id)?.end {
            End::Done { .. } => Standing::Done,
            End::Failed { .. } => Standing::Failed,
        };
        Some((retired.user, stands))
    }))
}

/// What a job costs, retired or not, as the books move it; 0 if there is no such job.
pub(crate) fn price(txn: &Txn<'_>, id: JobId) -> Result<i32, StoreError> {
    let price = match txn.find_job(id)? {
        Some(row) => Some(row.job.price),
        None => txn
            .retired_with(id)?
            .and_then(|retired| Some(retired.job(id)?.price)),
    };
    Ok(price.map_or(0, |price| i32::try_from(price.0).unwrap_or(i32::MAX)))
}

fn ended(stage: &Stage) -> Standing {
    match stage {
        Stage::Done { .. } => Standing::Done,
        Stage::Failed { .. } => Standing::Failed,
        Stage::Queued
        | Stage::Preparing
        | Stage::Submitting { .. }
        | Stage::Rendering { .. }
        | Stage::Rendered { .. } => Standing::Live,
    }
}
