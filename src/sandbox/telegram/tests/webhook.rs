//! What a bot with a webhook sees of the stand-in.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use bytes::Bytes;
use serde_json::Value;
use teloxide::{
    prelude::*,
    types::{AllowedUpdate, InputFile},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{super::delivery::SECRET, Shop, shop};
use crate::sandbox::{
    Options, Sandbox,
    clock::{Clock, until},
    sample_photo,
};

impl Shop {
    fn failed_deliveries(&self) -> usize {
        let calls = self.sandbox.calls().into_iter();
        calls
            .filter(|call| call.method == "webhook" && call.status != 200)
            .count()
    }
}

#[derive(Clone, Default)]
struct Hook(Arc<Mutex<Vec<(String, i64)>>>);

async fn hook() -> (Hook, String) {
    let hook = Hook::default();
    let take = |State(hook): State<Hook>, headers: HeaderMap, body: Bytes| async move {
        let secret = headers[SECRET].to_str().unwrap().to_owned();
        let update: Value = serde_json::from_slice(&body).unwrap();
        let mut seen = hook.0.lock().unwrap();
        seen.push((secret, update["update_id"].as_i64().unwrap()));
        match seen.len() {
            1 | 2 => axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            _ => axum::http::StatusCode::OK,
        }
    };
    let router = Router::new()
        .route("/hook", post(take))
        .with_state(hook.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (hook, url)
}

#[tokio::test]
async fn a_webhook_gets_updates_in_order_and_again() {
    let shop = shop().await;
    let (hook, url) = hook().await;
    let seen = || hook.0.lock().unwrap().clone();
    shop.sandbox.telegram.set_webhook(&url, "s3cret", None);
    assert!(shop.bot.get_updates().await.is_err());
    let first = shop.anna.sends("one");
    let second = shop.anna.sends("two");
    until(|| shop.failed_deliveries() == 2).await;
    assert_eq!(seen(), vec![("s3cret".to_owned(), first); 2]);
    shop.clock.pass(2_000);
    until(|| seen().len() == 4).await;
    let ids: Vec<i64> = seen().into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids, [first, first, first, second]);
    until(|| shop.sandbox.telegram.pending_updates() == 0).await;
    let info = shop.bot.get_webhook_info().await.unwrap();
    assert!(info.last_error_message.is_some());
    shop.bot.delete_webhook().await.unwrap();
    shop.bot
        .set_webhook("https://bot.test/hook".parse().unwrap())
        .secret_token("abc")
        .allowed_updates([AllowedUpdate::Message])
        .await
        .unwrap();
    let info = shop.bot.get_webhook_info().await.unwrap();
    assert_eq!(info.url.unwrap().as_str(), "https://bot.test/hook");
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

/// Connections over TLS, one at a time.
struct Secure {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl Secure {
    /// A listener for `localhost` and its certificate.
    async fn bind() -> (Secure, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key.unwrap())
            .unwrap();
        let secure = Secure {
            tcp: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            tls: TlsAcceptor::from(Arc::new(config)),
        };
        (secure, made.cert.pem())
    }
}

impl axum::serve::Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let (stream, from) = self.tcp.accept().await.unwrap();
            if let Ok(stream) = self.tls.accept(stream).await {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// A bot behind TLS that takes everything and serves a photo.
async fn secure_bot(heard: Arc<Mutex<u32>>) -> (String, String) {
    let (secure, pem) = Secure::bind().await;
    let port = secure.tcp.local_addr().unwrap().port();
    let router = Router::new()
        .route("/hook", post(async move || *heard.lock().unwrap() += 1))
        .route("/photo.jpg", axum::routing::get(async || sample_photo(0)));
    tokio::spawn(async move { axum::serve(secure, router).await });
    (format!("https://localhost:{port}"), pem)
}

#[tokio::test]
async fn an_uploaded_certificate_is_trusted() {
    let shop: Shop = shop().await;
    let heard = Arc::new(Mutex::new(0));
    let (url, pem) = secure_bot(heard.clone()).await;
    let url: reqwest::Url = format!("{url}/hook").parse().unwrap();
    shop.bot.set_webhook(url.clone()).await.unwrap();
    shop.anna.sends("hi");
    // At once, at once again, and then not before time passes.
    until(|| shop.failed_deliveries() == 2).await;
    assert_eq!(*heard.lock().unwrap(), 0);
    shop.bot
        .set_webhook(url)
        .certificate(InputFile::memory(pem).file_name("bot.pem"))
        .await
        .unwrap();
    shop.clock.pass(60_000);
    until(|| *heard.lock().unwrap() == 1).await;
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn a_certificate_is_looked_at_before_it_is_trusted() {
    let shop: Shop = shop().await;
    let made = rcgen::generate_simple_self_signed(["bot.test".to_owned()]).unwrap();
    let (pem, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let set = |host: &str, file: InputFile| {
        let url = format!("https://{host}/hook").parse().unwrap();
        shop.bot.set_webhook(url).certificate(file)
    };
    let upload = |text: String| InputFile::memory(text).file_name("bot.pem");
    for (host, file, why) in [
        ("other.test", upload(pem.clone()), "is not for other.test"),
        ("192.0.2.7", upload(pem.clone()), "is not for 192.0.2.7"),
        ("bot.test", upload(key.clone() + &pem), "not a PRIVATE KEY"),
        ("bot.test", upload(pem.repeat(2)), "not 2"),
        ("bot.test", upload("hello".into()), "not 0"),
        ("bot.test", upload(" ".repeat(4 << 20)), "too big"),
        (
            "bot.test",
            InputFile::file_id("abc".to_owned().into()),
            "must be uploaded",
        ),
    ] {
        let told = set(host, file).await.unwrap_err().to_string();
        assert!(told.contains(why), "{told}\n{why}");
    }
    assert!(!shop.sandbox.telegram.has_custom_certificate());
    assert_eq!(shop.sandbox.complaints().len(), 7);
    set("bot.test", upload(pem)).await.unwrap();
    let info = shop.bot.get_webhook_info().await.unwrap();
    assert!(info.has_custom_certificate);
    let url = "https://bot.test/hook".parse().unwrap();
    shop.bot.set_webhook(url).await.unwrap();
    assert!(!shop.sandbox.telegram.has_custom_certificate());
}

#[tokio::test]
async fn a_photo_over_tls_needs_its_root() {
    let (url, pem) = secure_bot(Arc::default()).await;
    for (root, state) in [(None, "fail"), (Some(pem), "success")] {
        let clock = Clock::new();
        let options = Options {
            hooks: clock.hooks(),
            photo_root_pem: root,
            page: None,
        };
        let sandbox = Sandbox::start(options).await.unwrap();
        let order = serde_json::json!({
            "model": "wan/2-5-image-to-video",
            "input": {"prompt": "x", "image_url": format!("{url}/photo.jpg")},
        });
        let create = format!("{}/api/v1/jobs/createTask", sandbox.kie.api_url());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let key = &sandbox.kie.keys()[1];
        let create = client.post(create).bearer_auth(key).json(&order);
        create.send().await.unwrap();
        clock.pass(60_000);
        until(|| sandbox.kie.tasks()[0].state == state).await;
    }
}

#[tokio::test]
async fn a_dropped_sandbox_is_gone() {
    let shop: Shop = shop().await;
    let url = shop.sandbox.telegram.api_url();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert!(client.get(&url).send().await.is_ok());
    drop(shop.sandbox);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(client.get(&url).send().await.is_err());
}
