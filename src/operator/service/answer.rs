//! What an operator is told. Times are Unix milliseconds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ask::Span;
use crate::rules::domain::act::Done;
use crate::store::found::Found;

/// Lines of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listed<T> {
    /// The lines, newest first.
    pub lines: Vec<T>,
    /// Older ones may be missing: so many rows were looked at, and no more.
    pub looked: Option<usize>,
}

impl<T> Listed<T> {
    /// A list of which nothing is missing.
    pub fn whole(lines: Vec<T>) -> Self {
        let looked = None;
        Self { lines, looked }
    }

    /// Lines for what was found by looking at no more rows than `most`.
    pub fn of<R>(found: &Found<R>, most: usize, line: impl FnMut(&R) -> T) -> Self {
        Self {
            lines: found.rows.iter().map(line).collect(),
            looked: found.cut.then_some(most),
        }
    }
}

/// How the shop fares.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Status {
    /// The program's version.
    pub version: String,
    /// Whether the daemon itself answers, and not its file.
    pub running: bool,
    /// Its process, if it answers.
    pub pid: Option<u32>,
    /// Since when it runs.
    pub since: Option<u64>,
    /// The file's schema.
    pub schema: u32,
    /// The file's size, in bytes.
    pub file_bytes: u64,
    /// Room on its disk, in bytes.
    pub free_bytes: Option<u64>,
    /// Why orders are not taken: `room`, `pause`.
    pub closed: Vec<String>,
    /// Why the disk cannot be written, if it cannot.
    pub fault: Option<String>,
    /// Users.
    pub users: u64,
    /// Users who are shut out.
    pub banned: u64,
    /// Orders so far.
    pub orders: u64,
    /// Jobs so far.
    pub jobs: u64,
    /// Live jobs by stage.
    pub live: BTreeMap<String, u64>,
    /// Places taken at the provider.
    pub places: u32,
    /// How long the oldest job that waits for its first attempt has waited, in seconds; of the thousand that are next,
    /// if more wait.
    pub oldest_queued_s: Option<u64>,
    /// Messages that can be sent: none that are kept for those who have blocked the bot.
    pub notes: u64,
    /// Chats that wait for one of them.
    pub chats: u64,
    /// How long the oldest of those has waited, in seconds; of a thousand chats, if more wait.
    pub oldest_note_s: Option<u64>,
    /// Keys and models that rest.
    pub resting: Vec<RestLine>,
    /// Entries in the ledger.
    pub entries: u64,
    /// Balances of the shop's own accounts.
    pub accounts: BTreeMap<String, i64>,
}

/// What happened of late.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    pub span: Span,
    pub from: u64,
    pub until: u64,
    /// All of it.
    pub total: Counts,
    /// Hour by hour, or day by day (UTC), oldest first.
    pub bars: Vec<StatsBar>,
    /// By model; without a name those that did not get so far as to have one.
    pub models: Vec<StatsOf>,
    /// By template: `ugc`, `ad`, and `self` for a seller's own prompt.
    pub templates: Vec<StatsOf>,
    /// Videos that failed, by the kind of the last failure.
    pub failures: BTreeMap<String, u64>,
}

/// An hour or a day of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatsBar {
    pub at: u64,
    pub counts: Counts,
}

/// What happened in a span of time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Sellers who came for the first time.
    pub newcomers: u64,
    /// Orders placed.
    pub orders: u64,
    /// Videos ordered in them.
    pub ordered: u64,
    /// Videos made.
    pub done: u64,
    /// Videos that failed.
    pub failed: u64,
    /// Credits paid for.
    pub sold: u64,
    /// Credits given to newcomers.
    pub gifts: u64,
    /// Credits given by operators.
    pub granted: u64,
    /// Credits taken back by operators.
    pub taken: u64,
    /// Credits earned by videos.
    pub earned: u64,
    /// Credits given back for videos that failed.
    pub released: u64,
    /// The provider's credits that videos took.
    pub burned: f64,
    /// How long half of the sellers waited at most for a video, in seconds.
    pub median_s: Option<u64>,
    /// How long nine of ten waited at most.
    pub p90_s: Option<u64>,
}

/// Videos of one model or template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatsOf {
    pub name: Option<String>,
    /// Videos made.
    pub done: u64,
    /// Videos that failed.
    pub failed: u64,
    /// The provider's credits they took.
    pub burned: f64,
    /// How long half of the sellers waited at most, in seconds.
    pub median_s: Option<u64>,
    /// How long nine of ten waited at most.
    pub p90_s: Option<u64>,
}

/// Accounts, the newest entries and the newest jobs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Books {
    /// The sum of all accounts: 0.
    pub sum: i64,
    /// Every account with its balance.
    pub accounts: Vec<AccountLine>,
    /// The newest entries, newest first.
    pub entries: Vec<EntryLine>,
    /// The newest jobs, newest first.
    pub jobs: Vec<JobLine>,
    /// Jobs that have not ended.
    pub live: u64,
    /// Notes that wait to be said.
    pub notes: u64,
}

