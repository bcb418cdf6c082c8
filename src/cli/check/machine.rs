//! The machine: the data directory, its disk, memory, systemd.

use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{Access, Mode, OFlags};

use super::super::table::size;
use super::finding::Finding;
use super::patient::PATIENCE;
use crate::daemon;

/// So many syncs are timed.
const SYNCS: usize = 20;
/// A disk that takes longer for one makes sellers wait when they are many.
const SLOW_SYNC: Duration = Duration::from_millis(20);
/// The daemon's own needs with everything in flight, in bytes.
const MEMORY: u64 = 256 << 20;

/// The data directory: there, ours, closed to others, with room, and quick.
pub fn disk(data: &Path, floor_mb: u64) -> Vec<Finding> {
    let shown = data.display();
    let Ok(dir) = std::fs::metadata(data) else {
        let remedy = "name the right --data-dir, or start the daemon, which makes it";
        return vec![Finding::fail(
            "data",
            format!("there is no {shown}"),
            remedy,
        )];
    };
    let mut findings = vec![rights(data, &dir)];
    findings.extend(file_rights(data));
    findings.push(room(data, floor_mb));
    findings.push(speed(data));
    findings
}

fn rights(data: &Path, dir: &std::fs::Metadata) -> Finding {
    let shown = data.display();
    let uid = dir.uid();
    match rustix::fs::access(data, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => Finding::ok("data", format!("{shown}, of uid {uid}")),
        Err(error) => {
            let remedy = format!("run this as uid {uid} or as root, or chown the directory");
            Finding::fail("data", format!("{shown} cannot be used: {error}"), remedy)
        }
    }
}

fn file_rights(data: &Path) -> Option<Finding> {
    let path = daemon::data_file(data);
    let file = std::fs::metadata(&path).ok()?;
    let open = file.permissions().mode() & 0o077 != 0;
    Some(match open {
        false => Finding::ok(
            "data file",
            format!("{}, closed to others", size(file.len())),
        ),
        true => Finding::warn(
            "data file",
            "others on this machine can read it",
            format!("chmod 600 {}", path.display()),
        ),
    })
}

fn room(data: &Path, floor_mb: u64) -> Finding {
    let disk = match rustix::fs::statvfs(data) {
        Ok(disk) => disk,
        Err(error) => {
            return Finding::warn("room", error.to_string(), "look at the disk by hand");
        }
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let found = format!("{} free", size(free));
    let floor = floor_mb << 20;
    let remedy = "make room: orders are refused below store.min_free_mb";
    if free < floor {
        Finding::fail("room", found, remedy)
    } else if free < floor.saturating_mul(3) {
        Finding::warn("room", found, remedy)
    } else {
        Finding::ok("room", found)
    }
}

fn speed(data: &Path) -> Finding {
    match sync_time(data) {
        Ok(time) => {
            let found = format!("a sync takes {:.1} ms", time.as_secs_f64() * 1000.0);
            match time > SLOW_SYNC {
                true => Finding::warn(
                    "disk speed",
                    found,
                    "sellers feel it once they are many: a local SSD takes less than 5 ms",
                ),
                false => Finding::ok("disk speed", found),
            }
        }
        Err(error) => Finding::warn(
            "disk speed",
            format!("it could not be tried: {error}"),
            "look at the disk by hand",
        ),
    }
}

/// The median time of a sync, on a file without a name that is gone afterwards.
fn sync_time(data: &Path) -> io::Result<Duration> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    let file = rustix::fs::open(data, flags, Mode::RUSR | Mode::WUSR)?;
    let mut times = Vec::with_capacity(SYNCS);
    for at in 0..SYNCS as u64 {
        let begun = Instant::now();
        rustix::io::pwrite(&file, &[1; 4096], at * 4096)?;
        rustix::fs::fdatasync(&file)?;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    Ok(times[SYNCS / 2])
}

/// What memory there is.
pub fn memory() -> Finding {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let free = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    match free.map(|kib| kib << 10) {
        Some(free) if free < MEMORY => Finding::warn(
            "memory",
            format!("{} available", size(free)),
            "keep 256 MiB free: a large photo takes most of it for a moment",
        ),
        Some(free) => Finding::ok("memory", format!("{} available", size(free))),
        None => Finding::warn("memory", "nobody says how much there is", "look by hand"),
    }
}

/// What systemctl answers, if it does.
pub async fn systemctl(words: &[&str]) -> Option<std::process::Output> {
    let mut command = tokio::process::Command::new("systemctl");
    let asked = command.args(words).kill_on_drop(true).output();
    tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()
}

/// Whether systemd looks after us.
pub async fn systemd() -> Finding {
    let show = ["show", "neurocards.service", "--property"];
    let properties = "LoadState,ActiveState,UnitFileState,NRestarts";
    let shown = systemctl(&[&show[..], &[properties]].concat()).await;
    let Some(shown) = shown.filter(|shown| shown.status.success()) else {
        return Finding::warn(
            "systemd",
            "systemctl does not answer",
            "have something else start the daemon again when it ends",
        );
    };
    let text = String::from_utf8_lossy(&shown.stdout);
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.strip_prefix('='))
            .unwrap_or("")
            .to_owned()
    };
    match (of("LoadState").as_str(), of("ActiveState").as_str()) {
        ("loaded", "active") if of("UnitFileState") != "enabled" => Finding::warn(
            "systemd",
            "neurocards.service runs but is not enabled",
            "systemctl enable neurocards",
        ),
        ("loaded", "active") => Finding::ok(
            "systemd",
            format!(
                "neurocards.service runs; {} restarts by itself",
                of("NRestarts")
            ),
        ),
        ("loaded", state) => Finding::warn(
            "systemd",
            format!("neurocards.service is {state}"),
            "systemctl enable --now neurocards",
        ),
        _ => Finding::warn(
            "systemd",
            "there is no neurocards.service",
            "install it, so that the daemon is started again when it ends",
        ),
    }
}
