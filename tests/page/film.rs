//! The video of the provider's stand-in, as a real browser plays it.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{ImageFormat, Rgb, RgbImage};
use neurocards::sandbox::movie::{self, HEIGHT, WAY, WIDTH};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::visit::Visit;

/// How far a colour may be from the photo's: rounded to eight bits of less range, there and back.
const ROUNDED: u8 = 6;

#[tokio::test]
async fn its_first_frame_and_its_last_show_the_photo_itself() {
    let photo = photo();
    let browser = Browser::start().await;
    let visit = Visit {
        browser: &browser,
        client: &browser.client,
    };
    let mut file = Cursor::new(Vec::new());
    photo.write_to(&mut file, ImageFormat::Png).unwrap();
    let film = movie::shoot(file.get_ref()).unwrap();
    browser.client.goto("about:blank").await.unwrap();
    let load = "const film = document.createElement('video');
        film.muted = true;
        film.src = 'data:video/mp4;base64,' + arguments[0];
        document.body.append(film);";
    browser
        .client
        .execute(load, vec![json!(STANDARD.encode(&film))])
        .await
        .unwrap();
    visit
        .until(
            "return document.querySelector('video').readyState >= 4",
            "a video to play",
        )
        .await;
    let label = "const film = document.querySelector('video');
        return [film.videoWidth, film.videoHeight, film.duration]";
    let told = json!([WIDTH, HEIGHT, movie::seconds()]);
    assert_eq!(visit.asks(label).await, told);
    shows(&visit, 0.0, &photo, 0).await;
    shows(&visit, 1.02, &photo, 24).await;
    let end = f64::from(movie::seconds()) - 0.02;
    shows(&visit, end, &photo, WAY - 1).await;
    visit.asks("document.querySelector('video').currentTime = 0; document.querySelector('video').play()").await;
    visit
        .until("return document.querySelector('video').ended", "the end")
        .await;
    browser.stop().await;
}

/// A photo as large as the camera's way over it: grey grains, so that a pixel's neighbours are unlike it, in light
/// that changes its colour slowly.
fn photo() -> RgbImage {
    RgbImage::from_fn(WIDTH + WAY, HEIGHT, |x, y| {
        let grain = 60 + (x * 37 + y * 59) % 120;
        Rgb([grain + x / 10, grain, grain + 60 - y / 12].map(|value| value as u8))
    })
}

/// At this moment every seventh pixel is the photo's, as many pixels further to the right.
async fn shows(visit: &Visit<'_>, moment: f64, photo: &RgbImage, way: u32) {
    let seek = format!("document.querySelector('video').currentTime = {moment}");
    visit.asks(&seek).await;
    let there = "const film = document.querySelector('video');
        return !film.seeking && film.readyState >= 2";
    visit.until(there, "the moment").await;
    let draw = "const film = document.querySelector('video');
        const canvas = new OffscreenCanvas(film.videoWidth, film.videoHeight);
        const pen = canvas.getContext('2d');
        pen.drawImage(film, 0, 0);
        return [...pen.getImageData(0, 0, canvas.width, canvas.height).data]";
    let Value::Array(drawn) = visit.asks(draw).await else {
        panic!("no picture");
    };
    let mut worst = [0; 3];
    for n in (0..WIDTH * HEIGHT).step_by(7) {
        let meant = photo.get_pixel(n % WIDTH + way, n / WIDTH).0;
        let shown = drawn[n as usize * 4..]
            .iter()
            .map(|value| value.as_u64().unwrap() as u8);
        for ((worst, meant), shown) in worst.iter_mut().zip(meant).zip(shown) {
            *worst = meant.abs_diff(shown).max(*worst);
        }
    }
    assert!(
        worst.iter().all(|far| *far <= ROUNDED),
        "at {moment} s: {worst:?}"
    );
}
