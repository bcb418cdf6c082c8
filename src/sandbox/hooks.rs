//! What the sandbox asks of its surroundings.

use std::sync::Arc;

use futures_util::future::BoxFuture;

/// What the sandbox asks of its surroundings.
#[derive(Clone)]
pub struct Hooks {
    /// Virtual time, in Unix milliseconds.
    pub now: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// How many virtual seconds pass in a real one.
    pub speed: Arc<dyn Fn() -> f64 + Send + Sync>,
    /// Changes the speed of virtual time.
    pub set_speed: Arc<dyn Fn(f64) + Send + Sync>,
    /// Moves virtual time forward by so many milliseconds.
    pub advance: Arc<dyn Fn(u64) + Send + Sync>,
    /// The ledger and the jobs, for the page.
    pub books: Arc<dyn Fn() -> serde_json::Value + Send + Sync>,
    /// Gives a seller credits, or tells in a sentence why not.
    pub grant: Arc<dyn Fn(i64, i32) -> Granted + Send + Sync>,
}

/// Whether a seller got their credits, or why not.
pub type Granted = BoxFuture<'static, Result<(), String>>;
