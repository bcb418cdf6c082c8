//! What an operator may ask and be told: one pair of enums for every way of asking.
//!
//! Socket, page, Telegram and shell bring an [`Ask`] to the [`Desk`] and show the [`Answer`] each in their own way.

pub mod answer;
pub mod ask;
pub mod books;
pub mod desk;
mod entries;
pub mod gauges;
mod orders;
mod outlook;
pub mod people;
pub mod provider;
mod refusal;
pub mod reload;
mod stats;
pub mod status;

pub use answer::{Answer, Books};
pub use ask::{Ask, Whom};
pub use books::books;
pub use desk::Desk;
pub use provider::Provider;
pub use refusal::Refusal;
pub use reload::{Reloaded, Reloads};
pub use status::Place;
