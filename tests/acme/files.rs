//! Files of the operator's are read again when they change, and nobody notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::pebble::{leaf, root};
use crate::shop::{ADMIN, DAY, Shop, times_told, told, until};

const TLS: &str = "cert_file = \"cert.pem\"\nkey_file = \"key.pem\"";
/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(30);
/// How many times the files change under load.
const CHANGES: usize = 10;

/// Writes a pair to the shop's files, one after the other as tools do.
fn write(shop: &Shop, (cert, key): &(String, String)) {
    std::fs::write(shop.data.path().join("key.pem"), key).unwrap();
    std::fs::write(shop.data.path().join("cert.pem"), cert).unwrap();
}

/// A client that trusts `root`; with `fresh`, each request has a connection of its own.
fn client(root: &str, fresh: bool) -> reqwest::Client {
    let root = reqwest::Certificate::from_pem(root.as_bytes()).unwrap();
    let builder = reqwest::Client::builder()
        .no_proxy()
        .add_root_certificate(root);
    let builder = if fresh {
        builder.pool_max_idle_per_host(0)
    } else {
        builder
    };
    builder.build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_change_under_load_and_no_request_fails() {
    let mut shop = Shop::new().await;
    let (issuer, root) = root("The operator's own");
    write(&shop, &leaf(&issuer, "localhost"));
    shop.open(TLS, &root).await;
    let mut shown = shop.shown(&root).await.unwrap();
    // One connection stays open from the first certificate to the last.
    let mut old = shop.connect(&root).await.unwrap();
    let (done, failed, over) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let url = format!("https://localhost:{}/p/none.jpg", shop.port);
    let load: Vec<_> = [true, true, true, true, false, false, false, false]
        .map(|fresh| {
            let (done, failed, over) = (done.clone(), failed.clone(), over.clone());
            let (client, url) = (client(&root, fresh), url.clone());
            tokio::spawn(async move {
                while !over.load(Ordering::Relaxed) {
                    match client.get(&url).send().await {
                        Ok(answer) if answer.status() == 404 => {
                            done.fetch_add(1, Ordering::Relaxed)
                        }
                        other => {
                            eprintln!("{other:?}");
                            failed.fetch_add(1, Ordering::Relaxed)
                        }
                    };
                }
            })
        })
        .into();
    for _ in 0..CHANGES {
        write(&shop, &leaf(&issuer, "localhost"));
        shop.passes(LOOK);
        shown = shop.shows_another(Some(&shown), &root).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    over.store(true, Ordering::Relaxed);
    for worker in load {
        worker.await.unwrap();
    }
    let (done, failed) = (done.load(Ordering::Relaxed), failed.load(Ordering::Relaxed));
    println!("{CHANGES} changes, {done} requests, {failed} failed");
    assert_eq!(failed, 0);
    assert!(done > 100, "{done}");
    old.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    old.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    shop.sleep().await;
}

#[tokio::test]
async fn files_that_do_not_fit_together_leave_the_old_pair() {
    let mut shop = Shop::new().await;
    let (issuer, root) = root("The operator's own");
    write(&shop, &leaf(&issuer, "localhost"));
    shop.open(TLS, &root).await;
    let first = shop.shown(&root).await.unwrap();
    let next = leaf(&issuer, "localhost");
    std::fs::write(shop.data.path().join("key.pem"), &next.1).unwrap();
    for broken in [None, Some(""), Some("-----BEGIN CERTIFICATE-----\n")] {
        if let Some(broken) = broken {
            std::fs::write(shop.data.path().join("cert.pem"), broken).unwrap();
        }
        shop.passes(LOOK);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(shop.shown(&root).await.unwrap(), first);
    }
    std::fs::remove_file(shop.data.path().join("cert.pem")).unwrap();
    shop.passes(LOOK);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(shop.shown(&root).await.unwrap(), first);
    std::fs::write(shop.data.path().join("cert.pem"), &next.0).unwrap();
    shop.passes(LOOK);
    shop.shows_another(Some(&first), &root).await;
    shop.sleep().await;
}

#[tokio::test]
async fn files_that_nobody_replaces_are_told_of() {
    let mut shop = Shop::new().await;
    let (issuer, root) = root("The operator's own");
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let now = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_millis(shop.clock.now().0);
    (params.not_before, params.not_after) = (now - DAY, now + DAY * 89);
    let short = params.signed_by(&key, &issuer).unwrap();
    write(&shop, &(short.pem(), key.serialize_pem()));
    let admin = shop.person(ADMIN);
    shop.sandbox.telegram.trust_root(&root);
    shop.open(TLS, &root).await;
    shop.is_registered().await;
    until("the operator is known", || !told(&admin).is_empty()).await;
    shop.passes(DAY * 73);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(times_told(&admin, "certificate"), 0);
    shop.passes(DAY);
    until("the operator is told", || {
        times_told(&admin, "ends in 14 days: there is no newer one") == 1
    })
    .await;
    write(&shop, &leaf(&issuer, "localhost"));
    shop.passes(LOOK);
    until("the operator hears of the end", || {
        times_told(&admin, "✅ localhost has a new certificate.") == 1
    })
    .await;
    shop.sleep().await;
}
