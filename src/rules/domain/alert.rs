//! What operators are told of trouble, by meaning; `edge::telegram::words` turns it into text.
//!
//! Stored in the outbox as it is: variants of [`Alert`] and [`Obstacle`] are only ever appended.

mod alerting;
mod cause;
mod topic;

use serde::{Deserialize, Serialize};

use crate::base::time::Timestamp;
use crate::rules::domain::failure::Source;
use crate::rules::domain::id::{JobId, ModelName};
use crate::rules::domain::part::Part;
use crate::rules::domain::strange::Strange;

pub use alerting::Alerting;
pub use cause::{Lack, Obstacle, Trouble};
pub use topic::Topic;

/// What an operator is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alert {
    /// A provider refuses to work unpaid.
    Billing {
        source: Source,
        /// The key's fingerprint, if there are several.
        key: Option<String>,
    },
    /// A provider works again after a billing refusal.
    BillingOver { source: Source },
    /// A model is switched off.
    ModelOff {
        model: ModelName,
        /// Whether another one takes over.
        models_left: bool,
    },
    /// A model answers again.
    ModelBack { model: ModelName },
    /// Every key rests.
    AllKeysRest,
    /// At least one key works again.
    KeysAwake,
    /// A step of a job panicked.
    Panic { job: JobId },
    /// Every model of the chain rests: orders are refunded.
    NoModels,
    /// The disk is nearly full: orders are not taken.
    NoRoom {
        /// What is left, in MiB.
        free_mb: u64,
    },
    /// There is room again, and orders are taken.
    RoomBack,
    /// The disk takes nothing.
    Unwritable {
        /// What the system says.
        why: String,
    },
    /// The disk takes what is written again.
    Writable,
    /// The books do not balance.
    Breach {
        breaches: u64,
        /// One of them, as the audit says it.
        first: String,
    },
    /// The books balance again.
    BooksFine,
    /// The public address has no certificate, or one that ends soon, and no new one is to be had.
    CertificateFails {
        /// The host it is for.
        host: String,
        /// Whole days that are left; nothing when there is no valid certificate at all.
        days: Option<u32>,
        /// What stands in the way.
        obstacle: Obstacle,
    },
    /// The public address has a good certificate again.
    CertificateBack {
        /// The host it is for.
        host: String,
    },
    /// No backup could be made.
    BackupFails {
        /// Why, in the program's words.
        why: String,
        /// How old the newest one is, in hours; nothing if there is none.
        hours: Option<u64>,
    },
    /// The newest backup is older than it should ever be.
    BackupLate {
        /// How old it is, in hours; nothing if there is none.
        hours: Option<u64>,
    },
    /// Backups are made again.
    BackupBack,
    /// No copy of a backup could be sent away.
    CopyFails {
        /// Why, in the program's words.
        why: String,
        /// How old the newest copy is, in hours; nothing if there is none.
        hours: Option<u64>,
    },
    /// Copies are sent away again.
    CopyBack,
    /// A key of the provider's has had too many requests and rests.
    KeyRests {
        key: String,
        /// For how many minutes.
        minutes: u64,
    },
    /// The key works again.
    KeyBack { key: String },
    /// An account at the provider is nearly empty.
    CreditsLow {
        /// What the key with the least has left, in the provider's credits.
        left: u64,
    },
    /// There are credits again.
    CreditsBack {
        /// What the key with the least has.
        left: u64,
    },
    /// Many videos failed within the last hour.
    Failing {
        /// How many failed, sellers' own faults left out.
        failed: u64,
        /// Of how many that ended.
        ended: u64,
    },
    /// Videos are made again.
    FailingOver,
    /// A video has waited long for its first attempt.
    QueueLate {
        /// For how many minutes.
        minutes: u64,
    },
    /// The queue moves again.
    QueueMoves,
    /// A message has waited long to be said.
    Unsent {
        /// For how many minutes.
        minutes: u64,
        /// How many chats wait.
        waiting: u64,
    },
    /// Messages are said again.
    SentAgain,
    /// The program did not end in good order and was started again.
    Restarted {
        /// When it had been started before.
        before: Timestamp,
    },
    /// The author of scripts wrote none, and the template stood in.
    Unwritten { trouble: Trouble },
    /// What the provider says of its tasks cannot be understood.
    AnswersChanged {
        /// A job of which it is so.
        job: JobId,
        model: ModelName,
        /// What an answer looks like: names of fields, and no words of anybody's.
        shape: String,
    },
    /// What the provider says of a model's tasks is understood again.
    AnswersFine { model: ModelName },
    /// The provider says that a video is made, and there is none to be had.
    NoResult {
        /// Which job; its credit is back.
        job: JobId,
        /// What is the matter.
        lack: Lack,
    },
    /// A video came after its credit had gone back, and was given away.
    LateVideo { job: JobId },
    /// The provider has made two tasks for one video, and is paid for both.
    Doubled { job: JobId },
    /// The provider says something that no row of the failures' table knows.
    Strange(Strange),
    /// The table knows it now.
    StrangeOver {
        /// What was not known.
        text: String,
    },
    /// The machine's clock was set ahead of what we go by.
    ClockAhead {
        /// By how many minutes.
        minutes: u64,
    },
    /// The machine's clock was set back behind what we go by.
    ClockBack {
        /// By how many minutes.
        minutes: u64,
    },
    /// We go by what the machine's clock shows.
    ClockFine,
    /// A part of the daemon fails, and is begun again and again.
    PartFails {
        part: Part,
        /// Why, in the program's words.
        why: String,
    },
    /// That part works again.
    PartWorks { part: Part },
    /// Telegram did not take a finished video; its credit is back.
    Undelivered { job: JobId },
    /// Somebody else takes the updates that are ours.
    Rival,
    /// Nobody else takes them any more.
    RivalGone,
    /// The public address has a certificate that the disk does not take.
    CertificateUnkept {
        /// The host it is for.
        host: String,
    },
    /// It is kept now.
    CertificateKept {
        /// The host it is for.
        host: String,
    },
}

