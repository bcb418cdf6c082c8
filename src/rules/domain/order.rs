//! An order: one confirmed brief and the message that tells how its videos fare.

use serde::{Deserialize, Serialize};

use super::brief::{Brief, Count};
use super::id::{CallbackId, JobId, MessageId, OrderId, UserId};
use crate::base::time::Timestamp;

/// Whether the order's photo is on our disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhotoState {
    /// Not fetched yet.
    Wanted,
    /// Being framed, and how often a process has begun to: one that dies over it leaves this behind.
    Framing(u8),
    /// Fetched, framed and fsynced under every job's name.
    Ready,
    /// Looked at and not usable.
    Refused,
}

/// One confirmed brief.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    pub user: UserId,
    /// What is to be made.
    pub brief: Brief,
    pub count: Count,
    /// The first of its jobs; the others follow without a gap.
    pub first_job: JobId,
    /// When it was confirmed.
    pub placed_at: Timestamp,
    /// The press that confirmed it; job `i` has the key `{callback}_{i}`.
    pub callback: CallbackId,
    pub photo: PhotoState,
    /// The status message, once it has been sent.
    pub status: Option<MessageId>,
    /// The same user's order before it.
    pub before: Option<OrderId>,
}

impl Order {
    /// Its jobs, in order.
    pub fn jobs(&self) -> impl Iterator<Item = JobId> + use<> {
        let first = self.first_job.0;
        (first..first + u64::from(self.count.number())).map(JobId)
    }

    /// The idempotency key of its job number `index`, from 0.
    pub fn key(&self, index: u8) -> String {
        format!("{}_{index}", self.callback)
    }
}
