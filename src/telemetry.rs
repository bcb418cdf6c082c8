//! Logs: where they go and in which form.

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

/// Sends logs to standard error, by `directives` as `EnvFilter` reads them. Later calls change nothing.
pub fn start(directives: &str, form: Form) {
    let filter = EnvFilter::new(directives);
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE)
        // What cannot be logged is lost: told on standard error, which has just failed, it would be a panic.
        .log_internal_errors(false);
    // A second start in one process (tests, the sandbox) keeps the first one's choice.
    let _ = match form {
        Form::Human => logs.with_target(false).try_init(),
        Form::Json => logs.json().try_init(),
    };
}
