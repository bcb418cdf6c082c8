//! The doors: sockets handed over or opened, and what is served at each.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener as StdListener};
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::crew::Crew;
use super::sockets::Sockets;
use crate::actors::certificates::Certificates;
use crate::door::operator::Office;
use crate::door::{self, listen};
use crate::edge::config::Config;

/// Sockets that are listened on already.
#[derive(Default)]
pub struct Doors {
    /// For plain HTTP.
    pub http: Vec<StdListener>,
    /// For HTTPS.
    pub https: Vec<StdListener>,
    /// For operators.
    pub operator: Vec<StdListener>,
    /// What they put up with; how many connections of an address, the configuration says.
    pub limits: door::Limits,
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
            operator: operators(&config.operator.listen),
            limits: door::Limits::default(),
        })
    }
}

/// The operator's sockets. Sellers are served without them, too.
fn operators(addresses: &[std::net::SocketAddr]) -> Vec<StdListener> {
    let bound = addresses.iter().map(bind);
    let told = |error: &anyhow::Error| {
        tracing::error!("the operator's door stays closed: {error:#}; see operator.listen");
    };
    bound.flat_map(|bound| bound.inspect_err(told)).collect()
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

/// Operators are admitted apart: a crowd at the public doors does not shut them out.
pub(super) fn open_office(
    crew: &mut Crew,
    listeners: Vec<StdListener>,
    office: Arc<Office>,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let admission = door::Admission::for_operators(door::Limits::default(), &office.admission);
    let (router, admission) = (door::operator::router(office), Arc::new(admission));
    for listener in listeners {
        let (router, admission) = (router.clone(), Arc::clone(&admission));
        let served = listen::serve(listened(listener)?, None, router, admission, stop.clone());
        crew.needs(always_well(served));
    }
    Ok(())
}

pub(super) fn open_doors(
    crew: &mut Crew,
    public_url: Option<&str>,
    doors: Doors,
    (router, admission): (axum::Router, Arc<door::Admission>),
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
            Some(origin) if elsewhere => door::elsewhere(door, origin.clone()),
            None if elsewhere => door::proofs(door),
            Some(_) | None => router.clone().merge(door::proofs(door)),
        };
        let admission = Arc::clone(&admission);
        let served = listen::serve(listened(listener)?, None, router, admission, stop.clone());
        crew.needs(always_well(served));
    }
    let config = certificates.config();
    for listener in doors.https {
        let config = Some(Arc::clone(&config));
        let (router, admission) = (router.clone(), Arc::clone(&admission));
        let served = listen::serve(listened(listener)?, config, router, admission, stop.clone());
        crew.needs(always_well(served));
    }
    Ok(())
}

fn listened(listener: StdListener) -> anyhow::Result<TcpListener> {
    listener.set_nonblocking(true)?;
    Ok(TcpListener::from_std(listener)?)
}

pub(super) async fn always_well(actor: impl Future<Output = ()>) -> anyhow::Result<()> {
    actor.await;
    Ok(())
}
