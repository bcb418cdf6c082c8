//! A line to the door, by hand: TLS beneath, and whatever one likes above.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::scene::Scene;

/// Nothing here takes longer; whoever waits longer has found a hole.
const PATIENCE: Duration = Duration::from_secs(15);

/// A connection on which nothing is done by itself.
pub struct Line(TlsStream<TcpStream>);

/// A TCP connection from an address of this machine.
pub async fn dial(scene: &Scene, from: &str) -> TcpStream {
    let url = scene.stage().public_url();
    let to: SocketAddr = url.strip_prefix("https://").unwrap().parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

impl Line {
    /// As HTTP/1.1.
    pub async fn new(scene: &Scene) -> Self {
        Self::from(scene, "127.0.0.1", b"http/1.1").await.unwrap()
    }

    /// From an address, with a protocol.
    pub async fn from(scene: &Scene, address: &str, protocol: &[u8]) -> std::io::Result<Self> {
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(scene.stage().root().as_bytes()).unwrap();
        roots.add(root).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.unwrap().with_root_certificates(roots);
        let mut config = config.with_no_client_auth();
        config.alpn_protocols = vec![protocol.to_vec()];
        let tcp = dial(scene, address).await;
        let name = ServerName::try_from("127.0.0.1").unwrap();
        Ok(Self(
            TlsConnector::from(Arc::new(config))
                .connect(name, tcp)
                .await?,
        ))
    }

    /// Says it, if anybody listens still.
    pub async fn tries(&mut self, text: impl AsRef<[u8]>) -> bool {
        let said = async {
            self.0.write_all(text.as_ref()).await?;
            self.0.flush().await
        };
        tokio::time::timeout(PATIENCE, said).await.unwrap().is_ok()
    }

    /// Says it.
    pub async fn say(&mut self, text: impl AsRef<[u8]>) {
        assert!(self.tries(text).await, "nobody listens");
    }

    /// Says that nothing more will be said.
    pub async fn hangs_up(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// The head of the next answer; empty if there is none and the line is dead.
    pub async fn hears(&mut self) -> String {
        let mut heard = Vec::new();
        let head = async {
            while !heard.ends_with(b"\r\n\r\n") {
                match self.0.read_u8().await {
                    Ok(byte) => heard.push(byte),
                    Err(_) => break,
                }
            }
        };
        tokio::time::timeout(PATIENCE, head)
            .await
            .expect("an answer, or the end");
        String::from_utf8(heard).unwrap()
    }

    /// Everything up to the end, which must come.
    pub async fn ends(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        let end = self.0.read_to_end(&mut heard);
        let _ = tokio::time::timeout(PATIENCE, end)
            .await
            .expect("the line is cut");
        heard
    }

    /// One answer and the end; the status, with nothing of ours in it.
    pub async fn is_sent_away(&mut self) -> u16 {
        let all = String::from_utf8(self.ends().await).unwrap();
        refusal(&all)
    }
}

/// The status of a refusal that tells nothing.
pub fn refusal(answer: &str) -> u16 {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    assert_eq!(body, "", "{answer}");
    let lower = head.to_lowercase();
    for telling in ["server:", "neurocards", "axum", "hyper", "content-type"] {
        assert!(!lower.contains(telling), "{answer}");
    }
    let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
    status
        .unwrap_or_else(|| panic!("no answer: {answer:?}"))
        .parse()
        .unwrap()
}
