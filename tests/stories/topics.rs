//! Private topics: answers go where the seller is, and to the chat itself when the topic is gone.

use serde_json::json;

use crate::scene::{At, Scene, Seller};

async fn writes_in(scene: &Scene, seller: &Seller, topic: i64, text: &str) {
    let id = seller.person.id();
    scene.telegram().send_raw(json!({"message": {
        "message_id": 1_000_000 + topic, "date": 1,
        "from": {"id": id, "is_bot": false, "first_name": "Анна", "language_code": "ru"},
        "chat": {"id": id, "type": "private"},
        "message_thread_id": topic, "is_topic_message": true,
        "text": text,
    }}));
    scene.settles().await;
}

#[tokio::test]
async fn answers_and_videos_go_where_the_seller_is() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.person.opens_topic(77);
    anna.orders(&scene, 1).await;
    writes_in(&scene, &anna, 77, "/help").await;
    assert_eq!(anna.sees("Я превращаю фото").topic, Some(77));
    scene.all_end().await;
    assert_eq!(anna.gets_video().topic, Some(77));
    // A press below a message of the topic is one in the topic.
    anna.presses(&scene, "Меню").await;
    assert_eq!(anna.sees(At::Menu.question()).topic, Some(77));
    anna.sends(&scene, "/menu").await;
    assert_eq!(anna.sees(At::Menu.question()).topic, None);
    scene.ends().await;
}

#[tokio::test]
async fn a_topic_that_is_gone_costs_no_answer() {
    let scene = Scene::talk().await;
    let anna = scene.seller(1, 2).await;
    anna.person.opens_topic(77);
    anna.orders(&scene, 1).await;
    writes_in(&scene, &anna, 77, "/help").await;
    anna.sees("Я превращаю фото");
    anna.person.closes_topic(77);
    scene.all_end().await;
    assert_eq!(anna.gets_video().topic, None);
    // It is asked for once, not with every message.
    let lost = |scene: &Scene| {
        let sent = scene.calls("telegram", "sendMessage").into_iter();
        let sent = sent.chain(scene.calls("telegram", "sendVideo"));
        sent.filter(|call| call.status == 400).count()
    };
    assert_eq!(lost(&scene), 1);
    writes_in(&scene, &anna, 78, "/menu").await;
    assert_eq!(anna.sees(At::Menu.question()).topic, None);
    scene.ends().await;
}
