//! UserRef an operator asks: the running daemon, or its file when none runs.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use serde::Serialize;

use crate::daemon::{self, made};
use crate::edge::config::Config;
use crate::edge::http;
use crate::edge::locale::Locale;
use crate::operator::service::ask::Do;
use crate::operator::service::desk::Answerable;
use crate::operator::service::desk::Providing;
use crate::operator::service::{self, Desk, Provider, Question, Refusal};
use crate::operator::socket::{self, ControlError};
use crate::rules::domain::act::Who;
use crate::rules::domain::deed::Deed;
use crate::rules::domain::deed::outlook::Outcome;
use crate::rules::domain::user::Lang;
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
    pub fn ask<Q: Answerable>(&self, question: Q) -> anyhow::Result<Q::Answer> {
        self.judged(question, true, Q::ONLY_LOOKS)?.map_err(refused)
    }

    /// Asks, and prints the answer.
    pub fn show<Q: Answerable>(
        &self,
        question: Q,
        print: impl FnOnce(&Q::Answer),
    ) -> anyhow::Result<()> {
        let answer = self.ask(question)?;
        match self.json {
            true => json(&answer)?,
            false => print(&answer),
        }
        Ok(())
    }

    /// As [`Place::ask`], of whom a deed is to be done to: an older file is brought up to date, as the deed would do.
    pub fn ask_before<Q: Answerable>(&self, question: Q) -> anyhow::Result<Q::Answer> {
        self.judged(question, true, false)?.map_err(refused)
    }

    /// Does a deed and says what came of it; what is so already is said, too, and is no error. `say` is whether to say
    /// who does it.
    pub fn does(
        &self,
        deed: Deed,
        say: bool,
        said: impl FnOnce(&Outcome) -> String,
    ) -> anyhow::Result<()> {
        match self.judged(Do(deed), say, false)? {
            Ok(outcome) if self.json => json(&outcome),
            Ok(outcome) => {
                say!("{}", said(&outcome));
                Ok(())
            }
            Err(refusal) if refusal.is_so_already() && self.json => json(&refusal),
            Err(refusal) if refusal.is_so_already() => {
                say!("{}", Locale(Lang::En).refusal(&refusal));
                Ok(())
            }
            Err(refusal) => Err(refused(refusal)),
        }
    }

    fn judged<Q: Answerable>(
        &self,
        question: Q,
        say: bool,
        looks: bool,
    ) -> anyhow::Result<Result<Q::Answer, Refusal>> {
        if let Some(answer) = self.asked(question.clone(), say)? {
            return Ok(answer);
        }
        let file = self.found(say)?;
        // Whoever only looks must not keep an older program from its file.
        if looks && let Some(schema) = store::pending(&file)? {
            bail!(
                "{} has schema {schema}, which this program would bring up to date: start the daemon, \
                 which keeps a copy first, or ask with the program that wrote it",
                file.display()
            );
        }
        let desk = self.desk(&file, Q::ONLY_LOOKS)?;
        let uid = rustix::process::getuid().as_raw();
        Ok(super::run::runtime()?.block_on(desk.ask(Who::Shell { uid }, question))?)
    }

    /// The running daemon's answer; nothing when none runs.
    pub fn daemon<Q: Question>(&self, question: Q) -> anyhow::Result<Option<Q::Answer>> {
        let answer = self.asked(question, true)?;
        answer.transpose().map_err(refused)
    }

    /// The running daemon's answer or refusal; nothing when none runs.
    pub fn asked<Q: Question>(
        &self,
        question: Q,
        say: bool,
    ) -> anyhow::Result<Option<Result<Q::Answer, Refusal>>> {
        match super::run::runtime()?.block_on(socket::ask(&self.data(), question)) {
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
    fn desk(&self, file: &std::path::Path, only_looks: bool) -> anyhow::Result<Desk> {
        let file = file.to_owned();
        // What operators do needs none of the shop's choices but who they are.
        let admins = match only_looks {
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

/// A refusal as an error.
pub fn refused(refusal: Refusal) -> anyhow::Error {
    anyhow::anyhow!(Locale(Lang::En).refusal(&refusal))
}
