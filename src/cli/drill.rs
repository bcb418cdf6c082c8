//! The drill: the newest backup restored where it harms nobody, opened as the daemon would, and audited.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};
use serde::Serialize;

use super::backups::{Ground, ago};
use super::place::{self, Place};
use super::restore::{self, Scratch};
use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::shop::audit;
use crate::shop::backup::FILE;
use crate::shop::backup::directory::Source;
use crate::shop::backup::name::Name;
use crate::shop::backup::restore::{Order, restore as put_back};
use crate::store::{Options, Shop, Store};

/// Try the newest backup.
#[derive(Debug, clap::Args)]
pub struct DrillArgs {
    #[command(flatten)]
    place: Place,
    /// Try the newest copy in [backup.s3] instead.
    #[arg(long)]
    remote: bool,
}

/// How a drill went.
#[derive(Debug, Serialize)]
struct Drilled {
    /// Which backup it was.
    name: String,
    /// How long it took until the audit was through, in milliseconds.
    took_ms: u64,
    /// How long the restore itself took.
    restore_ms: u64,
    entries: u64,
    users: u64,
    jobs: u64,
    /// When its newest ledger entry was made.
    newest_entry: Option<Timestamp>,
    /// How old that is, in seconds.
    newest_entry_age_s: Option<u64>,
}

pub fn drill(args: DrillArgs) -> anyhow::Result<()> {
    let ground = Ground::of(&args.place, args.remote)?;
    let newest = match args.remote {
        true => {
            let copies = super::run::runtime()?.block_on(ground.vault()?.list())?;
            copies.into_iter().flat_map(|copy| copy.name.parse()).max()
        }
        false => ground.backup_dir.names()?.pop(),
    };
    let Some(name) = newest else {
        match args.remote {
            true => bail!("there is no copy in the storage"),
            false => bail!(
                "there is no backup in {}",
                ground.backup_dir.dir().display()
            ),
        }
    };
    let drilled = rehearse(&ground, name, args.remote)
        .with_context(|| format!("{name} failed the drill: it could not be restored"))?;
    tell(&drilled, args.place.json)
}

fn rehearse(ground: &Ground, name: Name, remote: bool) -> anyhow::Result<Drilled> {
    let begun = Instant::now();
    let fetched = match remote {
        true => Some(restore::fetch(ground, &name.to_string())?),
        false => None,
    };
    let source = match &fetched {
        Some(fetched) => Source::Whole(fetched.0.clone()),
        None => Source::Whole(ground.backup_dir.path(name)),
    };
    let now = Clock::system().now();
    let scratch = Scratch(ground.backup_dir.scratch("drill"));
    let backup_dir = crate::shop::backup::directory::BackupDir::new(scratch.0.join("backups"));
    let order = Order {
        source: &source,
        data: &scratch.0,
        backup_dir: &backup_dir,
        force: false,
        configured: false,
        now,
    };
    let restored = put_back(&order)?;
    let restore_ms = begun.elapsed().as_millis() as u64;
    let report = opened(&scratch.0.join(FILE))?;
    if let Some(first) = report.breaches.first() {
        bail!("its books do not balance: {first}");
    }
    let newest_entry = restored.contents.newest_entry;
    Ok(Drilled {
        name: name.to_string(),
        took_ms: begun.elapsed().as_millis() as u64,
        restore_ms,
        entries: report.entries,
        users: report.users,
        jobs: report.jobs,
        newest_entry,
        newest_entry_age_s: newest_entry.map(|at| now.since(at).as_secs()),
    })
}

/// Opens a file as the daemon does, and audits it.
fn opened(file: &Path) -> anyhow::Result<audit::Report> {
    let shop = Shop::default();
    let store = Store::open(file, Options::default(), shop)?;
    Ok(audit::audit(&store.snapshot()?)?)
}

fn tell(drilled: &Drilled, json: bool) -> anyhow::Result<()> {
    if json {
        return place::json(&drilled);
    }
    say!(
        "{}: restored, opened and audited in {:.1} s",
        drilled.name,
        drilled.took_ms as f64 / 1000.0
    );
    say!(
        "{} entries, {} users, {} jobs; the books balance",
        drilled.entries,
        drilled.users,
        drilled.jobs
    );
    if let Some(newest) = drilled.newest_entry {
        say!(
            "the newest entry was made {}",
            ago(Clock::system().now(), newest)
        );
    }
    Ok(())
}
