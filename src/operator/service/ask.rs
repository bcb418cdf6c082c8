//! What an operator may ask.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::refusal::Refusal;
use crate::rules::domain::act::{self, Who};
use crate::rules::domain::id::Code;

pub use crate::rules::domain::span::Span;
pub use crate::rules::domain::whom::Whom;

/// Something an operator asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Ask {
    /// How the shop fares.
    Status,
    /// What happened of late.
    Stats { span: Span },
    /// Who the users are, newest first.
    Users {
        /// Only those whose name has this in it, or whose number begins with it.
        like: Option<String>,
        /// Only those who are shut out.
        banned: bool,
        /// Only those who came before this one.
        before: Option<u64>,
        /// At most so many.
        most: usize,
    },
    /// A user with their newest entries and orders.
    User { whom: Whom },
    /// A user's entries, newest first.
    History {
        whom: Whom,
        /// Only those before this number.
        before: Option<u64>,
        /// At most so many.
        most: usize,
    },
    /// Shut a user out.
    Ban {
        whom: Whom,
        /// Why, in the operator's words.
        why: String,
    },
    /// Let a user in again.
    Unban { whom: Whom },
    /// Give a user credits, or take them back.
    Grant {
        whom: Whom,
        /// How many; negative takes back.
        credits: i32,
        /// Why, in the operator's words.
        why: String,
        /// Makes a repeat harmless.
        key: Option<String>,
    },
    /// Orders, newest first.
    Orders {
        /// Only this user's.
        whom: Option<Whom>,
        /// Only those with a smaller number.
        before: Option<u64>,
        /// At most so many.
        most: usize,
    },
    /// An order with its jobs.
    Order {
        /// Its number.
        order: u64,
    },
    /// Jobs, newest first.
    Jobs {
        wanted: Wanted,
        /// Only this user's.
        whom: Option<Whom>,
        /// Only those with a smaller number.
        before: Option<u64>,
        /// At most so many.
        most: usize,
    },
    /// The newest job that had a task of the provider's.
    Task { task: String },
    /// A job with every attempt.
    Job {
        /// Its number, or its reference code.
        #[serde(deserialize_with = "named")]
        job: u64,
    },
    /// Try a job again: a waiting one at once, a failed one as a new order.
    Retry {
        /// Its number, or its reference code.
        #[serde(deserialize_with = "named")]
        job: u64,
    },
    /// Try a waiting job at once; never an order anew.
    Hurry {
        /// Its number.
        #[serde(deserialize_with = "named")]
        job: u64,
    },
    /// Order a failed job again, for one of its seller's credits.
    Reorder {
        /// Its number.
        #[serde(deserialize_with = "named")]
        job: u64,
        /// Why, in the operator's words.
        why: String,
    },
    /// End a live job; its credit goes back.
    Cancel {
        /// Its number, or its reference code.
        #[serde(deserialize_with = "named")]
        job: u64,
        /// Why, in the operator's words.
        why: String,
    },
    /// Give the credit of a finished video back.
    Refund {
        /// Its job, by number or reference code.
        #[serde(deserialize_with = "named")]
        job: u64,
        /// Why, in the operator's words.
        why: String,
    },
    /// The provider's keys.
    Keys,
    /// The chain of models.
    Models,
    /// Leave a key or a model alone for a while.
    Rest {
        tired: Tired,
        /// How long, in seconds.
        seconds: u64,
    },
    /// Use a key or a model again.
    Wake { tired: Tired },
    /// Take no orders.
    Pause {
        /// Why, in the operator's words.
        why: String,
    },
    /// Take orders again.
    Resume,
    /// What operators did, newest first.
    Acts {
        /// Only those with a smaller number.
        before: Option<u64>,
        /// At most so many.
        most: usize,
    },
    /// Check the books.
    Audit,
    /// Show accounts, the newest entries and the newest jobs.
    Books,
    /// Make a backup.
    Backup,
    /// Read configuration and texts again.
    Reload,
}

/// Reads a job as people name it, too: `17`, `"J17"`, `"#j17"`.
fn named<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Number(u64),
        Code(String),
    }
    match Said::deserialize(from)? {
        Said::Number(job) => Ok(job),
        Said::Code(said) => Code::job(&said).map(|job| job.0).map_err(D::Error::custom),
    }
}

impl Ask {
    /// The same with what an operator gave within its limits, whichever way it came.
    pub fn fitted(mut self, who: Who) -> Result<Self, Refusal> {
        if let Self::Grant { credits, key, .. } = &self {
            act::amount(*credits).map_err(|_| Refusal::Amount)?;
            // The page makes its own.
            let typed = key.as_deref().filter(|_| who != Who::Page);
            typed.map_or(Ok(()), act::key).map_err(|_| Refusal::Key)?;
        }
        if let Self::Ban { why, .. }
        | Self::Grant { why, .. }
        | Self::Reorder { why, .. }
        | Self::Cancel { why, .. }
        | Self::Refund { why, .. }
        | Self::Pause { why } = &mut self
        {
            *why = act::reason(why).map_err(|_| Refusal::Reason)?;
        }
        Ok(self)
    }

    /// Whether it only looks.
    pub fn only_looks(&self) -> bool {
        match self {
            Self::Status
            | Self::Stats { .. }
            | Self::Users { .. }
            | Self::User { .. }
            | Self::History { .. }
            | Self::Orders { .. }
            | Self::Order { .. }
            | Self::Jobs { .. }
            | Self::Task { .. }
            | Self::Job { .. }
            | Self::Keys
            | Self::Models
            | Self::Acts { .. }
            | Self::Audit
            | Self::Books => true,
            Self::Ban { .. }
            | Self::Unban { .. }
            | Self::Grant { .. }
            | Self::Retry { .. }
            | Self::Hurry { .. }
            | Self::Reorder { .. }
            | Self::Cancel { .. }
            | Self::Refund { .. }
            | Self::Rest { .. }
            | Self::Wake { .. }
            | Self::Pause { .. }
            | Self::Resume
            | Self::Backup
            | Self::Reload => false,
        }
    }
}

/// Which jobs are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Wanted {
    /// All.
    #[default]
    All,
    /// Those that have not ended.
    Live,
    /// Those that ended without a video.
    Failed,
    /// Those that ended with one.
    Done,
}

/// What may be left alone for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tired {
    /// A key of the provider's, by its fingerprint or the beginning of it.
    Key(String),
    /// A model, by its name.
    Model(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_asked_for_by_number_and_by_code() {
        for said in ["17", "\"J17\"", "\"#j17\"", "\"17\""] {
            let ask = serde_json::from_str(&format!("{{\"Job\":{{\"job\":{said}}}}}")).unwrap();
            assert!(matches!(ask, Ask::Job { job: 17 }), "{said}: {ask:?}");
        }
        let wrong = serde_json::from_str::<Ask>("{\"Retry\":{\"job\":\"U17\"}}").unwrap_err();
        assert!(wrong.to_string().starts_with("U17 is no job"), "{wrong}");
    }
}
