//! A certificate is ordered, proven, kept, and renewed in time.

use std::os::unix::fs::PermissionsExt;

use crate::pebble::{Authority, free_port};
use crate::shop::{DAY, Shop, told, until};

/// Lines of `[tls]` for an authority.
fn at(authority: &Authority) -> String {
    format!("acme_directory = \"{}\"", authority.directory())
}

#[tokio::test]
async fn a_secure_address_gets_its_certificate_by_itself() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port());
    let running = authority.start().await;
    let ben = shop.person(1);
    shop.open(&at(&authority), authority.root()).await;
    shop.is_registered().await;
    let root = running.issuing_root().await;
    shop.sandbox.telegram.trust_root(&root);
    shop.shown(&root).await.unwrap();
    shop.passes(DAY / 24);
    until("the update that waited is answered", || {
        !told(&ben).is_empty()
    })
    .await;
    assert!(!shop.sandbox.telegram.has_custom_certificate());
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
    for file in ["account.json", "localhost.pem"] {
        let mode = shop.kept(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    shop.sleep().await;
}

#[tokio::test]
async fn the_plain_door_proves_as_well() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(free_port(), shop.plain);
    let running = authority.start().await;
    let tls = format!("{}\nacme_challenge = \"http-01\"", at(&authority));
    shop.open(&tls, authority.root()).await;
    shop.is_registered().await;
    shop.shown(&running.issuing_root().await).await.unwrap();
    let url = format!(
        "http://127.0.0.1:{}/.well-known/acme-challenge/x",
        shop.plain
    );
    assert_eq!(reqwest::get(url).await.unwrap().status(), 404);
    shop.sleep().await;
}

#[tokio::test]
async fn an_address_without_a_name_is_certified_too() {
    let mut shop = Shop::at("127.0.0.1").await;
    let authority = Authority::new(shop.port, free_port());
    let running = authority.start().await;
    shop.open(&at(&authority), authority.root()).await;
    shop.is_registered().await;
    shop.shown(&running.issuing_root().await).await.unwrap();
    shop.sleep().await;
}

#[tokio::test]
async fn an_account_is_bound_to_the_customer_s() {
    const KEY: &str = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    let mut shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port()).binding("kid-1", KEY);
    let running = authority.start().await;
    std::fs::write(shop.data.path().join("eab"), KEY).unwrap();
    let contact = "acme_contact = \"me@example.com\"";
    let tls = format!("{}\n{contact}\nacme_eab_key_id = \"kid-1\"", at(&authority));
    shop.open(&tls, authority.root()).await;
    shop.is_registered().await;
    shop.shown(&running.issuing_root().await).await.unwrap();
    shop.sleep().await;
}

#[tokio::test]
async fn a_restart_shows_what_is_kept_and_asks_nobody() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port());
    let running = authority.start().await;
    shop.open(&at(&authority), authority.root()).await;
    shop.is_registered().await;
    let root = running.issuing_root().await;
    let first = shop.shown(&root).await.unwrap();
    shop.sleep().await;
    let asked = authority.logged("POST /");
    assert!(asked > 0);
    shop.wake().await;
    assert_eq!(shop.shown(&root).await.unwrap(), first);
    until("the webhook is registered again", || {
        shop.registrations() == 2
    })
    .await;
    assert_eq!(authority.logged("POST /"), asked);
    shop.sleep().await;
    drop(running);
    shop.wake().await;
    assert_eq!(shop.shown(&root).await.unwrap(), first);
    shop.sleep().await;
}

#[tokio::test]
async fn a_certificate_is_renewed_when_a_third_of_its_life_is_left_and_not_before() {
    let mut shop = Shop::new().await;
    let authority = Authority::new(shop.port, free_port());
    let running = authority.start().await;
    shop.open(&at(&authority), authority.root()).await;
    shop.is_registered().await;
    let root = running.issuing_root().await;
    let first = shop.shown(&root).await.unwrap();
    let orders = || authority.logged("Added order");
    assert_eq!(orders(), 1);
    shop.passes(DAY * 59);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(orders(), 1);
    shop.passes(DAY * 2);
    shop.shows_another(Some(&first), &root).await;
    assert_eq!(orders(), 2);
    // By the time that was moved the new one is soon due again; it is left alone all the same.
    shop.passes(DAY / 48);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!((orders(), shop.registrations()), (2, 1));
    shop.sleep().await;
    shop.wake().await;
    assert_ne!(shop.shown(&root).await.unwrap(), first);
    shop.sleep().await;
}
