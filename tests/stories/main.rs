//! Every promise of the spec, told as a chat: the real daemon over real sockets, time moved by hand.

mod order;
mod scene;
