//! Refusals: why an operator's deed or question comes to nothing. Each has one text, in `edge::locale`.

use serde::{Deserialize, Serialize};

use crate::rules::domain::credit::Credits;
use crate::rules::domain::id::{JobId, OrderId, UserId};
use crate::rules::domain::user_ref::Bearer;

/// Why something cannot be done, and nothing was. Stored in the outbox: variants are only ever appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// Neither a number nor a name.
    NotWhom,
    /// No such user, as they were named.
    NoUser(String),
    /// Somebody else has that name, or has had it.
    Ambiguous {
        name: String,
        bearers: Vec<Bearer>,
    },
    /// Not a number of credits that one grant moves.
    Amount,
    /// No reason, or too long a one.
    Reason,
    /// Not a key that somebody may type.
    Key,
    /// Not so many hours as a rest may last.
    Hours,
    /// A text is wanted.
    NeedText,
    /// A button is wanted.
    NeedButton,
    /// It comes from no form of ours.
    Foreign,
    /// The key was used for another grant.
    Used {
        key: String,
        user: UserId,
        credits: i64,
    },
    /// It is so already.
    Already,
    /// More would be taken back than there is.
    TooMuch {
        user: UserId,
        balance: Credits,
    },
    /// The account can hold no more.
    Full {
        user: UserId,
        balance: Credits,
    },
    NoOrder(OrderId),
    NoJob(JobId),
    /// The job has not ended.
    Live(JobId),
    /// The job has ended with a video.
    Done(JobId),
    /// The job has failed, and its credits are back.
    Failed(JobId),
    /// The job failed so long ago that what was ordered is no longer kept.
    Retired(JobId),
    /// The provider was asked for the job and has not answered: asking again might pay twice.
    Asked(JobId),
    /// The job waits for nothing but its turn.
    Waits(JobId),
    /// The seller has too few credits for another try.
    Poor(JobId),
    /// The credits of the job were given back before.
    Repaid(JobId),
    /// The job was ordered once more before.
    Reordered {
        job: JobId,
        order: OrderId,
    },
    /// Operators are not shut out.
    Operator(UserId),
    /// A broadcast is on its way, and can be stopped.
    OnItsWay(u64),
    /// Letters are written in the chat alone.
    ChatOnly,
    /// No key of the configuration has a fingerprint that begins so.
    NoKey(String),
    /// Several have.
    ManyKeys(String),
    NoModel {
        name: String,
        chain: String,
    },
    /// Without a configuration nobody knows the keys and models.
    NoConfig,
    /// No backup was made, and why.
    NotBackedUp(String),
    /// What was read again is wrong.
    Mistakes(Vec<String>),
    /// Nobody is there who could.
    NoDaemon,
}

impl Refusal {
    /// Whether what was wanted is so already, so that a repeat may take it for done.
    pub fn is_so_already(&self) -> bool {
        matches!(
            self,
            Self::Already | Self::Repaid(_) | Self::Reordered { .. }
        )
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::base::time::Timestamp;

    /// Each of them once, in order.
    pub fn every() -> Vec<Refusal> {
        let (user, job, balance) = (UserId(1), JobId(2), Credits(3));
        vec![
            Refusal::NotWhom,
            Refusal::NoUser("an".into()),
            Refusal::Ambiguous {
                name: "an".into(),
                bearers: vec![Bearer {
                    user,
                    seen: Timestamp(2),
                    has: true,
                }],
            },
            Refusal::Amount,
            Refusal::Reason,
            Refusal::Key,
            Refusal::Hours,
            Refusal::NeedText,
            Refusal::NeedButton,
            Refusal::Foreign,
            Refusal::Used {
                key: "ke".into(),
                user,
                credits: -5,
            },
            Refusal::Already,
            Refusal::TooMuch { user, balance },
            Refusal::Full { user, balance },
            Refusal::NoOrder(OrderId(4)),
            Refusal::NoJob(job),
            Refusal::Live(job),
            Refusal::Done(job),
            Refusal::Failed(job),
            Refusal::Retired(job),
            Refusal::Asked(job),
            Refusal::Waits(job),
            Refusal::Poor(job),
            Refusal::Repaid(job),
            Refusal::Reordered {
                job,
                order: OrderId(4),
            },
            Refusal::Operator(user),
            Refusal::OnItsWay(5),
            Refusal::ChatOnly,
            Refusal::NoKey("0a".into()),
            Refusal::ManyKeys("0a".into()),
            Refusal::NoModel {
                name: "mo".into(),
                chain: "ch".into(),
            },
            Refusal::NoConfig,
            Refusal::NotBackedUp("wh".into()),
            Refusal::Mistakes(vec!["wh".into()]),
            Refusal::NoDaemon,
        ]
    }
}
