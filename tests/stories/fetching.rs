//! A photo's address, as a strict client may use it: HEAD, ranges, and methods that are none of its business.

use reqwest::header::{
    ACCEPT_RANGES, ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, IF_RANGE,
    RANGE,
};
use reqwest::{Method, Response};

use crate::doors::stranger;
use crate::scene::Scene;
use crate::seller::Seller;

/// An order that waits for its video.
struct Order {
    scene: Scene,
    anna: Seller,
    url: String,
    photo: Vec<u8>,
}

impl Order {
    async fn new() -> Self {
        let scene = Scene::new().await;
        let anna = scene.seller(1, 2).await;
        anna.orders(&scene, 1).await;
        let task = scene.kie().tasks().remove(0);
        let url = task.input["image_urls"][0].as_str().unwrap().to_owned();
        Self {
            scene,
            anna,
            url,
            photo: task.photo.unwrap().to_vec(),
        }
    }

    async fn asks(
        &self,
        method: Method,
        headers: &[(reqwest::header::HeaderName, &str)],
    ) -> Response {
        let mut request = stranger(&self.scene).request(method, &self.url);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        request.send().await.unwrap()
    }

    async fn ends(self) {
        self.scene.all_end().await;
        self.anna.gets_video();
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let gone = stranger(&self.scene)
                .request(method, &self.url)
                .send()
                .await;
            assert_eq!(gone.unwrap().status(), 404);
        }
        self.scene.ends().await;
    }
}

fn says(answer: &Response, name: reqwest::header::HeaderName) -> &str {
    answer
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_photo_says_what_it_is_with_and_without_its_body() {
    let order = Order::new().await;
    for method in [Method::GET, Method::HEAD] {
        let answer = order.asks(method.clone(), &[]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(says(&answer, CONTENT_TYPE), "image/jpeg");
        assert_eq!(says(&answer, CONTENT_LENGTH), order.photo.len().to_string());
        assert_eq!(says(&answer, ACCEPT_RANGES), "bytes");
        assert_eq!(says(&answer, CACHE_CONTROL), "no-store");
        assert_eq!(says(&answer, reqwest::header::SERVER), "");
        let body = answer.bytes().await.unwrap();
        match method {
            Method::HEAD => assert!(body.is_empty()),
            _ => assert_eq!(body, order.photo),
        }
    }
    order.ends().await;
}

#[tokio::test]
async fn a_part_of_a_photo_is_had_by_its_range() {
    let order = Order::new().await;
    let all = order.photo.len();
    for (asked, part) in [
        ("bytes=0-0".to_owned(), 0..1),
        ("bytes=100-199".to_owned(), 100..200),
        (format!("bytes={}-", all - 5), all - 5..all),
        ("bytes=-7".to_owned(), all - 7..all),
        (format!("bytes=1-{}", all * 2), 1..all),
    ] {
        let answer = order.asks(Method::GET, &[(RANGE, &asked)]).await;
        assert_eq!(answer.status(), 206, "{asked}");
        let told = format!("bytes {}-{}/{all}", part.start, part.end - 1);
        assert_eq!(says(&answer, CONTENT_RANGE), told);
        assert_eq!(says(&answer, CONTENT_LENGTH), part.len().to_string());
        assert_eq!(says(&answer, CONTENT_TYPE), "image/jpeg");
        assert_eq!(answer.bytes().await.unwrap(), order.photo[part]);
    }
    let beyond = format!("bytes={all}-");
    let answer = order.asks(Method::GET, &[(RANGE, &beyond)]).await;
    assert_eq!(answer.status(), 416);
    assert_eq!(says(&answer, CONTENT_RANGE), format!("bytes */{all}"));
    assert!(answer.bytes().await.unwrap().is_empty());
    order.ends().await;
}

#[tokio::test]
async fn a_range_that_does_not_hold_is_the_whole_photo() {
    let order = Order::new().await;
    for headers in [
        &[(RANGE, "bytes=0-1,3-4")][..],
        &[(RANGE, "bytes=5-4")],
        &[(RANGE, "pages=1-2")],
        &[(RANGE, "bytes=0-1"), (IF_RANGE, "\"a-validator\"")],
    ] {
        let answer = order.asks(Method::GET, headers).await;
        assert_eq!(answer.status(), 200, "{headers:?}");
        assert_eq!(answer.bytes().await.unwrap(), order.photo);
    }
    let answer = order.asks(Method::HEAD, &[(RANGE, "bytes=0-1")]).await;
    assert_eq!(answer.status(), 200);
    order.ends().await;
}

#[tokio::test]
async fn only_whoever_knows_a_photo_hears_what_may_be_done_with_it() {
    let order = Order::new().await;
    for method in [
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ] {
        let answer = order.asks(method.clone(), &[]).await;
        assert_eq!(answer.status(), 405, "{method}");
        assert_eq!(says(&answer, ALLOW), "GET, HEAD");
        let wrong = order.url.replace(".jpg", ".png");
        let answer = stranger(&order.scene).request(method, wrong).send().await;
        assert_eq!(answer.unwrap().status(), 404);
    }
    order.ends().await;
}
