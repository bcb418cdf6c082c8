//! Sees to it that our door has a certificate: gets it, renews it, reads it again, and tells the operator in time.
//!
//! Between two looks nothing is held but what the door shows. While a renewal fails the old certificate stays.

mod files;
mod introductions;
mod tries;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::base::clock::Clock;
use crate::base::time::Timestamp;
use crate::edge::config::{Config, Tls};
use crate::edge::http;
use crate::edge::tls::acme::{Authority, Method};
use crate::edge::tls::{Door, TlsError, own};
use crate::rules::domain::alert::{Alert, Obstacle};
use crate::shop::alerts;
use crate::store::txn::Txn;
use crate::store::{Store, StoreError};
use files::Files;
pub use introductions::Introductions;
use tries::{Tries, methods};

/// One call to an authority takes no longer.
const CALL: Duration = Duration::from_secs(30);
/// How often the operator's files are looked at: who replaces them need not wait for a restart.
const LOOK: Duration = Duration::from_secs(30);
/// A certificate of our own making is looked at this often; it lives for years.
const GLANCE: Duration = Duration::from_secs(24 * 60 * 60);
/// After a success nothing is asked of an authority for so long, whatever our clock says of the new certificate.
const REST: Duration = Duration::from_secs(60 * 60);
/// What the disk did not take is offered to it again this often.
const OFFER: Duration = Duration::from_secs(5 * 60);
/// What alerts about certificates are counted under.
const CAUSE: &str = "certificate";
/// What alerts about a certificate that cannot be kept are counted under.
const UNKEPT: &str = "certificate-unkept";

/// The certificate of our door, and where it comes from.
pub struct Certificates {
    store: Store,
    clock: Clock,
    door: Arc<Door>,
    host: String,
    source: Source,
}

enum Source {
    Off,
    Acme(Authority, Vec<Method>),
    Files(Files),
    Own(PathBuf),
}

impl Certificates {
    /// Loads what is kept in `data`. Files of the operator's must be right; `root` is trusted in calls.
    pub fn new(
        config: &Config,
        data: &Path,
        root: Option<&[u8]>,
        store: Store,
        clock: Clock,
    ) -> Result<Self, TlsError> {
        let kept = data.join("certificates");
        let door = Arc::new(Door::default());
        let public = config.public_url.as_deref().unwrap_or_default();
        let public = url::Url::parse(public).ok();
        let public = public
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default();
        let (host, source) = match &config.tls {
            Tls::Off => (public, Source::Off),
            Tls::Acme(chosen) => {
                let http = http::client(root, Some(CALL))?;
                let authority = Authority::new(chosen.clone(), &kept, http);
                if let Some(pair) = authority.kept() {
                    door.show(pair);
                }
                let methods = methods(chosen.challenge, &config.http.listen, &config.https.listen);
                (chosen.host.clone(), Source::Acme(authority, methods))
            }
            Tls::Files {
                cert_file,
                key_file,
            } => {
                let (files, pair) = Files::open(cert_file, key_file)?;
                if !public.is_empty() && !pair.covers(&public) {
                    tracing::warn!(
                        host = public,
                        "the certificate in cert_file is not for the host of public_url"
                    );
                }
                door.show(pair);
                (public, Source::Files(files))
            }
            Tls::SelfSigned { host } => {
                let dir = kept.join("self-signed");
                door.show(own::kept_or_made(&dir, host, clock.wall())?);
                tracing::warn!(
                    host,
                    "the certificate is of our own making: Telegram is handed it; KIE would not trust it, so \
                     it is not asked to call back"
                );
                (host.clone(), Source::Own(dir))
            }
        };
        Ok(Self {
            store,
            clock,
            door,
            host,
            source,
        })
    }

    /// What is shown to whoever connects.
    pub fn door(&self) -> &Arc<Door> {
        &self.door
    }

    /// The configuration of the HTTPS listeners.
    pub fn config(&self) -> Arc<rustls::ServerConfig> {
        self.door.config(matches!(self.source, Source::Acme(..)))
    }

    /// What Telegram must be told with the webhook.
    pub fn introductions(&self) -> Introductions {
        let needed = !matches!(self.source, Source::Off);
        let uploaded = matches!(self.source, Source::Own(_));
        Introductions::new(self.door.watch(), needed, uploaded)
    }

