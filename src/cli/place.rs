//! Whom an operator asks: the running daemon, or its file when none runs.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use serde::Serialize;

use crate::daemon::{self, made};
use crate::edge::config::Config;
use crate::edge::http;
use crate::operator::service::desk::Providing;
use crate::operator::service::{self, Answer, Ask, Desk, Provider};
use crate::operator::socket::{self, ControlError};
use crate::rules::domain::act::Who;
use crate::store::{self, Options, Shop, Store};

/// Where the shop is, and how it answers.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// Where everything is kept; without it $STATE_DIRECTORY, else ./data, else the service's.
    #[arg(long, value_name = "DIR", global = true)]
    pub data_dir: Option<PathBuf>,
    /// The configuration; without it neurocards.toml of the data directory, else the shipped one.
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
}

impl Place {
    /// Where everything is kept.
    pub fn data(&self) -> PathBuf {
        super::run::data_dir(self.data_dir.clone())
    }

    /// The configuration's file; nothing for the shipped one.
    pub fn file_of_config(&self) -> Option<PathBuf> {
        super::run::config_file(self.config.clone(), &self.data())
    }

    /// The answer; a refusal is an error. Who answered is said on standard error.
    pub fn ask(&self, ask: Ask) -> anyhow::Result<Answer> {
        let looks = ask.only_looks();
        self.ask_and_say(ask, true, looks)
    }

    /// As [`Place::ask`], of whom a deed is to be done to: an older file is brought up to date, as the deed would do.
    pub fn ask_before(&self, ask: Ask) -> anyhow::Result<Answer> {
        self.ask_and_say(ask, true, false)
    }

    /// As [`Place::ask`], for whoever has just been told who answers.
    pub fn ask_again(&self, ask: Ask) -> anyhow::Result<Answer> {
        let looks = ask.only_looks();
        self.ask_and_say(ask, false, looks)
    }

    fn ask_and_say(&self, ask: Ask, say: bool, looks: bool) -> anyhow::Result<Answer> {
        let answer = match self.asked(&ask, say)? {
            Some(answer) => answer,
            None => {
                let file = self.found(say)?;
                // Whoever only looks must not keep an older program from its file.
                if looks && let Some(schema) = store::pending(&file)? {
                    bail!(
                        "{} has schema {schema}, which this program would bring up to date: start the daemon, \
                         which keeps a copy first, or ask with the program that wrote it",
                        file.display()
                    );
                }
                let desk = self.desk(&file, &ask)?;
                let uid = rustix::process::getuid().as_raw();
                super::run::runtime()?.block_on(desk.answer(Who::Shell { uid }, ask))?
            }
        };
        match answer {
            Answer::Refused(refusal) => Err(refusal.into()),
            answer => Ok(answer),
        }
    }

    /// The running daemon's answer; nothing when none runs.
    pub fn daemon(&self, ask: &Ask) -> anyhow::Result<Option<Answer>> {
        self.asked(ask, true)
    }

    fn asked(&self, ask: &Ask, say: bool) -> anyhow::Result<Option<Answer>> {
        match super::run::runtime()?.block_on(socket::ask(&self.data(), ask)) {
            Ok(answer) => {
                if say {
                    eprintln!("asked the running daemon");
                }
                Ok(Some(answer))
            }
            Err(ControlError::NoDaemon) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The data file, which no daemon has open.
    pub fn file(&self) -> anyhow::Result<PathBuf> {
        self.found(true)
    }

    fn found(&self, say: bool) -> anyhow::Result<PathBuf> {
        let file = daemon::data_file(&self.data());
        if !file.exists() {
            bail!("there is no {}: name the right --data-dir", file.display());
        }
        if say {
            eprintln!("no daemon runs: asked {}", file.display());
        }
        Ok(file)
    }

    /// A desk on a file that no daemon has open.
    fn desk(&self, file: &std::path::Path, ask: &Ask) -> anyhow::Result<Desk> {
        let file = file.to_owned();
        // What operators do needs none of the shop's choices but who they are.
        let admins = match ask.only_looks() {
            true => Vec::new(),
            false => Config::admins_of(self.file_of_config().as_deref())?,
        };
        let shop = Shop {
            admins,
            ..Shop::default()
        };
        let store = Store::open(&file, Options::default(), shop)?;
        let provider = self.provider();
        let since = None;
        Ok(Desk {
            store,
            clock: super::run::clock(),
            backups: Arc::default(),
            provider,
            place: service::Place { file, since },
            reloads: None,
        })
    }

    /// The provider of the configuration, looked up when it is first needed.
    fn provider(&self) -> Providing {
        let data = self.data();
        let config = super::run::config_file(self.config.clone(), &data);
        Arc::new(move || {
            let known = || -> anyhow::Result<Provider> {
                let config = Config::load(config.as_deref(), &super::run::env(&data))?;
                let root = daemon::extra_root(&config)?;
                let http = http::client(root.as_deref(), None)?;
                made::provider(&config, &data, http)
            };
            known()
                .inspect_err(|error| eprintln!("neurocards: {error:#}"))
                .ok()
        })
    }
}

/// Prints an answer in JSON.
pub fn json(answer: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(answer).context("the answer in JSON")?;
    say!("{text}");
    Ok(())
}

/// An answer to another question: program and daemon are of different versions.
pub fn senseless(answer: &Answer) -> anyhow::Error {
    anyhow::anyhow!("the daemon answers something else, is it of another version? {answer:?}")
}

/// Asks for a change and says what came of it.
pub fn changed(place: &Place, ask: Ask, said: impl FnOnce(bool) -> String) -> anyhow::Result<()> {
    match place.ask(ask)? {
        answer @ Answer::Changed(_) if place.json => json(&answer),
        Answer::Changed(changed) => {
            println!("{}", said(changed));
            Ok(())
        }
        other => Err(senseless(&other)),
    }
}
