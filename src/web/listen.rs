//! The listeners: plain and TLS, with bounds on connections and on the patience with each.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::tls::door::PROOF;

/// Connections at once; Telegram opens at most 100, the provider some. More wait in the kernel's queue.
const CONNECTIONS: usize = 512;
/// A handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A request's head must have come within this time; also the longest an idle connection is kept.
const HEAD: Duration = Duration::from_secs(30);
/// A silent HTTP/2 connection is asked this often whether it lives.
const PING: Duration = Duration::from_secs(30);
/// The pause after the system refused to accept, for instance for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Serves a listener until told to stop, over TLS if there is a configuration for it; then finishes what runs.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    stop: CancellationToken,
) {
    let tls = tls.map(TlsAcceptor::from);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            break;
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let (tls, router, watcher) = (tls.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            match tls {
                None => connection(stream, router, watcher).await,
                Some(tls) => match shake_hands(&tls, stream).await {
                    // An authority has seen our proof: there is nothing more to say.
                    Ok(stream) if stream.get_ref().1.alpn_protocol() == Some(PROOF) => {}
                    Ok(stream) => connection(stream, router, watcher).await,
                    Err(error) => tracing::debug!(%error, "a handshake failed"),
                },
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn shake_hands(
    tls: &TlsAcceptor,
    stream: TcpStream,
) -> io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
    let hands = tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await;
    hands.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    let serving = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    if let Err(error) = watcher.watch(serving.into_owned()).await {
        tracing::debug!(%error, "a connection ended badly");
    }
}
