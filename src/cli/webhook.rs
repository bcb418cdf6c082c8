//! `neurocards webhook`: what Telegram has been told about where updates go, asked of Telegram itself.

use std::path::PathBuf;

use anyhow::{Context, bail};
use url::Url;

use super::place::Place;
use crate::base::clock::Clock;
use crate::daemon::{self, made, shipped};
use crate::edge::config::{Config, Tls, Updates};
use crate::edge::telegram::client::Telegram;
use crate::edge::telegram::webhook::Hook;
use crate::edge::tls::own;

/// Show, set or delete the webhook. A running daemon does this by itself.
#[derive(Debug, clap::Args)]
pub struct WebhookArgs {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Show what Telegram has, and whether it is what the configuration says.
    Show,
    /// Set it as the daemon would.
    Set,
    /// Take it away; a daemon that runs by webhook sets it again within ten minutes.
    Delete,
}

/// What the configuration makes of the webhook.
pub struct Wanted {
    config: Config,
    data: PathBuf,
    /// Telegram.
    pub telegram: Telegram,
    /// Where updates are to be brought; nothing if they are polled.
    pub url: Option<Url>,
}

impl Wanted {
    fn read(place: &Place) -> anyhow::Result<Self> {
        let data = place.data();
        let file = place.file_of_config();
        let config = Config::load(file.as_deref(), &super::run::env(&data))?;
        let root = daemon::extra_root(&config)?;
        let telegram = made::telegram(&config, root.as_deref(), Vec::new())?;
        Self::of(config, data, telegram)
    }

    /// What a configuration makes of the webhook.
    pub fn of(config: Config, data: PathBuf, telegram: Telegram) -> anyhow::Result<Self> {
        let public = config.public_url.as_deref();
        Ok(Self {
            telegram,
            url: match config.updates() {
                Updates::Webhook => public.map(daemon::webhook_url).transpose()?,
                Updates::Polling => None,
            },
            config,
            data,
        })
    }

    /// Whether what Telegram has is right. Without an address the right thing is no webhook.
    pub fn is_met_by(&self, hook: &Hook) -> bool {
        match &self.url {
            Some(url) => hook.is(url, self.own_certificate()),
            None => hook.url.is_none(),
        }
    }

    /// Whether nobody but us vouches for the certificate.
    fn own_certificate(&self) -> bool {
        match &self.config.tls {
            Tls::SelfSigned { .. } => true,
            Tls::Off | Tls::Acme(_) | Tls::Files { .. } => false,
        }
    }

    /// The certificate to hand over, PEM; made if there is none yet.
    fn certificate(&self) -> anyhow::Result<Option<String>> {
        match &self.config.tls {
            Tls::SelfSigned { host } => {
                let dir = self.data.join("certificates").join("self-signed");
                let pair = own::kept_or_made(&dir, host, Clock::system().now())?;
                Ok(Some(pair.chain_pem().to_owned()))
            }
            Tls::Off | Tls::Acme(_) | Tls::Files { .. } => Ok(None),
        }
    }
}

pub fn webhook(args: WebhookArgs) -> anyhow::Result<()> {
    let runtime = super::run::runtime()?;
    let wanted = Wanted::read(&args.place)?;
    match args.what {
        What::Show => {}
        What::Set => {
            let Some(url) = &wanted.url else {
                bail!("updates are polled, as the configuration says: set public_url, or updates");
            };
            let secret = shipped::webhook_secret(&wanted.config, &wanted.data)?;
            let certificate = wanted.certificate()?;
            let set = wanted
                .telegram
                .begin_webhook(url, &secret, certificate.as_deref());
            runtime.block_on(set).context("telegram was asked")?;
            if !args.place.json {
                say!("telegram brings updates to {url}");
                return Ok(());
            }
        }
        What::Delete => {
            let ended = runtime.block_on(wanted.telegram.end_webhook());
            ended.context("telegram was asked")?;
            if !args.place.json {
                say!("there is no webhook; what waits is kept for whoever polls");
                return Ok(());
            }
        }
    }
    let hook = runtime.block_on(wanted.telegram.webhook());
    show(
        &hook.context("telegram was asked")?,
        &wanted,
        args.place.json,
    )
}

fn show(hook: &Hook, wanted: &Wanted, json: bool) -> anyhow::Result<()> {
    let right = wanted.is_met_by(hook);
    if json {
        let mut told = serde_json::to_value(hook)?;
        told["as_configured"] = right.into();
        say!("{}", serde_json::to_string_pretty(&told)?);
        return Ok(());
    }
    let mut lines = vec![("waiting", hook.pending.to_string())];
    match &hook.url {
        Some(url) => {
            let trust = match hook.own_certificate {
                true => "our own, handed over",
                false => "a public one",
            };
            let most = hook
                .connections
                .map_or("?".to_owned(), |most| most.to_string());
            lines.push(("url", url.clone()));
            lines.push(("certificate", trust.to_owned()));
            lines.push(("connections", most));
        }
        None => lines.push(("url", "none: updates are polled".to_owned())),
    }
    lines.push(("as configured", if right { "yes" } else { "no" }.to_owned()));
    if let Some((at, why)) = &hook.last_error {
        lines.push(("last error", format!("{why} (Unix time {at})")));
    }
    for (name, value) in lines {
        say!("{name:<14}{value}");
    }
    Ok(())
}
