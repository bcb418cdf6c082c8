//! The parts of the daemon that work by themselves, as operators hear of them.

use serde::{Deserialize, Serialize};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// Takes updates in.
    Updates,
    /// Steps jobs.
    Workers,
    /// Says what is to be said.
    Sender,
    /// Sends letters to many.
    Broadcasts,
    /// Tidies up.
    Janitor,
    /// Looks after room, disk, books and clock.
    Guard,
    /// Watches how the shop fares.
    Watch,
    /// Makes backups.
    Backups,
    /// Gets certificates.
    Certificates,
    /// Reads the configuration again.
    Reloads,
    /// Answers at the operator's socket.
    Control,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 11] = [
        Self::Updates,
        Self::Workers,
        Self::Sender,
        Self::Broadcasts,
        Self::Janitor,
        Self::Guard,
        Self::Watch,
        Self::Backups,
        Self::Certificates,
        Self::Reloads,
        Self::Control,
    ];

    /// Its word in logs and causes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Updates => "updates",
            Self::Workers => "workers",
            Self::Sender => "sender",
            Self::Broadcasts => "broadcasts",
            Self::Janitor => "janitor",
            Self::Guard => "guard",
            Self::Watch => "watch",
            Self::Backups => "backups",
            Self::Certificates => "certificates",
            Self::Reloads => "reloads",
            Self::Control => "control",
        }
    }
}
