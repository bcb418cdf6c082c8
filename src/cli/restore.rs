//! A backup put back from the shell.

use std::path::PathBuf;

use anyhow::{Context, ensure};

use super::backups::{Ground, ago};
use super::place::{self, Place};
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::operator::socket::{self, ControlError};
use crate::shop::backup::BackupError;
use crate::shop::backup::directory::Source;
use crate::shop::backup::manifest::Manifest;
use crate::shop::backup::name::Name;
use crate::shop::backup::restore::{self, Order, Restored};
use crate::shop::backup::verify::Contents;

/// Put a backup in place.
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// A name that `backups list` shows, a path, or s3: and a name that `backups list --remote` shows.
    #[arg(value_name = "NAME|PATH|s3:NAME")]
    what: String,
    #[command(flatten)]
    place: Place,
    /// Replace the data that are there; the old database is moved aside.
    #[arg(long)]
    force: bool,
    /// Only look whether it could be done.
    #[arg(long)]
    dry_run: bool,
}

pub fn restore(args: RestoreArgs) -> anyhow::Result<()> {
    let far = args.what.strip_prefix(FAR);
    let ground = Ground::of(&args.place, far.is_some())?;
    not_running(&ground)?;
    let fetched = far.map(|name| fetch(&ground, name)).transpose()?;
    let source = match &fetched {
        Some(fetched) => Source::Whole(fetched.0.clone()),
        None => ground.backup_dir.find(&args.what)?,
    };
    let now = Clock::system().now();
    let order = Order {
        source: &source,
        data: &ground.data,
        backup_dir: &ground.backup_dir,
        force: args.force,
        configured: ground.configured,
        now,
    };
    let refused = || format!("{} is not restored", args.what);
    if args.dry_run {
        let contents = restore::try_out(&order).with_context(refused)?;
        if args.place.json {
            place::json(&contents)?;
        } else {
            show(&contents, now);
            say!("it could be restored; nothing was changed");
        }
        return Ok(());
    }
    let restored = restore::restore(&order).with_context(refused)?;
    if args.place.json {
        return place::json(&restored);
    }
    let Restored {
        contents,
        replaced,
        left,
        strange,
    } = restored;
    show(&contents, now);
    if let Some(replaced) = replaced {
        say!(
            "the database that was there is now in {}",
            replaced.display()
        );
    }
    for file in left {
        say!("left as it was: {file}");
    }
    for file in strange {
        say!("not put back, for it is no file of a backup: {file}");
    }
    say!("restored into {}", ground.data.display());
    Ok(())
}

/// What begins like this is a copy in the storage.
const FAR: &str = "s3:";

/// A directory that goes when it has served.
pub(super) struct Scratch(pub PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Fetches a copy out of the storage.
pub(super) fn fetch(ground: &Ground, name: &str) -> anyhow::Result<Scratch> {
    let name: Name = name.parse()?;
    let fetched = Scratch(ground.backup_dir.scratch("fetched"));
    ground.fetch(&name.to_string(), &fetched.0)?;
    // An old copy under a new name would take the shop back to what it was then.
    let inside = Manifest::read(&fetched.0)?.name;
    ensure!(
        inside == name,
        "the copy {name} in the storage holds the backup {inside}: somebody has renamed it"
    );
    Ok(fetched)
}

/// A daemon holds the lock of its file, but for moments in which its disk fails.
fn not_running(ground: &Ground) -> anyhow::Result<()> {
    let asked = socket::ask(&ground.data, crate::operator::service::ask::Status);
    match super::run::runtime()?.block_on(asked) {
        Err(ControlError::NoDaemon) => Ok(()),
        Err(error @ ControlError::Io(_)) => Err(error.into()),
        Ok(_) | Err(_) => Err(BackupError::Running(ground.data.display().to_string()).into()),
    }
}

/// Says what is in a backup, and how old that is.
pub(super) fn show(contents: &Contents, now: Timestamp) {
    let Contents {
        entries,
        users,
        jobs,
        live_jobs,
        newest_entry,
        ..
    } = contents;
    say!(
        "{entries} entries, {users} users, {jobs} jobs, {live_jobs} of them alive; the books balance"
    );
    if let Some(newest) = newest_entry {
        say!(
            "the newest entry was made {}: what happened after it is not known to this backup",
            ago(now, *newest)
        );
    }
}
