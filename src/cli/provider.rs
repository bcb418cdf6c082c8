//! `neurocards keys` and `neurocards models`: what the provider is asked with.

use super::place::{Place, json, senseless};
use super::table::{moment, or_dash, table};
use crate::edge::config::parse_duration;
use crate::operator::service::ask::Tired;
use crate::operator::service::{Answer, Ask};

/// Look after the provider's keys. They are known by fingerprints.
#[derive(Debug, clap::Args)]
pub struct KeysArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: Keys,
}

#[derive(Debug, clap::Subcommand)]
enum Keys {
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
    what: Models,
}

#[derive(Debug, clap::Subcommand)]
enum Models {
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
        Keys::List => match place.ask(Ask::Keys)? {
            Answer::Keys(keys) if place.json => json(&keys),
            Answer::Keys(keys) => {
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
                Ok(())
            }
            other => Err(senseless(&other)),
        },
        Keys::Rest { key, span } => rest(&place, Tired::Key(key), span),
        Keys::Wake { key } => wake(&place, Tired::Key(key)),
    }
}

pub fn models(args: ModelsArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        Models::List => match place.ask(Ask::Models)? {
            Answer::Models(models) if place.json => json(&models),
            Answer::Models(models) => {
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
                Ok(())
            }
            other => Err(senseless(&other)),
        },
        Models::Rest { model, span } => rest(&place, Tired::Model(model), span),
        Models::Wake { model } => wake(&place, Tired::Model(model)),
    }
}

fn rest(place: &Place, tired: Tired, span: Span) -> anyhow::Result<()> {
    let seconds = span.seconds;
    match place.ask(Ask::Rest { tired, seconds })? {
        answer @ Answer::Rests { .. } if place.json => json(&answer),
        Answer::Rests { name, until } => {
            say!("{name} rests until {}", moment(Some(until)));
            Ok(())
        }
        other => Err(senseless(&other)),
    }
}

fn wake(place: &Place, tired: Tired) -> anyhow::Result<()> {
    super::place::changed(place, Ask::Wake { tired }, |changed| match changed {
        true => "it is used again".to_owned(),
        false => "it did not rest".to_owned(),
    })
}
