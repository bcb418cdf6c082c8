//! The one HTTP client behind every call we make.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, Response, header};

use crate::edge::tls::TlsError;

/// Who we say we are.
pub const USER_AGENT: &str = concat!("neurocards/", env!("CARGO_PKG_VERSION"));
/// A peer that does not take a connection in this time is down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection unused for longer is closed; servers close theirs after 60 s and more.
const POOL_IDLE: Duration = Duration::from_secs(45);
/// How many idle connections to one host are kept: as many as steps may run at once.
const POOL_SIZE: usize = 20;

/// The client behind every call we make; `extra_root_pem` is trusted beside the built-in roots.
///
/// Connecting is always bounded; `timeout` bounds whole calls where the caller cannot set its own. Proxies of the
/// environment are not used, and redirects not followed: keys and what is asked stay with whom they are for.
pub fn client(
    extra_root_pem: Option<&[u8]>,
    timeout: Option<Duration>,
) -> Result<reqwest::Client, TlsError> {
    made(builder(extra_root_pem, timeout)?, extra_root_pem)
}

/// As [`client`], with more to be said of it by `guard`.
pub fn guarded(
    extra_root_pem: Option<&[u8]>,
    guard: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<reqwest::Client, TlsError> {
    made(guard(builder(extra_root_pem, None)?), extra_root_pem)
}

fn builder(
    extra_root_pem: Option<&[u8]>,
    timeout: Option<Duration>,
) -> Result<ClientBuilder, TlsError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_SIZE)
        .redirect(Policy::none())
        .tcp_nodelay(true)
        .use_rustls_tls()
        .no_proxy();
    if let Some(timeout) = timeout {
        builder = builder.timeout(timeout);
    }
    if let Some(pem) = extra_root_pem {
        let roots = reqwest::Certificate::from_pem_bundle(pem);
        let roots = roots.map_err(|_| TlsError::ExtraRoot)?;
        if roots.is_empty() {
            return Err(TlsError::ExtraRoot);
        }
        builder = roots
            .into_iter()
            .fold(builder, ClientBuilder::add_root_certificate);
    }
    Ok(builder)
}

fn made(
    builder: ClientBuilder,
    extra_root_pem: Option<&[u8]>,
) -> Result<reqwest::Client, TlsError> {
    builder.build().map_err(|error| match extra_root_pem {
        Some(_) => TlsError::ExtraRoot,
        None => TlsError::Client(error),
    })
}

pub mod body;
/// `Retry-After` in seconds; a date is not understood, for want of a clock.
pub fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?;
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::base::time::Timestamp;
    use crate::edge::tls::{Door, own};

    #[test]
    fn a_client_takes_an_extra_root_and_refuses_nonsense() {
        assert!(client(None, None).is_ok());
        let root = own::make("localhost", Timestamp(0)).unwrap();
        assert!(client(Some(root.as_bytes()), None).is_ok());
        for nonsense in [
            &b"hello"[..],
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            assert!(matches!(
                client(Some(nonsense), None),
                Err(TlsError::ExtraRoot)
            ));
        }
    }

    #[tokio::test]
    async fn our_client_trusts_our_door_through_the_extra_root_only() {
        let dir = tempfile::tempdir().unwrap();
        let now = crate::base::clock::Clock::system().now();
        let pair = own::kept_or_made(dir.path(), "localhost", now).unwrap();
        let root = pair.chain_pem().to_owned();
        let door = Arc::new(Door::default());
        door.show(pair);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = tokio_rustls::TlsAcceptor::from(door.config(false));
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let acceptor = acceptor.clone();
                tokio::spawn(async move { acceptor.accept(socket).await });
            }
        });
        let url = format!("https://localhost:{port}/");
        let stranger = client(None, None).unwrap().get(&url).send().await;
        assert!(stranger.unwrap_err().is_connect());
        let friend = client(Some(root.as_bytes()), None).unwrap();
        let friend = friend.get(&url).send().await.unwrap_err();
        assert!(!friend.is_connect(), "{friend:?}");
    }
}
