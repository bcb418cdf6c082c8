//! Feels every night whether the models of the chain live, so that operators hear of a death before an order does.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Pool;
use crate::base::time::Timestamp;
use crate::edge::provider::Pulse;
use crate::rules::domain::id::{Fingerprint, ModelName};
use crate::shop::verdict::{self, key_rest};
use crate::store::{StoreError, Txn};

/// Every day at this time, UTC: night in the shop's part of the world, after the audit.
const NIGHT: Duration = Duration::from_secs(105 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Two models are asked for so far apart: orders come first.
const PACE: Duration = Duration::from_secs(5);
/// A model whose answer said nothing is asked for again after this time.
const AGAIN: Duration = Duration::from_secs(10 * 60);
/// But no more often than this in a night.
const ROUNDS: u32 = 6;

impl Pool {
    /// Feels pulses every night until told to stop.
    pub async fn watch_models(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let nights = async {
            let mut billed = HashSet::new();
            loop {
                self.clock.sleep_until(next_night(self.clock.now())).await;
                self.feel_all(&mut billed).await;
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = nights => {}
        }
        Ok(())
    }

    /// Feels every model of the chain; `billed` are those that make tasks of nothing, which are left alone.
    async fn feel_all(&self, billed: &mut HashSet<ModelName>) {
        let mut left = self.parts.now().choices.chain.clone();
        for round in 1..=ROUNDS {
            let mut unsure = Vec::new();
            left.retain(|model| !billed.contains(model));
            for model in left {
                match self.feel(&model).await {
                    Ok(Some(Pulse::Unsure(_))) => unsure.push(model),
                    Ok(Some(Pulse::Billed)) => {
                        tracing::error!(%model, "the provider made a task of nothing: its pulse is felt no more");
                        billed.insert(model);
                    }
                    Ok(Some(Pulse::Beats | Pulse::Off | Pulse::NoSuch) | None) => {}
                    Err(error) => tracing::warn!(%error, "a model's pulse could not be stored"),
                }
                self.clock.sleep(PACE).await;
            }
            left = unsure;
            if left.is_empty() || round == ROUNDS {
                break;
            }
            self.clock.sleep(AGAIN).await;
        }
        if !left.is_empty() {
            tracing::warn!(
                models = left.len(),
                "no answer says whether these models live"
            );
        }
    }

    /// Feels one model's pulse, in a place among the creations of a key that does not rest; nothing without one.
    async fn feel(&self, model: &ModelName) -> Result<Option<Pulse>, StoreError> {
        let parts = self.parts.now();
        let Some(key) = self.awake_key()? else {
            return Ok(None);
        };
        while let Err(free) = parts.keys.squeeze_in(key, self.clock.now()) {
            self.clock.sleep_until(free).await;
        }
        let Some(secret) = parts.keys.secret(key) else {
            return Ok(None);
        };
        let pulse = parts.kie.pulse(secret, model).await;
        tracing::debug!(%model, ?pulse, "a model's pulse is felt");
        let lives = match pulse {
            Pulse::Beats => true,
            Pulse::Off | Pulse::NoSuch => false,
            Pulse::Unsure(_) | Pulse::Billed => return Ok(Some(pulse)),
        };
        let (shop, now, model) = (self.store.shop(), self.clock.now(), model.clone());
        let chain = parts.choices.chain.clone();
        let felt = move |txn: &mut Txn<'_>| verdict::felt(txn, &shop, &model, lives, &chain, now);
        self.store.try_write(felt).await?;
        Ok(Some(pulse))
    }

    fn awake_key(&self) -> Result<Option<Fingerprint>, StoreError> {
        let (snapshot, now) = (self.store.snapshot()?, self.clock.now());
        for key in self.parts.now().keys.fingerprints() {
            let rest = snapshot.rest(&key_rest(key))?;
            if rest.is_none_or(|rest| !rest.lasts(now)) {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }
}

fn next_night(now: Timestamp) -> Timestamp {
    let (day, night) = (DAY.as_millis() as u64, NIGHT.as_millis() as u64);
    let today = now.0 / day * day + night;
    Timestamp(if today > now.0 { today } else { today + day })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_night_comes_once() {
        // 2026-01-22 12:00:00 UTC.
        let noon = Timestamp(1_769_083_200_000);
        let night = next_night(noon);
        assert_eq!(night.since(noon), Duration::from_secs((13 * 60 + 45) * 60));
        assert_eq!(next_night(night).since(night), DAY);
    }
}