/// An account's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountLine {
    pub name: String,
    pub balance: i64,
}

/// A key or a model that rests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RestLine {
    /// `key:` or `model:` and its name.
    pub name: String,
    pub until: u64,
    pub why: String,
}

/// A user's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserLine {
    /// Their Telegram number.
    pub id: u64,
    pub name: Option<String>,
    /// What they may spend.
    pub available: u32,
    /// What their jobs hold.
    pub held: u32,
    pub lang: String,
    /// Since when they are known.
    pub since: u64,
    /// When they last wrote.
    #[serde(default)]
    pub seen: u64,
    /// Whether Telegram lets us write to them.
    pub reachable: bool,
    /// Whether they are shut out.
    pub banned: bool,
}

/// A user, closely.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserCard {
    pub user: UserLine,
    /// Why and since when they are shut out, if they are.
    pub ban: Option<(u64, String)>,
    pub step: String,
    /// Messages that wait for them.
    pub notes: usize,
    /// Their newest entries, newest first.
    pub entries: Vec<EntryLine>,
    /// Their newest orders, newest first.
    pub orders: Vec<OrderLine>,
}

/// A ledger entry's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EntryLine {
    /// Its number.
    pub n: u64,
    pub at: u64,
    /// The account that gave.
    pub from: String,
    /// The account that got.
    pub to: String,
    pub amount: u32,
    /// Why, in a word.
    pub reason: String,
    /// In the operator's words, if one did it.
    pub why: Option<String>,
    /// The job it belongs to.
    pub job: Option<u64>,
}

/// An order's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderLine {
    /// Its number.
    pub id: u64,
    pub seller: u64,
    /// When it was placed.
    pub at: u64,
    /// The template, or `own` for the seller's own prompt.
    pub template: String,
    /// The stage of each of its jobs.
    pub jobs: Vec<String>,
}

/// An order, closely.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderCard {
    pub order: OrderLine,
    /// Since when its details are no longer kept, if they are not.
    #[serde(default)]
    pub retired: Option<u64>,
    /// What became of its photo, if that is kept.
    pub photo: Option<String>,
    pub jobs: Vec<JobLine>,
}

/// A job's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobLine {
    /// Its number.
    pub id: u64,
    pub order: u64,
    pub seller: u64,
    /// When it was ordered.
    pub at: u64,
    pub stage: String,
    /// How many attempts have begun.
    pub attempt: u8,
    /// The model it was sent to last.
    pub model: Option<String>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// When it is due; nothing once it has ended.
    pub due: Option<u64>,
    pub ended: Option<u64>,
}

/// A job, closely.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobCard {
    pub job: JobLine,
    /// Since when its details are no longer kept, if they are not.
    #[serde(default)]
    pub retired: Option<u64>,
    /// The key it was sent with last, by its fingerprint, while it is out.
    pub key: Option<String>,
    /// The provider's task.
    pub task: Option<String>,
    /// Whether its script is written.
    pub scripted: bool,
    /// Whether its credit was given back after it was done.
    pub repaid: bool,
    /// The order it became when it was ordered again.
    pub reordered: Option<u64>,
    /// Every submission that failed, oldest first.
    pub missed: Vec<MissedLine>,
    /// Its entries in the ledger.
    pub entries: Vec<EntryLine>,
}

/// A failed submission.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MissedLine {
    /// Of which attempt.
    pub attempt: u8,
    pub at: u64,
    pub failure: String,
    pub source: String,
    /// The model, if it got so far.
    pub model: Option<String>,
    /// The provider's task, if it got so far.
    pub task: Option<String>,
}

/// A key of the provider's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyLine {
    pub key: String,
    /// Until when it rests, if it does.
    pub until: Option<u64>,
    pub why: Option<String>,
    /// The provider's credits on its account.
    pub credits: Option<f64>,
    /// Why nobody knows them.
    pub trouble: Option<String>,
}

/// A model of the chain.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ModelLine {
    /// As the provider names it.
    pub model: String,
    /// As sellers read it.
    pub title: String,
    /// What one clip costs, in the provider's credits.
    pub credits: f64,
    /// Until when it rests, if it does.
    pub until: Option<u64>,
    pub why: Option<String>,
}

/// Something an operator did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActLine {
    /// Its number.
    pub n: u64,
    pub at: u64,
    pub who: String,
    /// What, as a sentence without its subject.
    pub what: String,
    /// What, for whoever words it in another language.
    pub done: Done,
}

/// What a reload has done, in names of keys and files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reloaded {
    /// What is different from now on.
    pub changed: Vec<String>,
    /// What takes effect at the next start.
    pub waits: Vec<String>,
}
