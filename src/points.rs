//! Fault points: named places at which the crash harness lets the process die.
//!
//! Without `NEUROCARDS_DIE_AT` a point costs one look at a cell.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Every point of an order's life, in its order: around each call, each commit, each `fsync` and each renaming.
pub const NAMES: [&str; 28] = [
    "turn.before",
    "turn.after",
    "commit.before",
    "store.sync.before",
    "store.sync.after",
    "commit.after",
    "download.before",
    "download.after",
    "photo.written",
    "photo.synced",
    "photo.renamed",
    "photo.linked",
    "script.before",
    "script.after",
    "upload.before",
    "upload.after",
    "create.before",
    "create.after",
    "look.before",
    "look.after",
    "fetch.before",
    "video.written",
    "video.synced",
    "video.renamed",
    "done.after",
    "send.before",
    "send.after",
    "photo.removed",
];

/// Every point of a file's way to a newer schema.
pub const UPGRADE: [&str; 5] = [
    "backup.written",
    "backup.synced",
    "backup.renamed",
    "migrate.before",
    "migrate.after",
];

/// The variable that arms a point: `name:n` dies when it is reached for the n-th time.
const VARIABLE: &str = "NEUROCARDS_DIE_AT";

struct Armed {
    name: String,
    left: AtomicU64,
}

static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

/// Dies here, without a word, if this point is armed and its turn has come.
pub fn reach(name: &'static str) {
    let Some(armed) = ARMED.get_or_init(armed) else {
        return;
    };
    if armed.name == name && armed.left.fetch_sub(1, Ordering::Relaxed) == 1 {
        std::process::abort();
    }
}

fn armed() -> Option<Armed> {
    let said = std::env::var(VARIABLE).ok()?;
    let (name, turn) = said.split_once(':')?;
    let left = AtomicU64::new(turn.parse().ok()?);
    tracing::warn!(
        point = said,
        "NEUROCARDS_DIE_AT is set: this process is going to die"
    );
    let known = NAMES.contains(&name) || UPGRADE.contains(&name);
    known.then(|| Armed {
        name: name.to_owned(),
        left,
    })
}
