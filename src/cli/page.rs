//! `neurocards page`: where the operator's page is, and what is said at its door.

use std::net::SocketAddr;

use anyhow::{Context, bail};
use secrecy::ExposeSecret;
use serde_json::json;

use super::place::Place;
use crate::daemon::shipped;
use crate::edge::config::{Config, Origin};

/// Show where the operator's page is, how to reach it from elsewhere, and where its token is.
#[derive(Debug, clap::Args)]
pub struct PageArgs {
    /// Print the token itself, too.
    #[arg(long)]
    show_token: bool,
    #[command(flatten)]
    place: Place,
}

/// The token, as far as this user may know.
struct Token {
    at: String,
    word: Option<String>,
}

pub fn page(args: PageArgs) -> anyhow::Result<()> {
    let data = args.place.data();
    let file = args.place.file_of_config();
    let reading = Config::look(file.as_deref(), &super::run::env(&data));
    let Some(config) = reading.config else {
        return Err(reading.mistakes.into());
    };
    let addresses = &config.operator.listen;
    let Some(first) = addresses.first() else {
        bail!(
            "the operator's door is closed: name an address in operator.listen and start the daemon again"
        );
    };
    let token = token(&config, &data)?;
    let word = token.word.filter(|_| args.show_token);
    let there = format!("ssh -L {0}:{1} server", first.port(), reached(*first));
    let here = format!("http://{}", reached(*first));
    if args.place.json {
        let all: Vec<_> = addresses
            .iter()
            .map(|at| format!("http://{}", reached(*at)))
            .collect();
        say!(
            "{}",
            serde_json::to_string_pretty(&json!({
                "addresses": all,
                "tunnel": there,
                "token_in": token.at,
                "token": word,
            }))?
        );
        return Ok(());
    }
    for at in addresses {
        say!("the page:   http://{}", reached(*at));
    }
    say!("from afar:  {there}");
    say!("            and then {here} in the browser here");
    match word {
        Some(word) => say!("the token:  {word}"),
        None => say!("the token:  in {} (--show-token prints it)", token.at),
    }
    Ok(())
}

/// Where a browser on that machine finds a listener.
fn reached(at: SocketAddr) -> SocketAddr {
    match at {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => ([127, 0, 0, 1], at.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => ([127, 0, 0, 1], at.port()).into(),
        at => at,
    }
}

fn token(config: &Config, data: &std::path::Path) -> anyhow::Result<Token> {
    if let Some(token) = &config.operator.token {
        let settings = config.settings_in_order();
        let setting = settings
            .iter()
            .find(|setting| setting.key == "operator.token");
        let at = match setting.map(|setting| &setting.origin) {
            Some(Origin::Environment(name)) => format!("the environment, {name}"),
            Some(Origin::File(path)) => path.display().to_string(),
            Some(Origin::Line { .. } | Origin::Default) | None => "the configuration".to_owned(),
        };
        let word = Some(token.expose_secret().to_owned());
        return Ok(Token { at, word });
    }
    let path = shipped::operator_token_file(data);
    let at = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(word) => Ok(Token {
            at,
            word: Some(word.trim().to_owned()),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("there is no {at} yet: the daemon makes it at its start")
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {at}")),
    }
}
