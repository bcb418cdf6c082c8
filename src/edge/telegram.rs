//! Telegram at the edge: its updates become events, our messages become its calls.

pub mod client;
pub mod json;
pub mod pace;
pub mod reply;
pub mod rich;
pub mod trouble;
pub mod update;
pub mod webhook;
pub mod words;
