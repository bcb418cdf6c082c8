//! The daemon watched by a real Prometheus, from Debian, with the rules that ship.

mod fires;
mod prometheus;
#[allow(dead_code, reason = "the log's stories want more of a seller")]
#[path = "../logs/seller.rs"]
mod seller;
#[allow(dead_code, reason = "a stand-in for more than this story wants")]
#[path = "../backup/storage.rs"]
mod storage;
#[allow(dead_code, reason = "the log's stories want more of the world")]
#[path = "../logs/world.rs"]
mod world;
