//! Virtual time for the sandbox's own tests.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{Hooks, Options, Sandbox};

/// Time that stands still until it is moved.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock(Arc::new(AtomicU64::new(1_800_000_000_000)))
    }

    pub(crate) fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }

    pub(crate) fn hooks(&self) -> Hooks {
        let (now, moved) = (self.0.clone(), self.clone());
        Hooks {
            now: Arc::new(move || now.load(Ordering::SeqCst)),
            speed: Arc::new(|| 1.0),
            set_speed: Arc::new(|_| {}),
            advance: Arc::new(move |ms| moved.pass(ms)),
            books: Arc::new(|| serde_json::json!({"ledger": []})),
            grant: Arc::new(|_, _| Box::pin(async { Ok(()) })),
        }
    }
}

/// A sandbox with a page, and its clock.
pub(crate) async fn sandbox() -> (Sandbox, Clock) {
    let clock = Clock::new();
    let options = Options {
        hooks: clock.hooks(),
        photo_root_pem: None,
        page: Some(([127, 0, 0, 1], 0).into()),
    };
    (Sandbox::start(options).await.unwrap(), clock)
}

/// Waits in real time until something is so; ten seconds are for ever.
pub(crate) async fn until(what: impl Fn() -> bool) {
    for _ in 0..1000 {
        if what() {
            return;
        }
        tokio::time::sleep(super::ground::TICK).await;
    }
    panic!("waited ten seconds in vain");
}
