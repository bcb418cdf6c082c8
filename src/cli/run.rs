//! `neurocards run`: the bot itself.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::base::clock::Clock;
use crate::base::private;
use crate::base::telemetry::{self, Form};
use crate::base::time::Timestamp;
use crate::daemon::systemd::Systemd;
use crate::daemon::{self, Daemon, Doors, Source, lifecycle};
use crate::edge::config::{CREDSTORE, Config, LogFormat};

/// What a person sees who asks systemd how we are.
const SERVES: &str = "serves";

pub fn run(args: RunArgs) -> anyhow::Result<()> {
    let data = data_dir(args.data_dir);
    let source = source(args.config, &data);
    let mut config = source().right()?;
    let form = match config.log.format {
        LogFormat::Human => Form::Human,
        LogFormat::Json => Form::Json,
    };
    telemetry::start(&config.log.directives, form);
    lifecycle::hide();
    private::dir(&data).with_context(|| format!("cannot make {}", data.display()))?;
    lifecycle::raise_limits();
    // Before there are threads: what is handed to us is told in the environment.
    let doors = Doors::open(&mut config)?;
    let systemd = Systemd::from_env(|name| std::env::var_os(name));
    runtime()?.block_on(async {
        let hangups = lifecycle::hangups();
        lifecycle::survive_limits();
        // Listened for before anybody is served: who is told to stop while he starts ends in good order, too.
        let enough = lifecycle::told_to_stop();
        let mut daemon = Daemon::start(config, source, &data, clock(), doors).await?;
        daemon.report_to(systemd.clone(), SERVES);
        tokio::spawn(lifecycle::reload_at(
            hangups,
            daemon.reloads(),
            systemd,
            SERVES,
        ));
        tracing::info!(data = %data.display(), "neurocards runs");
        daemon.run_until(enough).await?;
        tracing::info!("neurocards has stopped");
        Ok(())
    })
}

/// The system's time; for the crash harness, one that `NEUROCARDS_CLOCK=BASE,SPEED` lets run `SPEED` times as
/// fast since `BASE` (Unix ms), the same in every process that says so.
pub fn clock() -> Clock {
    let said = std::env::var("NEUROCARDS_CLOCK").ok();
    let led = said.as_deref().and_then(|said| said.split_once(','));
    let led = led.and_then(|(base, speed)| Some((base.parse().ok()?, speed.parse().ok()?)));
    if led.is_some() {
        tracing::warn!("NEUROCARDS_CLOCK is set: time does not run as the system's");
    }
    led.map_or_else(Clock::system, |(base, speed)| {
        Clock::sped(Timestamp(base), speed)
    })
}

/// Reads the configuration, whichever it is by then.
pub fn source(chosen: Option<PathBuf>, data: &Path) -> Source {
    let data = data.to_owned();
    Box::new(move || {
        let file = config_file(chosen.clone(), &data);
        Config::look(file.as_deref(), &env(&data))
    })
}

/// Where the service that `scripts/deploy.sh` installs keeps everything.
const SERVICE: &str = "/var/lib/neurocards";
/// Where it is configured.
const CONFIGURATION: &str = "/etc/neurocards";
/// Where systemd shows it its secrets while it runs; to root, too.
const CREDENTIALS: &str = "/run/credentials/neurocards.service";

/// The chosen data directory, else systemd's, else `./data`; else the service's, if there is one and no `./data`.
pub fn data_dir(chosen: Option<PathBuf>) -> PathBuf {
    let state = || std::env::var_os("STATE_DIRECTORY").map(PathBuf::from);
    chosen.or_else(state).unwrap_or_else(|| {
        let (here, service) = (Path::new("data"), Path::new(SERVICE));
        let installed = !daemon::data_file(here).exists() && service.is_dir();
        if installed { service } else { here }.to_owned()
    })
}

/// The chosen configuration, else the data directory's, else systemd's; nothing for the shipped one.
pub fn config_file(chosen: Option<PathBuf>, data: &Path) -> Option<PathBuf> {
    let systems = env(data)("CONFIGURATION_DIRECTORY").map(PathBuf::from);
    let places = [Some(data.to_owned()), systems];
    let mut files = places
        .into_iter()
        .flatten()
        .map(|place| place.join("neurocards.toml"));
    chosen.or_else(|| files.find(|file| file.exists()))
}

/// The environment; for the service's data directory with what systemd tells the service.
pub fn env(data: &Path) -> impl Fn(&str) -> Option<String> + Send + Sync + use<> {
    let service = data == Path::new(SERVICE);
    move |name| {
        let told = || match name {
            "CONFIGURATION_DIRECTORY" => Some(CONFIGURATION),
            "CREDENTIALS_DIRECTORY" => Some(CREDENTIALS),
            CREDSTORE => Some("/etc/credstore"),
            _ => None,
        };
        let told = || told().filter(|dir| service && Path::new(dir).exists());
        std::env::var(name)
            .ok()
            .or_else(|| told().map(str::to_owned))
    }
}

#[derive(Debug, clap::Args)]
/// What `neurocards run` can be told.
pub struct RunArgs {
    /// The configuration; without it neurocards.toml of the data directory, else of $CONFIGURATION_DIRECTORY, else
    /// the shipped one.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept; without it $STATE_DIRECTORY, else ./data, else the service's.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

/// A runtime of many threads.
pub fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}
