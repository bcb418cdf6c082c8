//! Topics: everything alerts are about.

/// Everything alerts are about; each can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// A provider refuses to work unpaid.
    Billing,
    /// A key of the provider's rests.
    Key,
    /// Every key rests.
    Keys,
    /// A model is switched off.
    Model,
    /// Every model rests.
    Models,
    /// The provider's credits run out.
    Credits,
    /// Many videos fail.
    Failures,
    /// Videos wait long for their first attempt.
    Queue,
    /// Messages wait long to be said.
    Outbox,
    /// The certificate of the public address.
    Certificate,
    /// Backups on this machine.
    Backup,
    /// Copies of backups elsewhere.
    Copy,
    /// Room on the disk.
    Room,
    /// A disk that takes nothing.
    Disk,
    /// Books that do not balance.
    Books,
    /// A step that panicked.
    Panic,
    /// A restart after a crash.
    Restart,
    /// The author of scripts, where it is no matter of money.
    Author,
    /// What the provider says of its tasks.
    Answers,
    /// Videos that are made and cannot be had.
    Result,
    /// Videos that come too late, or twice.
    Late,
    /// A text of the provider's that nobody knows.
    Texts,
    /// A clock that was set.
    Clock,
    /// A part of the daemon that fails.
    Part,
    /// A finished video that Telegram did not take.
    Undelivered,
    /// Somebody else with the same token.
    Rival,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 26] = [
        Self::Billing,
        Self::Key,
        Self::Keys,
        Self::Model,
        Self::Models,
        Self::Credits,
        Self::Failures,
        Self::Queue,
        Self::Outbox,
        Self::Certificate,
        Self::Backup,
        Self::Copy,
        Self::Room,
        Self::Disk,
        Self::Books,
        Self::Panic,
        Self::Restart,
        Self::Author,
        Self::Answers,
        Self::Result,
        Self::Late,
        Self::Texts,
        Self::Clock,
        Self::Part,
        Self::Undelivered,
        Self::Rival,
    ];

    /// Its word in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Billing => "billing",
            Self::Key => "key",
            Self::Keys => "keys",
            Self::Model => "model",
            Self::Models => "models",
            Self::Credits => "credits",
            Self::Failures => "failures",
            Self::Queue => "queue",
            Self::Outbox => "outbox",
            Self::Certificate => "certificate",
            Self::Backup => "backup",
            Self::Copy => "copy",
            Self::Room => "room",
            Self::Disk => "disk",
            Self::Books => "books",
            Self::Panic => "panic",
            Self::Restart => "restart",
            Self::Author => "author",
            Self::Answers => "answers",
            Self::Result => "result",
            Self::Late => "late",
            Self::Texts => "texts",
            Self::Clock => "clock",
            Self::Part => "part",
            Self::Undelivered => "undelivered",
            Self::Rival => "rival",
        }
    }

    /// Whether it is said when it is over. What just happened is never over.
    pub fn ends(self) -> bool {
        match self {
            Self::Panic
            | Self::Restart
            | Self::Author
            | Self::Result
            | Self::Late
            | Self::Undelivered => false,
            Self::Billing
            | Self::Key
            | Self::Keys
            | Self::Model
            | Self::Models
            | Self::Credits
            | Self::Failures
            | Self::Queue
            | Self::Outbox
            | Self::Certificate
            | Self::Backup
            | Self::Copy
            | Self::Room
            | Self::Disk
            | Self::Books
            | Self::Answers
            | Self::Texts
            | Self::Clock
            | Self::Part
            | Self::Rival => true,
        }
    }
}
