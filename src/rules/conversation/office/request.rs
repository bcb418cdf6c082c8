//! Requests: the commands only operators have, as they were written.

use crate::rules::domain::user_ref::UserRef;

/// A command of an operator's, with what stood behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub order: Order,
    /// What stood behind it, without blanks around it.
    pub rest: String,
}

/// A command only operators have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `/admin`
    Admin,
    /// `/queue_stats`
    QueueStats,
    /// `/stats`
    Stats,
    /// `/user`
    User,
    /// `/grant`
    Grant,
    /// `/job`
    Job,
    /// `/keys`
    Keys,
    /// `/pause`
    Pause,
    /// `/resume`
    Resume,
    /// `/broadcast`
    Broadcast,
}

impl Order {
    /// Every command with its name, in the order of the menu.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::QueueStats, "queue_stats"),
        (Self::Stats, "stats"),
        (Self::User, "user"),
        (Self::Grant, "grant"),
        (Self::Job, "job"),
        (Self::Keys, "keys"),
        (Self::Pause, "pause"),
        (Self::Resume, "resume"),
        (Self::Broadcast, "broadcast"),
        (Self::Admin, "admin"),
    ];

    /// The command of that name, without its slash, in any case.
    pub fn named(name: &str) -> Option<Self> {
        let known = Self::ALL
            .into_iter()
            .find(|(_, known)| name.eq_ignore_ascii_case(known));
        known.map(|(order, _)| order)
    }
}

impl Request {
    /// The first word behind the command, and the rest.
    pub fn words(&self) -> (&str, &str) {
        cut(&self.rest)
    }

    /// Who is meant by the first word, if the command is about somebody.
    pub fn whom(&self) -> Option<UserRef> {
        match self.order {
            Order::User | Order::Grant => self.words().0.parse().ok(),
            Order::Admin
            | Order::QueueStats
            | Order::Stats
            | Order::Job
            | Order::Keys
            | Order::Pause
            | Order::Resume
            | Order::Broadcast => None,
        }
    }
}

/// The first word of a text, and what stands behind it.
pub fn cut(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}
