//! What an operator may ask and be told: each question is a type that names its answer.
//!
//! Page, Telegram and shell bring a [`Question`] to the [`Desk`] and show the answer each in their own way; the socket
//! alone has them in one enum.

pub mod answer;
pub mod ask;
pub mod books;
mod deeds;
pub mod desk;
mod entries;
pub mod gauges;
pub mod keys;
mod orders;
pub mod people;
mod place;
pub mod provider;
pub mod reload;
mod stats;
pub mod status;
mod whom;
mod wire;

pub use crate::rules::domain::deed::refusal::Refusal;
pub use answer::Books;
pub use ask::{Ask, Question, UserRef};
pub use books::books;
pub use desk::Desk;
pub use place::Place;
pub use provider::Provider;
pub use reload::{Reloaded, Reloads};