    /// Sees to the certificate until told to stop.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), StoreError> {
        let mut tries = Tries::default();
        if self
            .door
            .shown()
            .is_some_and(|pair| self.clock.wall() < pair.life().worry_at())
        {
            self.tell_it_is_well().await?;
        }
        while !stop.is_cancelled() {
            let next = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                next = self.look(&mut tries) => next?,
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.clock.sleep_until(next) => {}
            }
        }
        Ok(())
    }

    /// Does what is due; when to look again.
    async fn look(&self, tries: &mut Tries) -> Result<Timestamp, StoreError> {
        match &self.source {
            Source::Off => std::future::pending().await,
            Source::Acme(authority, methods) => {
                let next = self.renew(authority, methods, tries).await?;
                let again = self.keep(authority).await?;
                Ok(again.map_or(next, |again| again.min(next)))
            }
            Source::Files(files) => self.read_again(files, tries).await,
            Source::Own(dir) => Ok(self.make_again(dir)),
        }
    }

    async fn renew(
        &self,
        authority: &Authority,
        methods: &[Method],
        tries: &mut Tries,
    ) -> Result<Timestamp, StoreError> {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let shown = self.door.shown();
        let left = shown
            .as_ref()
            .map(|pair| pair.life().renew_at().since(wall));
        let due = now.plus(left.unwrap_or_default()).max(tries.not_before());
        if now < due {
            // By then the clock may have been set.
            return Ok(due.min(now.plus(GLANCE)));
        }
        let (host, directory) = (authority.host(), authority.directory());
        if shown.is_none() && tries.failed() == 0 {
            tracing::info!(
                host,
                authority = directory,
                "there is no certificate yet: asking for one; until it is there TLS is refused, and the webhook \
                 waits"
            );
        }
        let method = tries.pick(methods);
        match authority.issue(&self.door, method).await {
            Ok(pair) => {
                let days = pair.life().days_left(wall);
                self.door.show(pair);
                tracing::info!(host, days, "the door has a new certificate");
                *tries = Tries::after_success(now.plus(REST));
                self.tell_it_is_well().await?;
            }
            Err(error) => {
                let pause = tries.failure(self.clock.now(), authority.asked_to_wait());
                let next_s = pause.as_secs();
                tracing::warn!(host, %error, next_s, "a certificate could not be had; trying again");
                self.worry(tries, error.obstacle()).await?;
            }
        }
        Ok(tries.not_before())
    }

    /// Keeps what the authority gave, if that is still to be done; when it is to be tried again. The door shows a
    /// certificate that the disk does not take all the same.
    async fn keep(&self, authority: &Authority) -> Result<Option<Timestamp>, StoreError> {
        if !authority.owes() {
            return Ok(None);
        }
        let host = self.host.clone();
        let (shop, now) = (self.store.shop(), self.clock.now());
        let Err(error) = authority.keep().await else {
            let alert = Alert::CertificateKept { host };
            let told = move |txn: &mut Txn<'_>| alerts::recovered(txn, &shop, UNKEPT, &alert, now);
            self.store.write(told).await?;
            return Ok(None);
        };
        let next_s = OFFER.as_secs();
        tracing::warn!(host, %error, next_s, "what the authority gave cannot be kept; trying again");
        if authority.owes_certificate() {
            let alert = Alert::CertificateUnkept { host };
            let told = move |txn: &mut Txn<'_>| alerts::lasts(txn, &shop, UNKEPT, &alert, now);
            self.store.write(told).await?;
        }
        Ok(Some(now.plus(OFFER)))
    }

    async fn read_again(&self, files: &Files, tries: &mut Tries) -> Result<Timestamp, StoreError> {
        let now = self.clock.now();
        match files.look() {
            None => {}
            Some(Ok(pair)) => {
                let wall = self.clock.wall();
                let days = pair.life().days_left(wall);
                let well = wall < pair.life().worry_at();
                self.door.show(pair);
                tracing::info!(
                    days,
                    "the certificate's files have changed; the door shows the new one"
                );
                if well {
                    self.tell_it_is_well().await?;
                }
            }
            Some(Err(error)) => {
                tracing::warn!(%error, "the certificate's files have changed but cannot be used; the old one stays");
            }
        }
        self.worry(tries, Obstacle::Files).await?;
        Ok(now.plus(LOOK))
    }

    fn make_again(&self, dir: &Path) -> Timestamp {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        if self
            .door
            .shown()
            .is_none_or(|pair| wall >= pair.life().renew_at())
        {
            match own::kept_or_made(dir, &self.host, wall) {
                Ok(pair) => self.door.show(pair),
                Err(error) => tracing::error!(%error, "our own certificate could not be renewed"),
            }
        }
        now.plus(GLANCE)
    }

    /// Tells the operator, once a day, if there is no certificate or the one there is ends soon.
    async fn worry(&self, tries: &mut Tries, obstacle: Obstacle) -> Result<(), StoreError> {
        let (now, wall) = (self.clock.now(), self.clock.wall());
        let life = self.door.shown().map(|pair| pair.life());
        if !tries.is_to_be_told(life, wall, now) {
            return Ok(());
        }
        let good = life.filter(|life| !life.is_over(wall));
        let alert = Alert::CertificateFails {
            host: self.host.clone(),
            days: good.map(|life| life.days_left(wall)),
            obstacle,
        };
        let shop = self.store.shop();
        self.store
            .write(move |txn| alerts::alert(txn, &shop, CAUSE, &alert, now))
            .await
    }

    async fn tell_it_is_well(&self) -> Result<(), StoreError> {
        let (shop, now) = (self.store.shop(), self.clock.now());
        let alert = Alert::CertificateBack {
            host: self.host.clone(),
        };
        self.store
            .write(move |txn| alerts::recovered(txn, &shop, CAUSE, &alert, now))
            .await
    }
}
