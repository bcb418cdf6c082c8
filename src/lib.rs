//! Neurocards.

pub mod admin;
pub mod bot;
pub mod cli;
pub mod clock;
pub mod config;
pub mod daemon;
pub mod delivery;
pub mod domain;
pub mod flow;
pub mod gpt;
pub mod janitor;
pub mod kie;
pub mod photos;
pub mod sandbox;
pub mod store;
pub mod telegram;
pub mod telemetry;
pub mod tls;
pub mod web;
pub mod worker;
