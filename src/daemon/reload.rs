//! A reload: what runs goes on, with what the operator has changed, or all of it as before.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::archive;
use super::made::Made;
use crate::actors::backups::Archivist;
use crate::actors::intake::Bot;
use crate::actors::workers::{Parts, Pool};
use crate::base::aside;
use crate::base::clock::Clock;
use crate::base::clock::heartbeat::Heartbeat;
use crate::base::live::Live;
use crate::base::telemetry;
use crate::door::Admission;
use crate::edge::config::{Change, Config, Mistake, Mistakes, Reading, Setting, changes};
use crate::edge::http;
use crate::edge::provider::kie::Seal;
use crate::edge::telegram::client::Telegram;
use crate::edge::telegram::pace::Limits;
use crate::edge::telegram::words::Words;
use crate::operator::service::Provider;
use crate::operator::service::reload::{Reloaded, Reloading};
use crate::shop::backup::front::Front;
use crate::store::Store;

/// Rounds of calls to Telegram in which everybody of one poll is answered at worst.
const ANSWERS: u32 = 4;

/// What is replaced under those who hold it.
#[derive(Clone)]
pub struct Cells {
    pub config: Live<Config>,
    pub files: Live<Vec<Setting>>,
    pub telegram: Live<Telegram>,
    pub words: Live<Words>,
    pub limits: Live<Limits>,
    pub floor: Live<u64>,
    pub seal: Live<Option<Seal>>,
    pub provider: Live<Provider>,
}

/// Whoever reloads.
pub struct Reloader {
    pub source: Source,
    pub data: PathBuf,
    /// Trusted in calls since the start.
    pub root: Option<Vec<u8>>,
    pub cells: Cells,
    pub store: Store,
    pub backups: Arc<Front>,
    pub pool: Arc<Pool>,
    pub admission: Arc<Admission>,
    pub bot: Arc<Bot>,
    /// The loop whose promises depend on Telegram's time-out.
    pub updates: Heartbeat,
    pub clock: Clock,
    /// Where archivists go who take the place of the one that works.
    pub archivists: mpsc::Sender<Archivist>,
}

impl Reloader {
    /// Reloads whenever somebody asks, until told to stop.
    pub async fn run(
        self: Arc<Self>,
        asked: &mut mpsc::Receiver<Reloading>,
        stop: CancellationToken,
    ) {
        let reloader = self;
        let mut introduction = None;
        loop {
            let answer = tokio::select! {
                () = stop.cancelled() => return,
                Some(answer) = asked.recv() => answer,
            };
            let inner = Arc::clone(&reloader);
            let read = aside::run(move || inner.reload()).await;
            let told = match read {
                Ok(Ok(reloaded)) => {
                    if is_introduced_by(&reloaded.changed) {
                        let bot = Arc::clone(&reloader.bot).introduce(stop.clone());
                        introduction = Some(AbortOnDropHandle::new(tokio::spawn(bot)));
                    }
                    Ok(reloaded)
                }
                Ok(Err(Mistakes(mistakes))) => {
                    let told = mistakes.iter().map(Mistake::to_string);
                    Err(told.collect())
                }
                Err(_) => Err(vec!["the reload panicked: see the log".to_owned()]),
            };
            tell(&told);
            // Whoever has asked and gone does not want to know.
            let _ = answer.send(told);
            drop(introduction.take_if(|task: &mut AbortOnDropHandle<()>| task.is_finished()));
        }
    }

    /// Reads everything again and takes it all, or nothing.
    fn reload(&self) -> Result<Reloaded, Mistakes> {
        let reading = (self.source)();
        let running = self.cells.config.now();
        let Some(read) = reading.config else {
            return Err(reading.mistakes);
        };
        let Change {
            config,
            mut changed,
            waits,
        } = read.in_place_of(&running);
        let made = Made::new(&config, &self.data, self.root.as_deref());
        let mut mistakes = reading.mistakes;
        let made = match made {
            Ok(made) if mistakes.0.is_empty() => made,
            Ok(_) => return Err(mistakes),
            Err(more) => {
                mistakes.0.extend(more.0);
                return Err(mistakes);
            }
        };
        changed.extend(changes(&self.cells.files.now(), &made.files));
        let archivist = match archive::is_concerned(&changed) {
            true => Some(self.archivist(&config)?),
            false => None,
        };
        if !changed.is_empty() {
            self.adopt(config, made, &changed);
        }
        if let Some(archivist) = archivist {
            // Only a daemon that stops has none at work.
            let _ = self.archivists.blocking_send(archivist);
        }
        Ok(Reloaded { changed, waits })
    }

    fn archivist(&self, config: &Config) -> Result<Archivist, Mistakes> {
        let wrong = |error: &dyn std::fmt::Display| {
            Mistakes(vec![Mistake {
                file: "backup.s3".to_owned(),
                line: None,
                text: error.to_string(),
            }])
        };
        let http = http::client(self.root.as_deref(), None).map_err(|error| wrong(&error))?;
        let shop = (&self.store, &self.backups);
        archive::archivist(config, &self.data, shop, &self.clock, http)
            .map_err(|error| wrong(&error))
    }

    fn adopt(&self, config: Config, made: Made, changed: &[String]) {
        let made = made.metered(self.store.meters());
        let cells = &self.cells;
        self.updates.allow(slack(&config));
        cells.telegram.put(made.telegram);
        cells.words.put(made.words);
        cells.limits.put(made.limits);
        cells.floor.put(made.floor);
        cells.seal.put(made.seal);
        cells.provider.put(made.provider);
        cells.files.put(made.files);
        self.store.adopt(made.shop);
        self.pool.adopt(|old| Parts {
            store: old.store.clone(),
            clock: old.clock.clone(),
            telegram: cells.telegram.now(),
            photos: old.photos.clone(),
            gpt: made.gpt,
            kie: made.kie,
            models: made.models,
            keys: old.keys.renewed(made.keys, made.creates),
            choices: made.choices,
        });
        let http = &config.http;
        self.admission
            .adopt(http.connections_per_address, http.trusted_proxies.clone());
        if changed.iter().any(|key| key == "log.level") {
            telemetry::change(&config.log.directives);
        }
        cells.config.put(config);
    }
}

/// Whether what the bot says of itself may be different now.
fn is_introduced_by(changed: &[String]) -> bool {
    let words =
        |key: &String| key.starts_with("texts/") || key == "support_username" || key == "admin_ids";
    changed.iter().any(words)
}

fn tell(told: &Result<Reloaded, Vec<String>>) {
    match told {
        Ok(Reloaded { changed, waits }) => {
            let (changed, waits) = (changed.join(", "), waits.join(", "));
            tracing::info!(changed, "the configuration is read again");
            if !waits.is_empty() {
                tracing::warn!(
                    waits,
                    "some of the configuration takes effect at the next start"
                );
            }
        }
        Err(mistakes) => {
            for mistake in mistakes {
                tracing::error!(
                    mistake,
                    "the configuration is not taken; the old one stays in force"
                );
            }
        }
    }
}

/// Where a reload reads the configuration.
pub type Source = Box<dyn Fn() -> Reading + Send + Sync>;

/// What Telegram may take on top of what the loop that takes updates has promised.
pub(super) fn slack(config: &Config) -> Duration {
    config.telegram.call_timeout * ANSWERS
}
