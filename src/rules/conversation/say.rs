//! Every message by meaning; `edge::telegram::words` turns it into text and buttons.
//!
//! Stored in the outbox as it is: variants are only ever appended.

use serde::{Deserialize, Serialize};

use crate::rules::domain::alert::Alert;
use crate::rules::domain::broadcast::Letter;
use crate::rules::domain::credit::Credits;
use crate::rules::domain::failure::Kind;
use crate::rules::domain::id::{DraftId, JobId, MessageId, ModelName, OrderId};

use super::draft::Question;
use super::office::line::{Line, Look};

/// Something the bot says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Say {
    /// The greeting, with the menu and its picture.
    Welcome {
        /// What the user may spend.
        balance: Credits,
    },
    /// The menu with its picture.
    Menu {
        /// Why it is shown.
        hint: Option<Hint>,
    },
    /// A question of the six steps.
    Ask {
        /// What was wrong with the last answer.
        hint: Option<Hint>,
        question: Question,
        /// The draft the buttons belong to.
        draft: DraftId,
        /// What the user may spend.
        balance: Credits,
    },
    /// What the bot can do.
    Help,
    Support,
    Cabinet {
        /// What the user may spend.
        balance: Credits,
    },
    TopUp,
    /// The balance does not cover the videos wanted.
    TooFew {
        /// The draft whose counts may still be picked.
        draft: DraftId,
        need: Credits,
        balance: Credits,
    },
    /// The order is placed.
    Accepted {
        count: u8,
    },
    /// Only the first picture of an album counts.
    AlbumFirst,
    /// The bot works in private.
    Group,
    /// How an order fares: sent once, then edited.
    Status {
        order: OrderId,
    },
    /// A video, from our disk.
    Video(Video),
    /// A video too large for Telegram, as a link.
    VideoLink(Video),
    /// As [`Say::RetryingJob`], of before there were codes.
    Retrying,
    /// A job ended without a video; its credit is back.
    Refunded {
        job: JobId,
        kind: Kind,
        /// The model that was used, if it got so far.
        model: Option<ModelName>,
    },
    /// An operator changed the balance.
    Granted {
        /// By how much; negative when taken back.
        credits: i64,
        /// What there is now.
        balance: Credits,
    },
    /// To an operator: something needs a look.
    Alert(Alert),
    /// The user is shut out.
    Banned,
    /// A temporary failure of a job; the next attempt comes by itself.
    RetryingJob {
        job: JobId,
    },
    /// To an operator: something in the course of a form.
    Desk(Box<Line>),
    /// To an operator: something they asked to see, as it is when it is sent.
    Report {
        look: Look,
        /// The message whose place it takes.
        over: Option<MessageId>,
    },
    /// A letter as its receivers see it.
    Letter(Letter),
    /// To an operator: how far a broadcast is; sent once, then edited.
    Progress {
        /// Its number.
        broadcast: u64,
    },
    /// To an operator: an alert, and that it was held back meanwhile.
    Held {
        alert: Alert,
        /// How often it was not told.
        held: u32,
    },
    /// Telegram did not take a finished video; its credit is back.
    Undelivered {
        job: JobId,
    },
}

impl Say {
    /// What kind of message it is, for logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Welcome { .. } => "welcome",
            Self::Menu { .. } => "menu",
            Self::Ask { .. } => "ask",
            Self::Help => "help",
            Self::Support => "support",
            Self::Cabinet { .. } => "cabinet",
            Self::TopUp => "topup",
            Self::TooFew { .. } => "too few",
            Self::Accepted { .. } => "accepted",
            Self::AlbumFirst => "album first",
            Self::Group => "group",
            Self::Status { .. } => "status",
            Self::Video(_) => "video",
            Self::VideoLink(_) => "video link",
            Self::Retrying | Self::RetryingJob { .. } => "retrying",
            Self::Refunded { .. } => "refunded",
            Self::Undelivered { .. } => "undelivered",
            Self::Granted { .. } => "granted",
            Self::Alert(_) | Self::Held { .. } => "alert",
            Self::Banned => "banned",
            Self::Desk(_) => "desk",
            Self::Report { .. } => "report",
            Self::Letter(_) => "letter",
            Self::Progress { .. } => "progress",
        }
    }

    /// Gives the question for a template its reason; whether it is that question.
    pub fn asks_template_for(&mut self, why: Hint) -> bool {
        if let Self::Ask {
            hint,
            question: Question::Template,
            ..
        } = self
        {
            *hint = Some(why);
            return true;
        }
        false
    }

    /// What is lost if it is never read.
    pub fn worth(&self) -> Worth {
        match self {
            Self::Welcome { .. }
            | Self::Menu { .. }
            | Self::Ask { .. }
            | Self::Help
            | Self::Support
            | Self::Cabinet { .. }
            | Self::TopUp
            | Self::TooFew { .. }
            | Self::AlbumFirst
            | Self::Banned => Worth::Answer,
            Self::Accepted { .. }
            | Self::Group
            | Self::Status { .. }
            | Self::Retrying
            | Self::RetryingJob { .. }
            | Self::Alert(_)
            | Self::Held { .. }
            | Self::Desk(_)
            | Self::Letter(_)
            | Self::Progress { .. }
            | Self::Report { .. } => Worth::News,
            Self::Video(_)
            | Self::VideoLink(_)
            | Self::Refunded { .. }
            | Self::Undelivered { .. }
            | Self::Granted { .. } => Worth::Outcome,
        }
    }

    /// What it is about.
    pub fn subject(&self) -> Subject<'_> {
        match self {
            Self::Video(video) | Self::VideoLink(video) => Subject::Video(video),
            Self::RetryingJob { job }
            | Self::Refunded { job, .. }
            | Self::Undelivered { job }
            | Self::Report {
                look: Look::Job(job),
                ..
            } => Subject::Job(*job),
            Self::Status { order } => Subject::Order(*order),
            Self::Welcome { .. }
            | Self::Menu { .. }
            | Self::Ask { .. }
            | Self::Help
            | Self::Support
            | Self::Cabinet { .. }
            | Self::TopUp
            | Self::TooFew { .. }
            | Self::Accepted { .. }
            | Self::AlbumFirst
            | Self::Group
            | Self::Retrying
            | Self::Granted { .. }
            | Self::Alert(_)
            | Self::Held { .. }
            | Self::Banned
            | Self::Desk(_)
            | Self::Report { .. }
            | Self::Letter(_)
            | Self::Progress { .. } => Subject::Other,
        }
    }
}

