//! Whether a model is switched on, asked for nothing: an empty request costs nothing and is refused, but for
//! different reasons (`{"model": …, "input": {}}`, measured by public projects in 2026-11).

use secrecy::SecretString;
use serde_json::json;

use super::client::Kie;
use crate::edge::provider::{CreateError, Pulse};
use crate::rules::domain::failure::{Failure, Kind, Source};
use crate::rules::domain::id::ModelName;
use crate::rules::failures::Meaning;

impl Kie {
    /// Feels a model's pulse. The request is always empty: there is nothing a video could be made of.
    pub async fn pulse(&self, key: &SecretString, model: &ModelName) -> Pulse {
        let nothing = json!({"model": model.0, "input": {}});
        // That the request is wrong is what is hoped for.
        match self.unheard().create(key, &nothing).await {
            Ok(_) => Pulse::Billed,
            Err(CreateError::Refused(refusal)) => match refusal.meaning {
                Some(Meaning::Request | Meaning::Photo | Meaning::Violation) => Pulse::Beats,
                Some(Meaning::ModelOff) => Pulse::Off,
                Some(Meaning::NoModel) => Pulse::NoSuch,
                Some(
                    Meaning::Billing
                    | Meaning::Auth
                    | Meaning::RateLimit
                    | Meaning::Supplier
                    | Meaning::Temporary
                    | Meaning::Output,
                )
                | None => Pulse::Unsure(refusal.failure),
            },
            Err(CreateError::NotSent | CreateError::Lost) => {
                Pulse::Unsure(Failure::new(Kind::Temporary, Source::Kie))
            }
        }
    }
}
