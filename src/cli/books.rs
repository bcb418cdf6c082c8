//! `neurocards audit`: whether the books balance.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::place::{Place, json};
use crate::operator::service::ask;
use crate::shop::audit;

/// Check the books: of the running daemon, or of a file.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    #[command(flatten)]
    place: Place,
    /// Check this file, a backup for instance, instead of the data directory's.
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    file: Option<PathBuf>,
}

pub fn audit(args: AuditArgs) -> anyhow::Result<()> {
    let report = match &args.file {
        Some(file) => audit_file(file)?,
        // A file of an older schema is looked at as it is.
        None => match args.place.daemon(ask::Audit)? {
            Some(report) => report,
            None => audit_file(&args.place.file()?)?,
        },
    };
    match args.place.json {
        true => json(&report)?,
        false => show(&report),
    }
    match report.breaches.len() {
        0 if args.place.json => Ok(()),
        0 => {
            say!("the books balance");
            Ok(())
        }
        breaches => {
            let breaches = breaches as u64 + report.more;
            bail!("{breaches} breaches: stop selling, keep the file, look at the rows above")
        }
    }
}

fn show(report: &audit::Report) {
    let audit::Report {
        entries,
        users,
        jobs,
        orders,
        checks,
        breaches,
        more,
        lost,
    } = report;
    say!("checked {entries} entries, {users} users, {jobs} jobs, {orders} orders:");
    for audit::Check { what, rows } in checks {
        say!("{rows:>10}  {what}");
    }
    let audit::Lost {
        adopted,
        orphans,
        doubled,
        late,
    } = lost;
    say!(
        "lost answers: {adopted} adopted, {orphans} orphans, {doubled} billed twice, {late} given away late"
    );
    for breach in breaches {
        say!("BREACH {breach}");
    }
    if *more > 0 {
        say!("BREACH and {more} more");
    }
}

fn audit_file(file: &Path) -> anyhow::Result<audit::Report> {
    let snapshot =
        crate::store::read_only(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(audit::audit(&snapshot)?)
}
