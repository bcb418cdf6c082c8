//! Whether there is an author at the address that takes our key and has the model, asked for nothing.

use serde_json::{Value, json};

use super::fault::{Fault, fault};
use super::post::Answer;
use super::{Gpt, answer};
use crate::rules::domain::alert::Trouble;
use crate::rules::domain::failure::Kind;

/// How an author is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulse {
    /// It takes the key and has the model.
    Beats,
    /// It is there; which models it has it does not say.
    Unlisted,
    /// The key is refused, or there is no money.
    Unpaid,
    /// It does not know the model.
    NoModel,
    /// There is no author at the address.
    Nowhere,
    /// It does not work for us, or not for this country.
    Forbidden,
    /// Too many requests at the moment.
    Busy,
    /// No answer, or one of a fault.
    Silent,
}

impl Gpt {
    /// How the author is; nothing if there is no key.
    pub async fn pulse(&self) -> Option<Pulse> {
        let caller = self.caller(self.key.as_ref()?);
        let model = format!("{}/models/{}", self.api_url, self.model);
        let all = format!("{}/models", self.api_url);
        let completions = format!("{}/chat/completions", self.api_url);
        // No author takes a question without a word, so that this one costs nothing.
        let nothing = json!({ "model": self.model, "messages": [], "max_tokens": 1 });
        let found = match caller.ask(&model, None).await {
            Some(answer) if is_listed(&answer) => return Some(Pulse::Beats),
            other => pulse(other),
        };
        if !matches!(found, Pulse::Nowhere | Pulse::NoModel | Pulse::Unlisted) {
            return Some(found);
        }
        let listed = caller.ask(&all, None).await;
        if let Some(models) = listed.as_ref().and_then(models) {
            let known = models.iter().any(|name| self.is_called(name));
            return Some(if known { Pulse::Beats } else { Pulse::NoModel });
        }
        Some(pulse(caller.ask(&completions, Some(&nothing)).await))
    }

    /// Whether a list means our model; some put a folder before its name.
    fn is_called(&self, name: &str) -> bool {
        name == self.model || name.ends_with(&format!("/{}", self.model))
    }
}

/// Whether an answer is a model's entry, and not a page that anybody gives for any address.
fn is_listed(answer: &Answer) -> bool {
    let told = json_of(answer);
    let entry = if told["data"].is_object() {
        &told["data"]
    } else {
        &told
    };
    answer.status == 200 && (entry["id"].is_string() || entry["name"].is_string())
}

/// The names in a list of models.
fn models(answer: &Answer) -> Option<Vec<String>> {
    let told = json_of(answer);
    let list = [&told["data"], &told["models"], &told];
    let list = list.iter().find_map(|list| list.as_array())?;
    let name = |entry: &Value| {
        let name = entry["id"].as_str().or(entry["name"].as_str());
        name.or(entry.as_str()).map(str::to_owned)
    };
    let names: Vec<_> = list.iter().filter_map(name).collect();
    (answer.status == 200 && !names.is_empty()).then_some(names)
}

fn json_of(answer: &Answer) -> Value {
    answer::json(&String::from_utf8_lossy(&answer.body)).unwrap_or_default()
}

/// What an answer that is none tells of the author.
fn pulse(answer: Option<Answer>) -> Pulse {
    let Some(answer) = answer else {
        return Pulse::Silent;
    };
    let body = answer::told(&answer.body);
    let text = String::from_utf8_lossy(&answer.body);
    match fault(answer.status, &body, &text) {
        Fault::Failure(Kind::Billing) => Pulse::Unpaid,
        Fault::Failure(Kind::RateLimit) => Pulse::Busy,
        Fault::Trouble(Trouble::Forbidden) => Pulse::Forbidden,
        // Of the model somebody must have heard to speak of it.
        Fault::Trouble(Trouble::Unfound) if text.to_lowercase().contains("model") => {
            match body.is_null() {
                true => Pulse::Nowhere,
                false => Pulse::NoModel,
            }
        }
        Fault::Trouble(Trouble::Unfound) => Pulse::Nowhere,
        Fault::Trouble(Trouble::Request | Trouble::Budget | Trouble::Senseless)
        | Fault::Limit(_) => Pulse::Unlisted,
        Fault::Failure(Kind::UserViolation) => Pulse::Unlisted,
        Fault::Failure(
            Kind::Temporary
            | Kind::Unknown
            | Kind::ModelOff
            | Kind::BadPhoto
            | Kind::Cancelled
            | Kind::OutputRefused,
        ) => match (200..300).contains(&answer.status) {
            // A page for any address, or an answer after all.
            true if text.trim_start().starts_with('<') => Pulse::Nowhere,
            true => Pulse::Unlisted,
            false => Pulse::Silent,
        },
    }
}
