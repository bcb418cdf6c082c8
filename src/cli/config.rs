//! `neurocards config`: check it, show it, and write the annotated one to begin with.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use secrecy::SecretString;
use serde_json::json;

use super::place::{self, Place};
use super::table::table;
use crate::daemon::check;
use crate::edge::config::{
    Config, Mistakes, Reading, SHIPPED, Setting, Value, fingerprint, guarded,
};

/// A longer value is cut where it is shown to the eye.
const SHOWN: usize = 60;
/// What is said of a secret that is there.
const SET: &str = "set";

/// Check the configuration, show it, or write one to begin with.
#[derive(Debug, clap::Args)]
pub struct ConfigArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Name everything a start would find fault with: configuration, secrets, models, templates, texts, certificate.
    Check,
    /// Show what every key says and where that comes from; of secrets a fingerprint.
    Show,
    /// Write the annotated configuration with every key and its default.
    Init {
        /// Where to; without it neurocards.toml of the data directory.
        #[arg(value_name = "FILE")]
        path: Option<PathBuf>,
        /// Replace a file that is there.
        #[arg(long)]
        force: bool,
    },
}

/// The data directory, the configuration's name, and what is in it.
fn read(place: &Place) -> (PathBuf, String, Reading) {
    let (data, file) = (place.data(), place.file_of_config());
    let reading = Config::look(file.as_deref(), &super::run::env(&data));
    let name = file.map_or_else(
        || "the shipped configuration".to_owned(),
        |file| file.display().to_string(),
    );
    (data, name, reading)
}

pub fn config(args: ConfigArgs) -> anyhow::Result<()> {
    let place = args.place;
    match args.what {
        What::Check => check_all(&place),
        What::Show => show(&place),
        What::Init { path, force } => {
            let beside = || place.data().join("neurocards.toml");
            let path = path.unwrap_or_else(beside);
            init(&path, force)?;
            match place.json {
                true => place::json(&json!({"written": path})),
                false => {
                    let path = path.display();
                    say!("{path} is written: make support_username and admin_ids yours");
                    Ok(())
                }
            }
        }
    }
}

fn check_all(place: &Place) -> anyhow::Result<()> {
    let (data, name, reading) = read(place);
    let Mistakes(mut mistakes) = reading.mistakes;
    if let Some(config) = &reading.config {
        mistakes.extend(check::check(config, &data));
    }
    if place.json {
        let told: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
        place::json(&json!({"configuration": name, "mistakes": told}))?;
    } else if mistakes.is_empty() {
        say!("ok: {name}, and what goes with it in {}", data.display());
    } else {
        mistakes.iter().for_each(|mistake| say!("{mistake}"));
    }
    match mistakes.len() {
        0 => Ok(()),
        1 => bail!("one mistake"),
        count => bail!("{count} mistakes"),
    }
}

fn show(place: &Place) -> anyhow::Result<()> {
    let (_, _, reading) = read(place);
    let Some(config) = reading.config else {
        return Err(reading.mistakes.into());
    };
    let (settings, token) = (config.settings_in_order(), &config.telegram.token);
    if place.json {
        let settings: Vec<_> = settings
            .iter()
            .map(|setting| as_json(setting, token))
            .collect();
        say!("{}", serde_json::to_string_pretty(&settings)?);
    } else {
        let rows = settings.iter().map(|setting| {
            let value = cut(shown(setting, token));
            [setting.key.clone(), value, setting.origin.to_string()]
        });
        table(["key", "value", "from"], rows.collect(), "there is no key");
    }
    match reading.mistakes {
        Mistakes(none) if none.is_empty() => Ok(()),
        mistakes => Err(mistakes).context("what is wrong is shown with its default"),
    }
}

fn shown(setting: &Setting, token: &SecretString) -> String {
    match value(setting, token) {
        Some(value) if setting.value.is_secret() && value != SET => format!("{SET}, {value}"),
        Some(value) => value,
        None => "unset".to_owned(),
    }
}

/// What a key says, of a secret the fingerprint or only that there is one.
fn value(setting: &Setting, token: &SecretString) -> Option<String> {
    match &setting.value {
        Value::Unset | Value::Secret(None) => None,
        Value::Written(value) => Some(value.clone()),
        Value::Secret(Some(secret)) => {
            Some(guarded(secret, token).map_or(SET.to_owned(), |print| print.to_string()))
        }
        Value::Key(key) => Some(fingerprint(key).to_string()),
    }
}

fn cut(value: String) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value,
    }
}

fn as_json(setting: &Setting, token: &SecretString) -> serde_json::Value {
    json!({
        "key": setting.key,
        "value": value(setting, token),
        "secret": setting.value.is_secret(),
        "from": setting.origin.to_string(),
        "at_start": setting.is_read_at_the_start(),
    })
}

/// Secrets have no place in the file, so that anybody may read it: the daemon's user must.
fn init(path: &Path, force: bool) -> anyhow::Result<()> {
    let shown = path.display();
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    }
    let part = path.with_added_extension("part");
    let to = if force { &part } else { path };
    let opened = OpenOptions::new()
        .write(true)
        .create(force)
        .create_new(!force)
        .truncate(force)
        .open(to);
    let mut file = match opened {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{shown} is there already: --force replaces it")
        }
        opened => opened.with_context(|| format!("cannot write {}", to.display()))?,
    };
    file.write_all(SHIPPED.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| {
            if force {
                std::fs::rename(&part, path)
            } else {
                Ok(())
            }
        })
        .with_context(|| format!("cannot write {shown}"))?;
    Ok(())
}
