//! How to tell that a runtime has nothing to do.

use std::time::Duration;

use tokio::runtime::Handle;

/// The threads that do a runtime's tasks, and how often they have gone to sleep and been woken.
pub(super) struct Threads(Handle);

impl Threads {
    pub(super) fn here() -> Self {
        Self(Handle::current())
    }

    /// How many looks without a stir in a row say that nothing moves. A thread that does everything knows by the second:
    /// what it still had to do came before that. Of several only time tells.
    pub(super) fn looks(&self) -> u32 {
        match self.is_one() {
            true => 2,
            false => 48,
        }
    }

    fn is_one(&self) -> bool {
        self.0.metrics().num_workers() == 1
    }

    /// Looks for half a millisecond; whether something beside this look woke the one thread.
    pub(super) async fn stir(&self) -> bool {
        const LOOK: Duration = Duration::from_micros(500);
        /// Going to sleep for this look, and being woken by its end.
        const OWN: u64 = 2;
        let before = self.0.metrics().worker_park_unpark_count(0);
        // A timer of the runtime's is no measure: it may wake the thread early, and then again.
        let look = || std::thread::sleep(LOOK);
        let looked = tokio::task::spawn_blocking(look).await;
        let slept = self.0.metrics().worker_park_unpark_count(0) - before;
        looked.is_err() || self.is_one() && slept > OWN
    }
}
