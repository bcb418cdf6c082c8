//! Neurocards.

pub mod clock;
pub mod domain;
pub mod flow;
