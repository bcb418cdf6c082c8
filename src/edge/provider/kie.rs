//! The video provider: what it is asked, what it answers, and what its refusals mean.
//!
//! The provider has no idempotency key, no list of tasks and no way to cancel one, so nothing here
//! asks twice: a caller decides from the error whether the first request can have arrived.

mod addresses;
mod balance;
mod classify;
mod client;
mod fetch;
mod look;
mod models;
mod probe;
mod signature;
mod state;
mod upload;
mod wire;

pub use classify::Ear;
pub use client::Kie;
pub use look::read_look;
pub use models::{Model, Models, ModelsError, fit};
pub use signature::{SIGNATURE, Seal, TIMESTAMP};
pub use wire::parse_callback;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
