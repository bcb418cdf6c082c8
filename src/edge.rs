//! The world outside, as types.

pub mod author;
pub mod config;
pub mod files;
pub mod fluent;
pub mod http;
pub mod locale;
pub mod offsite;
pub mod pay;
pub mod provider;
pub mod telegram;
pub mod tls;
