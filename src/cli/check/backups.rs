//! Backups: whether there is a whole one, how old it is, and whether copies reach the storage.

use std::time::Duration;

use super::super::table::{size, span};
use super::finding::Finding;
use super::patient::{PATIENCE, Patient};
use crate::base::clock::Clock;
use crate::daemon;
use crate::edge::http;
use crate::edge::offsite::{Patience, Vault};
use crate::shop::backup::directory::{BackupDir, Found, Kind};
use crate::shop::backup::name::Name;

/// The newest backup may be so many intervals old.
const INTERVALS: u32 = 2;

pub async fn look(patient: &Patient) -> Vec<Finding> {
    let mut findings = vec![here(patient)];
    findings.extend(elsewhere(patient).await);
    findings
}

fn here(patient: &Patient) -> Finding {
    let chosen = &patient.config.backup;
    let dir = chosen.dir.clone();
    let backup_dir = BackupDir::new(dir.unwrap_or_else(|| patient.data.join("backups")));
    let make = "neurocards backup";
    let found = match backup_dir.list() {
        Ok(found) => found,
        Err(error) => {
            return Finding::fail(
                "backup",
                error.to_string(),
                "mend the rights of that directory",
            );
        }
    };
    let backups = found.iter().filter(|found| found.kind == Kind::Backup);
    let past = |found: &&Found| found.made.is_some_and(|made| made <= patient.now);
    let whole: Vec<&Found> = backups
        .clone()
        .filter(|found| found.wrong.is_none())
        .filter(past)
        .collect();
    if let Some(bad) = backups.clone().find(|found| found.wrong.is_some()) {
        let wrong = bad.wrong.clone().unwrap_or_default();
        let found = format!("{} is not whole: {wrong}", bad.name);
        return Finding::warn("backup", found, "remove it, and look at the disk");
    }
    let Some((newest, made)) = whole.last().and_then(|found| Some((found, found.made?))) else {
        return match daemon::data_file(&patient.data).exists() {
            true => Finding::warn("backup", "there is none", make),
            false => Finding::ok("backup", "there is nothing to keep yet"),
        };
    };
    let age = patient.now.since(made);
    let told = format!(
        "{} whole ones, the newest ({}) is {} old",
        whole.len(),
        size(newest.bytes),
        span(age.as_secs())
    );
    judge("backup", told, age, chosen.every, make)
}

async fn elsewhere(patient: &Patient) -> Option<Finding> {
    let chosen = &patient.config.backup;
    let storage = chosen.s3.as_ref()?;
    let remedy = "look at [backup.s3] and its secrets";
    let fail = |why: String| Some(Finding::fail("storage", why, remedy));
    let vault = match http::client(patient.root.as_deref(), None) {
        Ok(http) => Vault::new(http, storage, Clock::system(), Patience::default()),
        Err(error) => return fail(error.to_string()),
    };
    let vault = match vault {
        Ok(vault) => vault,
        Err(error) => return fail(error.to_string()),
    };
    let copies = match tokio::time::timeout(PATIENCE, vault.list()).await {
        Ok(Ok(copies)) => copies,
        Ok(Err(error)) => return fail(error.to_string()),
        Err(_) => return fail("no answer".to_owned()),
    };
    let newest = copies.iter().filter_map(|copy| copy.name.parse().ok());
    let Some(made) = newest.map(Name::at).max() else {
        let remedy = "the daemon sends one after its next backup";
        return Some(Finding::warn(
            "storage",
            "answers, and has no copy yet",
            remedy,
        ));
    };
    let age = patient.now.since(made);
    let told = format!(
        "{} copies, the newest is {} old",
        copies.len(),
        span(age.as_secs())
    );
    Some(judge(
        "storage",
        told,
        age,
        chosen.every,
        "see the daemon's log",
    ))
}

fn judge(
    what: &'static str,
    told: String,
    age: Duration,
    every: Option<Duration>,
    remedy: &str,
) -> Finding {
    match every {
        Some(every) if age > every * INTERVALS => Finding::warn(what, told, remedy),
        Some(_) | None => Finding::ok(what, told),
    }
}
