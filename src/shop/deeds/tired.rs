//! What may be left alone for a while.

use std::fmt;

use crate::rules::domain::id::{KeyPrint, ModelName};
use crate::shop::verdict;

/// What may be left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tired {
    /// A key of the provider's.
    Key(KeyPrint),
    /// A model.
    Model(ModelName),
}

impl fmt::Display for Tired {
    /// The name of its rest.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => f.write_str(&verdict::key_rest(*key)),
            Self::Model(model) => f.write_str(&verdict::model_rest(model)),
        }
    }
}
