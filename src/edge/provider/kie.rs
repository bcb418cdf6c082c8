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
pub mod mp4;
mod probe;
mod reach;
mod signature;
mod state;
mod upload;
mod wire;

pub use classify::Ear;
pub use client::{CreateError, Kie, Refusal};
pub use fetch::{FetchError, Fetched};
pub use look::{Look, LookError, read_look};
pub use models::{Model, Models, ModelsError, fit};
pub use probe::Pulse;
pub use reach::{Forbidden, Reach, is_public};
pub use signature::{SIGNATURE, Seal, TIMESTAMP};
pub use upload::UploadError;
pub use wire::parse_callback;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod tests;
