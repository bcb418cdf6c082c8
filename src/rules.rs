//! What is right: the rules of the shop, the conversation, and what a failure means; pure.

pub mod conversation;
pub mod domain;
pub mod failures;
