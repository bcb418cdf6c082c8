//! What an operator may ask: each question is a type that names its answer.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::answer::{
    self, ActLine, EntryLine, JobCard, JobLine, KeyLine, Listed, ModelLine, OrderCard, OrderLine,
    Reloaded, UserCard, UserLine,
};
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::{Outcome, Outlook};
use crate::rules::domain::id::{Fingerprint, JobId, OrderId};
use crate::shop::audit::Report;
use crate::shop::backup::front::Made;

pub use crate::rules::domain::span::Span;
pub use crate::rules::domain::user_ref::UserRef;

/// A question and its answer.
pub trait Question: Into<Ask> + Clone + Send + 'static {
    type Answer: Serialize + DeserializeOwned + Send + 'static;

    /// Whether it changes nothing.
    const ONLY_LOOKS: bool;
}

macro_rules! questions {
    ($($question:ident => $answer:ty, $looks:literal;)+) => {
        /// Any question, as it goes over the socket.
        #[derive(Debug, Clone, Serialize, Deserialize)]
        pub enum Ask {
            $($question($question),)+
        }

        $(
            impl Question for $question {
                type Answer = $answer;
                const ONLY_LOOKS: bool = $looks;
            }

            impl From<$question> for Ask {
                fn from(question: $question) -> Self {
                    Self::$question(question)
                }
            }
        )+
    };
}

questions! {
    Status => answer::Status, true;
    Stats => answer::Stats, true;
    Users => Listed<UserLine>, true;
    User => UserCard, true;
    History => Listed<EntryLine>, true;
    Orders => Vec<OrderLine>, true;
    Order => OrderCard, true;
    Jobs => Listed<JobLine>, true;
    Task => Listed<JobLine>, true;
    Job => JobCard, true;
    Keys => Vec<KeyLine>, true;
    Key => Fingerprint, true;
    Models => Vec<ModelLine>, true;
    Acts => Vec<ActLine>, true;
    Audit => Report, true;
    Books => answer::Books, true;
    Check => Outlook, true;
    Do => Outcome, false;
    Backup => Made, false;
    Reload => Reloaded, false;
}

/// Whichever question it is, for whoever has several in one list.
impl Question for Ask {
    type Answer = serde_json::Value;
    const ONLY_LOOKS: bool = false;
}

/// How the shop fares.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Status;

/// What happened of late.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stats {
    pub span: Span,
}

/// Who the users are, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Users {
    /// Only those whose name has this in it, or whose number begins with it.
    pub like: Option<String>,
    /// Only those who are shut out.
    pub banned: bool,
    /// Only those who came before this one.
    pub before: Option<u64>,
    pub most: usize,
}

/// A user with their newest entries and orders.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct User {
    pub whom: UserRef,
}

/// A user's entries, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct History {
    pub whom: UserRef,
    /// Only those before this number.
    pub before: Option<u64>,
    pub most: usize,
}

/// Orders, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Orders {
    /// Only this user's.
    pub whom: Option<UserRef>,
    /// Only those with a smaller number.
    pub before: Option<u64>,
    pub most: usize,
}

/// An order with its jobs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Order {
    pub order: OrderId,
}

/// Jobs, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Jobs {
    pub wanted: Wanted,
    /// Only this user's.
    pub whom: Option<UserRef>,
    /// Only those with a smaller number.
    pub before: Option<u64>,
    pub most: usize,
}

/// Which jobs are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Wanted {
    #[default]
    All,
    /// Those that have not ended.
    Live,
    /// Those that ended without a video.
    Failed,
    /// Those that ended with one.
    Done,
}

/// The newest job that had a task of the provider's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    pub task: String,
}

/// A job with every attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    pub job: JobId,
}

/// The provider's keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keys;

/// The key whose fingerprint begins so.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    pub begin: String,
}

/// The chain of models.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Models;

/// What operators did, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Acts {
    /// Only those with a smaller number.
    pub before: Option<u64>,
    pub most: usize,
}

/// Check the books.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Audit;

/// Show accounts, the newest entries and the newest jobs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Books;

/// Whether a deed could be done now, and what the numbers would be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Check(pub Deed);

/// Do a deed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Do(pub Deed);

/// Make a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Backup;

/// Read configuration and texts again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reload;
