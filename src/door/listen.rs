//! The listeners: plain and TLS. What is spoken is agreed on in the handshake; without TLS it is HTTP/1.

use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::activity::{ActivitySender, outstayed};
use super::admission::Admission;
use super::connections::Stay;
use super::limiter::Limiter;
use super::peers::Place;
use super::refusals::Refusal;
use crate::edge::tls::door::PROOF;

/// What is agreed on when HTTP/2 is.
const H2: &[u8] = b"h2";
/// Bytes of an HTTP/1 connection kept in memory each way: a few pages of a photo. A head is smaller yet.
const BUFFER: usize = 256 << 10;
/// Bytes of bodies an HTTP/2 client may send unread, per request and per connection: bodies here are small.
const WINDOW: u32 = 64 << 10;
/// Bytes of one HTTP/2 answer kept in memory.
const SENT: usize = 128 << 10;
/// The pause after the system refused to accept, for instance for want of file descriptors.
const BREATH: Duration = Duration::from_millis(100);

/// Serves a listener until told to stop, over TLS if there is a configuration for it; then finishes what runs.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    router: Router,
    admission: Arc<Admission>,
    stop: CancellationToken,
) {
    let tls = tls.map(TlsAcceptor::from);
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = next(&listener, &admission) => accepted,
        };
        let Some((stream, address, of_address, stay)) = accepted else {
            continue;
        };
        let peer = Guest {
            admission: Arc::clone(&admission),
            router: router.clone(),
            address,
            activity: Arc::clone(&stay.activity),
            stop: stop.clone(),
        };
        let tls = tls.clone();
        connections.spawn(async move {
            let _of_address = of_address;
            tokio::select! {
                () = stay.leaves.cancelled() => {}
                () = peer.comes(stream, tls) => {}
            }
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// The next connection, with a place of its address and one of all.
async fn next(
    listener: &TcpListener,
    admission: &Admission,
) -> Option<(TcpStream, IpAddr, Option<Place>, Stay)> {
    let (stream, address) = match listener.accept().await {
        Ok((stream, address)) => (stream, address.ip().to_canonical()),
        Err(error) => {
            if let Some(times) = admission.unaccepted.happens() {
                tracing::warn!(%error, times, "a connection could not be accepted");
            }
            tokio::time::sleep(BREATH).await;
            return None;
        }
    };
    // An answer is written whole: nothing is gained by waiting for more of it.
    let _ = stream.set_nodelay(true);
    match admission.admit(address) {
        Ok(of_address) => Some((stream, address, of_address, admission.enter().await)),
        Err(refusal) => {
            admission.refusals.count(refusal);
            None
        }
    }
}

/// Whoever is at the door.
struct Guest {
    admission: Arc<Admission>,
    router: Router,
    address: IpAddr,
    activity: ActivitySender,
    stop: CancellationToken,
}

impl Guest {
    async fn comes(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let Some(tls) = tls else {
            return self.http1(stream).await;
        };
        match self.shake_hands(&tls, stream).await {
            Ok(stream) => match stream.get_ref().1.alpn_protocol() {
                // An authority has seen our proof: there is nothing more to say.
                Some(PROOF) => {}
                Some(H2) => self.http2(stream).await,
                _ => self.http1(stream).await,
            },
            Err(error) => {
                self.admission.refusals.count(Refusal::Handshake);
                tracing::debug!(%error, "a handshake failed");
            }
        }
    }

    async fn shake_hands(
        &self,
        tls: &TlsAcceptor,
        stream: TcpStream,
    ) -> io::Result<TlsStream<TcpStream>> {
        let patience = self.admission.limits.handshake;
        let hands = tokio::time::timeout(patience, tls.accept(stream)).await;
        hands.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    fn limiter(&self) -> Limiter {
        Limiter {
            admission: Arc::clone(&self.admission),
            routes: TowerToHyperService::new(self.router.clone()),
            address: self.address,
            activity: Arc::clone(&self.activity),
        }
    }

    async fn http1(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let limits = &self.admission.limits;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.idle)
            .max_header_size(limits.head)
            .max_buf_size(BUFFER)
            .serve_connection(TokioIo::new(stream), self.limiter());
        // It looks after heads itself; what is left is somebody who takes no answer, not even a short one.
        self.stays(connection, limits.idle + limits.farewell).await;
    }

    async fn http2(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let limits = &self.admission.limits;
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams)
            .max_header_list_size(u32::try_from(limits.head).unwrap_or(u32::MAX))
            .initial_stream_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .max_send_buf_size(SENT)
            .serve_connection(TokioIo::new(stream), self.limiter());
        self.stays(connection, limits.idle).await;
    }

    async fn stays(
        &self,
        connection: impl GracefulConnection<Error = hyper::Error>,
        idle: Duration,
    ) {
        let limits = &self.admission.limits;
        let mut connection = pin!(connection);
        let patience = tokio::select! {
            ended = connection.as_mut() => return self.ended(ended),
            refusal = outstayed(self.activity.subscribe(), limits, idle) => match refusal {
                Some(refusal) => return self.admission.refusals.count(refusal),
                None => limits.farewell,
            },
            () = self.stop.cancelled() => limits.request,
        };
        connection.as_mut().graceful_shutdown();
        if let Ok(ended) = tokio::time::timeout(patience, connection).await {
            self.ended(ended);
        }
    }

    fn ended(&self, ended: Result<(), hyper::Error>) {
        let Err(error) = ended else { return };
        tracing::debug!(%error, "a connection ended badly");
        let refusal = match Refusal::of_error(&error) {
            // Whoever has asked before and asks no more is no nuisance.
            Some(Refusal::Slow) if self.activity.borrow().begun > 0 => None,
            refusal => refusal,
        };
        if let Some(refusal) = refusal {
            self.admission.refusals.count(refusal);
        }
    }
}
