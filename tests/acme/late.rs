//! An authority that is away is asked again, and the operator hears of it while there is time.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::pebble::{Authority, free_port};
use crate::shop::{ADMIN, DAY, Shop, times_told, told, until};

const MINUTE: Duration = Duration::from_secs(60);

/// Real time in which something that should not happen would have happened.
const A_WHILE: Duration = Duration::from_millis(400);

#[tokio::test]
async fn tries_come_ever_more_rarely_and_the_operator_hears_at_the_second() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port());
    // In its place somebody who takes connections and says nothing.
    let (asked, mute) = (
        Arc::new(AtomicUsize::new(0)),
        TcpListener::bind(("127.0.0.1", authority.port())).unwrap(),
    );
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        while mute.accept().is_ok() {
            if count.fetch_add(1, Ordering::SeqCst) == 2 {
                return;
            }
        }
    });
    let admin = shop.person(ADMIN);
    let tls = format!("acme_directory = \"{}\"", authority.directory());
    shop.open(&tls, authority.root()).await;
    let tries = |wanted| {
        let asked = Arc::clone(&asked);
        until("the authority is asked", move || {
            asked.load(Ordering::SeqCst) == wanted
        })
    };
    tries(1).await;
    tokio::time::sleep(A_WHILE).await;
    let refused = shop.connect(authority.root()).await.unwrap_err();
    assert!(refused.contains("alert"), "{refused}");
    assert_eq!(shop.registrations(), 0);
    shop.passes(MINUTE);
    tokio::time::sleep(A_WHILE).await;
    assert_eq!((asked.load(Ordering::SeqCst), told(&admin).len()), (1, 0));
    shop.passes(MINUTE);
    tries(2).await;
    until("the operator is told", || !told(&admin).is_empty()).await;
    // The bot has not met the operator yet, and speaks Russian to strangers.
    let alert = "У localhost нет действующего сертификата: удостоверяющий центр не отвечает";
    assert!(told(&admin)[0].contains(alert), "{:?}", told(&admin));
    shop.passes(MINUTE * 3);
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    shop.passes(MINUTE);
    tries(3).await;
    // The third one ends the mute; now the real one takes its place.
    tokio::time::sleep(A_WHILE).await;
    let running = authority.start().await;
    shop.passes(MINUTE * 8);
    shop.is_registered().await;
    let root = running.issuing_root().await;
    shop.shown(&root).await.unwrap();
    until("the operator hears of the end", || {
        told(&admin).iter().any(|text| text.starts_with('✅'))
    })
    .await;
    shop.sleep().await;
}

#[tokio::test]
async fn a_renewal_that_fails_is_told_days_ahead_and_once_a_day() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port());
    let running = authority.start().await;
    let admin = shop.person(ADMIN);
    let tls = format!("acme_directory = \"{}\"", authority.directory());
    shop.open(&tls, authority.root()).await;
    shop.is_registered().await;
    let old_root = running.issuing_root().await;
    shop.sandbox.telegram.trust_root(&old_root);
    let old = shop.shown(&old_root).await.unwrap();
    shop.passes(MINUTE);
    until("the operator is known", || !told(&admin).is_empty()).await;
    drop(running);
    for day in 61..75 {
        shop.passes(if day == 61 { DAY * 61 } else { DAY });
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(times_told(&admin, "certificate"), 0, "{:?}", told(&admin));
    assert_eq!(shop.shown(&old_root).await.unwrap(), old);
    shop.passes(DAY);
    until("the operator is told", || times_told(&admin, "The certificate of localhost ends in 14 days: the certificate authority does not answer") == 1).await;
    shop.passes(DAY / 4);
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(times_told(&admin, "⚠️ The certificate"), 1);
    shop.passes(DAY);
    until("the operator is told again", || {
        times_told(&admin, "⚠️ The certificate") == 2
    })
    .await;
    // It comes back, and knows nothing of our account.
    let running = authority.start().await;
    let root = running.issuing_root().await;
    shop.passes(DAY / 4);
    shop.shows_another(Some(&old), &root).await;
    until("the operator hears of the end", || {
        times_told(&admin, "✅ localhost has a new certificate.") == 1
    })
    .await;
    shop.sleep().await;
}

#[tokio::test]
async fn an_authority_that_cannot_reach_us_is_named_as_such() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(free_port(), free_port());
    let _running = authority.start().await;
    let admin = shop.person(ADMIN);
    let tls = format!("acme_directory = \"{}\"", authority.directory());
    shop.open(&tls, authority.root()).await;
    until("the first order is made", || {
        authority.logged("Added order") == 1
    })
    .await;
    tokio::time::sleep(A_WHILE * 8).await;
    shop.passes(MINUTE * 2);
    until("the operator is told", || {
        times_told(&admin, "localhost") > 0
    })
    .await;
    assert_eq!(times_told(&admin, "443"), 1, "{:?}", told(&admin));
    shop.sleep().await;
}

#[tokio::test]
async fn a_certificate_that_the_disk_does_not_take_is_used_and_kept_later() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port());
    let running = authority.start().await;
    let admin = shop.person(ADMIN);
    // Where the directory should be there is a file: no user may write beneath it, root neither.
    let wall = shop.data.path().join("certificates");
    std::fs::write(&wall, "").unwrap();
    let tls = format!("acme_directory = \"{}\"", authority.directory());
    shop.open(&tls, authority.root()).await;
    shop.is_registered().await;
    let root = running.issuing_root().await;
    shop.sandbox.telegram.trust_root(&root);
    let first = shop.shown(&root).await.unwrap();
    let unkept = "диск не принимает его файл";
    shop.passes(MINUTE);
    until("the operator is told", || times_told(&admin, unkept) == 1).await;
    let tries = || authority.logged("POST /");
    let asked = tries();
    for _ in 0..3 {
        shop.passes(MINUTE * 5);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(A_WHILE).await;
    assert_eq!((tries(), times_told(&admin, unkept)), (asked, 1));
    assert_eq!(shop.shown(&root).await.unwrap(), first);
    std::fs::remove_file(&wall).unwrap();
    shop.passes(MINUTE * 5);
    until("the operator hears of the end", || {
        times_told(&admin, "✅ The certificate of localhost is kept.") == 1
    })
    .await;
    assert!(shop.kept("account.json").is_file());
    assert!(shop.kept("localhost.pem").is_file());
    shop.sleep().await;
    shop.wake().await;
    assert_eq!(shop.shown(&root).await.unwrap(), first);
    assert_eq!(tries(), asked);
    shop.sleep().await;
}
