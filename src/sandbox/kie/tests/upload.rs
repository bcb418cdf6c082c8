//! What a client of KIE's upload API sees of the stand-in.

use serde_json::Value;

use super::super::{KEYS, UploadFault};
use super::{Shop, shop};

impl Shop {
    /// Uploads these text fields and this file, in this order, with a key.
    async fn uploads(&self, key: &str, texts: &[(&str, &str)], file: Option<&[u8]>) -> Value {
        let url = format!("{}/api/file-stream-upload", self.sandbox.kie.upload_url());
        let mut form = reqwest::multipart::Form::new();
        for (name, text) in texts {
            form = form.text((*name).to_owned(), (*text).to_owned());
        }
        if let Some(bytes) = file {
            let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name("a.jpg");
            form = form.part("file", part);
        }
        let request = self.client.post(url).bearer_auth(key).multipart(form);
        request.send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn an_uploaded_file_can_be_fetched_for_a_day_and_is_overwritten_by_its_name() {
    let shop = shop().await;
    let fields = [("uploadPath", "a/b"), ("fileName", "n.jpg")];
    let first = shop.uploads(KEYS[0], &fields, Some(b"one")).await;
    let url = first["data"]["downloadUrl"].as_str().unwrap().to_owned();
    let again = shop.uploads(KEYS[0], &fields, Some(b"two")).await;
    assert_eq!(again["data"]["downloadUrl"], url);
    assert_eq!(shop.sandbox.kie.uploads().len(), 1);
    let other = shop.uploads(KEYS[1], &fields, Some(b"six")).await;
    assert_ne!(other["data"]["downloadUrl"], url, "accounts are apart");
    let get = async || shop.client.get(&url).send().await.unwrap();
    assert_eq!(get().await.bytes().await.unwrap(), "two");
    shop.clock.pass(24 * 60 * 60 * 1000);
    assert_eq!(get().await.status(), 404);
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}

#[tokio::test]
async fn an_upload_that_is_wrong_is_refused_and_complained_about() {
    let shop = shop().await;
    let told = async |key, texts: &[(&str, &str)], file: Option<&[u8]>| {
        let before = shop.sandbox.complaints().len();
        let told = shop.uploads(key, texts, file).await;
        assert_eq!(told["data"], Value::Null, "{told}");
        (
            told["code"].as_u64().unwrap(),
            shop.sandbox.complaints().len() - before,
        )
    };
    let file: Option<&[u8]> = Some(b"a file");
    assert_eq!(
        told("another-key", &[("uploadPath", "a")], file).await,
        (401, 0)
    );
    for (texts, file) in [
        (&[("uploadPath", "a")][..], None),
        (&[], file),
        (&[("uploadPath", "/a")], file),
        (&[("uploadPath", "a/")], file),
        (&[("uploadPath", "")], file),
        (&[("uploadPath", "../a")], file),
        (&[("uploadPath", "a"), ("fileName", "../n.jpg")], file),
        (&[("uploadPath", "a"), ("fileName", "n")], file),
        (&[("uploadPath", "a"), ("filename", "n.jpg")], file),
    ] {
        assert_eq!(told(KEYS[0], texts, file).await, (400, 1), "{texts:?}");
    }
    assert_eq!(
        told(KEYS[0], &[("uploadPath", "a")], Some(b"")).await,
        (413, 1)
    );
    assert!(shop.sandbox.kie.uploads().is_empty());
}

#[tokio::test]
async fn an_upload_goes_wrong_as_planned() {
    let shop = shop().await;
    for (fault, code) in [
        (UploadFault::Unauthorized, 401),
        (UploadFault::Billing, 402),
        (UploadFault::TooMany(7), 429),
        (UploadFault::ServerError, 500),
        (UploadFault::NoUrl, 200),
    ] {
        shop.sandbox.kie.fail_upload(fault);
        let told = shop
            .uploads(KEYS[0], &[("uploadPath", "a")], Some(b"x"))
            .await;
        assert_eq!(told["code"], code, "{told}");
        assert!(told["data"]["downloadUrl"].is_null(), "{told}");
    }
    assert_eq!(shop.sandbox.complaints(), [""; 0]);
}
