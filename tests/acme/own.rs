//! A certificate of our own making goes to Telegram with the webhook.

use crate::shop::{DAY, Shop, told, until};

#[tokio::test]
async fn telegram_trusts_the_certificate_it_was_handed() {
    for host in ["localhost", "127.0.0.1"] {
        let mut shop = Shop::at(host).await;
        let ben = shop.person(1);
        let (_, nobody) = crate::pebble::root("nobody");
        shop.open("mode = \"self-signed\"", &nobody).await;
        shop.is_registered().await;
        assert!(shop.sandbox.telegram.has_custom_certificate());
        until("the update that waited is answered", || {
            !told(&ben).is_empty()
        })
        .await;
        assert!(shop.shown(&nobody).await.is_err());
        let kept = std::fs::read_to_string(shop.kept(".pem")).unwrap();
        let own = &kept[kept.find("-----BEGIN CERT").unwrap()..];
        let shown = shop.shown(own).await.unwrap();
        shop.sleep().await;
        shop.wake().await;
        assert_eq!(shop.shown(own).await.unwrap(), shown);
        until("it is registered again", || shop.registrations() == 2).await;
        assert_eq!(shop.sandbox.complaints(), [""; 0]);
        shop.sleep().await;
    }
}

#[tokio::test]
async fn a_new_one_is_handed_over_before_the_old_one_ends() {
    let mut shop = Shop::new().await;
    let (_, nobody) = crate::pebble::root("nobody");
    shop.open("mode = \"self-signed\"", &nobody).await;
    shop.is_registered().await;
    let before = std::fs::read(shop.kept(".pem")).unwrap();
    shop.passes(DAY * 3600);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(shop.registrations(), 1);
    shop.passes(DAY * 30);
    until("it is registered again", || shop.registrations() == 2).await;
    assert!(shop.sandbox.telegram.has_custom_certificate());
    assert_ne!(std::fs::read(shop.kept(".pem")).unwrap(), before);
    shop.sleep().await;
}
