//! `neurocards keys` and `neurocards models`: what the provider is asked with.

use super::place::Place;
use super::table::{moment, or_dash, table};
use crate::edge::config::parse_duration;
use crate::operator::service::ask::{Key, Keys, Models};
use crate::rules::domain::deed::outlook::Came;
use crate::rules::domain::deed::{Deed, Resting};
use crate::rules::domain::id::ModelName;

/// Look after the provider's keys. They are known by fingerprints.
#[derive(Debug, clap::Args)]
pub struct KeysArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: KeysDo,
}

#[derive(Debug, clap::Subcommand)]
enum KeysDo {
    /// List them, with what their accounts have left at the provider.
    List,
    /// Leave one alone for a while.
    Rest {
        /// Its fingerprint, or the beginning of it.
        #[arg(value_name = "KEY")]
        key: String,
        #[command(flatten)]
        span: Span,
    },
    /// Use one again.
    Wake {
        /// Its fingerprint, or the beginning of it.
        #[arg(value_name = "KEY")]
        key: String,
    },
}

/// Look after the chain of models.
#[derive(Debug, clap::Args)]
pub struct ModelsArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: ModelsDo,
}

#[derive(Debug, clap::Subcommand)]
enum ModelsDo {
    /// List them, first choice first.
    List,
    /// Leave one alone for a while: the next one of the chain is used.
    Rest {
        /// Its name.
        #[arg(value_name = "MODEL")]
        model: String,
        #[command(flatten)]
        span: Span,
    },
    /// Use one again.
    Wake {
        /// Its name.
        #[arg(value_name = "MODEL")]
        model: String,
    },
}

#[derive(Debug, clap::Args)]
struct Span {
    /// How long: "30m", "24h", "7d".
    #[arg(long = "for", value_name = "SPAN", default_value = "24h", value_parser = seconds)]
    seconds: u64,
}

fn seconds(said: &str) -> Result<u64, String> {
    let span = parse_duration(said).map_err(|error| error.to_string())?;
    Ok(span.as_secs())
}

pub fn keys(args: KeysArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        KeysDo::List => place.show(Keys, |keys| {
            let rows = keys.iter().map(|key| {
                let left = match (&key.credits, &key.trouble) {
                    (Some(credits), _) => credits.to_string(),
                    (None, trouble) => or_dash(trouble.as_ref()),
                };
                [
                    key.key.clone(),
                    left,
                    moment(key.until),
                    or_dash(key.why.as_ref()),
                ]
            });
            let header = ["KEY", "PROVIDER'S CREDITS", "RESTS UNTIL", "WHY"];
            table(header, rows.collect(), "no keys");
        }),
        KeysDo::Rest { key, span } => rest(&place, named(&place, key)?, span),
        KeysDo::Wake { key } => wake(&place, named(&place, key)?),
    }
}

pub fn models(args: ModelsArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        ModelsDo::List => place.show(Models, |models| {
            let rows = models.iter().map(|model| {
                [
                    model.model.clone(),
                    model.title.clone(),
                    model.credits.to_string(),
                    moment(model.until),
                    or_dash(model.why.as_ref()),
                ]
            });
            let header = ["MODEL", "TITLE", "PROVIDER'S CREDITS", "RESTS UNTIL", "WHY"];
            table(header, rows.collect(), "no models");
        }),
        ModelsDo::Rest { model, span } => rest(&place, Resting::Model(ModelName(model)), span),
        ModelsDo::Wake { model } => wake(&place, Resting::Model(ModelName(model))),
    }
}

/// The key whose fingerprint begins so.
fn named(place: &Place, begin: String) -> anyhow::Result<Resting> {
    Ok(Resting::Key(place.ask_before(Key { begin })?))
}

fn rest(place: &Place, what: Resting, Span { seconds }: Span) -> anyhow::Result<()> {
    let named = format!("{} {what}", what.kind());
    place.does(Deed::Rest { what, seconds }, true, |outcome| {
        let until = match outcome.came {
            Came::Rest(until) => Some(until.0),
            Came::Nothing | Came::Order(_) | Came::Broadcast(_) => None,
        };
        format!("{named} rests until {}", moment(until))
    })
}

fn wake(place: &Place, what: Resting) -> anyhow::Result<()> {
    let said = format!("{} {what} is used again", what.kind());
    place.does(Deed::Wake { what }, true, |_| said)
}
