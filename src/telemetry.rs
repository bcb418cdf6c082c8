//! Logs: where they go, in which form, and how much of them, which may change.

use std::sync::OnceLock;

pub mod exposition;
pub mod meters;
pub mod process;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a person.
    Human,
    /// For a machine.
    Json,
}

/// Replaces the filter of the logs that have been started.
type Refilter = Box<dyn Fn(EnvFilter) + Send + Sync>;

static REFILTER: OnceLock<Refilter> = OnceLock::new();

/// Sends logs to standard error, by `directives` as `EnvFilter` reads them. Later calls change nothing.
pub fn start(directives: &str, form: Form) {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives))
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE)
        // What cannot be logged is lost: told on standard error, which has just failed, it would be a panic.
        .log_internal_errors(false);
    // A second start in one process (tests, the sandbox) keeps the first one's choice.
    let refilter: Refilter = match form {
        Form::Human => {
            let logs = logs.with_target(false).with_filter_reloading();
            let handle = logs.reload_handle();
            if logs.try_init().is_err() {
                return;
            }
            Box::new(move |filter| drop(handle.reload(filter)))
        }
        Form::Json => {
            let logs = logs.json().with_filter_reloading();
            let handle = logs.reload_handle();
            if logs.try_init().is_err() {
                return;
            }
            Box::new(move |filter| drop(handle.reload(filter)))
        }
    };
    // Only the first start gets here.
    let _ = REFILTER.set(refilter);
}

/// From now on logs by these directives, if logs have been started.
pub fn change(directives: &str) {
    if let Some(refilter) = REFILTER.get() {
        refilter(EnvFilter::new(directives));
    }
}
