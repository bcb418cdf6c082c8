//! Backups from the shell: made, and shown.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, bail};
use clap::Subcommand;

use super::place::{self, Place};
use super::table::{or_dash, size, span, table};
use crate::base::clock::Clock;
use crate::base::private;
use crate::base::time::Timestamp;
use crate::edge::config::{Backups, Config, Env};
use crate::edge::http;
use crate::edge::offsite::{Copy, Patience, Vault};
use crate::operator::service::ask;
use crate::shop::backup::directory::{BackupDir, Found, Kind};
use crate::shop::backup::front::Made;
use crate::shop::backup::make::{self, Order};
use crate::shop::backup::name::Name;
use crate::shop::backup::reached;
use crate::store;

/// Make a backup.
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    #[command(flatten)]
    place: Place,
}

/// Show backups.
#[derive(Debug, clap::Args)]
pub struct BackupsArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: BackupsCommand,
}

#[derive(Debug, Subcommand)]
enum BackupsCommand {
    /// List everything that can be restored, oldest first.
    List {
        /// List the copies in [backup.s3] instead.
        #[arg(long)]
        remote: bool,
    },
}

/// Where data and backups are, and what the configuration says of them.
pub(super) struct Ground {
    /// The data directory.
    pub data: PathBuf,
    /// The backups.
    pub backup_dir: BackupDir,
    /// What is configured.
    pub chosen: Backups,
    /// Whether that is said outside of the data directory.
    pub configured: bool,
}

impl Ground {
    /// `far` is whether copies elsewhere are meant, too: then their secrets must be there.
    pub fn of(place: &Place, far: bool) -> anyhow::Result<Self> {
        let data = place.data();
        let config = super::run::config_file(place.config.clone(), &data);
        if let Some(config) = &config {
            reached(&data, config)?;
        }
        let env = super::run::env(&data);
        let env: Option<Env<'_>> = if far { Some(&env) } else { None };
        let chosen = Config::backups_of(config.as_deref(), env)?;
        let dir = chosen.backup.dir.clone();
        let backup_dir = BackupDir::new(dir.unwrap_or_else(|| data.join("backups")));
        reached(&data, backup_dir.dir())?;
        let configured = config.is_some_and(|config| config.parent() != Some(data.as_path()));
        Ok(Self {
            data,
            backup_dir,
            chosen,
            configured,
        })
    }

    /// The storage that copies go to.
    pub fn vault(&self) -> anyhow::Result<Vault> {
        let Some(chosen) = &self.chosen.backup.s3 else {
            bail!("no storage is configured: name a bucket in [backup.s3]");
        };
        let root = self.chosen.extra_root_file.as_ref().map(|path| {
            let root = std::fs::read(path);
            root.with_context(|| format!("extra_root_file {}", path.display()))
        });
        let http = http::client(root.transpose()?.as_deref(), None)?;
        Ok(Vault::new(
            http,
            chosen,
            Clock::system(),
            Patience::default(),
        )?)
    }

    /// Fetches a copy into `dir`, a scratch directory of the backups'.
    pub fn fetch(&self, name: &str, dir: &Path) -> anyhow::Result<()> {
        let vault = self.vault()?;
        private::dir(self.backup_dir.dir())?;
        Ok(super::run::runtime()?.block_on(vault.get(name, dir))?)
    }
}

impl Found {
    /// A copy in the storage, of which only its name and size are known.
    fn elsewhere(copy: Copy) -> Self {
        let made = copy.name.parse::<Name>().ok();
        Self {
            name: copy.name,
            kind: Kind::Backup,
            made: made.map(Name::at),
            bytes: copy.bytes,
            newest_entry: None,
            wrong: None,
        }
    }
}

pub fn backup(args: BackupArgs) -> anyhow::Result<()> {
    let made = match args.place.daemon(ask::Backup)? {
        Some(made) => made,
        None => of_file(&Ground::of(&args.place, false)?, &args.place.file()?)?,
    };
    if args.place.json {
        return place::json(&made);
    }
    let manifest = &made.manifest;
    say!(
        "{}: {} in {:.1} s, {} files",
        manifest.name,
        size(manifest.bytes()),
        made.took_ms as f64 / 1000.0,
        manifest.files.len(),
    );
    say!(
        "{} entries, {} users, {} jobs, {} of them alive; the books balance\n{}",
        manifest.entries,
        manifest.users,
        manifest.jobs,
        manifest.live_jobs,
        made.path
    );
    Ok(())
}

fn of_file(ground: &Ground, file: &Path) -> anyhow::Result<Made> {
    let begun = Instant::now();
    let order = Order {
        data: &ground.data,
        backup_dir: &ground.backup_dir,
        floor: ground.chosen.store.min_free_mb << 20,
        now: Clock::system().now(),
    };
    let manifest = make::make(&order, &|| store::read_only(file)).context("no backup was made")?;
    let path = ground.backup_dir.path(manifest.name).display().to_string();
    Ok(Made {
        manifest,
        path,
        took_ms: begun.elapsed().as_millis() as u64,
    })
}

pub fn backups(args: BackupsArgs) -> anyhow::Result<()> {
    let BackupsCommand::List { remote } = args.command;
    let ground = Ground::of(&args.place, remote)?;
    let found = match remote {
        true => {
            let vault = ground.vault()?;
            let copies = super::run::runtime()?.block_on(vault.list())?;
            copies.into_iter().map(Found::elsewhere).collect()
        }
        false => ground.backup_dir.list()?,
    };
    if args.place.json {
        return place::json(&found);
    }
    let now = Clock::system().now();
    let rows = found.into_iter().map(|found| {
        let kind = match found.kind {
            Kind::Backup => "backup",
            Kind::BeforeUpgrade => "the database before an upgrade",
            Kind::Replaced => "the database a restore replaced",
        };
        let wrong = found.wrong.map(|wrong| format!("DAMAGED: {wrong}"));
        [
            found.name,
            or_dash(found.made.map(|made| ago(now, made))),
            size(found.bytes),
            wrong.unwrap_or_else(|| kind.to_owned()),
        ]
    });
    let nothing = match remote {
        true => "no copies in the storage".to_owned(),
        false => format!("no backups in {}", ground.backup_dir.dir().display()),
    };
    table(["NAME", "AGE", "SIZE", "WHAT"], rows.collect(), &nothing);
    Ok(())
}

/// How long ago something was, for a reader.
pub(super) fn ago(now: Timestamp, then: Timestamp) -> String {
    format!("{} ago", span(now.since(then).as_secs()))
}
