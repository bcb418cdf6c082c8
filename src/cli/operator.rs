//! What an operator asks from the shell: of the running daemon, or of the file when none runs.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use uuid::Uuid;

use crate::admin::{self, Answer, Ask};
use crate::clock::Clock;
use crate::control::{self, ControlError};
use crate::domain::credit::Credits;
use crate::store::{Options, Shop, Store, audit};

/// Check the books.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(flatten)]
    place: Place,
    /// Check this file, a backup for instance, instead of the data directory's.
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    file: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Give a seller credits, or take them back.
#[derive(Debug, clap::Args)]
pub struct GrantArgs {
    #[command(flatten)]
    place: Place,
    /// The seller's Telegram number.
    #[arg(long, value_name = "ID")]
    user: u64,
    /// How many; a negative number takes back.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    credits: i32,
    /// Why; it is kept in the books.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// A word of your own: a second grant with the same one changes nothing.
    #[arg(long, value_name = "WORD")]
    key: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// Where everything is kept; without it $STATE_DIRECTORY, else ./data.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

pub fn audit(args: AuditArgs) -> anyhow::Result<()> {
    let (report, whom) = match &args.file {
        Some(file) => (audit_file(file)?, file.display().to_string()),
        None => {
            let data = super::run::data_dir(args.place.data_dir);
            match asked(&data, Ask::Audit)? {
                Some(Answer::Audited(report)) => (report, "the running daemon".to_owned()),
                Some(other) => bail!("the daemon answers something else: {other:?}"),
                None => {
                    let file = data.join("neurocards.redb");
                    (audit_file(&file)?, file.display().to_string())
                }
            }
        }
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("asked {whom}");
        show(&report);
    }
    match report.breaches.len() {
        0 if args.json => Ok(()),
        0 => {
            println!("the books balance");
            Ok(())
        }
        breaches => {
            let breaches = breaches as u64 + report.more;
            bail!("{breaches} breaches: stop selling, keep the file, look at the rows above")
        }
    }
}

fn show(report: &audit::Report) {
    let audit::Report {
        entries,
        users,
        jobs,
        orders,
        checks,
        breaches,
        more,
        lost,
    } = report;
    println!("checked {entries} entries, {users} users, {jobs} jobs, {orders} orders:");
    for audit::Check { what, rows } in checks {
        println!("{rows:>10}  {what}");
    }
    let audit::Lost {
        adopted,
        orphans,
        doubled,
    } = lost;
    println!("lost answers: {adopted} adopted, {orphans} orphans, {doubled} billed twice");
    for breach in breaches {
        println!("BREACH {breach}");
    }
    if *more > 0 {
        println!("BREACH and {more} more");
    }
}

fn audit_file(file: &Path) -> anyhow::Result<audit::Report> {
    let snapshot =
        crate::store::read_only(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(audit::audit(&snapshot)?)
}

pub fn grant(args: GrantArgs) -> anyhow::Result<()> {
    if args.credits == 0 {
        bail!("--credits 0 changes nothing");
    }
    let data = super::run::data_dir(args.place.data_dir);
    // With a key a grant of which nobody knows whether it was made can be asked for again.
    let key = args.key.unwrap_or_else(|| Uuid::new_v4().to_string());
    let ask = Ask::Grant {
        user: args.user,
        credits: args.credits,
        why: args.reason,
        key: Some(key.clone()),
    };
    let answered = || {
        Ok(match asked(&data, ask.clone())? {
            Some(answer) => (answer, "the running daemon"),
            None => (
                on_file(&data, ask)?,
                "the file; the seller is told when the daemon runs",
            ),
        })
    };
    let (answer, whom) = answered().map_err(|error: anyhow::Error| {
        error.context(format!(
            "it is not sure whether the grant was made; asked again with --key {key} it is made once at most"
        ))
    })?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&answer)?);
    }
    match answer {
        Answer::Granted { .. } if args.json => Ok(()),
        Answer::Granted { balance, repeated } => {
            let done = if repeated {
                "granted before with this key"
            } else {
                "granted"
            };
            println!(
                "asked {whom}\n{done}; user {} has {balance} credits",
                args.user
            );
            Ok(())
        }
        Answer::NoUser => {
            bail!(
                "there is no user {}: they must write /start to the bot first",
                args.user
            )
        }
        Answer::TooMuch { balance } => bail!("user {} has only {balance} credits", args.user),
        other => bail!("the daemon answers something else: {other:?}"),
    }
}

/// The running daemon's answer; nothing when none runs.
fn asked(data: &Path, ask: Ask) -> anyhow::Result<Option<Answer>> {
    match super::runtime()?.block_on(control::ask(data, &ask)) {
        Ok(answer) => Ok(Some(answer)),
        Err(ControlError::NoDaemon) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn on_file(data: &Path, ask: Ask) -> anyhow::Result<Answer> {
    let file = data.join("neurocards.redb");
    if !file.exists() {
        bail!("there is no {}: name the right --data-dir", file.display());
    }
    // A grant needs none of the shop's choices.
    let shop = Shop {
        welcome: Credits(0),
        admins: vec![],
        max_attempts: 1,
        max_rendering: 1,
    };
    let store = Store::open(&file, Options::default(), shop)?;
    Ok(super::runtime()?.block_on(admin::answer(&store, &Clock::system(), ask))?)
}
