//! Fault points: named places at which tests let the process die, or hang.
//!
//! Without `NEUROCARDS_DIE_AT` and `NEUROCARDS_HANG_AT` a point costs one look at a cell.

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

/// Every point of the making of a backup.
pub const BACKUP: [&str; 4] = ["copy.written", "copy.proven", "copy.sealed", "copy.named"];

/// Every point of the putting back of one.
pub const RESTORE: [&str; 4] = [
    "restore.files",
    "restore.written",
    "restore.aside",
    "restore.renamed",
];

/// The variables that arm a point, `name:n` for the n-th time it is reached, and what happens there.
const VARIABLES: [(&str, End); 2] = [
    ("NEUROCARDS_DIE_AT", End::Dies),
    ("NEUROCARDS_HANG_AT", End::Hangs),
];

#[derive(Debug, Clone, Copy)]
enum End {
    /// The process dies, without a word.
    Dies,
    /// Whoever comes there goes no further; everybody else does.
    Hangs,
}

struct Armed {
    name: String,
    left: AtomicU64,
    end: End,
}

static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

/// Ends here, if this point is armed and its turn has come.
pub fn reach(name: &'static str) {
    let Some(armed) = ARMED.get_or_init(armed) else {
        return;
    };
    if armed.name == name && armed.left.fetch_sub(1, Ordering::Relaxed) == 1 {
        match armed.end {
            End::Dies => std::process::abort(),
            End::Hangs => loop {
                std::thread::park();
            },
        }
    }
}

fn armed() -> Option<Armed> {
    let (variable, said, end) = VARIABLES.into_iter().find_map(|(variable, end)| {
        let said = std::env::var(variable).ok()?;
        Some((variable, said, end))
    })?;
    let (name, turn) = said.split_once(':')?;
    let left = AtomicU64::new(turn.parse().ok()?);
    tracing::warn!(
        point = said,
        "{variable} is set: this process is not going to be well"
    );
    let lists: [&[&str]; 4] = [&NAMES, &UPGRADE, &BACKUP, &RESTORE];
    let known = lists.iter().any(|list| list.contains(&name));
    known.then(|| Armed {
        name: name.to_owned(),
        left,
        end,
    })
}
