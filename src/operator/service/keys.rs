//! The provider's keys and models, as operators see them.

use std::time::Duration;

use futures_util::future::join_all;

use super::answer::{KeyLine, ModelLine};
use super::ask::{Key, Keys, Models};
use super::desk::{Answerable, Desk};
use super::provider::Provider;
use crate::base::time::Timestamp;
use crate::rules::domain::deed::Resting;
use crate::rules::domain::deed::refusal::Refusal;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::Fingerprint;
use crate::rules::domain::keyring::Rest;
use crate::shop::deeds::{By, Judged};
use crate::shop::verdict;
use crate::store::{Snapshot, StoreError};

/// An operator does not wait longer for what an account has left.
const PATIENCE: Duration = Duration::from_secs(15);

impl Answerable for Keys {
    async fn answer(self, desk: &Desk, by: By) -> Judged<Vec<KeyLine>> {
        let Some(provider) = (desk.provider)() else {
            return Ok(Err(Refusal::NoConfig));
        };
        let rests = rests_of_keys(&provider, &desk.store.snapshot()?)?;
        Ok(Ok(keys(&provider, rests, by.at).await))
    }
}

impl Answerable for Key {
    async fn answer(self, desk: &Desk, _: By) -> Judged<Fingerprint> {
        let provider = (desk.provider)().ok_or(Refusal::NoConfig);
        Ok(provider.and_then(|provider| key(&provider, &self.begin)))
    }
}

impl Answerable for Models {
    async fn answer(self, desk: &Desk, by: By) -> Judged<Vec<ModelLine>> {
        let Some(provider) = (desk.provider)() else {
            return Ok(Err(Refusal::NoConfig));
        };
        let see = move |snapshot: &Snapshot| models(&provider, snapshot, by.at);
        Ok(Ok(desk.see(see).await?))
    }
}

/// Every key: whether it rests, and what its account has left.
pub async fn keys(provider: &Provider, rests: Vec<Option<Rest>>, now: Timestamp) -> Vec<KeyLine> {
    let lines = provider
        .keys
        .iter()
        .zip(rests)
        .map(async |((fingerprint, key), rest)| {
            let asked = tokio::time::timeout(PATIENCE, provider.kie.credits(key)).await;
            let (credits, trouble) = match asked {
                Ok(Ok(credits)) => (Some(credits), None),
                Ok(Err(error)) => (None, Some(error.failure.kind.name().to_owned())),
                Err(_) => (None, Some("no answer".to_owned())),
            };
            let (until, why) = lasting(rest, now);
            KeyLine {
                key: fingerprint.to_string(),
                until,
                why,
                credits,
                trouble,
            }
        });
    join_all(lines).await
}

/// The rests of all keys.
pub fn rests_of_keys(
    provider: &Provider,
    snapshot: &Snapshot,
) -> Result<Vec<Option<Rest>>, StoreError> {
    let keys = provider.keys.iter();
    keys.map(|(fingerprint, _)| snapshot.rest(&verdict::key_rest(*fingerprint)))
        .collect()
}

/// The chain of models, with who rests.
pub fn models(
    provider: &Provider,
    snapshot: &Snapshot,
    now: Timestamp,
) -> Result<Vec<ModelLine>, StoreError> {
    let chain = provider.chain.iter();
    chain
        .map(|name| {
            let (until, why) = lasting(snapshot.rest(&verdict::model_rest(name))?, now);
            let known = provider.models.get(name);
            Ok(ModelLine {
                model: name.0.clone(),
                title: known.map_or_else(String::new, |model| model.title.clone()),
                credits: known.map_or(0.0, |model| model.credits),
                until,
                why,
            })
        })
        .collect()
}

/// Until when and why, if it still lasts.
fn lasting(rest: Option<Rest>, now: Timestamp) -> (Option<u64>, Option<String>) {
    match rest.filter(|rest| rest.lasts(now)) {
        Some(rest) => (Some(rest.until.0), Some(why(rest.why))),
        None => (None, None),
    }
}

/// Why something rests, in a word.
pub fn why(kind: Kind) -> String {
    match kind {
        Kind::Cancelled => "operator".to_owned(),
        Kind::UserViolation
        | Kind::Billing
        | Kind::RateLimit
        | Kind::Temporary
        | Kind::Unknown
        | Kind::ModelOff
        | Kind::BadPhoto
        | Kind::OutputRefused => kind.name().to_owned(),
    }
}

/// Whether the configuration has it.
pub(super) fn has(provider: &Provider, what: &Resting) -> Result<(), Refusal> {
    match what {
        Resting::Key(key) => {
            let known = provider
                .keys
                .iter()
                .any(|(fingerprint, _)| fingerprint == key);
            known
                .then_some(())
                .ok_or_else(|| Refusal::NoKey(key.to_string()))
        }
        Resting::Model(name) if provider.chain.contains(name) => Ok(()),
        Resting::Model(name) => {
            let chain: Vec<_> = provider.chain.iter().map(|m| m.0.as_str()).collect();
            Err(Refusal::NoModel {
                name: name.0.clone(),
                chain: chain.join(", "),
            })
        }
    }
}

/// The key whose fingerprint begins so.
fn key(provider: &Provider, begin: &str) -> Result<Fingerprint, Refusal> {
    let begin = begin.to_lowercase();
    let keys = provider.keys.iter().map(|(fingerprint, _)| *fingerprint);
    let found: Vec<_> = keys
        .filter(|fingerprint| fingerprint.to_string().starts_with(&begin))
        .collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(Refusal::NoKey(begin)),
        [_, _, ..] => Err(Refusal::ManyKeys(begin)),
    }
}
