//! Watches how the shop fares, and tells operators before sellers do: the queue, the outbox, failures, credits.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::base::aside;
use crate::base::clock::Clock;
use crate::base::live::Live;
use crate::base::time::Timestamp;
use crate::operator::service::{Provider, keys};
use crate::rules::domain::alert::{Alert, Alerting, Topic};
use crate::rules::domain::failure::Kind;
use crate::rules::domain::strange::Strange;
use crate::rules::domain::tally::{HOUR, SLOT, Tally, begin};
use crate::shop::alerts;
use crate::store::{Snapshot, Store, StoreError, Txn};

/// How often the shop is looked at.
const EVERY: Duration = Duration::from_secs(60);
/// How often the provider is asked what its accounts have left.
const CREDITS_EVERY: Duration = Duration::from_secs(10 * 60);

/// Who watches.
pub struct Watch {
    pub store: Store,
    pub clock: Clock,
    /// The provider, whose credits are counted.
    pub provider: Live<Provider>,
}

/// What was seen of one topic.
enum Seen {
    /// It is as it must not be.
    Bad(Alert),
    /// It is well; what to say if it was not.
    Well(Alert),
    /// Neither so bad nor so well that anything is said.
    Between,
}

impl Watch {
    /// Watches until told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let watch = async { tokio::join!(self.shop(), self.credits()) };
        tokio::select! {
            () = stop.cancelled() => {}
            _ = watch => {}
        }
        Ok(())
    }

    async fn shop(&self) {
        loop {
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "nobody could look how the shop fares");
            }
            self.clock.sleep(EVERY).await;
        }
    }

    async fn look(&self) -> Result<(), StoreError> {
        let (now, shop) = (self.clock.now(), self.store.shop());
        let snapshot = self.store.snapshot()?;
        let look = move || {
            let wanted = &shop.alerts;
            Ok::<_, StoreError>([
                queue(&snapshot, wanted, now)?,
                outbox(&snapshot, wanted, now)?,
                failures(&snapshot, wanted, now)?,
            ])
        };
        let seen = aside::run(look).await;
        for seen in seen.map_err(|_| StoreError::Panicked)?? {
            self.tell(seen, now).await?;
        }
        let quiet = self.store.snapshot()?.raised()?.is_empty();
        if quiet {
            return Ok(());
        }
        let shop = self.store.shop();
        let provider = self.provider.now();
        let catch_up = move |txn: &mut Txn<'_>| {
            let knows = |strange: &Strange| provider.knows(strange);
            alerts::no_longer_strange(txn, &shop, knows, now)?;
            alerts::catch_up(txn, &shop, now)
        };
        self.store.try_write(catch_up).await
    }

    /// Asks what the provider's accounts have left, if anybody wants to know.
    async fn credits(&self) {
        loop {
            self.clock.sleep(CREDITS_EVERY).await;
            let shop = self.store.shop();
            let (floor, now) = (shop.alerts.credits_below, self.clock.now());
            if floor == 0 || shop.alerts.off.contains(&Topic::Credits) {
                continue;
            }
            let provider = self.provider.now();
            let rests = provider.keys.iter().map(|_| None).collect();
            let keys = keys::keys(&provider, rests, now).await;
            let seen = credits(keys.iter().map(|key| key.credits), floor);
            if let Err(error) = self.tell(seen, now).await {
                tracing::warn!(%error, "operators could not be told of the provider's credits");
            }
        }
    }

    async fn tell(&self, seen: Seen, now: Timestamp) -> Result<(), StoreError> {
        let shop = self.store.shop();
        let (alert, bad) = match seen {
            Seen::Bad(alert) => (alert, true),
            Seen::Well(alert) => (alert, false),
            Seen::Between => return Ok(()),
        };
        let cause = alert.topic().word();
        let raised = self.store.snapshot()?.raised()?;
        let raised = raised.iter().any(|(known, _)| known == cause);
        if !(raised || bad && shop.alerts.has(&alert)) {
            return Ok(());
        }
        if bad && !raised {
            tracing::warn!(?alert, "operators are told");
        }
        let tell = move |txn: &mut Txn<'_>| match bad {
            true => alerts::lasts(txn, &shop, cause, &alert, now),
            false => alerts::recovered(txn, &shop, cause, &alert, now),
        };
        self.store.try_write(tell).await
    }
}

