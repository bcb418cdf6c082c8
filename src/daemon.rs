//! Builds everything from a configuration, starts it, and stops it again.

mod archive;
pub mod check;
mod crew;
mod doors;
pub mod lifecycle;
pub mod made;
mod reload;
mod running;
pub mod shipped;
mod sockets;
pub mod systemd;
mod watchdog;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use secrecy::SecretString;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::actors::certificates::{Certificates, Introductions};
use crate::actors::intake::Bot;
use crate::actors::janitor::Janitor;
use crate::actors::monitor::guard::{self, Guard};
use crate::actors::monitor::watch::Watch;
use crate::actors::sender::Delivery;
use crate::actors::workers::keys::Keys;
use crate::actors::workers::{Parts, Pool};
use crate::base::clock::Clock;
use crate::base::clock::heartbeat::Heartbeat;
use crate::base::live::Live;
use crate::base::private;
use crate::base::telemetry::seldom::Seldom;
use crate::base::time::Timestamp;
use crate::door::operator::Office;
use crate::door::{self, Web};
use crate::edge::config::{Config, Updates};
use crate::edge::files::Photos;
use crate::edge::files::frame::{self, Framing};
use crate::edge::http;
use crate::edge::telegram::pace::Pace;
use crate::operator::page::Page;
use crate::operator::service::desk::Answerable;
use crate::operator::service::{Desk, Place, Reloads};
use crate::operator::socket;
use crate::rules::domain::act::Who;
use crate::rules::domain::alert::Alert;
use crate::rules::domain::part::Part;
use crate::shop::alerts;
use crate::shop::backup::front::Status;
use crate::shop::deeds::Judged;
use crate::store::{Options, Shop, Store, StoreError, Txn};
use crew::Crew;
pub use doors::Doors;
use doors::{always_well, open_doors, open_office};
use made::Made;
pub use reload::Source;
use reload::{Cells, Reloader, slack};
use running::Running;
use systemd::Systemd;
use watchdog::Watchdog;

/// Closures that may wait for the store's writer.
const WAITING: usize = 4096;
/// Reloads that may wait for one another.
const RELOADS: usize = 8;

/// A running daemon.
pub struct Daemon {
    store: Store,
    desk: Desk,
    bot: Arc<Bot>,
    pool: Arc<Pool>,
    delivery: Arc<Delivery>,
    admission: Arc<door::Admission>,
    stop: CancellationToken,
    actors: JoinSet<anyhow::Result<()>>,
    config: Live<Config>,
    updates: Heartbeat,
    systemd: Systemd,
    running: Running,
}

/// The machine as it is found.
pub struct Machine {
    pub clock: Clock,
    /// What room there is.
    pub free: guard::Free,
    /// What makes pictures the first frames of videos.
    pub framing: Framing,
}

impl From<Clock> for Machine {
    fn from(clock: Clock) -> Self {
        Self {
            clock,
            free: Arc::new(guard::free),
            framing: frame::frame_file,
        }
    }
}

