//! `neurocards check`: the doctor. Looks at everything a start needs and a shop stands on; changes nothing.

mod backups;
mod doors;
mod finding;
mod machine;
mod messenger;
mod patient;
mod provider;
mod shop;

use std::process::ExitCode;

use super::place::{Place, json};
use crate::daemon::{self, made::Made};
use crate::edge::config::{Config, Mistake, Mistakes};

use finding::{Finding, Grade};
use patient::Patient;

/// Look at everything a start needs and a shop stands on. Nothing is changed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 all is well or only warned of, 1 something fails.")]
pub struct CheckArgs {
    #[command(flatten)]
    place: Place,
}

pub fn check(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let findings = super::run::runtime()?.block_on(findings(&args.place));
    if args.place.json {
        json(&findings)?;
    } else {
        findings.iter().for_each(show);
    }
    let bad = findings.iter().any(|finding| finding.grade == Grade::Fail);
    Ok(if bad {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn show(finding: &Finding) {
    let Finding {
        what,
        grade,
        found,
        remedy,
    } = finding;
    say!("{grade:<5} {what:<14} {found}");
    if let Some(remedy) = remedy {
        say!("{:21}→ {remedy}", "");
    }
}

async fn findings(place: &Place) -> Vec<Finding> {
    let data = place.data();
    let file = super::run::config_file(place.config.clone(), &data);
    let mut findings = Vec::new();
    let config = match Config::load(file.as_deref(), &super::run::env(&data)) {
        Ok(config) => {
            let shown = file.map_or("the shipped one".to_owned(), |file| {
                file.display().to_string()
            });
            findings.push(Finding::ok("configuration", shown));
            config
        }
        Err(mistakes) => {
            let remedy = "mend it; without it the rest cannot be looked at";
            let mistakes = mistakes.to_string();
            let each = |mistake| Finding::fail("configuration", mistake, remedy);
            findings.extend(mistakes.lines().map(each));
            findings.extend(machine::disk(&data, 0));
            return findings;
        }
    };
    let root = match daemon::extra_root(&config) {
        Ok(root) => root,
        Err(error) => {
            findings.push(Finding::fail(
                "configuration",
                format!("{error:#}"),
                "mend it",
            ));
            return findings;
        }
    };
    if let Err(Mistakes(mistakes)) = Made::new(&config, &data, root.as_deref()) {
        let remedy = "mend it; a start and a reload are refused";
        let each = |mistake: &Mistake| Finding::fail("files", mistake.to_string(), remedy);
        findings.extend(mistakes.iter().map(each));
    }
    let patient = Patient {
        config,
        data,
        root,
        now: super::run::clock().now(),
    };
    findings.extend(machine::disk(
        &patient.data,
        patient.config.store.min_free_mb,
    ));
    findings.push(machine::memory());
    let (daemon, messenger, provider, author, doors, backups, systemd) = tokio::join!(
        shop::daemon(&patient),
        messenger::look(&patient),
        provider::videos(&patient),
        provider::author(&patient),
        doors::look(&patient),
        backups::look(&patient),
        machine::systemd(),
    );
    findings.extend(daemon);
    findings.extend(messenger);
    findings.extend(provider);
    findings.push(author);
    findings.extend(doors);
    findings.extend(backups);
    findings.push(systemd);
    findings
}
