//! Who has an operator's menu.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::recent::Recent;
use crate::rules::domain::id::UserId;

/// Who has an operator's menu, as far as this process knows.
#[derive(Default)]
pub struct Menus {
    held: Mutex<HashSet<UserId>>,
    /// Who has asked as an operator and is none: their menu was ended.
    pub(super) strangers: Recent<UserId>,
}

impl Menus {
    pub(super) fn lock(&self) -> MutexGuard<'_, HashSet<UserId>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
