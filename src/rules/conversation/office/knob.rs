//! Knobs: the buttons only operators have.

use crate::rules::domain::broadcast::Segment;
use crate::rules::domain::deed::DeedKind;
use crate::rules::domain::id::{DraftId, JobId, UserId};
use crate::rules::domain::span::Span;

/// A button of an operator's. Its callback text never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knob {
    /// Do what the form says.
    Confirm(DraftId),
    /// Drop the form.
    Drop(DraftId),
    /// Show what waits.
    Queue,
    /// Show how much was ordered.
    Stats(Span),
    /// Show keys and models.
    Keys,
    /// Show a user in place of what the button is below.
    User(UserId),
    /// Show a user in a message of its own.
    Card(UserId),
    /// Show a user's entries before that number; 0 for the newest.
    History(UserId, u64),
    /// Show a user's videos that could be paid back.
    Refunds(UserId),
    /// Show a job.
    Job(JobId),
    /// Begin a deed about the user or job of that number: one of [`Knob::BEGUN`].
    Begin(DeedKind, u64),
    /// Pick whom the letter of a form goes to.
    To(DraftId, Segment),
    /// Stop a broadcast.
    Stop(u64),
}

impl Knob {
    /// The deeds that a button begins.
    pub const BEGUN: [DeedKind; 7] = [
        DeedKind::Grant,
        DeedKind::Ban,
        DeedKind::Unban,
        DeedKind::Refund,
        DeedKind::Cancel,
        DeedKind::Reorder,
        DeedKind::Hurry,
    ];

    /// The callback text without the `desk:` in front, at most 59 bytes.
    pub fn data(&self) -> String {
        match self {
            Self::Confirm(form) => format!("do:{form}"),
            Self::Drop(form) => format!("drop:{form}"),
            Self::Queue => "queue".into(),
            Self::Stats(span) => format!("stats:{}", span.word()),
            Self::Keys => "keys".into(),
            Self::User(user) => format!("user:{user}"),
            Self::Card(user) => format!("card:{user}"),
            Self::History(user, before) => format!("history:{user}:{before}"),
            Self::Refunds(user) => format!("refunds:{user}"),
            Self::Job(job) => format!("job:{job}"),
            Self::Begin(kind, about) => format!("{}:{about}", kind.word()),
            Self::To(form, segment) => format!("to:{form}:{}", segment.word()),
            Self::Stop(broadcast) => format!("stop:{broadcast}"),
        }
    }

    /// Reads a callback text without the `desk:` in front; nothing if it is not one of ours.
    pub fn parse(data: &str) -> Option<Self> {
        let mut parts = data.split(':');
        let (verb, first, second) = (parts.next()?, parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        let number = |text: &str| text.parse::<u64>().ok();
        let knob = match (verb, first, second) {
            ("queue", None, None) => Self::Queue,
            ("keys", None, None) => Self::Keys,
            ("stats", Some(name), None) => {
                Self::Stats(Span::ALL.into_iter().find(|span| span.word() == name)?)
            }
            ("history", Some(user), Some(before)) => {
                Self::History(UserId(number(user)?), number(before)?)
            }
            ("to", Some(form), Some(word)) => {
                let segment = Segment::ALL.into_iter().find(|it| it.word() == word)?;
                Self::To(DraftId(number(form)?), segment)
            }
            (verb, Some(of), None) => {
                let of = number(of)?;
                match verb {
                    "do" => Self::Confirm(DraftId(of)),
                    "drop" => Self::Drop(DraftId(of)),
                    "user" => Self::User(UserId(of)),
                    "card" => Self::Card(UserId(of)),
                    "refunds" => Self::Refunds(UserId(of)),
                    "job" => Self::Job(JobId(of)),
                    "stop" => Self::Stop(of),
                    verb => {
                        let kind = Self::BEGUN.into_iter().find(|it| it.word() == verb)?;
                        Self::Begin(kind, of)
                    }
                }
            }
            _ => return None,
        };
        Some(knob)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::conversation::event::Button;

    #[test]
    fn a_knob_is_its_text_and_fits_telegram() {
        let (form, user, job) = (DraftId(u64::MAX), UserId(u64::MAX), JobId(u64::MAX));
        let mut all = vec![
            Knob::Confirm(form),
            Knob::Drop(form),
            Knob::Queue,
            Knob::Keys,
            Knob::User(user),
            Knob::Card(user),
            Knob::History(user, u64::MAX),
            Knob::Refunds(user),
            Knob::Job(job),
            Knob::Stop(u64::MAX),
        ];
        all.extend(Segment::ALL.map(|segment| Knob::To(form, segment)));
        all.extend(Knob::BEGUN.map(|kind| Knob::Begin(kind, u64::MAX)));
        all.extend(Span::ALL.map(Knob::Stats));
        for knob in all {
            let button = Button::Desk(knob);
            assert_eq!(Button::parse(&button.data()), Some(button));
            assert!(button.data().len() <= 64);
        }
    }

    #[test]
    fn what_is_no_knob_is_nothing() {
        for data in [
            "desk:",
            "desk:do",
            "desk:do:x",
            "desk:do:1:2",
            "desk:queue:1",
            "desk:stats:year",
            "desk:history:1",
            "desk:nothing:1",
            "desk:to:1:nobody",
        ] {
            assert_eq!(Button::parse(data), None, "{data}");
        }
    }
}
