//! Every promise of the spec, told as a chat: the real daemon over real sockets, time moved by hand.

mod buttons;
mod chat;
mod failures;
mod gpt;
mod keys;
mod lost;
mod models;
mod order;
mod picture;
mod scene;
mod steps;
mod updates;
