//! Logs: where they go, in which form, and how much of them, which may change.

use std::io::IsTerminal;
use std::sync::OnceLock;

pub mod exposition;
pub mod line;
pub mod meters;
pub mod process;
pub mod seldom;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::JsonFields;

pub use line::Form;
use line::Line;

/// Replaces the filter of the logs that have been started.
type Refilter = Box<dyn Fn(EnvFilter) + Send + Sync>;

static REFILTER: OnceLock<Refilter> = OnceLock::new();

/// Sends logs to standard error, by `directives` as `EnvFilter` reads them. Later calls change nothing.
pub fn start(directives: &str, form: Form) {
    let journal = to_journal();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|said| !said.is_empty());
    let screen = std::io::stderr().is_terminal() && form == Form::Human;
    let logs = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(directives))
        .with_writer(std::io::stderr)
        .with_ansi(screen && !plain)
        // What cannot be logged is lost: told on standard error, which has just failed, it would be a panic.
        .log_internal_errors(false)
        .fmt_fields(JsonFields::new())
        .event_format(Line { form, journal })
        .with_filter_reloading();
    let handle = logs.reload_handle();
    // A second start in one process (tests, the sandbox) keeps the first one's choice.
    if logs.try_init().is_ok() {
        std::panic::set_hook(Box::new(tell_panic));
        let refilter: Refilter = Box::new(move |filter| drop(handle.reload(filter)));
        // Only the first start gets here.
        let _ = REFILTER.set(refilter);
    }
}

/// From now on logs by these directives, if logs have been started.
pub fn change(directives: &str) {
    if let Some(refilter) = REFILTER.get() {
        refilter(EnvFilter::new(directives));
    }
}

/// Writes a panic down as a line of what it happened in. What it says may hold a seller's words, so only those are
/// told that stand in the program.
fn tell_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let why = panic.payload().downcast_ref::<&'static str>();
    tracing::error!(place, why, "the program has panicked");
}

/// Whether standard error is the journal, where lines begin with their priority.
pub fn to_journal() -> bool {
    is_journal(std::env::var("JOURNAL_STREAM").ok().as_deref())
}

/// Whether standard error is what was named: systemd names its device and inode, which a child may have replaced.
fn is_journal(named: Option<&str>) -> bool {
    let read = |named: &str| {
        let (device, inode) = named.split_once(':')?;
        Some((device.parse::<u64>().ok()?, inode.parse::<u64>().ok()?))
    };
    let Ok(ours) = rustix::fs::fstat(std::io::stderr()) else {
        return false;
    };
    named.and_then(read) == Some((ours.st_dev, ours.st_ino))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_known_by_its_device_and_inode() {
        let ours = rustix::fs::fstat(std::io::stderr()).unwrap();
        assert!(is_journal(Some(&format!(
            "{}:{}",
            ours.st_dev, ours.st_ino
        ))));
        let other = format!("{}:{}", ours.st_dev, ours.st_ino + 1);
        for wrong in [None, Some(""), Some(":"), Some("8:1"), Some(other.as_str())] {
            assert!(!is_journal(wrong), "{wrong:?}");
        }
    }
}
