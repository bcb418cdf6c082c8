//! What every floor needs.

pub mod aside;
pub mod charts;
pub mod clock;
pub mod failpoints;
pub mod live;
pub mod picture;
pub mod private;
pub mod telemetry;
pub mod time;
