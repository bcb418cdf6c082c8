//! Backups: made while sellers order, refused when damaged, put back whole or not at all.

mod circle;
mod daemon;
mod damage;
mod forged;
mod ground;
mod killed;
mod links;
mod load;
mod remote;
#[allow(dead_code, reason = "shared with the benches")]
#[path = "../../benches/shop.rs"]
mod shop;
mod storage;
