//! `neurocards reload`: the running daemon reads its configuration again.

use std::path::PathBuf;

use anyhow::bail;

use crate::admin::{Answer, Ask, Reloaded};
use crate::control::{self, ControlError};

/// Have the running daemon read configuration, secrets and texts again, all or nothing.
#[derive(Debug, clap::Args)]
pub struct ReloadArgs {
    /// Where everything is kept; without it $STATE_DIRECTORY, else ./data, else the service's.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

pub fn reload(args: ReloadArgs) -> anyhow::Result<()> {
    let data = super::run::data_dir(args.data_dir);
    let answer = match super::runtime()?.block_on(control::ask(&data, &Ask::Reload)) {
        Err(ControlError::NoDaemon) => {
            bail!(
                "no daemon runs on {}: it reads everything when it starts",
                data.display()
            )
        }
        answer => answer?,
    };
    if args.json {
        say!("{}", serde_json::to_string_pretty(&answer)?);
    }
    match answer {
        Answer::Reloaded(_) if args.json => Ok(()),
        Answer::Reloaded(reloaded) => {
            show(&reloaded);
            Ok(())
        }
        Answer::Refused(refusal) => Err(refusal.into()),
        other => Err(super::place::senseless(&other)),
    }
}

fn show(Reloaded { changed, waits }: &Reloaded) {
    if changed.is_empty() && waits.is_empty() {
        say!("nothing has changed");
    }
    for key in changed {
        say!("changed: {key}");
    }
    for key in waits {
        say!("takes effect at the next start: {key}");
    }
}
