//! `neurocards reload`: the running daemon reads its configuration again.

use anyhow::bail;

use super::place::{Place, json, refused};
use crate::operator::service::{Reloaded, ask};

/// Have the running daemon read configuration, secrets and texts again, all or nothing.
#[derive(Debug, clap::Args)]
pub struct ReloadArgs {
    #[command(flatten)]
    place: Place,
}

pub fn reload(args: ReloadArgs) -> anyhow::Result<()> {
    let Some(answer) = args.place.asked(ask::Reload, true)? else {
        let data = args.place.data();
        bail!(
            "no daemon runs on {}: it reads everything when it starts",
            data.display()
        )
    };
    match answer {
        Ok(reloaded) if args.place.json => json(&reloaded),
        Ok(reloaded) => {
            show(&reloaded);
            Ok(())
        }
        Err(refusal) => {
            if args.place.json {
                json(&refusal)?;
            }
            Err(refused(refusal))
        }
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
