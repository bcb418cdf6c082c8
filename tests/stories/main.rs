//! Every promise of the spec, told as a chat: the real daemon over real sockets, time moved by hand.

mod admin;
mod buttons;
mod callbacks;
mod chat;
mod delivery;
mod doctor;
mod doors;
mod failures;
mod fetching;
mod gpt;
mod guard;
mod home;
mod keys;
mod lost;
mod models;
mod order;
mod photos;
mod picture;
mod races;
mod restarts;
mod scene;
mod seller;
mod shell;
mod siege;
mod steps;
mod updates;
