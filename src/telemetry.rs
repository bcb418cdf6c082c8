//! Logs: where they go and in which form.

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

/// Sends logs of `level` (an `EnvFilter`) to standard error. Later calls change nothing.
///
/// Our dependencies log below `warn` what we must not keep: addresses with tokens, bodies. They stay silent.
pub fn start(level: &str, form: Form) {
    let filter = EnvFilter::try_new(format!("warn,neurocards={level}"))
        .unwrap_or_else(|_| EnvFilter::new("warn,neurocards=info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE);
    // A second start in one process (tests, the sandbox) keeps the first one's choice.
    let _ = match form {
        Form::Human => logs.with_target(false).try_init(),
        Form::Json => logs.json().try_init(),
    };
}
