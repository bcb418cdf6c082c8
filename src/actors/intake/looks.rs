//! Whose pictures are looked at.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::edge::files::Photos;
use crate::rules::domain::id::UserId;

/// Looks at once, one of a user: a file takes at most 20 MB of the disk while it is looked at.
const MOST: usize = 16;

/// Whose pictures are looked at.
pub(super) struct Looks {
    pub(super) photos: Photos,
    users: Mutex<HashSet<UserId>>,
}

impl Looks {
    pub(super) fn new(photos: Photos) -> Self {
        let users = Mutex::default();
        Self { photos, users }
    }

    pub(super) fn begin(&self, user: UserId) -> bool {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.len() < MOST && users.insert(user)
    }

    pub(super) fn end(&self, user: UserId) {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.remove(&user);
    }

    pub(super) fn is_idle(&self) -> bool {
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.is_empty()
    }
}
