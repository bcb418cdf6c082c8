//! Callers who fetch one photo over and over, on connections they keep or on a new one each time.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Connections at once.
pub const CALLERS: usize = 16;

/// How often a caller connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Once.
    Kept,
    /// For every request, with a full handshake.
    New,
}

/// Fetches `path` for a time; how many whole answers of `length` bytes there were in a second.
pub async fn call(to: SocketAddr, path: &str, length: usize, way: Way, time: Duration) -> f64 {
    let tls = TlsConnector::from(Arc::new(config()));
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (tls, path) = (tls.clone(), path.to_owned());
        callers.spawn(async move {
            let (mut line, mut many) = (dial(&tls, to).await?, 0_u32);
            let mut buffer = vec![0; 64 << 10];
            while begun.elapsed() < time {
                if way == Way::New && many > 0 {
                    line = dial(&tls, to).await?;
                }
                fetch(&mut line, &path, length, way, &mut buffer).await?;
                many += 1;
            }
            Ok::<_, io::Error>(many)
        });
    }
    let many = callers.join_all().await;
    let many: u32 = many
        .into_iter()
        .map(|many| many.expect("every answer is whole"))
        .sum();
    f64::from(many) / begun.elapsed().as_secs_f64()
}

async fn dial(tls: &TlsConnector, to: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect(to).await?;
    tcp.set_nodelay(true)?;
    tls.connect(ServerName::IpAddress(to.ip().into()), tcp)
        .await
}

async fn fetch(
    line: &mut TlsStream<TcpStream>,
    path: &str,
    length: usize,
    way: Way,
    buffer: &mut [u8],
) -> io::Result<()> {
    let close = if way == Way::New {
        "Connection: close\r\n"
    } else {
        ""
    };
    let ask = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{close}\r\n");
    line.write_all(ask.as_bytes()).await?;
    let mut have = 0;
    let body = loop {
        have += match line.read(&mut buffer[have..]).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            many => many,
        };
        if let Some(at) = buffer[..have].windows(4).position(|end| end == b"\r\n\r\n") {
            break at + 4;
        }
    };
    assert!(buffer.starts_with(b"HTTP/1.1 200"), "an answer is no photo");
    let mut left = length - (have - body);
    while left > 0 {
        left -= match line.read(buffer).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            many => many,
        };
    }
    Ok(())
}

/// One cipher and one group, so that both servers do the same work, and nothing that spares a handshake.
fn config() -> ClientConfig {
    let provider = CryptoProvider {
        cipher_suites: vec![ring::cipher_suite::TLS13_AES_128_GCM_SHA256],
        kx_groups: vec![ring::kx_group::X25519],
        ..ring::default_provider()
    };
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&rustls::version::TLS13]);
    let config = config.expect("TLS 1.3").dangerous();
    let config = config.with_custom_certificate_verifier(Arc::new(Trusting));
    let mut config = config.with_no_client_auth();
    config.resumption = Resumption::disabled();
    config
}

/// Callers look at no certificate: their time is not what is measured.
#[derive(Debug)]
struct Trusting;

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}
