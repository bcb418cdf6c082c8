//! The units are right, and leave the daemon little that it could do harm with.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// What `systemd-analyze security` may say at most; 1.1 is for Unix sockets, the network, and the host's files.
const EXPOSURE: f64 = 1.4;

/// What only newer systemds than some of the supported ones know; an older one says so and goes on.
const NEWER: [&str; 3] = ["notify-reload", "RestartSteps", "RestartMaxDelaySec"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn units() -> [PathBuf; 3] {
    [
        root().join("neurocards.service"),
        root().join("data/systemd/neurocards.socket"),
        root().join("data/systemd/neurocards-http.socket"),
    ]
}

/// The units in a directory of their own, where the program is the one under test.
fn installed() -> TempDir {
    let dir = TempDir::new().unwrap();
    for unit in units() {
        let text = std::fs::read_to_string(&unit).unwrap();
        let text = text.replace(
            "/usr/local/bin/neurocards",
            env!("CARGO_BIN_EXE_neurocards"),
        );
        std::fs::write(dir.path().join(unit.file_name().unwrap()), text).unwrap();
    }
    dir
}

fn analyze(dir: &Path, words: &[&str]) -> (bool, String) {
    let told = Command::new("systemd-analyze")
        .args(words)
        .current_dir(dir)
        .output()
        .expect("systemd-analyze is there: apt-get install systemd");
    let said = [told.stdout, told.stderr].concat();
    (
        told.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    let dir = installed();
    let names = [
        "./neurocards.service",
        "./neurocards.socket",
        "./neurocards-http.socket",
    ];
    let (fine, said) = analyze(dir.path(), &[&["verify", "--man=no"], &names[..]].concat());
    assert!(fine, "{said}");
    // It also speaks of other units of the machine.
    let ours = said.lines().filter(|line| line.contains("neurocards"));
    let wrong: Vec<_> = ours
        .filter(|line| !NEWER.iter().any(|newer| line.contains(newer)))
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn the_service_is_exposed_as_little_as_it_can_be() {
    let dir = installed();
    let words = ["security", "--offline=true", "./neurocards.service"];
    let (fine, said) = analyze(dir.path(), &words);
    assert!(fine, "{said}");
    let level = said
        .lines()
        .find_map(|line| line.split_once("neurocards.service: "))
        .and_then(|(_, level)| level.split_whitespace().next()?.parse::<f64>().ok());
    let level = level.unwrap_or_else(|| panic!("no level in {said}"));
    assert!(level <= EXPOSURE, "{said}");
}

#[test]
fn the_unit_allows_a_daemon_its_own_grace_and_knows_every_secret() {
    let unit = std::fs::read_to_string(&units()[0]).unwrap();
    let config = neurocards::edge::config::SHIPPED;
    assert!(config.contains("shutdown_grace = \"30s\"") && unit.contains("TimeoutStopSec=45s"));
    for order in ["Wants=", "After="] {
        let line = format!("{order}network-online.target time-sync.target\n");
        assert!(unit.contains(&line), "{line}");
    }
    for secret in [
        "telegram-token",
        "kie-api-key",
        "kie-api-key-1",
        "kie-webhook-hmac-key",
        "openai-api-key",
        "acme-eab-key",
    ] {
        let line = format!("LoadCredential={secret}:neurocards.{secret}\n");
        assert!(unit.contains(&line), "{line}");
        assert!(config.contains(secret), "{secret}");
    }
}
