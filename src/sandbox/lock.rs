//! The lock of every stand-in.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex; what a panicking holder left behind is still good enough for a stand-in.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
