//! A value that is replaced while others read it: whoever has begun with one keeps it to the end.

use std::sync::{Arc, PoisonError, RwLock};

/// The value of now. Clones share it.
#[derive(Debug)]
pub struct Live<T>(Arc<RwLock<Arc<T>>>);

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Live<T> {
    /// Begins with `value`.
    pub fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(value))))
    }

    /// The value of now. To be asked for once by whatever must not see two.
    pub fn now(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the value.
    pub fn put(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_begun_with_a_value_keeps_it() {
        let live = Live::new(1);
        let (begun, other) = (live.now(), live.clone());
        other.put(2);
        assert_eq!((*begun, *live.now()), (1, 2));
    }
}
