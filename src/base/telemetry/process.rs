//! The process as the system sees it: memory, processor, files.

use std::time::Duration;

use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

/// Names what the system knows of this process; what it does not tell is left out.
pub fn register(registry: &mut Registry) {
    if let Some(resident) = resident() {
        registry.register(
            "process_resident_memory_bytes",
            "Resident memory",
            ConstGauge::new(resident as f64),
        );
    }
    if let Some(used) = processor() {
        registry.register(
            "process_cpu_seconds",
            "Time of processors used",
            ConstCounter::new(used.as_secs_f64()),
        );
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        registry.register(
            "process_open_fds",
            "Open files",
            ConstGauge::new(open.count() as f64),
        );
    }
}

/// Resident memory, in bytes.
pub fn resident() -> Option<u64> {
    let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

fn processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in parentheses, and may have anything in it.
    let fields = told.rsplit_once(')')?.1;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    let second = rustix::param::clock_ticks_per_second();
    Some(Duration::from_millis(ticks * 1000 / second.max(1)))
}
