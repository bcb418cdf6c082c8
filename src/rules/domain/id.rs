//! Identifiers, one newtype each, so that none can stand where another is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! number {
    ($(#[$doc:meta] $name:ident($inner:ty);)*) => {$(
        #[$doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

macro_rules! text {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

number! {
    /// A Telegram user, who is also the private chat with that user.
    UserId(u64);
    /// An order: one confirmed brief, one to five videos.
    OrderId(u64);
    /// A job: one video of an order.
    JobId(u64);
    /// A ledger entry, numbered from 1 without gaps.
    EntryId(u64);
    /// A note in the outbox.
    NoteId(u64);
    /// A Telegram update, by which a repeated one is known.
    UpdateId(u64);
    /// One walk through the steps; a button carries it, so that an old button is known.
    DraftId(u64);
    /// A message the bot sent into a private chat.
    MessageId(i32);
    /// A topic of a private chat.
    TopicId(i32);
}

impl UserId {
    /// The private chat with the user.
    pub fn chat(self) -> i64 {
        i64::try_from(self.0).expect("Telegram's user ids have at most 52 bits")
    }

    /// The user of a private chat; nothing for a group.
    pub fn of_chat(chat: i64) -> Option<Self> {
        u64::try_from(chat).ok().map(Self)
    }
}

text! {
    /// The task the provider made for a job; opaque.
    TaskId;
    /// A file Telegram keeps; good for the same bot only.
    FileId;
    /// One press of a button, as Telegram names it.
    CallbackId;
    /// What ties the pictures of one album together.
    AlbumId;
    /// A model, as the provider names it.
    ModelName;
}

/// The first eight bytes of a digest of a key: enough to know the key again, nothing to use it with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint(pub [u8; 8]);

impl Fingerprint {
    /// Reads one as [`fmt::Display`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let fingerprint = plain.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        fingerprint.map(|fingerprint| Self(fingerprint.to_be_bytes()))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The public name of a job's photo: a UUIDv8 whose first 48 bits are the job and whose other 74 are chance.
///
/// The job is found from the name without an index, and the name cannot be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PhotoName(u128);

impl PhotoName {
    /// Names the photo of `job`; `chance` is sixteen random bytes.
    pub fn new(job: JobId, mut chance: [u8; 16]) -> Self {
        chance[..6].copy_from_slice(&job.0.to_be_bytes()[2..]);
        Self(
            uuid::Builder::from_custom_bytes(chance)
                .into_uuid()
                .as_u128(),
        )
    }

    /// Reads a name as [`fmt::Display`] writes it, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let uuid = Uuid::try_parse(text).ok()?;
        let name = Self(uuid.as_u128());
        (name.to_string() == text).then_some(name)
    }

    /// The job this name was made for.
    pub fn job(self) -> JobId {
        JobId((self.0 >> 80) as u64)
    }
}

impl fmt::Display for PhotoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_u128(self.0).hyphenated().fmt(f)
    }
}

/// What stands in a message about a failure, for support to look up: a letter for what it names, and its number.
///
/// Short enough to read aloud, and found by whoever copies it with a `#` or in small letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// `J17`: a job.
    Job(JobId),
    /// `U123456789`: an update that could not be stored, so that nothing but the log knows of it.
    Update(UpdateId),
}

/// What is no reference code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCode {
    /// Neither a number nor a code.
    #[error("write a job's number such as 12, or a reference code such as J12")]
    Unread,
    /// A code, but of something that only the log knows.
    #[error(
        "{0} is no job: it stands for a message that could not be stored; look for {0} in the log"
    )]
    Unstored(Code),
}

impl Code {
    /// The job that is named, by a code or by its bare number.
    pub fn job(said: &str) -> Result<JobId, NoCode> {
        match said.parse()? {
            Self::Job(job) => Ok(job),
            code @ Self::Update(_) => Err(NoCode::Unstored(code)),
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Job(id) => write!(f, "J{id}"),
            Self::Update(id) => write!(f, "U{id}"),
        }
    }
}

impl FromStr for Code {
    type Err = NoCode;

    /// Reads a code as people write it: `J17`, `j17`, `#J17`; a bare number is a job's.
    fn from_str(said: &str) -> Result<Self, NoCode> {
        let said = said.trim();
        let said = said.strip_prefix('#').unwrap_or(said);
        let (letter, digits) = said.split_at(said.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
        // A number alone: `parse` would take a sign, too.
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NoCode::Unread);
        }
        let number = digits.parse().map_err(|_| NoCode::Unread)?;
        match letter {
            "" | "J" | "j" => Ok(Self::Job(JobId(number))),
            "U" | "u" => Ok(Self::Update(UpdateId(number))),
            _ => Err(NoCode::Unread),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        for said in ["J17", "j17", "#J17", "#j17", " J17\n", "17", "#17"] {
            assert_eq!(Code::job(said), Ok(JobId(17)), "{said}");
        }
        for code in [Code::Job(JobId(0)), Code::Update(UpdateId(u64::MAX))] {
            assert_eq!(code.to_string().parse(), Ok(code));
        }
        assert_eq!("u5".parse(), Ok(Code::Update(UpdateId(5))));
    }

    #[test]
    fn what_is_no_code_is_told_what_one_looks_like() {
        for said in [
            "",
            "J",
            "#",
            "J-1",
            "+1",
            "JJ1",
            "J1x",
            "J 1",
            "99999999999999999999",
        ] {
            assert_eq!(said.parse::<Code>(), Err(NoCode::Unread), "{said}");
        }
        let told = Code::job("U5").unwrap_err().to_string();
        assert!(told.starts_with("U5 is no job"), "{told}");
    }

    #[test]
    fn a_photo_name_knows_its_job_and_survives_a_round_trip() {
        let name = PhotoName::new(JobId(77), [0xab; 16]);
        assert_eq!(name.job(), JobId(77));
        assert_eq!(PhotoName::parse(&name.to_string()), Some(name));
        assert_eq!(PhotoName::parse(&name.to_string().to_uppercase()), None);
        assert_eq!(PhotoName::parse("../../etc/passwd"), None);
    }

    #[test]
    fn two_names_of_one_job_differ_by_chance() {
        assert_ne!(
            PhotoName::new(JobId(1), [1; 16]),
            PhotoName::new(JobId(1), [2; 16])
        );
    }
}
