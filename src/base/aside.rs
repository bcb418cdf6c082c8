//! Work that a runtime's own tasks do not do: on a thread beside them, or in the pauses between two pieces. It is counted,
//! so that whoever leads time by hand knows when nothing is under way.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Handle, Id};
use tokio::task::{JoinError, spawn_blocking};

/// How much is under way, by runtime: several daemons may live in one process.
static UNDER_WAY: Mutex<Option<HashMap<Id, usize>>> = Mutex::new(None);

/// Something under way, for as long as it is held.
pub struct UnderWay(Id);

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut counts = lock();
        let counts = counts.get_or_insert_default();
        if let Some(left) = counts.get_mut(&self.0) {
            *left -= 1;
            if *left == 0 {
                counts.remove(&self.0);
            }
        }
    }
}

/// Counts something as under way in the runtime that runs this.
///
/// # Panics
/// Outside a runtime.
pub fn begin() -> UnderWay {
    let runtime = Handle::current().id();
    *lock().get_or_insert_default().entry(runtime).or_default() += 1;
    UnderWay(runtime)
}

/// Does `work` where it may block; an error says that it panicked.
pub async fn run<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, JoinError> {
    let _under_way = begin();
    spawn_blocking(work).await
}

/// Whether something is under way in that runtime.
pub fn is_any(runtime: Id) -> bool {
    lock()
        .as_ref()
        .is_some_and(|counts| counts.contains_key(&runtime))
}

fn lock() -> MutexGuard<'static, Option<HashMap<Id, usize>>> {
    UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_blocks_is_under_way_until_its_result_is_there() {
        let here = Handle::current().id();
        assert!(!is_any(here));
        let (finish, finished) = mpsc::channel::<u8>();
        let work = tokio::spawn(run(move || finished.recv().unwrap()));
        tokio::task::yield_now().await;
        assert!(is_any(here));
        finish.send(7).unwrap();
        assert_eq!(work.await.unwrap().unwrap(), 7);
        assert!(!is_any(here));
    }

    #[test]
    fn what_another_runtime_has_under_way_is_its_own() {
        let runtime = || tokio::runtime::Builder::new_current_thread().build();
        let (here, there) = (runtime().unwrap(), runtime().unwrap());
        let under_way = here.block_on(async { begin() });
        assert!(is_any(here.handle().id()));
        assert!(!is_any(there.handle().id()));
        drop(under_way);
        assert!(!is_any(here.handle().id()));
    }
}
