//! The causes under which rests are kept and operators told.

use crate::rules::domain::failure::Source;
use crate::rules::domain::id::{Fingerprint, ModelName};

/// The name of a key's rest.
pub fn key_rest(key: Fingerprint) -> String {
    format!("key:{key}")
}

/// The name of a model's rest.
pub fn model_rest(model: &ModelName) -> String {
    format!("model:{model}")
}

/// The cause under which a provider's billing refusals are told.
pub(super) fn billing_cause(source: Source, key: Option<Fingerprint>) -> String {
    match key {
        Some(key) => format!("billing:{}:{key}", source.word()),
        None => format!("billing:{}", source.word()),
    }
}

/// The cause under which it is told that all keys rest.
pub(super) const ALL_KEYS_REST: &str = "keys";

/// The cause under which it is told that no model is awake.
pub(super) const NO_MODELS: &str = "models";
