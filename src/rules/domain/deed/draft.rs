//! A draft of a deed: what an operator is filling in, field by field, until it is a deed.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::{Deed, DeedKind, Resting};
use crate::rules::domain::broadcast::{Letter, Segment};
use crate::rules::domain::id::{JobId, UserId};

/// A deed of which fields may be missing. A field that its kind does not need is nobody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub kind: DeedKind,
    pub user: Option<UserId>,
    pub job: Option<JobId>,
    pub credits: Option<i32>,
    pub why: Option<String>,
    /// What makes a repeat harmless; never asked for.
    pub key: Option<String>,
    pub resting: Option<Resting>,
    pub hours: Option<u64>,
    pub letter: Option<Letter>,
    pub segment: Option<Segment>,
    pub broadcast: Option<u64>,
}

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    User,
    Job,
    Credits,
    Why,
    Resting,
    Hours,
    Letter,
    Segment,
    Broadcast,
}

impl Field {
    /// What is said when it is missing.
    pub fn refusal(self) -> Refusal {
        match self {
            Self::Credits => Refusal::Amount,
            Self::Why => Refusal::Reason,
            Self::Hours => Refusal::Hours,
            Self::User => Refusal::NotWhom,
            Self::Letter => Refusal::NeedText,
            Self::Job | Self::Resting | Self::Segment | Self::Broadcast => Refusal::Foreign,
        }
    }
}

impl Draft {
    /// One in which nothing is filled in.
    pub fn new(kind: DeedKind) -> Self {
        Self {
            kind,
            user: None,
            job: None,
            credits: None,
            why: None,
            key: None,
            resting: None,
            hours: None,
            letter: None,
            segment: None,
            broadcast: None,
        }
    }

    /// One about the user or job of that number, whichever its kind is about.
    pub fn about(kind: DeedKind, number: u64) -> Self {
        let draft = Self::new(kind);
        match kind {
            DeedKind::Grant | DeedKind::Ban | DeedKind::Unban => Self {
                user: Some(UserId(number)),
                ..draft
            },
            DeedKind::Refund | DeedKind::Cancel | DeedKind::Reorder | DeedKind::Hurry => Self {
                job: Some(JobId(number)),
                ..draft
            },
            DeedKind::Stop => Self {
                broadcast: Some(number),
                ..draft
            },
            DeedKind::Pause
            | DeedKind::Resume
            | DeedKind::Rest
            | DeedKind::Wake
            | DeedKind::Broadcast => draft,
        }
    }

    /// The deed, or the field to ask for next.
    pub fn deed(&self) -> Result<Deed, Field> {
        let user = || self.user.ok_or(Field::User);
        let job = || self.job.ok_or(Field::Job);
        let why = || self.why.clone().ok_or(Field::Why);
        let what = || self.resting.clone().ok_or(Field::Resting);
        Ok(match self.kind {
            DeedKind::Grant => Deed::Grant {
                user: user()?,
                credits: self.credits.ok_or(Field::Credits)?,
                why: why()?,
                key: self.key.clone(),
            },
            DeedKind::Ban => Deed::Ban {
                user: user()?,
                why: why()?,
            },
            DeedKind::Unban => Deed::Unban { user: user()? },
            DeedKind::Refund => Deed::Refund {
                job: job()?,
                why: why()?,
            },
            DeedKind::Cancel => Deed::Cancel {
                job: job()?,
                why: why()?,
            },
            DeedKind::Reorder => Deed::Reorder {
                job: job()?,
                why: Some(why()?),
            },
            DeedKind::Hurry => Deed::Hurry { job: job()? },
            DeedKind::Pause => Deed::Pause { why: why()? },
            DeedKind::Resume => Deed::Resume,
            DeedKind::Rest => Deed::Rest {
                what: what()?,
                seconds: self.hours.ok_or(Field::Hours)? * 3600,
            },
            DeedKind::Wake => Deed::Wake { what: what()? },
            DeedKind::Broadcast => Deed::Broadcast {
                letter: self.letter.clone().ok_or(Field::Letter)?,
                segment: self.segment.ok_or(Field::Segment)?,
            },
            DeedKind::Stop => Deed::Stop {
                broadcast: self.broadcast.ok_or(Field::Broadcast)?,
            },
        })
    }

    /// The field to ask for next; nothing when only a yes is missing.
    pub fn blank(&self) -> Option<Field> {
        self.deed().err()
    }

    /// The deed as far as it can be judged: what no rule looks at may be missing.
    pub fn sketch(&self) -> Option<Deed> {
        let sketch = Self {
            why: Some(self.why.clone().unwrap_or_default()),
            letter: Some(self.letter.clone().unwrap_or_default()),
            segment: Some(self.segment.unwrap_or(Segment::Me)),
            ..self.clone()
        };
        sketch.deed().ok()
    }
}
