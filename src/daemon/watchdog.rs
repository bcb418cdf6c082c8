//! The watchdog's other half: says that we live only while commits reach the disk and updates are taken.
//!
//! Two things may hang and leave the process standing: the store's writer, and the loop that takes updates. Either
//! silences us, and systemd starts the daemon anew; rows are all it needs. What is waited for on purpose (a disk
//! without room, a Telegram that does not answer) is no hanging, and a restart would mend nothing.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::systemd::Systemd;
use crate::base::clock::heartbeat::Heartbeat;
use crate::store::{Store, StoreError};

/// What the machine may take on top of what a loop has promised.
const SLACK: Duration = Duration::from_secs(1);

/// Who is watched, and who is told.
pub struct Watchdog {
    pub systemd: Systemd,
    pub store: Store,
    pub updates: Heartbeat,
    /// What it is told when all is well.
    pub status: String,
}

impl Watchdog {
    /// Says that we live, twice in each interval in which it is true, until told to stop.
    pub async fn run(self, interval: Duration, stop: CancellationToken) {
        let every = interval / 2;
        let commits = Heartbeat::new(SLACK.min(every / 2));
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.speak(every, &commits) => {}
            () = prove(&self.store, &commits, every) => {}
        }
    }

    async fn speak(&self, every: Duration, commits: &Heartbeat) {
        let mut silent = false;
        loop {
            match hanging(commits, &self.updates) {
                None => {
                    self.systemd.alive();
                    if std::mem::take(&mut silent) {
                        self.systemd.status(&self.status);
                        tracing::info!("nothing hangs any more");
                    }
                }
                Some(who) if !silent => {
                    silent = true;
                    tracing::error!("{who}: if that lasts, systemd starts the daemon anew");
                    self.systemd.status(who);
                }
                Some(_) => {}
            }
            tokio::time::sleep(every).await;
        }
    }
}

/// Who hangs, if anybody does.
fn hanging(commits: &Heartbeat, updates: &Heartbeat) -> Option<&'static str> {
    if commits.is_late() {
        Some("commits do not reach the disk")
    } else if updates.is_late() {
        Some("the loop that takes updates hangs")
    } else {
        None
    }
}

/// Makes a commit of nothing every so often, until the store is closed or its file beyond use. Of one that fails
/// otherwise nothing is heard.
async fn prove(store: &Store, heartbeat: &Heartbeat, every: Duration) {
    loop {
        heartbeat.within(every);
        let commit = store.write(|txn| {
            // Whoever may change them has written; so there is a commit.
            txn.counters();
            Ok(())
        });
        match reached(store, commit, heartbeat, every).await {
            Ok(()) => heartbeat.within(every * 2),
            Err(StoreError::CommitUnknown | StoreError::Closed) => return,
            Err(error) => tracing::error!(%error, "a commit that proves us alive has failed"),
        }
        tokio::time::sleep(every).await;
    }
}

/// Waits for a commit. While the disk is known to refuse, the writer sits that out, and that is no hanging.
async fn reached(
    store: &Store,
    commit: impl Future<Output = Result<(), StoreError>>,
    heartbeat: &Heartbeat,
    every: Duration,
) -> Result<(), StoreError> {
    let (mut commit, mut fault) = (std::pin::pin!(commit), store.fault());
    loop {
        let refuses = fault.borrow_and_update().is_some();
        let changed = async {
            match refuses {
                true => heartbeat.rest(fault.changed()).await,
                false => fault.changed().await,
            }
        };
        tokio::select! {
            reached = &mut commit => return reached,
            changed = changed => changed.map_err(|_| StoreError::Closed)?,
        }
        heartbeat.within(every);
    }
}

#[cfg(test)]
mod tests;
