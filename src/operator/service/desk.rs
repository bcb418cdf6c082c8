//! The desk that answers operators, whichever way they come.

use std::path::PathBuf;
use std::sync::Arc;

use super::ask::Question;
use super::place::Place;
use super::provider::Provider;
use super::reload::Reloads;
use crate::base::aside;
use crate::base::clock::Clock;
use crate::rules::domain::act::Who;
use crate::shop::backup::front::Front;
use crate::shop::deeds::{By, Judged};
use crate::store::{Snapshot, Store, StoreError};

/// What the configuration says of the provider at the moment; nothing without a configuration.
pub type Providing = Arc<dyn Fn() -> Option<Provider> + Send + Sync>;

/// Answers operators. Clones share everything.
#[derive(Clone)]
pub struct Desk {
    pub store: Store,
    pub clock: Clock,
    /// Where a backup is asked for, and how things stand with them.
    pub backups: Arc<Front>,
    pub provider: Providing,
    /// Where the shop is.
    pub place: Place,
    /// Who reloads; nobody when a file is asked.
    pub reloads: Option<Reloads>,
}

/// A question that the desk answers.
pub trait Answerable: Question {
    fn answer(self, desk: &Desk, by: By) -> impl Future<Output = Judged<Self::Answer>> + Send;
}

impl Desk {
    /// A desk that knows neither the provider nor the place.
    pub fn bare(store: Store, clock: Clock) -> Self {
        let place = Place {
            file: PathBuf::new(),
            since: None,
        };
        Self {
            store,
            clock,
            backups: Arc::default(),
            provider: Arc::new(|| None),
            place,
            reloads: None,
        }
    }

    /// Answers one question of `who`.
    pub async fn ask<Q: Answerable>(&self, who: Who, question: Q) -> Judged<Q::Answer> {
        let at = self.clock.now();
        question.answer(self, By { who, at }).await
    }

    /// Reads where it holds nobody up.
    pub(super) async fn see<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Snapshot) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let snapshot = self.store.snapshot()?;
        let seen = aside::run(move || look(&snapshot)).await;
        seen.map_err(|_| StoreError::Panicked)?
    }
}
