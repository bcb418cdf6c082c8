//! The rules of the shop: what a brief, an order, a job and a credit are, and how they may change.
//!
//! Pure: no clock, no chance, no I/O. Every function is given the time it needs.

pub mod act;
pub mod alert;
pub mod brief;
pub mod broadcast;
pub mod credit;
pub mod deed;
pub mod failure;
pub mod format;
pub mod id;
pub mod job;
pub mod keyring;
pub mod late;
pub mod model;
pub mod order;
pub mod part;
pub mod retired;
pub mod span;
pub mod stars;
pub mod strange;
pub mod tally;
pub mod template;
pub mod user;
pub mod user_ref;
