//! The daemon's parts at work. One that fails, panics or ends by itself is begun again, and the others go on meanwhile;
//! operators hear of what keeps failing.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::base::clock::Clock;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::part::Part;
use crate::shop::alerts;
use crate::store::{Store, StoreError, Txn};

/// The pause before a part is begun again; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(1);
/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// Operators hear of a part that has failed so often in a row.
const BORNE: u32 = 3;
/// A part that has worked for so long works.
const WELL: Duration = Duration::from_secs(10 * 60);

/// Whoever sees to it that the parts work.
pub struct Crew {
    store: Store,
    clock: Clock,
    stop: CancellationToken,
    actors: JoinSet<anyhow::Result<()>>,
}

impl Crew {
    /// Nobody works yet; all do until told to stop.
    pub fn new(store: Store, clock: Clock, stop: CancellationToken) -> Self {
        Self {
            store,
            clock,
            stop,
            actors: JoinSet::new(),
        }
    }

    /// Has a part do its work; `begin` is asked for that as often as it must begin again.
    pub fn takes<F>(
        &mut self,
        part: Part,
        begin: impl FnMut(CancellationToken) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let tender = Tender {
            part,
            store: self.store.clone(),
            clock: self.clock.clone(),
            stop: self.stop.clone(),
        };
        self.actors.spawn(async {
            tender.tend(begin).await;
            Ok(())
        });
    }

    /// Has somebody work without whom there is no daemon.
    pub fn needs(&mut self, actor: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        self.actors.spawn(actor);
    }

    /// Everybody at work.
    pub fn into_actors(self) -> JoinSet<anyhow::Result<()>> {
        self.actors
    }
}

/// Whoever tends one part.
struct Tender {
    part: Part,
    store: Store,
    clock: Clock,
    stop: CancellationToken,
}

impl Tender {
    /// A store that is closing, or whose file is beyond use, ends the process by itself, and this.
    async fn tend<F>(self, mut begin: impl FnMut(CancellationToken) -> F)
    where
        F: Future<Output = Result<(), StoreError>> + Send + 'static,
    {
        let (mut failed, mut pause) = (0_u32, FIRST);
        loop {
            let mut work = AbortOnDropHandle::new(tokio::spawn(begin(self.stop.clone())));
            let ended = tokio::select! {
                ended = &mut work => ended,
                () = self.clock.sleep(WELL) => {
                    (failed, pause) = (0, FIRST);
                    self.tell_it_works().await;
                    work.await
                }
            };
            let why = match ended {
                Ok(Err(StoreError::CommitUnknown | StoreError::Closed)) => return,
                _ if self.stop.is_cancelled() => return,
                Ok(Ok(())) => "it has ended by itself".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it has panicked".to_owned(),
            };
            failed = failed.saturating_add(1);
            let part = self.part.word();
            tracing::error!(part, why, failed, "a part of the daemon is begun again");
            if failed >= BORNE {
                self.tell_it_fails(why).await;
            }
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.clock.sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST);
        }
    }

    async fn tell_it_fails(&self, why: String) {
        let (shop, now, cause) = (self.store.shop(), self.clock.now(), self.cause());
        let part = self.part;
        let alert = Alert::PartFails { part, why };
        let tell = move |txn: &mut Txn<'_>| alerts::lasts(txn, &shop, &cause, &alert, now);
        self.told(self.store.try_write(tell).await);
    }

    async fn tell_it_works(&self) {
        let (shop, now, cause) = (self.store.shop(), self.clock.now(), self.cause());
        let raised = self.store.snapshot().and_then(|snapshot| snapshot.raised());
        if !raised.is_ok_and(|raised| raised.iter().any(|(known, _)| *known == cause)) {
            return;
        }
        let over = Alert::PartWorks { part: self.part };
        let tell = move |txn: &mut Txn<'_>| alerts::recovered(txn, &shop, &cause, &over, now);
        self.told(self.store.try_write(tell).await);
    }

    fn cause(&self) -> String {
        format!("part:{}", self.part.word())
    }

    fn told(&self, told: Result<(), StoreError>) {
        if let Err(error) = told {
            let part = self.part.word();
            tracing::warn!(%error, part, "operators could not be told of a part of the daemon");
        }
    }
}

#[cfg(test)]
mod tests;
