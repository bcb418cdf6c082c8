//! Activity: one connection as its requests see it, and how long it may still last.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::limits::Limits;
use super::refusals::Refusal;
use crate::base::clock::uptime;

/// What has happened on a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Activity {
    /// Requests whose answers are not out yet.
    pub(super) running: u32,
    /// Requests so far.
    pub(super) begun: u64,
    /// Requests given up by whoever had made them.
    pub(super) given_up: u32,
    /// Whether a request has shown a secret of ours.
    pub(super) known: bool,
    /// When a request began or ended last, or the connection, by the time since our start.
    pub(super) since: Duration,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            running: 0,
            begun: 0,
            given_up: 0,
            known: false,
            since: uptime(),
        }
    }
}

/// Where one connection tells what happens on it.
pub(super) type ActivitySender = Arc<watch::Sender<Activity>>;

/// Resolves when a connection has to go: with a reason if it misbehaved, with none if nothing was asked for `idle`.
pub(super) async fn outstayed(
    mut activity: watch::Receiver<Activity>,
    limits: &Limits,
    idle: Duration,
) -> Option<Refusal> {
    loop {
        let now = *activity.borrow_and_update();
        if now.given_up > limits.resets {
            return Some(Refusal::Resets);
        }
        let changed = async {
            if activity.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        match now.running {
            0 => match tokio::time::timeout(idle, changed).await {
                Ok(()) => {}
                Err(_) => return None,
            },
            _ => match tokio::time::timeout(limits.request, changed).await {
                Ok(()) => {}
                Err(_) => return Some(Refusal::Stalled),
            },
        }
    }
}
