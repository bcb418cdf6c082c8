//! Neurocards.

pub mod domain;
pub mod flow;
