//! Strangers by the hundred, and how little the log says of them.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::world::{Setting, World};

/// So often each of them comes.
const TIMES: usize = 200;

/// A connection on which HTTP/2 is spoken by hand.
async fn line(world: &World) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(world.root().as_bytes()).unwrap();
    roots.add(root).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots);
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let tcp = TcpStream::connect(("127.0.0.1", world.door_port())).await;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, tcp.unwrap()).await.unwrap()
}

/// Answers to a question that nobody has asked, and a greeting that makes no sense.
async fn pongs(world: &World) {
    let mut line = line(world).await;
    line.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .await
        .unwrap();
    let pong = b"\0\0\x08\x06\x01\0\0\0\0stranger";
    line.write_all(&pong.repeat(TIMES)).await.unwrap();
    // A frame that ends the line, so that all before it has been read.
    line.write_all(b"\0\0\0\x06\0\0\0\0\0").await.unwrap();
    let _ = line.read_to_end(&mut Vec::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_strangers_fills_no_log() {
    let mut world = World::new(Setting::default()).await;
    let before = world.log().lines().count();
    let signature = [
        ("x-webhook-timestamp", "1"),
        ("x-webhook-signature", "c3RyYW5nZXI="),
    ];
    let office = format!("http://127.0.0.1:{}", world.office_port());
    let client = reqwest::Client::new();
    for _ in 0..TIMES {
        let body = r#"{"data": {"taskId": "stranger"}}"#;
        world
            .knocks("/kie/1-00000000000000ff/1", &signature, body)
            .await;
        world.knocks("/kie/stranger/1", &[], body).await;
        world.knocks("/telegram", &[], "{}").await;
        world.knocks("/stranger", &[], "").await;
        let mut plain = TcpStream::connect(("127.0.0.1", world.door_port()))
            .await
            .unwrap();
        let _ = plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await;
        let _ = plain.read_to_end(&mut Vec::new()).await;
        let asked = client
            .get(format!("{office}/metrics"))
            .bearer_auth("stranger");
        asked.send().await.unwrap();
        let said = client
            .post(format!("{office}/signin"))
            .form(&[("token", "stranger")]);
        said.send().await.unwrap();
    }
    pongs(&world).await;
    world.stops().await;
    let log = world.log();
    let lines: Vec<_> = log.lines().skip(before).collect();
    // The first, the second, the fourth and so on of each kind, and the orderly end.
    assert!(lines.len() < TIMES / 2, "{}: {lines:#?}", lines.len());
    assert!(!log.contains("stranger"), "{log}");
}
