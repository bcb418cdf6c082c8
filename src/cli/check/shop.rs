//! The daemon itself, if it runs.

use super::super::table::span;
use super::finding::Finding;
use super::patient::{PATIENCE, Patient};
use crate::operator::service::answer::Status;
use crate::operator::service::ask;
use crate::operator::socket::{self, ControlError};

pub async fn daemon(patient: &Patient) -> Vec<Finding> {
    let asked = tokio::time::timeout(PATIENCE, socket::ask(&patient.data, ask::Status)).await;
    match asked {
        Ok(Ok(Ok(status))) => status_of(&status),
        Ok(Err(ControlError::NoDaemon)) => {
            vec![Finding::warn(
                "daemon",
                "does not run",
                "systemctl start neurocards",
            )]
        }
        Ok(Ok(_)) => vec![another()],
        Ok(Err(error)) => vec![Finding::fail(
            "daemon",
            error.to_string(),
            "run this as root",
        )],
        Err(_) => {
            let remedy = "restart it: systemctl restart neurocards";
            vec![Finding::fail("daemon", "runs and does not answer", remedy)]
        }
    }
}

fn another() -> Finding {
    Finding::warn(
        "daemon",
        "is of another version",
        "restart it after an upgrade",
    )
}

fn status_of(status: &Status) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(match status.version == env!("CARGO_PKG_VERSION") {
        true => Finding::ok("daemon", format!("version {} runs", status.version)),
        false => another(),
    });
    if let Some(fault) = &status.fault {
        let remedy = "make the disk writable; the daemon goes on by itself";
        findings.push(Finding::fail(
            "disk",
            format!("cannot be written: {fault}"),
            remedy,
        ));
    }
    for cause in &status.closed {
        let remedy = match cause.as_str() {
            "pause" => "neurocards resume",
            _ => "make room on the disk",
        };
        findings.push(Finding::warn("sales", format!("closed: {cause}"), remedy));
    }
    for rest in &status.resting {
        let found = format!("{} rests: {}", rest.name, rest.why);
        let remedy = "`neurocards keys list` and `models list` say until when";
        findings.push(Finding::warn("rest", found, remedy));
    }
    /// A job that waits longer for its first attempt shows that there are too few places, or none moves.
    const LONG_WAIT: u64 = 60 * 60;
    /// A message that waits longer shows that Telegram is out of reach.
    const UNSAID: u64 = 10 * 60;
    if let Some(waited) = status.oldest_queued_s.filter(|waited| *waited > LONG_WAIT) {
        let found = format!(
            "a video has waited for {} for its first attempt",
            span(waited)
        );
        findings.push(Finding::warn(
            "queue",
            found,
            "look at keys and models, raise max_rendering",
        ));
    }
    if let Some(waited) = status.oldest_note_s.filter(|waited| *waited > UNSAID) {
        let found = format!("a message has waited for {}", span(waited));
        findings.push(Finding::warn(
            "outbox",
            found,
            "see whether Telegram can be reached",
        ));
    }
    findings
}
