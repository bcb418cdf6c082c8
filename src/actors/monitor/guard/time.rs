//! The clock, looked after: what it shows is kept for the next start, and operators hear of one that was set.

use std::time::Duration;

use super::Guard;
use crate::rules::domain::alert::Alert;
use crate::shop::{alerts, reckoning};
use crate::store::{StoreError, Txn};

/// How often what the clock shows is kept.
const EVERY: Duration = Duration::from_secs(60);
/// Operators hear of a clock that was set by so much, in milliseconds; less is made up for within two hours.
const FAR: u64 = 10 * 60 * 1000;
/// It is over when what we go by is so close to it.
const CLOSE: u64 = 60 * 1000;
/// The cause under which it is told.
const CAUSE: &str = "clock";

impl Guard {
    /// Moves what was planned by a clock that was set since. To be called before the actors start.
    pub async fn reckon(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let begin = move |txn: &mut Txn<'_>| reckoning::begin(txn, now);
        let by_ms = self.store.write(begin).await?;
        if by_ms != 0 {
            tracing::warn!(
                by_ms,
                "the machine's clock was set: what was planned is moved along"
            );
        }
        Ok(())
    }

    /// Keeps what the clock shows, for as long as the process lives.
    pub(super) async fn time(&self) {
        loop {
            self.clock.sleep(EVERY).await;
            if let Err(error) = self.keep_time().await {
                tracing::warn!(%error, "what the clock shows could not be kept");
            }
        }
    }

    async fn keep_time(&self) -> Result<(), StoreError> {
        let (now, wall, shop) = (self.clock.now(), self.clock.wall(), self.store.shop());
        let apart = now.0.abs_diff(wall.0);
        let minutes = apart / 60_000;
        let alert = match wall > now {
            true => Alert::ClockAhead { minutes },
            false => Alert::ClockBack { minutes },
        };
        let raised = self.store.snapshot()?.raised()?;
        let raised = raised.iter().any(|(cause, _)| cause == CAUSE);
        let (begins, ends) = (!raised && apart >= FAR, raised && apart < CLOSE);
        if begins {
            tracing::warn!(
                ?alert,
                "the machine's clock was set; what we go by approaches it little by little"
            );
        }
        let keep = move |txn: &mut Txn<'_>| {
            reckoning::keep(txn, now, wall)?;
            match (begins, ends) {
                // It lasts for days, and nothing more is to be said meanwhile.
                (true, _) => alerts::alert(txn, &shop, CAUSE, &alert, now),
                (_, true) => alerts::recovered(txn, &shop, CAUSE, &Alert::ClockFine, now),
                (false, false) => Ok(()),
            }
        };
        self.store.try_write(keep).await
    }
}
