//! What an operator may ask and be told: one pair of enums for every way of asking.

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::domain::id::{EntryId, UserId};
use crate::domain::job::Stage;
use crate::store::audit::{self, Report};
use crate::store::ledger::{self, Granted};
use crate::store::{Store, StoreError};

/// The newest entries and jobs that [`Ask::Books`] shows.
const SHOWN: usize = 200;

/// Something an operator asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Ask {
    /// Give a user credits, or take them back.
    Grant {
        /// Whom.
        user: u64,
        /// How many; negative takes back.
        credits: i32,
        /// Why, in the operator's words.
        why: String,
        /// Makes a repeat harmless.
        key: Option<String>,
    },
    /// Check the books.
    Audit,
    /// Show accounts, the newest entries and the newest jobs.
    Books,
}

/// What an operator is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Answer {
    /// The balance after a grant.
    Granted {
        /// What the user may spend now.
        balance: u32,
        /// Whether the key was used before and nothing moved.
        repeated: bool,
    },
    /// No such user: they must write to the bot first.
    NoUser,
    /// More would be taken back than there is.
    TooMuch {
        /// What there is.
        balance: u32,
    },
    /// What the audit found.
    Audited(Report),
    /// The books.
    Books(Books),
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
    /// Its name.
    pub name: String,
    /// Its balance.
    pub balance: i64,
}

/// A ledger entry's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EntryLine {
    /// Its number.
    pub n: u64,
    /// When, in Unix milliseconds.
    pub at: u64,
    /// The account that gave.
    pub from: String,
    /// The account that got.
    pub to: String,
    /// How much.
    pub amount: u32,
    /// Why, in a word.
    pub reason: String,
    /// The job it belongs to.
    pub job: Option<u64>,
}

/// A job's line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobLine {
    /// Its number.
    pub id: u64,
    /// Its order.
    pub order: u64,
    /// Who pays.
    pub seller: u64,
    /// Where it stands.
    pub stage: String,
    /// How many attempts have begun.
    pub attempt: u8,
    /// The model it was sent to.
    pub model: Option<String>,
    /// When it is due, in Unix milliseconds; nothing once it has ended.
    pub due: Option<u64>,
}

/// Answers one question.
pub async fn answer(store: &Store, clock: &Clock, ask: Ask) -> Result<Answer, StoreError> {
    match ask {
        Ask::Grant {
            user,
            credits,
            why,
            key,
        } => {
            let now = clock.now();
            let user = UserId(user);
            let granted = store
                .try_write(move |txn| ledger::grant(txn, user, credits, &why, key.as_deref(), now))
                .await?;
            Ok(match granted {
                Granted::Done(balance) => Answer::Granted {
                    balance: balance.0,
                    repeated: false,
                },
                Granted::Before(balance) => Answer::Granted {
                    balance: balance.0,
                    repeated: true,
                },
                Granted::NoUser => Answer::NoUser,
                Granted::TooMuch(balance) => Answer::TooMuch { balance: balance.0 },
            })
        }
        Ask::Audit => {
            let snapshot = store.snapshot()?;
            let audited = tokio::task::spawn_blocking(move || audit::audit(&snapshot)).await;
            Ok(Answer::Audited(audited.map_err(|_| StoreError::Panicked)??))
        }
        Ask::Books => Ok(Answer::Books(books(store)?)),
    }
}

/// The books as they stand.
pub fn books(store: &Store) -> Result<Books, StoreError> {
    let snapshot = store.snapshot()?;
    let counters = snapshot.counters()?;
    let mut accounts = vec![
        line("gifts", counters.gifts),
        line("sales", counters.sales),
        line("grants", counters.grants),
        line("revenue", counters.revenue),
    ];
    for (id, row) in snapshot.users()? {
        accounts.push(line(format!("available {id}"), row.user.available.0.into()));
        accounts.push(line(format!("held {id}"), row.user.held.0.into()));
    }
    let first = counters.entry.saturating_sub(SHOWN as u64) + 1;
    let entries = snapshot.entries(EntryId(first), SHOWN)?.into_iter().rev();
    let entries = entries.map(|entry| EntryLine {
        n: entry.id.0,
        at: entry.at.0,
        from: entry.from.to_string(),
        to: entry.to.to_string(),
        amount: entry.amount.0,
        reason: entry.reason.word().to_owned(),
        job: entry.reason.job().map(|job| job.0),
    });
    let newest = (counters.job.saturating_sub(SHOWN as u64) + 1..=counters.job).rev();
    let jobs = newest.filter_map(|id| snapshot.find_job(crate::domain::id::JobId(id)).transpose());
    let jobs = jobs.map(|job| {
        job.map(|job| JobLine {
            id: job.id.0,
            order: job.order.0,
            seller: job.user.0,
            stage: job.stage.name().to_owned(),
            attempt: job.attempt,
            model: model(&job.stage).or(job
                .missed
                .last()
                .and_then(|missed| missed.model.as_ref().map(|m| m.0.clone()))),
            due: (!job.stage.ended()).then_some(job.due.0),
        })
    });
    Ok(Books {
        sum: accounts.iter().map(|account| account.balance).sum(),
        entries: entries.collect(),
        jobs: jobs.collect::<Result<_, StoreError>>()?,
        live: snapshot.live_jobs()?,
        notes: snapshot.waiting_notes()?,
        accounts,
    })
}

fn model(stage: &Stage) -> Option<String> {
    match stage {
        Stage::Done { model, .. } => Some(model.0.clone()),
        other => other.route().map(|route| route.model.0.clone()),
    }
}

fn line(name: impl Into<String>, balance: i64) -> AccountLine {
    AccountLine {
        name: name.into(),
        balance,
    }
}
