//! `neurocards reload`: the running daemon reads its configuration again.

use anyhow::bail;

use super::place::{Place, json};
use crate::operator::service::{Answer, Ask, Reloaded};

/// Have the running daemon read configuration, secrets and texts again, all or nothing.
#[derive(Debug, clap::Args)]
pub struct ReloadArgs {
    #[command(flatten)]
    place: Place,
}

pub fn reload(args: ReloadArgs) -> anyhow::Result<()> {
    let Some(answer) = args.place.daemon(&Ask::Reload)? else {
        let data = args.place.data();
        bail!(
            "no daemon runs on {}: it reads everything when it starts",
            data.display()
        )
    };
    match answer {
        answer if args.place.json => {
            json(&answer)?;
            match answer {
                Answer::Refused(refusal) => Err(refusal.into()),
                _ => Ok(()),
            }
        }
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
