//! What an operator may ask and be told: one pair of enums for every way of asking.
//!
//! Socket, page, Telegram and shell bring an [`Ask`] to the [`Desk`] and show the [`Answer`] each in their own way.

pub mod answer;
pub mod ask;
pub mod books;
pub mod desk;
pub mod gauges;
mod orders;
mod outlook;
pub mod people;
pub mod provider;
pub mod reload;
mod stats;
pub mod status;

pub use answer::{Answer, Refusal};
pub use ask::{Ask, Whom};
pub use books::{Books, books};
pub use desk::{Desk, Place};
pub use provider::Provider;
pub use reload::{Reloaded, Reloads};