/// Bad from `limit` on, well below half of it, so that nothing flaps.
fn judge(
    age: Option<Duration>,
    limit: Duration,
    bad: impl FnOnce(u64) -> Alert,
    well: Alert,
) -> Seen {
    match age {
        Some(age) if age >= limit => Seen::Bad(bad(age.as_secs() / 60)),
        Some(age) if age * 2 >= limit => Seen::Between,
        Some(_) | None => Seen::Well(well),
    }
}

fn queue(snapshot: &Snapshot, wanted: &Alerting, now: Timestamp) -> Result<Seen, StoreError> {
    let age = snapshot.oldest_queued()?.map(|at| now.since(at));
    let bad = |minutes| Alert::QueueLate { minutes };
    Ok(judge(age, wanted.queued_longer, bad, Alert::QueueMoves))
}

fn outbox(snapshot: &Snapshot, wanted: &Alerting, now: Timestamp) -> Result<Seen, StoreError> {
    let waiting = snapshot.counters()?.chats;
    let age = snapshot.oldest_note()?.map(|at| now.since(at));
    let bad = |minutes| Alert::Unsent { minutes, waiting };
    Ok(judge(age, wanted.unsent_longer, bad, Alert::SentAgain))
}

fn failures(snapshot: &Snapshot, wanted: &Alerting, now: Timestamp) -> Result<Seen, StoreError> {
    // Nothing older than an hour: of its sixth rows only those that lie within it wholly.
    let from = begin(now, SLOT).minus(HOUR.saturating_sub(SLOT));
    let mut hour = Tally::default();
    for (_, tally) in snapshot.tallies(from)? {
        hour.add(&tally);
    }
    let videos = hour.all();
    let failed = videos.failed.iter().filter(|(kind, _)| is_ours(**kind));
    let failed: u64 = failed.map(|(_, n)| n).sum();
    let ended = videos.done + failed;
    let percent = (failed * 100).checked_div(ended).unwrap_or_default();
    Ok(
        if ended >= wanted.failing_least && percent >= wanted.failing_percent {
            Seen::Bad(Alert::Failing { failed, ended })
        } else if videos.done > 0 && percent * 2 < wanted.failing_percent {
            // An hour without a video tells nothing.
            Seen::Well(Alert::FailingOver)
        } else {
            Seen::Between
        },
    )
}

/// What is to be said of what each key has left, as far as it answered.
fn credits(keys: impl Iterator<Item = Option<f64>> + Clone, floor: u64) -> Seen {
    // Keys of one account have one balance: what they have cannot be added up.
    let Some(least) = keys.clone().flatten().reduce(f64::min) else {
        return Seen::Between;
    };
    let left = least.max(0.0) as u64;
    let silent = keys.into_iter().any(|key| key.is_none());
    match left < floor {
        true => Seen::Bad(Alert::CreditsLow { left }),
        // The poorest may be among those that did not answer.
        false if silent => Seen::Between,
        false => Seen::Well(Alert::CreditsBack { left }),
    }
}

/// Whether a failure is not the seller's, nor an operator's wish.
fn is_ours(kind: Kind) -> bool {
    match kind {
        Kind::Billing
        | Kind::RateLimit
        | Kind::Temporary
        | Kind::Unknown
        | Kind::ModelOff
        | Kind::OutputRefused => true,
        Kind::UserViolation | Kind::BadPhoto | Kind::Cancelled => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_does_not_answer_is_no_all_clear() {
        let of = |keys: &[Option<f64>]| match credits(keys.iter().copied(), 500) {
            Seen::Bad(Alert::CreditsLow { left }) => (true, left),
            Seen::Well(Alert::CreditsBack { left }) => (false, left),
            Seen::Between | Seen::Bad(_) | Seen::Well(_) => (false, 0),
        };
        assert_eq!(of(&[Some(499.9), Some(9000.0)]), (true, 499));
        assert_eq!(of(&[Some(100.0), None]), (true, 100));
        assert_eq!(of(&[Some(500.0), Some(9000.0)]), (false, 500));
        assert_eq!(of(&[None, Some(9000.0)]), (false, 0));
        assert_eq!(of(&[None]), (false, 0));
    }
}
