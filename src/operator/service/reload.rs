//! Reloads: asked for by operators, done by the daemon.

use tokio::sync::{mpsc, oneshot};

pub use super::answer::Reloaded;
use crate::rules::domain::deed::refusal::Refusal;

/// UserRef to tell what has become of a reload: what it did, or everything wrong with what was read.
pub type Reloading = oneshot::Sender<Result<Reloaded, Vec<String>>>;
/// Where reloads are asked for.
pub type Reloads = mpsc::Sender<Reloading>;

/// Asks for a reload and waits for what becomes of it.
pub(super) async fn reload(reloads: Option<&Reloads>) -> Result<Reloaded, Refusal> {
    let reloads = reloads.ok_or(Refusal::NoDaemon)?;
    let (reloading, told) = oneshot::channel();
    let asked = reloads.send(reloading).await;
    asked.map_err(|_| Refusal::NoDaemon)?;
    match told.await {
        Ok(Ok(reloaded)) => Ok(reloaded),
        Ok(Err(mistakes)) => Err(Refusal::Mistakes(mistakes)),
        Err(_) => Err(Refusal::NoDaemon),
    }
}