/// What is lost with a message that is never read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Nothing: it answers what somebody did, and the next answer is worth more.
    Answer,
    /// What was new when it was said.
    News,
    /// How an order ended, or what became of a balance.
    Outcome,
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'s> {
    /// No order.
    Other,
    /// An order as a whole.
    Order(OrderId),
    /// One of its jobs.
    Job(JobId),
    /// What a job has brought.
    Video(&'s Video),
}

/// A finished video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Video {
    /// The order, for «again».
    pub order: OrderId,
    /// The job, which is also the file's name.
    pub job: JobId,
    /// Its number in the order, from 1.
    pub number: u8,
    /// How many the order has.
    pub count: u8,
    /// The model that made it.
    pub model: ModelName,
    /// Where the provider keeps it for a while.
    pub url: String,
    /// Whether its credit had gone back before it came.
    pub gift: bool,
}

/// Why a question is asked again, or the menu shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Hint {
    /// A photo is wanted.
    NeedPhoto,
    /// A text is wanted.
    NeedText,
    /// A button is wanted.
    NeedButton,
    /// Only blanks were written.
    EmptyText,
    /// Too much was written.
    TooLong,
    /// There is a photo already.
    HavePhoto,
    /// The photo takes the place of the one before.
    PhotoReplaced,
    /// The text under the photo is taken as the description.
    CaptionTaken,
    /// The file is not a picture.
    NotAPicture,
    /// The file is too large.
    FileTooBig,
    /// The picture is too small.
    PhotoTooSmall,
    /// Edited messages are not read.
    EditIgnored,
    /// The button belongs to an earlier draft.
    OldButton,
    /// No such command.
    UnknownCommand,
    /// Nothing to make of it.
    NotUnderstood,
    /// The draft is dropped.
    Cancelled,
    /// There was no draft.
    NothingToCancel,
    /// The same photo, text and style as before.
    SameAgain,
    /// Orders are not taken: the disk is nearly full.
    NoRoom,
    /// Orders are not taken for a while.
    Paused,
    /// The same, to somebody who only begins.
    PausedEarly,
    /// The order to be made once more is no longer kept.
    OrderGone,
    /// A message of a kind whose text is out of reach.
    PlainText,
    /// The picture has too many pixels.
    PhotoTooLarge,
    /// The picture is not whole.
    PhotoBroken,
    /// The template is no longer offered.
    TemplateGone,
}

impl Hint {
    /// Every hint, for tests that walk the texts.
    pub const ALL: [Self; 26] = [
        Self::NeedPhoto,
        Self::NeedText,
        Self::NeedButton,
        Self::EmptyText,
        Self::TooLong,
        Self::HavePhoto,
        Self::PhotoReplaced,
        Self::CaptionTaken,
        Self::NotAPicture,
        Self::FileTooBig,
        Self::PhotoTooSmall,
        Self::EditIgnored,
        Self::OldButton,
        Self::UnknownCommand,
        Self::NotUnderstood,
        Self::Cancelled,
        Self::NothingToCancel,
        Self::SameAgain,
        Self::NoRoom,
        Self::Paused,
        Self::PausedEarly,
        Self::OrderGone,
        Self::PlainText,
        Self::PhotoTooLarge,
        Self::PhotoBroken,
        Self::TemplateGone,
    ];
}

/// What appears for a moment when a button is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Toast {
    /// Nothing but the end of the spinner.
    Plain,
    /// The button's time is over.
    Stale,
    /// That is picked already.
    Already,
    Launched,
    /// The broadcast is stopped.
    Stopping,
}
