//! The video provider's keys and models, and the author of scripts.

use std::time::Duration;

use futures_util::future::join_all;
use secrecy::SecretString;

use super::finding::{Finding, Grade};
use super::patient::{PATIENCE, Patient};
use crate::daemon::made;
use crate::edge::author::Pulse as Author;
use crate::edge::http;
use crate::edge::provider::Pulse;
use crate::operator::service::Provider;
use crate::rules::domain::failure::{Failure, Kind};
use crate::rules::domain::id::Fingerprint;

/// Two models are asked for so far apart: the provider takes about two requests a second.
const PACE: Duration = Duration::from_millis(550);
/// An account with less than what so many of its first model's videos cost is told of.
const VIDEOS: f64 = 20.0;

/// Keys with their credits, then models.
pub async fn videos(patient: &Patient) -> Vec<Finding> {
    let known = || -> anyhow::Result<Provider> {
        let http = http::client(patient.root.as_deref(), Some(PATIENCE))?;
        made::provider(&patient.config, &patient.data, http)
    };
    let provider = match known() {
        Ok(provider) => provider,
        Err(error) => {
            let remedy = "mend models.toml or kie.models";
            return vec![Finding::fail("models", format!("{error:#}"), remedy)];
        }
    };
    let keys = provider.keys.iter();
    let accounts = keys.map(|(fingerprint, key)| account(&provider, *fingerprint, key));
    let accounts = join_all(accounts).await;
    // A key that is refused says nothing about models.
    let keys = provider.keys.iter().zip(&accounts);
    let works = keys.filter(|(_, account)| account.grade == Grade::Ok);
    let mut works: Vec<_> = works.map(|((_, key), _)| key).collect();
    if works.is_empty() {
        works.push(&provider.keys[0].1);
    }
    let models = models(&provider, &works).await;
    accounts.into_iter().chain(models).collect()
}

async fn account(provider: &Provider, fingerprint: Fingerprint, key: &SecretString) -> Finding {
    let price = provider.chain.iter();
    let price = price
        .filter_map(|name| provider.models.get(name))
        .map(|model| model.credits)
        .fold(0.0, f64::max);
    match provider.kie.credits(key).await {
        Ok(credits) if credits < price => Finding::fail(
            "kie key",
            format!("{fingerprint} has {credits} credits left, a video takes up to {price}"),
            "top the account up at the provider",
        ),
        Ok(credits) if credits < VIDEOS * price => Finding::warn(
            "kie key",
            format!("{fingerprint} has {credits} credits left, a video takes up to {price}"),
            "top the account up at the provider",
        ),
        Ok(credits) => Finding::ok(
            "kie key",
            format!("{fingerprint} has {credits} credits left"),
        ),
        Err(error) => {
            let found = format!("{fingerprint}: {}", told(error.failure));
            Finding::fail(
                "kie key",
                found,
                "look at the key in the provider's settings",
            )
        }
    }
}

/// The keys take turns, so that no order's key is asked too often.
async fn models(provider: &Provider, keys: &[&SecretString]) -> Vec<Finding> {
    let mut pulses = Vec::new();
    for (name, key) in provider.chain.iter().zip(keys.iter().cycle()) {
        if !pulses.is_empty() {
            // Paced as creations are: a daemon may be asking for videos with this key meanwhile.
            tokio::time::sleep(PACE).await;
        }
        pulses.push((name, provider.kie.pulse(key, name).await));
    }
    let alive = pulses
        .iter()
        .any(|(_, pulse)| matches!(pulse, Pulse::Beats | Pulse::Billed));
    pulses
        .into_iter()
        .map(|(name, pulse)| match pulse {
            Pulse::Beats => Finding::ok("model", format!("{name} is on")),
            Pulse::Off if alive => Finding::warn(
                "model",
                format!("{name} is off at the provider"),
                "the next one of the chain is used; take it out of kie.models if it stays off",
            ),
            Pulse::NoSuch if alive => Finding::warn(
                "model",
                format!("the provider does not know {name}"),
                "the next one of the chain is used; mend its name in models.toml and kie.models",
            ),
            Pulse::Off | Pulse::NoSuch => Finding::fail(
                "model",
                match pulse {
                    Pulse::NoSuch => format!("the provider does not know {name}"),
                    Pulse::Off | Pulse::Beats | Pulse::Unsure(_) | Pulse::Billed => {
                        format!("{name} is off at the provider")
                    }
                },
                "no model of the chain is on: put a live one into kie.models",
            ),
            Pulse::Unsure(failure) => Finding::warn(
                "model",
                format!("{name}: {}", told(failure)),
                "ask again later",
            ),
            Pulse::Billed => Finding::warn(
                "model",
                format!("{name} is on, and took an empty request for a task"),
                "look for it in the provider's log: it may be billed",
            ),
        })
        .collect()
}

/// The author of scripts.
pub async fn author(patient: &Patient) -> Finding {
    const NAME: &str = "gpt";
    let http = match http::client(patient.root.as_deref(), Some(PATIENCE)) {
        Ok(http) => http,
        Err(error) => return Finding::fail(NAME, error.to_string(), "mend extra_root_file"),
    };
    let chosen = &patient.config.gpt;
    let (model, address) = (&chosen.model, &chosen.api_url);
    let gpt = made::author(&patient.config, http);
    let pulse = tokio::time::timeout(PATIENCE, gpt.pulse()).await;
    let fails = |found: String, remedy: &str| Finding::fail(NAME, found, remedy);
    match pulse.unwrap_or(Some(Author::Silent)) {
        None => Finding::ok(NAME, "no key: scripts are composed from templates"),
        Some(Author::Beats | Author::Unlisted) if gpt.is_tight() => Finding::warn(
            NAME,
            format!(
                "max_tokens is {}: too little for a script",
                chosen.max_tokens
            ),
            "raise gpt.max_tokens to 600 or more: the template stands in for scripts that break off",
        ),
        Some(Author::Beats) => Finding::ok(NAME, format!("takes the key and has {model}")),
        Some(Author::Unlisted) => Finding::warn(
            NAME,
            format!("answers, but does not say whether it has {model}"),
            "look at the first video's script",
        ),
        Some(Author::Unpaid) => fails(
            "the key is refused, or there is no money on the account".to_owned(),
            "look at OPENAI_API_KEY, and at the account",
        ),
        Some(Author::NoModel) => fails(format!("does not know {model}"), "mend gpt.model"),
        Some(Author::Nowhere) => fails(
            format!("there is no author at {address}"),
            "mend gpt.api_url: it ends with its version, as in https://api.openai.com/v1",
        ),
        Some(Author::Forbidden) => fails(
            "refuses to work for us, by its terms or for this server's country".to_owned(),
            "choose another gpt.api_url; until then scripts are composed from templates",
        ),
        Some(Author::Busy) => {
            Finding::warn(NAME, "too many requests at the moment", "ask again later")
        }
        Some(Author::Silent) => fails(
            "cannot be reached, or has a fault".to_owned(),
            "look at the network, and at gpt.api_url",
        ),
    }
}

fn told(failure: Failure) -> String {
    match failure.kind {
        Kind::Billing => "refused: the key is wrong, or there is no money on the account",
        Kind::RateLimit => "too many requests at the moment",
        Kind::Temporary => "cannot be reached, or has a fault",
        Kind::UserViolation
        | Kind::Unknown
        | Kind::ModelOff
        | Kind::BadPhoto
        | Kind::Cancelled
        | Kind::OutputRefused => "answers something unexpected",
    }
    .to_owned()
}