impl Daemon {
    /// Starts everything on `data`, the data directory. A reload asks `source` for another configuration.
    pub async fn start(
        config: Config,
        source: Source,
        data: &Path,
        machine: impl Into<Machine>,
        doors: Doors,
    ) -> anyhow::Result<Self> {
        let Machine {
            clock,
            free,
            framing,
        } = machine.into();
        let videos = data.join("videos");
        private::dir(&videos)
            .with_context(|| format!("cannot make the directory {}", videos.display()))?;
        let root = extra_root(&config)?;
        let made = Made::new(&config, data, root.as_deref())?;
        let store = open_store(&config, made.shop.clone(), data).await?;
        let made = made.metered(store.meters());
        let photos = Photos::new(data.join("photos")).framed_by(framing);
        let cells = Cells {
            config: Live::new(config.clone()),
            files: Live::new(made.files),
            telegram: Live::new(made.telegram),
            words: Live::new(made.words),
            limits: Live::new(made.limits),
            floor: Live::new(made.floor),
            seal: Live::new(made.seal),
            provider: Live::new(made.provider),
        };
        let guard = Arc::new(Guard {
            store: store.clone(),
            clock: clock.clone(),
            telegram: cells.telegram.clone(),
            words: cells.words.clone(),
            data: data.to_owned(),
            free,
            floor: cells.floor.clone(),
        });
        guard.reckon().await.context("cannot look at the clock")?;
        let janitor = Arc::new(Janitor {
            store: store.clone(),
            clock: clock.clone(),
            photos: photos.clone(),
            videos: videos.clone(),
            file: data_file(data),
            config: cells.config.clone(),
        });
        janitor
            .sweep()
            .context("cannot tidy up the data directory")?;
        let (reloads, reloading) = mpsc::channel(RELOADS);
        let known = cells.provider.clone();
        let desk = Desk {
            store: store.clone(),
            clock: clock.clone(),
            backups: Arc::default(),
            provider: Arc::new(move || Some(known.now().as_ref().clone())),
            place: Place {
                file: data_file(data),
                since: Some(clock.now()),
            },
            reloads: Some(reloads),
        };
        let updates = Heartbeat::new(slack(&config));
        let pace = Arc::new(Pace::new(cells.limits.clone()));
        let bot = Bot::new(
            store.clone(),
            clock.clone(),
            cells.telegram.clone(),
            cells.words.clone(),
            photos.clone(),
            Arc::clone(&pace),
            updates.clone(),
        );
        let pool = Pool::new(Parts {
            store: store.clone(),
            clock: clock.clone(),
            telegram: cells.telegram.now(),
            photos: photos.clone(),
            gpt: made.gpt,
            kie: made.kie,
            models: made.models,
            keys: Keys::new(made.keys, made.creates),
            choices: made.choices,
        });
        let delivery = Arc::new(Delivery::new(
            store.clone(),
            clock.clone(),
            cells.telegram.clone(),
            cells.words.clone(),
            videos,
            desk.clone(),
            pace,
        ));
        let certificates = Arc::new(Certificates::new(
            &config,
            data,
            root.as_deref(),
            store.clone(),
            clock.clone(),
        )?);
        let secret = shipped::webhook_secret(&config, data)?;
        let webhook = match config.updates() {
            Updates::Webhook => {
                let base = config.public_url.as_deref().unwrap_or_default();
                Some((webhook_url(base)?, secret.clone()))
            }
            Updates::Polling => None,
        };
        let door_limits = door::Limits {
            per_address: config.http.connections_per_address,
            ..doors.limits.clone()
        };
        let admission = door::Admission::new(door_limits, config.http.trusted_proxies.clone());
        let admission = Arc::new(admission);
        let web = Arc::new(Web {
            bot: Arc::clone(&bot),
            pool: Arc::clone(&pool),
            store: store.clone(),
            photos,
            webhook_secret: secret,
            seal: cells.seal.clone(),
            unsigned: Seldom::default(),
            clock: clock.clone(),
        });
        let http = http::client(root.as_deref(), None)?;
        let archivist = archive::archivist(&config, data, (&store, &desk.backups), &clock, http)?;
        let (archivists, other) = mpsc::channel(1);
        let stop = CancellationToken::new();
        let mut crew = Crew::new(store.clone(), clock.clone(), stop.clone());
        let mut doors = doors;
        let operators = std::mem::take(&mut doors.operator);
        let door = config.tls.is_on().then(|| Arc::clone(certificates.door()));
        let token = shipped::operator_token(&config, data)?;
        let page = Page::new(desk.clone(), token, door.clone(), updates.clone());
        let office = Arc::new(Office {
            desk: desk.clone(),
            token: config.operator.token.clone(),
            page: Arc::new(page),
            updates: updates.clone(),
            door,
            admission: Arc::clone(&admission),
        });
        open_office(&mut crew, operators, office, &stop)?;
        let ways = (door::router(web), Arc::clone(&admission));
        let public_url = config.public_url.as_deref();
        open_doors(&mut crew, public_url, doors, ways, &certificates, &stop)?;
        let watch = Arc::new(Watch {
            store: store.clone(),
            clock: clock.clone(),
            provider: cells.provider.clone(),
        });
        let reloader = Arc::new(Reloader {
            source,
            data: data.to_owned(),
            root,
            cells: cells.clone(),
            store: store.clone(),
            backups: Arc::clone(&desk.backups),
            pool: Arc::clone(&pool),
            admission: Arc::clone(&admission),
            bot: Arc::clone(&bot),
            updates: updates.clone(),
            clock: clock.clone(),
            archivists,
        });
        // Whoever is answered at the socket speaks to a run that is marked: its end, whatever it is, will be known.
        let control = socket::open(data).context("cannot open the control socket")?;
        let running = begin(data, &store, clock.now()).await;
        crew.takes(Part::Workers, {
            let pool = Arc::clone(&pool);
            move |stop| Arc::clone(&pool).run(stop)
        });
        crew.takes(Part::Workers, {
            let pool = Arc::clone(&pool);
            move |stop| Arc::clone(&pool).watch_models(stop)
        });
        crew.takes(Part::Broadcasts, {
            let delivery = Arc::clone(&delivery);
            move |stop| Arc::clone(&delivery).broadcast(stop)
        });
        crew.takes(Part::Sender, {
            let delivery = Arc::clone(&delivery);
            move |stop| Arc::clone(&delivery).run(stop)
        });
        crew.takes(Part::Janitor, move |stop| Arc::clone(&janitor).run(stop));
        crew.takes(Part::Guard, move |stop| Arc::clone(&guard).run(stop));
        crew.takes(Part::Watch, move |stop| Arc::clone(&watch).run(stop));
        crew.takes(Part::Certificates, {
            let certificates = Arc::clone(&certificates);
            move |stop| Arc::clone(&certificates).run(stop)
        });
        let archivists = Arc::new(Mutex::new((archivist, other)));
        crew.takes(Part::Backups, move |stop| {
            let archivists = Arc::clone(&archivists);
            async move { archive::run(&mut *archivists.lock().await, stop).await }
        });
        let reloading = Arc::new(Mutex::new(reloading));
        crew.takes(Part::Reloads, move |stop| {
            let (reloader, reloading) = (Arc::clone(&reloader), Arc::clone(&reloading));
            async move {
                reloader.run(&mut *reloading.lock().await, stop).await;
                Ok(())
            }
        });
        crew.takes(Part::Control, {
            let (control, desk) = (Arc::new(control), desk.clone());
            move |stop| {
                let served = socket::serve(Arc::clone(&control), desk.clone(), stop);
                async {
                    served.await;
                    Ok(())
                }
            }
        });
        let heartbeat = updates.clone();
        let taken = Arc::clone(&bot);
        crew.takes(Part::Updates, move |stop| {
            let introductions = certificates.introductions();
            let (bot, heartbeat, webhook) =
                (Arc::clone(&taken), heartbeat.clone(), webhook.clone());
            async move {
                take_updates(bot, heartbeat, webhook, introductions, stop).await;
                Ok(())
            }
        });
        Ok(Self {
            store,
            desk,
            bot,
            pool,
            delivery,
            admission,
            stop,
            actors: crew.into_actors(),
            config: cells.config,
            updates,
            systemd: Systemd::default(),
            running,
        })
    }

