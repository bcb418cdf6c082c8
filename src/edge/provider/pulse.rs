//! Whether a provider's model is alive, as far as that can be seen without paying.

use crate::rules::domain::failure::Failure;

/// What an empty request shows of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulse {
    /// It is switched on: it misses its input.
    Beats,
    /// It is switched off.
    Off,
    /// The provider knows no such model.
    NoSuch,
    /// The answer says nothing about the model.
    Unsure(Failure),
    /// The provider made a task of nothing, and may bill it.
    Billed,
}
