//! Listeners: plain ones, and TLS ones whose handshakes do not wait for each other.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// A handshake takes no longer.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at the same time; more wait in the kernel's queue.
const HANDSHAKES: usize = 256;
/// The pause after the system refused to accept, for instance for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Serves plain HTTP until told to stop; then finishes what runs.
pub async fn plain(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    axum::serve(listener, router)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

/// Serves HTTPS until told to stop; then finishes what runs.
pub async fn tls(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let doors = Tls::open(listener, config, stop.clone())?;
    axum::serve(doors, router)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

/// Connections whose handshake is done.
struct Tls {
    done: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Tls {
    fn open(
        listener: TcpListener,
        config: Arc<ServerConfig>,
        stop: CancellationToken,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (hand_in, done) = mpsc::channel(HANDSHAKES);
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = shake_hands(listener, config, hand_in) => {}
            }
        });
        Ok(Self { done, address })
    }
}

async fn shake_hands(
    listener: TcpListener,
    config: Arc<ServerConfig>,
    hand_in: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let acceptor = TlsAcceptor::from(config);
    let shaking = Arc::new(Semaphore::new(HANDSHAKES));
    loop {
        let Ok(permit) = Arc::clone(&shaking).acquire_owned().await else {
            return;
        };
        let (stream, from) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let (acceptor, hand_in) = (acceptor.clone(), hand_in.clone());
        tokio::spawn(async move {
            let _permit = permit;
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                // The receiver is gone when the door is shut.
                Ok(Ok(stream)) => _ = hand_in.send((stream, from)).await,
                Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
        });
    }
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.done.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