    /// Tells `systemd` that we serve and, if it wants to know, that we live; later that we stop.
    pub fn report_to(&mut self, systemd: Systemd, status: &str) {
        if let Some(interval) = systemd.watchdog() {
            let watchdog = Watchdog {
                systemd: systemd.clone(),
                store: self.store.clone(),
                updates: self.updates.clone(),
                status: status.to_owned(),
            };
            let watchdog = watchdog.run(interval, self.stop.clone());
            self.actors.spawn(always_well(watchdog));
        }
        systemd.ready(status);
        self.systemd = systemd;
    }

    /// Answers an operator.
    pub async fn ask<Q: Answerable>(&self, question: Q) -> Judged<Q::Answer> {
        let uid = rustix::process::getuid().as_raw();
        self.desk.ask(Who::Shell { uid }, question).await
    }

    /// Where a reload is asked for.
    pub fn reloads(&self) -> Option<Reloads> {
        self.desk.reloads.clone()
    }

    /// The store, for whoever tells what has become of things.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How things stand with backups.
    pub fn backups(&self) -> Status {
        self.desk.backups.status()
    }

    /// How often each kind of stranger was refused at the doors.
    pub fn refused(&self, refusal: door::Refusal) -> u64 {
        self.admission.refusals.of(refusal)
    }

    /// Until when a chat waits for Telegram, if it does.
    pub fn asked_to_wait(&self, chat: i64) -> Option<Timestamp> {
        self.delivery.asked_to_wait(chat)
    }

    /// Whether nothing is under way: no step of a job, no look at a picture, no note on its way to a chat, no
    /// transaction.
    pub fn is_idle(&self) -> bool {
        self.pool.is_idle() && self.bot.is_idle() && self.delivery.is_idle() && self.store.is_idle()
    }

