//! Looks at tasks whose jobs no longer wait for them: a video that comes late is the job's, or a gift.

use super::Worker;
use crate::edge::provider::{Fetched, Look};
use crate::rules::domain::late::Late;
use crate::shop::late;
use crate::shop::verdict::{self, Found};
use crate::store::{StoreError, Txn};

/// So many of them are looked at at once: nobody waits.
pub(super) const AT_ONCE: usize = 4;

impl Worker {
    /// Looks at a late task once.
    pub(super) async fn look_late(&self, late: Late) -> Result<(), StoreError> {
        let Some(secret) = self.parts.keys.secret(late.route.key) else {
            return self.looked_late(late).await;
        };
        match self.parts.kie.look(secret, &late.task).await {
            Ok(Look::Ready { urls, credits }) => {
                let credits = credits.unwrap_or_default();
                let found = self.found_late(&late, &urls, credits).await?;
                tracing::info!(job.id = late.job.0, ?found, "a video came late");
                match found {
                    Found::Gift => self.give(late, &urls, credits).await,
                    Found::Rescued => {
                        self.burned(&late.route, Some(credits));
                        self.forget(late.job);
                        Ok(())
                    }
                    Found::Surplus => Ok(()),
                }
            }
            Ok(Look::Failed { credits, .. }) => {
                self.burned(&late.route, credits);
                let strike = move |txn: &mut Txn<'_>| late::failed(txn, late.job, &late.task);
                self.parts.store.write(strike).await
            }
            Ok(Look::Running | Look::NotYet | Look::NoVideo { .. } | Look::Unread { .. })
            | Err(_) => self.looked_late(late).await,
        }
    }

    async fn found_late(
        &self,
        late: &Late,
        urls: &[String],
        credits: f64,
    ) -> Result<Found, StoreError> {
        let (now, shop) = (self.parts.clock.now(), self.parts.store.shop());
        let (late, urls) = (late.clone(), urls.to_vec());
        let found = move |txn: &mut Txn<'_>| verdict::found(txn, &shop, &late, &urls, credits, now);
        self.parts.store.write(found).await
    }

    /// Fetches a video whose credit has gone back, and gives it away; one that cannot be had is tried again later.
    async fn give(&self, late: Late, urls: &[String], credits: f64) -> Result<(), StoreError> {
        let (url, large) = match self.fetched(late.job, urls).await {
            Ok(Fetched::Whole { url, .. }) => (url, false),
            Ok(Fetched::Large { url }) => (url, true),
            Err(error) => {
                tracing::warn!(%error, job.id = late.job.0, "a late video could not be fetched yet");
                return self.looked_late(late).await;
            }
        };
        self.burned(&late.route, Some(credits));
        let (now, shop) = (self.parts.clock.now(), self.parts.store.shop());
        let job = late.job;
        let give =
            move |txn: &mut Txn<'_>| verdict::gift(txn, &shop, &late, &url, large, credits, now);
        if !self.parts.store.write(give).await? {
            // No note speaks of it.
            let file = self.parts.choices.videos.join(format!("{job}.mp4"));
            let _ = std::fs::remove_file(file);
        }
        Ok(())
    }

    /// The next look comes later.
    async fn looked_late(&self, late: Late) -> Result<(), StoreError> {
        let now = self.parts.clock.now();
        let again = move |txn: &mut Txn<'_>| late::looked(txn, late.job, &late.task, now);
        self.parts.store.write(again).await
    }
}
