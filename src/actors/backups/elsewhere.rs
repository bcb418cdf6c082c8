//! Copies of backups on their way to the vault.

use std::sync::Arc;
use std::time::Duration;

use super::Archivist;
use super::tell::What;
use crate::edge::offsite::{Vault, VaultError};
use crate::shop::backup::name::Name;
use crate::shop::backup::retention::kept;

/// The pause after a copy could not be sent, though it was tried again and again; it doubles up to [`LONGEST`].
const PAUSE: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = Duration::from_secs(60 * 60);

impl Archivist {
    /// Sends a copy of each newest backup, for as long as the process lives.
    pub(super) async fn send_copies(&self) {
        let Some(vault) = &self.vault else {
            return std::future::pending().await;
        };
        let front = &self.front;
        front.note(|status| status.elsewhere = Some(Default::default()));
        let mut board = front.board();
        let (mut worry, mut pause) = (self.worry(What::Elsewhere), PAUSE);
        loop {
            let (here, elsewhere) = {
                let status = board.borrow_and_update();
                let sent = status.elsewhere.as_ref().and_then(|copies| copies.newest);
                (
                    status.here.newest,
                    sent.filter(|sent| sent.at() <= self.clock.now()),
                )
            };
            let Some(newest) = here.filter(|newest| elsewhere.is_none_or(|sent| sent < *newest))
            else {
                if board.changed().await.is_err() {
                    return;
                }
                continue;
            };
            match self.send_copy(vault, newest).await {
                Ok(()) => {
                    pause = PAUSE;
                    worry.ends().await;
                }
                // A newer one has taken its place meanwhile.
                Err(VaultError::Io { .. })
                    if board.borrow().here.newest != Some(newest)
                        && !self.backup_dir.path(newest).exists() => {}
                Err(error) => {
                    worry.grows(&error).await;
                    self.clock.sleep(pause).await;
                    pause = (pause * 2).min(LONGEST);
                }
            }
        }
    }

    async fn send_copy(&self, vault: &Arc<Vault>, name: Name) -> Result<(), VaultError> {
        let (front, begun) = (&self.front, self.clock.now());
        let note = |note: &dyn Fn(&mut crate::shop::backup::front::Standing)| {
            front.note(|status| note(status.elsewhere.get_or_insert_default()));
        };
        note(&|copies| copies.last_try = Some(begun));
        let sent = self.try_send_copy(vault, name).await;
        let now = self.clock.now();
        let took_ms = now.since(begun).as_millis() as u64;
        match &sent {
            Ok(bytes) => {
                tracing::info!(%name, bytes, took_ms, "a copy of a backup is in the storage");
                note(&|copies| copies.succeeded(name, *bytes, took_ms, now));
            }
            Err(error) => {
                tracing::error!(%error, %name, "a backup did not reach the storage");
                note(&|copies| copies.failed(error.to_string()));
            }
        }
        sent.map(drop)
    }

    /// Its size there. What is there already is not sent again.
    async fn try_send_copy(&self, vault: &Vault, name: Name) -> Result<u64, VaultError> {
        let copies = vault.list().await?;
        let wanted = name.to_string();
        let bytes = match copies.iter().find(|copy| copy.name == wanted) {
            Some(copy) => copy.bytes,
            None => vault.put(&self.backup_dir.path(name), &wanted).await?,
        };
        let named = |name: &str| name.parse::<Name>().ok();
        let mut names: Vec<_> = copies.iter().filter_map(|copy| named(&copy.name)).collect();
        names.push(name);
        let kept = kept(&names, self.keep);
        let old = |copy: &&crate::edge::offsite::Copy| {
            named(&copy.name).is_some_and(|name| !kept.contains(&name))
        };
        for copy in copies.iter().filter(old) {
            if let Err(error) = vault.remove(copy).await {
                tracing::warn!(%error, name = copy.name, "an old copy could not be removed");
            }
        }
        Ok(bytes)
    }
}
