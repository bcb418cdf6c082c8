//! The archivist, and the one that takes its place when its part of the configuration changes.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::actors::backups::Archivist;
use crate::base::clock::Clock;
use crate::edge::config::Config;
use crate::edge::offsite::{Patience, Vault, VaultError};
use crate::shop::backup::directory::BackupDir;
use crate::shop::backup::front::Front;
use crate::shop::backup::retention::Keep;
use crate::store::{Store, StoreError};

/// The archivist that the configuration wants.
pub fn archivist(
    config: &Config,
    data: &Path,
    (store, front): (&Store, &Arc<Front>),
    clock: &Clock,
    http: reqwest::Client,
) -> Result<Archivist, VaultError> {
    let chosen = &config.backup;
    let vault = chosen.s3.as_ref().map(|chosen| {
        let vault = Vault::new(http, chosen, clock.clone(), Patience::default())?;
        Ok::<_, VaultError>(Arc::new(vault))
    });
    let dir = chosen.dir.clone();
    Ok(Archivist {
        store: store.clone(),
        front: Arc::clone(front),
        clock: clock.clone(),
        data: data.to_owned(),
        backup_dir: BackupDir::new(dir.unwrap_or_else(|| data.join("backups"))),
        every: chosen.every,
        keep: Keep {
            hours: chosen.keep_hours,
            days: chosen.keep_days,
            weeks: chosen.keep_weeks,
        },
        floor: config.store.min_free_mb << 20,
        vault: vault.transpose()?,
    })
}

/// Whether what changed is what an archivist works by.
pub fn is_concerned(changed: &[String]) -> bool {
    let own = |key: &String| key.starts_with("backup.") || key == "store.min_free_mb";
    changed.iter().any(own)
}

/// Lets an archivist work until told to stop, or until another one comes, who waits for the backup that is being
/// made.
pub async fn run(
    (archivist, next): &mut (Archivist, mpsc::Receiver<Archivist>),
    stop: CancellationToken,
) -> Result<(), StoreError> {
    loop {
        let over = stop.child_token();
        let other = {
            let mut work = pin!(archivist.run(over.clone()));
            let other = tokio::select! {
                ended = &mut work => return ended,
                Some(other) = next.recv() => other,
            };
            over.cancel();
            work.await?;
            other
        };
        *archivist = other;
    }
}
