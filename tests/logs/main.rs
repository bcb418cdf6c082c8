//! What the daemon logs: nothing secret at any level, everything of an order by its ids, and as the journal likes it.

mod flood;
mod hunt;
mod journal;
mod seller;
mod silence;
#[allow(dead_code, reason = "a stand-in for more than this story wants")]
#[path = "../backup/storage.rs"]
mod storage;
mod trail;
#[allow(dead_code, reason = "other stories want more of the world")]
mod world;
