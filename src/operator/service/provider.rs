//! What the configuration says of the provider.

use secrecy::SecretString;

use crate::edge::provider::kie::{Kie, Models};
use crate::rules::domain::id::{Fingerprint, ModelName};
use crate::rules::domain::strange::Strange;
use crate::rules::failures::Meaning;

/// What the configuration says of the provider.
#[derive(Clone)]
pub struct Provider {
    pub kie: Kie,
    /// Its keys, in order.
    pub keys: Vec<(Fingerprint, SecretString)>,
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
