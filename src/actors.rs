//! What runs by itself: updates in, steps of jobs, messages out, and whoever looks after the rest.

pub mod about;
pub mod backups;
pub mod certificates;
pub mod intake;
pub mod janitor;
pub mod monitor;
pub mod sender;
pub mod workers;
