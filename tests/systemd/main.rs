//! The daemon under systemd: the units as they are shipped, and the real binary as systemd starts it.

mod credentials;
mod notify;
mod sockets;
mod stage;
mod units;
