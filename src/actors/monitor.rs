//! Who watches the shop: its machine and books, and its trade.

pub mod guard;
pub mod watch;
