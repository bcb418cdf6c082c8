//! Neurocards.

pub mod clock;
pub mod domain;
pub mod flow;
pub mod telemetry;
