//! The provider's keys and models, as operators see them.

use std::time::Duration;

use futures_util::future::join_all;
use secrecy::SecretString;

use super::answer::{KeyLine, ModelLine};
use super::ask;
use super::refusal::Refusal;
use crate::base::time::Timestamp;
use crate::edge::provider::kie::{Kie, Models};
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::{KeyPrint, ModelName};
use crate::rules::domain::keyring::Rest;
use crate::rules::domain::strange::Strange;
use crate::rules::failures::Meaning;
use crate::shop::deeds::Tired;
use crate::shop::verdict;
use crate::store::{Snapshot, StoreError};

/// An operator does not wait longer for what an account has left.
const PATIENCE: Duration = Duration::from_secs(15);

/// What the configuration says of the provider.
#[derive(Clone)]
pub struct Provider {
    pub kie: Kie,
    /// Its keys, in order.
    pub keys: Vec<(KeyPrint, SecretString)>,
    /// The chain of models, first choice first.
    pub chain: Vec<ModelName>,
    /// What is known of models.
    pub models: Models,
}

impl Provider {
    /// Whether the table of failures knows by now what nobody knew.
    pub fn knows(&self, strange: &Strange) -> bool {
        let table = self.kie.ear().failures();
        match table.read(Some(strange.code), &strange.text).meaning {
            Some(Meaning::Request) => !strange.request,
            meaning => meaning.is_some(),
        }
    }
}

/// Every key: whether it rests, and what its account has left.
pub async fn keys(provider: &Provider, rests: Vec<Option<Rest>>, now: Timestamp) -> Vec<KeyLine> {
    let lines = provider
        .keys
        .iter()
        .zip(rests)
        .map(async |((print, key), rest)| {
            let asked = tokio::time::timeout(PATIENCE, provider.kie.credits(key)).await;
            let (credits, trouble) = match asked {
                Ok(Ok(credits)) => (Some(credits), None),
                Ok(Err(error)) => (None, Some(error.failure.kind.name().to_owned())),
                Err(_) => (None, Some("no answer".to_owned())),
            };
            let (until, why) = lasting(rest, now);
            KeyLine {
                key: print.to_string(),
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
    sight: &Snapshot,
) -> Result<Vec<Option<Rest>>, StoreError> {
    let keys = provider.keys.iter();
    keys.map(|(print, _)| sight.rest(&verdict::key_rest(*print)))
        .collect()
}

/// The chain of models, with who rests.
pub fn models(
    provider: &Provider,
    sight: &Snapshot,
    now: Timestamp,
) -> Result<Vec<ModelLine>, StoreError> {
    let chain = provider.chain.iter();
    chain
        .map(|name| {
            let (until, why) = lasting(sight.rest(&verdict::model_rest(name))?, now);
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

/// The key or model that is meant.
pub fn find(provider: &Provider, tired: &ask::Tired) -> Result<Tired, Refusal> {
    match tired {
        ask::Tired::Key(begin) => {
            let begin = begin.to_lowercase();
            let keys = provider.keys.iter().map(|(print, _)| *print);
            let found: Vec<_> = keys
                .filter(|print| print.to_string().starts_with(&begin))
                .collect();
            match found[..] {
                [one] => Ok(Tired::Key(one)),
                [] => Err(Refusal::NoKey(begin)),
                [_, _, ..] => Err(Refusal::ManyKeys(begin)),
            }
        }
        ask::Tired::Model(name) => {
            let found = provider.chain.iter().find(|model| model.0 == *name);
            found.cloned().map(Tired::Model).ok_or_else(|| {
                let chain: Vec<_> = provider.chain.iter().map(|m| m.0.as_str()).collect();
                Refusal::NoModel {
                    name: name.clone(),
                    chain: chain.join(", "),
                }
            })
        }
    }
}
