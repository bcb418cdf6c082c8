//! A photo's way to a provider that cannot come to us: uploaded once in each attempt, before the call that costs
//! money.
//!
//! Where it lies is kept in memory only. An upload is free, so after a restart, or with another key, there is
//! another one; and so it is with a retry, for the provider keeps a file for a day only and may have lost it.

use std::collections::HashMap;
use std::sync::{MutexGuard, PoisonError};

use super::{Stepped, Upload, Worker};
use crate::base::failpoints;
use crate::edge::provider::UploadError;
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::{Fingerprint, JobId};
use crate::rules::domain::job::Job;
use crate::shop::verdict::Blow;
use crate::store::StoreError;

impl Worker {
    /// Where the provider finds the job's photo; nothing while it must be uploaded with `key` first.
    pub(super) fn photo_url(&self, job: &Job, key: Fingerprint) -> Option<String> {
        match &self.parts.choices.photos_at {
            Some(base) => Some(format!("{base}/p/{}.jpg", job.photo)),
            None => {
                let uploads = self.uploads();
                let upload = uploads.get(&job.id).filter(|upload| upload.key == key);
                upload.map(|upload| upload.url.clone())
            }
        }
    }

    /// Uploads the job's photo; the job can be submitted then.
    pub(super) async fn upload(&self, job: &Job, key: Fingerprint) -> Result<Stepped, StoreError> {
        let Some(secret) = self.parts.keys.secret(key) else {
            return Ok(Stepped::Off);
        };
        let Some(name) = name() else {
            let failure = Failure::new(Kind::Temporary, Source::Shop);
            return self.fail(job, failure).await;
        };
        let photo = self.parts.photos.path(job.user, job.photo);
        failpoints::reach("upload.before");
        let uploaded = self.parts.kie.upload(secret, &photo, &name).await;
        failpoints::reach("upload.after");
        match uploaded {
            Ok(url) => {
                tracing::debug!("a photo is uploaded");
                self.uploads().insert(job.id, Upload { key, url });
                Ok(Stepped::On)
            }
            Err(UploadError::Failed(failure)) => {
                let blow = Blow {
                    key: Some(key),
                    ..Blow::new(job, failure)
                };
                self.fail_with(job, blow).await
            }
            Err(UploadError::Disk(error)) => {
                tracing::warn!(%error, "a photo could not be read for its upload");
                let failure = Failure::new(Kind::Temporary, Source::Shop);
                self.fail(job, failure).await
            }
        }
    }

    pub(super) fn uploads(&self) -> MutexGuard<'_, HashMap<JobId, Upload>> {
        let uploads = self.desk.uploads.lock();
        uploads.unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name nobody can guess, of nobody and never used before; nothing if the system has no chance to give.
fn name() -> Option<String> {
    let mut chance = [0; 16];
    getrandom::fill(&mut chance).ok()?;
    Some(format!("{:032x}.jpg", u128::from_be_bytes(chance)))
}
