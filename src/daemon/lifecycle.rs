//! Signals: the first SIGTERM asks for an orderly end, the second ends at once; SIGHUP asks for a reload.

use rustix::fs::Mode;
use rustix::process::{Resource, getrlimit, setrlimit, umask};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::systemd::Systemd;
use crate::operator::service::Reloads;

/// Makes a file that may not grow (`RLIMIT_FSIZE`) an error of the write, as a full disk is, and not our death.
pub fn survive_limits() {
    // A handler, whatever it does, takes the place of the signal's default; it is never taken away again.
    if signal(SignalKind::from_raw(SIGXFSZ)).is_err() {
        tracing::warn!("a file size limit, if there is one, ends the process");
    }
}

/// Whatever is written from now on is for its owner only, also where nobody has thought of it.
pub fn hide() {
    umask(Mode::RWXG | Mode::RWXO);
}

/// Asks for as many open files as the system grants: the doors alone may hold a thousand connections.
pub fn raise_limits() {
    let mut files = getrlimit(Resource::Nofile);
    files.current = files.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, files) {
        tracing::warn!(%error, "no more open files are granted");
    }
}

/// "File size limit exceeded", on every Linux but MIPS and Alpha's.
const SIGXFSZ: i32 = 25;

/// Resolves at the first SIGTERM or SIGINT from now on; a second one ends the process at once.
pub fn told_to_stop() -> impl Future<Output = ()> {
    let signals = Signals::listen();
    async {
        let Some(mut signals) = signals else {
            tracing::error!("signals cannot be listened for; only SIGKILL will end the process");
            return std::future::pending().await;
        };
        signals.next().await;
        tracing::info!("told to stop; finishing what runs");
        tokio::spawn(async move {
            signals.next().await;
            tracing::warn!("told to stop again; stopping at once");
            // 128 + SIGTERM, as shells report it.
            std::process::exit(143);
        });
    }
}

/// From now on SIGHUP does not end the process. What comes before somebody listens is not lost.
pub fn hangups() -> Option<Signal> {
    let hangups = signal(SignalKind::hangup());
    let wrong =
        |error| tracing::error!(%error, "SIGHUP cannot be listened for, and ends the process");
    hangups.map_err(wrong).ok()
}

/// Asks for a reload at each SIGHUP, as long as anybody reloads, and tells systemd of its begin and its end.
pub async fn reload_at(
    hangups: Option<Signal>,
    reloads: Option<Reloads>,
    systemd: Systemd,
    status: &str,
) {
    let (Some(mut hangups), Some(reloads)) = (hangups, reloads) else {
        return;
    };
    while hangups.recv().await.is_some() {
        systemd.reloading();
        let (reloading, told) = oneshot::channel();
        if reloads.send(reloading).await.is_err() {
            return;
        }
        // What became of it is in the log.
        let _ = told.await;
        systemd.ready(status);
    }
}

struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    /// From here on none of them ends the process by itself.
    fn listen() -> Option<Self> {
        let term = signal(SignalKind::terminate()).ok()?;
        let int = signal(SignalKind::interrupt()).ok()?;
        Some(Self { term, int })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}
