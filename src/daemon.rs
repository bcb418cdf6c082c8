//! Builds everything from a configuration, starts it, and stops it again.

pub mod lifecycle;
pub mod shipped;
mod sockets;
pub mod systemd;
mod watchdog;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener as StdListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::admin::{Answer, Ask, Desk, Place, Provider};
use crate::archivist::Archivist;
use crate::bot::Bot;
use crate::certificates::{Certificates, Introductions};
use crate::clock::Clock;
use crate::clock::beat::Beat;
use crate::config::{self, Config, Updates};
use crate::control;
use crate::delivery::{Delivery, Limits};
use crate::domain::act::Who;
use crate::domain::brief::Template;
use crate::domain::credit::Credits;
use crate::domain::user::Lang;
use crate::gpt::{Gpt, Templates};
use crate::guard::Guard;
use crate::janitor::Janitor;
use crate::kie::{self, Kie, Models, Seal};
use crate::photos::Photos;
use crate::store::backup::retention::Keep;
use crate::store::backup::shelf::Shelf;
use crate::store::{Options, Shop, Store, StoreError};
use crate::telegram::client::Telegram;
use crate::telegram::words::{Labels, Words};
use crate::tls;
use crate::vault::{Patience, Vault, VaultError};
use crate::web::{self, Web, listen};
use crate::worker::keys::Keys;
use crate::worker::{Choices, Parts, Worker};
use sockets::Sockets;
use systemd::Systemd;
use watchdog::Watchdog;

/// Closures that may wait for the store's writer.
const WAITING: usize = 4096;

/// Rounds of calls to Telegram in which everybody of one poll is answered at worst.
const ANSWERS: u32 = 4;

/// A running daemon.
pub struct Daemon {
    store: Store,
    desk: Desk,
    worker: Arc<Worker>,
    keeper: Arc<web::Keeper>,
    stop: CancellationToken,
    actors: JoinSet<anyhow::Result<()>>,
    grace: Duration,
    updates: Beat,
    systemd: Systemd,
}

/// Sockets that are listened on already.
#[derive(Default)]
pub struct Doors {
    /// For plain HTTP.
    pub http: Vec<StdListener>,
    /// For HTTPS.
    pub https: Vec<StdListener>,
    /// What they put up with; how many connections of an address, the configuration says.
    pub limits: web::Limits,
}

impl Doors {
    /// Takes over the sockets that are handed to us, and opens those that the configuration names besides.
    ///
    /// The configuration says afterwards where is listened. Not for two threads at once: it changes the environment.
    pub fn open(config: &mut Config) -> anyhow::Result<Self> {
        let passed = Sockets::take()?;
        passed.overrule(config)?;
        let open = |passed: Vec<StdListener>, addresses: &[std::net::SocketAddr]| match passed[..] {
            [] => addresses.iter().map(bind).collect(),
            [_, ..] => anyhow::Ok(passed),
        };
        Ok(Self {
            http: open(passed.http, &config.http.listen)?,
            https: open(passed.https, &config.https.listen)?,
            limits: web::Limits::default(),
        })
    }
}

fn bind(address: &std::net::SocketAddr) -> anyhow::Result<StdListener> {
    let bound = StdListener::bind(address).or_else(|error| {
        // A machine without IPv6 has the other half of "every address" only.
        let known = matches!(
            error.kind(),
            ErrorKind::AddrInUse | ErrorKind::PermissionDenied
        );
        match known || address.ip() != Ipv6Addr::UNSPECIFIED {
            true => Err(error),
            false => StdListener::bind((Ipv4Addr::UNSPECIFIED, address.port())),
        }
    });
    bound.with_context(|| {
        format!(
            "cannot listen on {address}: is it taken, or below 1024 without the right? \
             (systemctl enable --now neurocards.socket has systemd listen at 443)"
        )
    })
}

