//! Why a deed cannot be done.

use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{OrderId, UserId};

/// Why a deed cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// There is no such job.
    Unknown,
    /// It has not ended.
    Live,
    /// It has ended with a video.
    Done,
    /// It has ended without one, and its credit is back.
    Failed,
    /// It ended without one so long ago that what was ordered is no longer kept.
    Retired,
    /// The provider was asked and has not answered: asking again might pay twice.
    Asked,
    /// It waits for nothing but its turn.
    Waits,
    /// The seller has too few credits.
    Poor(Credits),
    /// Its credit was given back before.
    Repaid,
    /// It was ordered again before.
    Reordered(OrderId),
    /// There is no such user.
    NoUser(UserId),
    /// The user is an operator.
    Operator(UserId),
    /// The user has fewer credits than are to be taken back.
    TooMuch(UserId, Credits),
    /// The user has as many credits as an account can hold.
    Full(UserId, Credits),
    /// The key was used for another grant: whose, and of how many credits.
    Used(UserId, i64),
    /// It is so already.
    Already,
}