    /// Runs until `enough` resolves, an actor fails, or the store does; then stops.
    pub async fn run_until(mut self, enough: impl Future<Output = ()>) -> anyhow::Result<()> {
        let store = self.store.clone();
        let ended = tokio::select! {
            () = enough => Ok(()),
            () = store.broken() => Err(anyhow::anyhow!("the data file cannot be used: see the log")),
            Some(ended) = self.actors.join_next() => match ended {
                Ok(Ok(())) => Err(anyhow::anyhow!("an actor stopped by itself")),
                Ok(Err(error)) => Err(error),
                Err(panic) => Err(anyhow::anyhow!("an actor panicked: {panic}")),
            },
        };
        self.end(ended.is_ok()).await;
        ended
    }

    /// Finishes requests, steps and deliveries that run, within the grace; nothing is lost by what is cut off.
    pub async fn stop(self) {
        self.end(true).await;
    }

    /// Ends; `well` is whether it is in good order.
    async fn end(mut self, well: bool) {
        self.systemd.stopping();
        self.stop.cancel();
        let finish = async { while self.actors.join_next().await.is_some() {} };
        let grace = self.config.now().shutdown_grace;
        if tokio::time::timeout(grace, finish).await.is_err() {
            tracing::warn!(
                "the grace is over; what still runs is cut off and done again at the next start"
            );
        }
        self.actors.shutdown().await;
        if well {
            self.running.end();
        }
    }
}

/// The file of a data directory.
pub fn data_file(data: &Path) -> PathBuf {
    data.join("neurocards.redb")
}

/// Where Telegram brings updates to.
pub fn webhook_url(public_url: &str) -> anyhow::Result<url::Url> {
    format!("{public_url}/telegram")
        .parse()
        .context("public_url")
}

async fn open_store(config: &Config, shop: Shop, data: &Path) -> anyhow::Result<Store> {
    let path = data_file(data);
    let options = Options {
        cache: config.store.cache_mb << 20,
        batch: config.store.batch,
        waiting: WAITING,
        ..Options::default()
    };
    let shown = path.display().to_string();
    tokio::task::spawn_blocking(move || {
        let store = Store::open(&path, options, shop)?;
        // The file knows who the sellers are: nobody but its owner reads it.
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .map_err(redb::StorageError::from)?;
        Ok::<_, StoreError>(store)
    })
    .await?
    .with_context(|| format!("cannot open {shown}"))
}

/// Marks the beginning of the run, and tells operators if the last one did not end in good order.
async fn begin(data: &Path, store: &Store, now: Timestamp) -> Running {
    let (running, before) = Running::begin(data, now);
    let Some(before) = before else {
        return running;
    };
    tracing::warn!(before = %before.utc(), "the last run did not end in good order");
    let shop = store.shop();
    let alert = Alert::Restarted { before };
    let cause = alert.topic().word();
    let tell = move |txn: &mut Txn<'_>| alerts::alert(txn, &shop, cause, &alert, now);
    if let Err(error) = store.try_write(tell).await {
        tracing::warn!(%error, "operators could not be told of the restart");
    }
    running
}

/// The root that the operator trusts besides the world's, PEM.
pub fn extra_root(config: &Config) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(path) = &config.extra_root_file else {
        return Ok(None);
    };
    let root = std::fs::read(path);
    Ok(Some(root.with_context(|| {
        format!("{} cannot be read", path.display())
    })?))
}

async fn take_updates(
    bot: Arc<Bot>,
    heartbeat: Heartbeat,
    webhook: Option<(url::Url, SecretString)>,
    mut introductions: Introductions,
    stop: CancellationToken,
) {
    let introduction = tokio::spawn(Arc::clone(&bot).introduce(stop.clone()));
    match webhook {
        Some((url, secret)) => {
            let mut next = tokio::select! {
                () = stop.cancelled() => None,
                // Without a certificate there is nothing to be called at; that may last.
                first = heartbeat.rest(introductions.next()) => Some(first),
            };
            while let Some(certificate) = next {
                let certificate = certificate.as_deref();
                bot.begin_webhook(&url, &secret, certificate, &stop).await;
                next = tokio::select! {
                    () = stop.cancelled() => None,
                    changed = introductions.next() => Some(changed),
                    () = bot.mind_webhook(&url, &secret, certificate, &stop) => None,
                };
            }
        }
        None => {
            bot.end_webhook(&stop).await;
            Arc::clone(&bot).poll(stop.clone()).await;
        }
    }
    stop.cancelled().await;
    introduction.abort();
    bot.finish().await;
}
