//! Why something cannot be done.

use serde::{Deserialize, Serialize};

use crate::rules::domain::act::{LONGEST_KEY, LONGEST_WHY, MOST_CREDITS};
use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{OrderId, UserId};
use crate::rules::domain::whom::Bearer;
use crate::shop::deeds::{Plan, Unfit};

/// Why something cannot be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Refusal {
    /// No such user.
    #[error("there is no user {0}: they must write /start to the bot first")]
    NoUser(String),
    /// Somebody else has that name, or has had it.
    #[error(
        "the name {name} may have passed on to somebody else, choose a number:{}",
        listed(bearers)
    )]
    Ambiguous {
        name: String,
        /// Who has it, and who has had it.
        bearers: Vec<Bearer>,
    },
    /// The number of credits.
    #[error("credits are a whole number, not 0, and {MOST_CREDITS} at most either way")]
    Amount,
    /// The reason.
    #[error("a reason has 1 to {LONGEST_WHY} characters")]
    Reason,
    /// The key.
    #[error(
        "a key has 1 to {LONGEST_KEY} characters and no colon: those with one the program makes itself"
    )]
    Key,
    /// The key was used for another grant.
    #[error(
        "the key {key} was used before, for a grant of {credits} to user {user}: nothing was changed; choose another key"
    )]
    Used {
        key: String,
        user: u64,
        /// How many credits; negative for what was taken back.
        credits: i64,
    },
    /// It is so already.
    #[error("it is so already")]
    Already,
    /// More would be taken back than there is, or given than an account can hold.
    #[error("user {user} has only {balance} credits")]
    TooMuch { user: u64, balance: u32 },
    /// An account can hold no more.
    #[error("user {user} has {balance} credits, and an account can hold no more")]
    Full { user: u64, balance: u32 },
    /// No such order.
    #[error("there is no order {0}")]
    NoOrder(u64),
    /// No such job.
    #[error("there is no job {0}")]
    NoJob(u64),
    /// The job has not ended.
    #[error("job {0} has not ended: cancel it instead, and its credit goes back")]
    Live(u64),
    /// The job ended with a video.
    #[error("job {0} has ended with a video: `jobs refund` gives its credit back")]
    Done(u64),
    /// The job ended without a video.
    #[error("job {0} has failed, and its credit went back then")]
    Failed(u64),
    /// What was ordered is no longer kept.
    #[error(
        "job {0} failed so long ago that what was ordered is no longer kept: the seller must order anew"
    )]
    Retired(u64),
    /// The provider was asked and has not answered.
    #[error(
        "the provider was asked for job {0} and has not answered: asking again might pay twice. \
         It settles by itself within generation_deadline; `jobs cancel` ends it at once"
    )]
    Asked(u64),
    /// The job waits for nothing but its turn.
    #[error("job {0} waits for nothing but its turn")]
    Waits(u64),
    /// The seller of a failed job has no credit for another try.
    #[error("the seller of job {0} has no credit left for another try: grant one first")]
    Poor(u64),
    /// The credit of a finished job was given back before.
    #[error("the credit of job {0} was given back before")]
    Repaid(u64),
    /// A failed job was ordered again before.
    #[error("job {job} was ordered again before: order {order}")]
    Reordered { job: u64, order: u64 },
    /// Operators are not shut out.
    #[error("user {0} is an operator: take them out of admin_ids first")]
    Operator(u64),
    /// No such key.
    #[error("no key of the configuration has a fingerprint that begins with {0}: see `keys list`")]
    NoKey(String),
    /// Several keys begin so.
    #[error("several keys have a fingerprint that begins with {0}: write more of it")]
    ManyKeys(String),
    /// No such model.
    #[error("the chain has no model {name}; it has {chain}")]
    NoModel {
        /// As it was named.
        name: String,
        chain: String,
    },
    /// What is in the configuration is not known.
    #[error("without a configuration nobody knows the keys and models: name it with --config")]
    NoConfig,
    /// A backup could not be made.
    #[error("no backup was made: {0}")]
    NotBackedUp(String),
    /// What was read again is wrong.
    #[error("nothing was taken, the daemon goes on as before:\n{}", .0.join("\n"))]
    Mistakes(Vec<String>),
    /// Nobody there who could.
    #[error("no daemon runs that could do it")]
    NoDaemon,
}

impl Refusal {
    /// Why a plan cannot be done.
    pub(super) fn of(plan: &Plan, unfit: Unfit) -> Self {
        let job = plan.job().map_or(0, |job| job.0);
        let key = plan.key().unwrap_or_default().to_owned();
        match unfit {
            Unfit::Unknown => Self::NoJob(job),
            Unfit::Live => Self::Live(job),
            Unfit::Done => Self::Done(job),
            Unfit::Failed => Self::Failed(job),
            Unfit::Retired => Self::Retired(job),
            Unfit::Asked => Self::Asked(job),
            Unfit::Waits => Self::Waits(job),
            Unfit::Poor(_) => Self::Poor(job),
            Unfit::Repaid => Self::Repaid(job),
            Unfit::Reordered(OrderId(order)) => Self::Reordered { job, order },
            Unfit::NoUser(user) => Self::NoUser(user.to_string()),
            Unfit::Operator(user) => Self::Operator(user.0),
            Unfit::TooMuch(UserId(user), Credits(balance)) => Self::TooMuch { user, balance },
            Unfit::Full(UserId(user), Credits(balance)) => Self::Full { user, balance },
            Unfit::Used(UserId(user), credits) => Self::Used { key, user, credits },
            Unfit::Already => Self::Already,
        }
    }
}

fn listed(bearers: &[Bearer]) -> String {
    let lines = bearers.iter().map(|bearer| {
        let has = if bearer.has {
            "has it now"
        } else {
            "had it before"
        };
        format!(
            "\n  {}: {has}, last wrote {} UTC",
            bearer.user,
            bearer.seen.utc()
        )
    });
    lines.collect()
}