impl Daemon {
    /// Starts everything on `data`, the data directory.
    pub async fn start(
        config: Config,
        data: &Path,
        clock: Clock,
        doors: Doors,
    ) -> anyhow::Result<Self> {
        let videos = data.join("videos");
        std::fs::create_dir_all(&videos)
            .with_context(|| format!("cannot make the directory {}", videos.display()))?;
        let models = models(&config, data)?;
        let templates = templates(data)?;
        let words = Arc::new(words(&config, &models, &templates, data)?);
        let store = open_store(&config, data).await?;
        let photos = Photos::new(data.join("photos"));
        let janitor = Janitor {
            store: store.clone(),
            clock: clock.clone(),
            photos: photos.clone(),
            videos: videos.clone(),
        };
        janitor
            .sweep()
            .context("cannot tidy up the data directory")?;
        let root = extra_root(&config)?;
        let telegram = Arc::new(telegram(&config, root.as_deref(), data)?);
        let http = tls::client(root.as_deref(), None)?;
        let known = provider(&config, http.clone(), &models);
        let desk = Desk {
            store: store.clone(),
            clock: clock.clone(),
            provider: Arc::new(move || Some(known.clone())),
            place: Place {
                file: data_file(data),
                since: Some(clock.now()),
            },
        };
        let updates = Beat::new(config.telegram.call_timeout * ANSWERS);
        let bot = Bot::new(
            store.clone(),
            clock.clone(),
            Arc::clone(&telegram),
            Arc::clone(&words),
            updates.clone(),
        );
        let worker = Worker::new(Parts {
            store: store.clone(),
            clock: clock.clone(),
            telegram: Arc::clone(&telegram),
            photos: photos.clone(),
            gpt: author(&config, http.clone()).with_templates(templates),
            kie: kie(&config, http.clone()),
            models,
            keys: Keys::new(config.kie.keys.clone(), config.kie.creates_per_10s),
            choices: Choices {
                workers: config.workers,
                look_every: config.look_every,
                deadline: config.generation_deadline,
                photos_at: match config.photos() {
                    config::Photos::Serve => config.public_url.clone(),
                    config::Photos::Upload => None,
                },
                callbacks_at: config.public_url.clone().filter(|_| config.kie.callbacks),
                call_timeout: config.kie.timeout,
                link_over: config.telegram.link_over,
                videos: videos.clone(),
                chain: config.kie.models.clone(),
            },
        });
        let limits = Limits {
            per_second: config.telegram.messages_per_second,
            per_chat: config.telegram.per_chat_interval,
            burst: config.telegram.per_chat_burst,
        };
        let guard = Guard {
            store: store.clone(),
            clock: clock.clone(),
            telegram: Arc::clone(&telegram),
            words: Arc::clone(&words),
            data: data.to_owned(),
            floor: config.store.min_free_mb << 20,
        };
        let delivery = Arc::new(Delivery::new(
            store.clone(),
            clock.clone(),
            telegram,
            words,
            videos,
            limits,
        ));
        let certificates =
            Certificates::new(&config, data, root.as_deref(), store.clone(), clock.clone())?;
        let secret = shipped::webhook_secret(&config, data)?;
        let webhook = match config.updates() {
            Updates::Webhook => {
                let base = config.public_url.as_deref().unwrap_or_default();
                Some((webhook_url(base)?, secret.clone()))
            }
            Updates::Polling => None,
        };
        let door_limits = web::Limits {
            per_address: config.http.connections_per_address,
            ..doors.limits.clone()
        };
        let keeper = web::Keeper::new(door_limits, config.http.trusted_proxies.clone());
        let keeper = Arc::new(keeper);
        let web = Arc::new(Web {
            bot: Arc::clone(&bot),
            worker: Arc::clone(&worker),
            store: store.clone(),
            photos,
            webhook_secret: secret,
            seal: config.kie.webhook_hmac_key.as_ref().map(Seal::new),
            clock: clock.clone(),
        });
        let archivist = archivist(&config, data, &store, &clock, http)?;
        let stop = CancellationToken::new();
        let mut actors = JoinSet::new();
        let ways = (web::router(web), Arc::clone(&keeper));
        let public_url = config.public_url.as_deref();
        open_doors(&mut actors, public_url, doors, ways, &certificates, &stop)?;
        let introductions = certificates.introductions();
        actors.spawn(ends_well(certificates.run(stop.clone())));
        actors.spawn(ends_well(Arc::clone(&worker).run(stop.clone())));
        actors.spawn(ends_well(delivery.run(stop.clone())));
        actors.spawn(ends_well(janitor.run(stop.clone())));
        actors.spawn(ends_well(guard.run(stop.clone())));
        actors.spawn(ends_well(archivist.run(stop.clone())));
        let control = control::open(data).context("cannot open the control socket")?;
        let (asked, till) = (desk.clone(), stop.clone());
        actors.spawn(async {
            control::serve(control, asked, till).await;
            Ok(())
        });
        let beat = updates.clone();
        actors.spawn(take_updates(
            bot,
            beat,
            webhook,
            introductions,
            stop.clone(),
        ));
        let grace = config.shutdown_grace;
        Ok(Self {
            store,
            desk,
            worker,
            keeper,
            stop,
            actors,
            grace,
            updates,
            systemd: Systemd::default(),
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
            self.actors.spawn(ends_well(watchdog));
        }
        systemd.ready(status);
        self.systemd = systemd;
    }

    /// Answers an operator.
    pub async fn ask(&self, ask: Ask) -> Result<Answer, StoreError> {
        let uid = rustix::process::getuid().as_raw();
        self.desk.answer(Who::Shell { uid }, ask).await
    }

    /// The store, for whoever tells what has become of things.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// How often each kind of stranger was refused at the doors.
    pub fn refused(&self, refusal: web::Refusal) -> u64 {
        self.keeper.refusals.of(refusal)
    }

    /// Whether no job is being stepped.
    pub fn is_idle(&self) -> bool {
        self.worker.is_idle()
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
        self.stop().await;
        ended
    }

    /// Finishes requests, steps and deliveries that run, within the grace; nothing is lost by what is cut off.
    pub async fn stop(mut self) {
        self.systemd.stopping();
        self.stop.cancel();
        let finish = async { while self.actors.join_next().await.is_some() {} };
        if tokio::time::timeout(self.grace, finish).await.is_err() {
            tracing::warn!(
                "the grace is over; what still runs is cut off and done again at the next start"
            );
        }
        self.actors.shutdown().await;
    }
}

/// The file of a data directory.
pub fn data_file(data: &Path) -> PathBuf {
    data.join("neurocards.redb")
}

/// The provider, as the configuration knows it.
pub fn provider(config: &Config, http: reqwest::Client, models: &Models) -> Provider {
    let keys = config.kie.keys.iter();
    Provider {
        kie: kie(config, http),
        keys: keys.map(|key| (kie::print(key), key.clone())).collect(),
        chain: config.kie.models.clone(),
        models: models.clone(),
    }
}

fn kie(config: &Config, http: reqwest::Client) -> Kie {
    let chosen = &config.kie;
    Kie::new(http, &chosen.api_url, &chosen.upload_url, chosen.timeout)
}

fn archivist(
    config: &Config,
    data: &Path,
    store: &Store,
    clock: &Clock,
    http: reqwest::Client,
) -> anyhow::Result<Archivist> {
    let chosen = &config.backup;
    let vault = chosen.s3.as_ref().map(|chosen| {
        let vault = Vault::new(http, chosen, clock.clone(), Patience::default())?;
        Ok::<_, VaultError>(Arc::new(vault))
    });
    let dir = chosen.dir.clone();
    Ok(Archivist {
        store: store.clone(),
        clock: clock.clone(),
        data: data.to_owned(),
        shelf: Shelf::new(dir.unwrap_or_else(|| data.join("backups"))),
        every: chosen.every,
        keep: Keep {
            hours: chosen.keep_hours,
            days: chosen.keep_days,
            weeks: chosen.keep_weeks,
        },
        floor: config.store.min_free_mb << 20,
        vault: vault.transpose()?,
    })
}

/// The models that the configuration's chain may name.
pub fn models(config: &Config, data: &Path) -> anyhow::Result<Models> {
    let models = match shipped::changed(data, "models.toml")? {
        Some(text) => Models::parse(&text).context("models.toml")?,
        None => Models::shipped(),
    };
    for name in &config.kie.models {
        if models.get(name).is_none() {
            let known: Vec<_> = models.iter().map(|model| model.name.0.as_str()).collect();
            bail!(
                "kie.models names {name}, which models.toml does not have; it has {}",
                known.join(", ")
            );
        }
    }
    Ok(models)
}

fn templates(data: &Path) -> anyhow::Result<Templates> {
    Ok(match shipped::changed(data, "templates.toml")? {
        Some(text) => Templates::parse(&text).context("templates.toml")?,
        None => Templates::shipped(),
    })
}

fn words(
    config: &Config,
    models: &Models,
    templates: &Templates,
    data: &Path,
) -> anyhow::Result<Words> {
    let buttons = Template::ALL.into_iter().flat_map(|template| {
        let title = &templates.get(template).title;
        [
            ((Lang::Ru, template), title.ru.clone()),
            ((Lang::En, template), title.en.clone()),
        ]
    });
    let ru = shipped::changed(data, "texts/ru.ftl")?;
    let en = shipped::changed(data, "texts/en.ftl")?;
    let packages = &config.packages_text;
    let shop = Labels {
        support: config.support_username.clone(),
        packages: [
            (Lang::Ru, packages.ru.clone()),
            (Lang::En, packages.en.clone()),
        ]
        .into(),
        titles: models
            .iter()
            .map(|model| (model.name.clone(), model.title.clone()))
            .collect(),
        templates: buttons.collect(),
    };
    use crate::telegram::words::{EN, RU};
    Ok(Words::new(
        ru.as_deref().unwrap_or(RU),
        en.as_deref().unwrap_or(EN),
        shop,
    )?)
}

/// The author of scripts, with the shipped templates.
pub fn author(config: &Config, http: reqwest::Client) -> Gpt {
    let chosen = &config.gpt;
    Gpt::new(
        http,
        &chosen.api_url,
        chosen.key.clone(),
        &chosen.model,
        chosen.vision,
        chosen.timeout,
        chosen.max_tokens,
    )
}

/// Where Telegram brings updates to.
pub fn webhook_url(public_url: &str) -> anyhow::Result<url::Url> {
    format!("{public_url}/telegram")
        .parse()
        .context("public_url")
}

/// Telegram, as the configuration knows it; `root` is trusted in calls.
pub fn telegram(config: &Config, root: Option<&[u8]>, data: &Path) -> anyhow::Result<Telegram> {
    let chosen = &config.telegram;
    let calls = tls::client(root, Some(chosen.call_timeout))?;
    let slow = tls::client(root, Some(chosen.upload_timeout))?;
    let menu = shipped::menu(data)?;
    Telegram::new(&chosen.api_url, &chosen.token, calls, slow, menu).context("telegram.api_url")
}

async fn open_store(config: &Config, data: &Path) -> anyhow::Result<Store> {
    let path = data_file(data);
    let options = Options {
        cache: config.store.cache_mb << 20,
        batch: config.store.batch,
        waiting: WAITING,
        ..Options::default()
    };
    let shop = Shop {
        welcome: Credits(config.welcome_credits),
        admins: config.admin_ids.clone(),
        max_attempts: config.max_attempts,
        max_rendering: u32::try_from(config.max_rendering).unwrap_or(u32::MAX),
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

/// The root that the operator trusts besides the world's, PEM.
pub fn extra_root(config: &Config) -> anyhow::Result<Option<Vec<u8>>> {
    let Some(path) = &config.extra_root_file else {
        return Ok(None);
    };
    let root = std::fs::read(path);
    Ok(Some(root.with_context(|| {
        format!("extra_root_file {}", path.display())
    })?))
}

fn open_doors(
    actors: &mut JoinSet<anyhow::Result<()>>,
    public_url: Option<&str>,
    doors: Doors,
    (router, keeper): (axum::Router, Arc<web::Keeper>),
    certificates: &Certificates,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let origin = public_url.map(|url| url::Url::parse(url).context("public_url"));
    let origin = origin
        .transpose()?
        .map(|url| url.origin().ascii_serialization());
    let secure = !doors.https.is_empty();
    for listener in doors.http {
        let door = Arc::clone(certificates.door());
        // What comes from elsewhere belongs at the other door.
        let elsewhere = secure && !listener.local_addr()?.ip().is_loopback();
        let router = match &origin {
            Some(origin) if elsewhere => web::elsewhere(door, origin.clone()),
            None if elsewhere => web::proofs(door),
            Some(_) | None => router.clone().merge(web::proofs(door)),
        };
        let keeper = Arc::clone(&keeper);
        let served = listen::serve(listened(listener)?, None, router, keeper, stop.clone());
        actors.spawn(async {
            served.await;
            Ok(())
        });
    }
    let config = certificates.config();
    for listener in doors.https {
        let config = Some(Arc::clone(&config));
        let (router, keeper) = (router.clone(), Arc::clone(&keeper));
        let served = listen::serve(listened(listener)?, config, router, keeper, stop.clone());
        actors.spawn(async {
            served.await;
            Ok(())
        });
    }
    Ok(())
}

fn listened(listener: StdListener) -> anyhow::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}

async fn take_updates(
    bot: Arc<Bot>,
    beat: Beat,
    webhook: Option<(url::Url, SecretString)>,
    mut introductions: Introductions,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let introduction = tokio::spawn(Arc::clone(&bot).introduce(stop.clone()));
    match webhook {
        Some((url, secret)) => {
            let mut next = tokio::select! {
                () = stop.cancelled() => None,
                // Without a certificate there is nothing to be called at; that may last.
                first = beat.rest(introductions.next()) => Some(first),
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
    Ok(())
}

/// A store that is closing, or whose file is beyond use, ends the process by itself; here it is no error of the actor's.
async fn ends_well(actor: impl Future<Output = Result<(), StoreError>>) -> anyhow::Result<()> {
    match actor.await {
        Ok(()) | Err(StoreError::CommitUnknown | StoreError::Closed) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
