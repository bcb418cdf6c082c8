//! Neurocards.

pub mod domain;