impl Alert {
    /// What it is about.
    pub fn topic(&self) -> Topic {
        match self {
            Self::Billing { .. } | Self::BillingOver { .. } => Topic::Billing,
            Self::KeyRests { .. } | Self::KeyBack { .. } => Topic::Key,
            Self::AllKeysRest | Self::KeysAwake => Topic::Keys,
            Self::ModelOff { .. } | Self::ModelBack { .. } => Topic::Model,
            Self::NoModels => Topic::Models,
            Self::CreditsLow { .. } | Self::CreditsBack { .. } => Topic::Credits,
            Self::Failing { .. } | Self::FailingOver => Topic::Failures,
            Self::QueueLate { .. } | Self::QueueMoves => Topic::Queue,
            Self::Unsent { .. } | Self::SentAgain => Topic::Outbox,
            Self::Undelivered { .. } => Topic::Undelivered,
            Self::Rival | Self::RivalGone => Topic::Rival,
            Self::CertificateFails { .. }
            | Self::CertificateBack { .. }
            | Self::CertificateUnkept { .. }
            | Self::CertificateKept { .. } => Topic::Certificate,
            Self::BackupFails { .. } | Self::BackupLate { .. } | Self::BackupBack => Topic::Backup,
            Self::CopyFails { .. } | Self::CopyBack => Topic::Copy,
            Self::NoRoom { .. } | Self::RoomBack => Topic::Room,
            Self::Unwritable { .. } | Self::Writable => Topic::Disk,
            Self::Breach { .. } | Self::BooksFine => Topic::Books,
            Self::Panic { .. } => Topic::Panic,
            Self::Restarted { .. } => Topic::Restart,
            Self::Unwritten { .. } => Topic::Author,
            Self::AnswersChanged { .. } | Self::AnswersFine { .. } => Topic::Answers,
            Self::NoResult { .. } => Topic::Result,
            Self::LateVideo { .. } | Self::Doubled { .. } => Topic::Late,
            Self::Strange(_) | Self::StrangeOver { .. } => Topic::Texts,
            Self::ClockAhead { .. } | Self::ClockBack { .. } | Self::ClockFine => Topic::Clock,
            Self::PartFails { .. } | Self::PartWorks { .. } => Topic::Part,
        }
    }
}
