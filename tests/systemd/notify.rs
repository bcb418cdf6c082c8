//! What the real binary reports, and when it falls silent.

use std::time::Duration;

use rustix::process::Signal;

use super::stage::{Daemon, Stage};

const POLLING: &str = "updates = \"polling\"";
const NO_DOORS: &str = "[http]\nlisten = []";

#[tokio::test(flavor = "multi_thread")]
async fn it_is_ready_when_it_serves_lives_while_it_works_and_says_that_it_stops() {
    let stage = Stage::new(POLLING, NO_DOORS).await;
    let mut command = stage.with_secrets(stage.bare());
    command.env("WATCHDOG_USEC", "2000000");
    let mut daemon = Daemon::start(command);
    assert_eq!(stage.hears("READY=1"), "READY=1\nSTATUS=serves");
    let audit =
        neurocards::operator::socket::ask(&stage.data(), neurocards::operator::service::ask::Books)
            .await;
    let answer = audit.expect("it answers when it says that it is ready");
    answer.unwrap();
    for _ in 0..3 {
        stage.hears("WATCHDOG=1");
    }
    daemon.signal(Signal::TERM);
    stage.hears("STOPPING=1");
    assert!(daemon.ended().success(), "{}", stage.log());
    assert_eq!(stage.next(Duration::from_millis(100)), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_is_told_from_its_begin_to_its_end_even_when_it_is_refused() {
    let stage = Stage::new(POLLING, NO_DOORS).await;
    let mut daemon = Daemon::start(stage.with_secrets(stage.bare()));
    stage.hears("READY=1");
    for (text, logged) in [
        ("", "is read again"),
        ("nonsense", "the configuration is not taken"),
    ] {
        let config = stage.path().join("neurocards.toml");
        let right = std::fs::read_to_string(&config).unwrap();
        std::fs::write(&config, format!("{text}{right}")).unwrap();
        daemon.signal(Signal::HUP);
        assert!(stage.hears("RELOADING=1").contains("MONOTONIC_USEC="));
        assert_eq!(stage.hears("READY=1"), "READY=1\nSTATUS=serves");
        assert!(stage.log().contains(logged), "{}", stage.log());
    }
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().success(), "{}", stage.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_telegram_that_is_away_is_no_reason_to_be_restarted() {
    let stage = Stage::new(POLLING, NO_DOORS).await;
    let config = stage.path().join("neurocards.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let away = text.replace(&stage.sandbox.telegram.api_url(), "http://127.0.0.1:9");
    assert_ne!(away, text);
    std::fs::write(&config, away).unwrap();
    let mut command = stage.with_secrets(stage.bare());
    command.env("WATCHDOG_USEC", "1000000");
    let _daemon = Daemon::start(command);
    stage.hears("READY=1");
    for _ in 0..8 {
        stage.hears("WATCHDOG=1");
    }
    assert!(stage.log().contains("telegram cannot be reached"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_hangs_silences_it() {
    let stage = Stage::new(POLLING, NO_DOORS).await;
    let mut command = stage.with_secrets(stage.bare());
    // Two proofs that the disk is reached go through; the third hangs as on a disk that never answers.
    command
        .env("WATCHDOG_USEC", "1000000")
        .env("NEUROCARDS_HANG_AT", "commit.before:3");
    let mut daemon = Daemon::start(command);
    stage.hears("READY=1");
    stage.hears("WATCHDOG=1");
    stage.hears("STATUS=commits do not reach the disk");
    assert_eq!(stage.next(Duration::from_secs(3)), None, "not a word more");
    assert!(stage.log().contains("systemd starts the daemon anew"));
    // What systemd does then.
    daemon.signal(Signal::ABORT);
    assert!(!daemon.ended().success());
    let mut again = Daemon::start(stage.with_secrets(stage.bare()));
    stage.hears("READY=1");
    again.signal(Signal::TERM);
    assert!(again.ended().success(), "{}", stage.log());
}
