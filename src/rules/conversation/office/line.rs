//! Lines: what an operator is told in the course of a form, by meaning.
//!
//! Stored in the outbox as they are: variants are only ever appended.

use serde::{Deserialize, Serialize};

use super::form::{Chore, Form};
use crate::base::time::Timestamp;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{DraftId, JobId, OrderId, UserId};
use crate::rules::domain::span::Span;
use crate::rules::domain::whom::Bearer;

/// Something an operator is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// Which commands there are.
    Guide,
    /// How a command is written that was written without what it needs.
    Usage(Topic),
    /// A command or an answer cannot be used.
    Slip(Slip),
    /// The next question of a form, or the last one: whether to do it.
    Form {
        /// What was wrong with the last answer.
        slip: Option<Slip>,
        form: Form,
        /// Whom it is about, as they are now.
        person: Option<Person>,
    },
    /// It is done.
    Done {
        chore: Chore,
        /// Whom it was about, as they are now.
        person: Option<Person>,
        /// The order that was placed.
        order: Option<OrderId>,
    },
    /// It cannot be done, and nothing was.
    Refused { slip: Slip },
    /// The form is dropped.
    Dropped,
    /// The form had been left alone for too long and is dropped.
    Late,
    /// A broadcast has ended.
    Sent {
        /// Whether it was stopped.
        stopped: bool,
        /// How many letters Telegram has taken.
        delivered: u64,
        /// How many users could not be reached.
        blocked: u64,
        /// How many letters Telegram did not take.
        failed: u64,
    },
    /// What follows is what the receivers will see.
    Preview,
}

/// A command that needs an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// `/user`
    User,
    /// `/job`
    Job,
    /// `/stats`
    Stats,
}

impl Topic {
    /// Every topic, for tests that walk the texts.
    pub const ALL: [Self; 3] = [Self::User, Self::Job, Self::Stats];
}

/// What is wrong with what an operator wrote, or in the way of what they want.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slip {
    /// Neither a number nor a name.
    NotWhom,
    /// No such user.
    NoUser(String),
    /// Somebody else has that name, or has had it.
    Many {
        name: String,
        /// All of them.
        bearers: Vec<Bearer>,
    },
    /// Not a whole number.
    NotNumber,
    /// Nothing would move.
    Zero,
    /// More than one grant moves.
    TooLarge,
    /// More would be taken back than there is.
    TooMuch(Credits),
    /// The account can hold no more.
    Full(Credits),
    /// Only blanks were written.
    Empty,
    /// The reason is too long.
    TooLong,
    /// A button is wanted.
    NeedButton,
    /// A text is wanted.
    NeedText,
    /// The user is an operator.
    Operator,
    /// It is so already.
    Already,
    /// No such job.
    NoJob(JobId),
    /// The job has not ended.
    Live(JobId),
    /// The job has ended with a video.
    Done(JobId),
    /// The job has failed, and its credit is back.
    Failed(JobId),
    /// The provider was asked for the job and has not answered.
    Asked(JobId),
    /// The job waits for nothing but its turn.
    Waits(JobId),
    /// The seller has no credit for another try.
    Poor(JobId),
    /// The credit of that job was given back before.
    Repaid(JobId),
    /// The job was ordered once more before.
    Reordered(JobId),
    /// A broadcast is on its way: which one is not said in notes of earlier versions.
    Broadcasting,
    /// This broadcast is on its way, and can be stopped.
    OnItsWay(u64),
    /// The job failed so long ago that what was ordered is no longer kept.
    Retired(JobId),
}

/// Somebody a form is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their Telegram number.
    pub user: UserId,
    /// Their Telegram name, without `@`.
    pub name: Option<String>,
    /// What they may spend.
    pub balance: Credits,
    /// When they last wrote.
    pub seen: Timestamp,
}

/// Something an operator wants to see; it is looked up when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Look {
    Queue,
    /// A user.
    User(UserId),
    /// A user's entries in the ledger.
    History {
        user: UserId,
        /// Only those before this number; 0 for the newest.
        before: u64,
    },
    /// A user's videos that could be paid back.
    Refunds(UserId),
    /// A job.
    Job(JobId),
    /// The provider's keys and models.
    Keys,
    /// How much was ordered, filmed and spent.
    Stats(Span),
    /// Whom a letter can go to, and how many they are.
    Segments(DraftId),
    /// What is about to be sent to how many.
    Launch(DraftId),
}
