//! Whether a model is switched on, asked for nothing: an empty request costs nothing and is refused, but for
//! different reasons (`{"model": …, "input": {}}`, measured by public projects in 2026-11).

use secrecy::SecretString;
use serde_json::json;

use super::client::{CreateError, Kie};
use crate::domain::failure::{Failure, Kind, Source};
use crate::domain::id::ModelName;

/// What an empty request shows of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulse {
    /// It is switched on: it misses its input.
    Beats,
    /// It is switched off, or unknown.
    Off,
    /// The answer says nothing about the model.
    Unsure(Failure),
    /// The provider made a task of nothing, and may bill it.
    Billed,
}

impl Kie {
    /// Feels a model's pulse.
    pub async fn pulse(&self, key: &SecretString, model: &ModelName) -> Pulse {
        let nothing = json!({"model": model.0, "input": {}});
        match self.create(key, &nothing).await {
            Ok(_) => Pulse::Billed,
            Err(CreateError::Refused(refusal)) => match refusal.failure.kind {
                Kind::Unknown | Kind::UserViolation | Kind::BadPhoto => Pulse::Beats,
                Kind::ModelOff => Pulse::Off,
                Kind::Billing | Kind::RateLimit | Kind::Temporary | Kind::Cancelled => {
                    Pulse::Unsure(refusal.failure)
                }
            },
            Err(CreateError::NotSent | CreateError::Lost) => {
                Pulse::Unsure(Failure::new(Kind::Temporary, Source::Kie))
            }
        }
    }
}
