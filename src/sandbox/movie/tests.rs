//! What a movie must be.

use openh264::{decoder::Decoder, formats::YUVSource};

use super::*;
use crate::sandbox::sample_photo;

fn average(rgb: &[u8]) -> [i32; 3] {
    let mut sums = [0u64; 3];
    for pixel in rgb.chunks_exact(3) {
        for (sum, value) in sums.iter_mut().zip(pixel) {
            *sum += u64::from(*value);
        }
    }
    sums.map(|sum| (sum / (rgb.len() as u64 / 3)) as i32)
}

#[test]
fn first_frame_shows_the_photo() {
    let picture = image::load_from_memory(&sample_photo(0)).unwrap();
    let scene = Scene::new(&picture);
    let film = encode(&scene).unwrap();
    assert_eq!(film.len(), FRAMES);
    assert!(film[0].key);
    let mut decoder = Decoder::new().unwrap();
    let decoded = decoder.decode(&film[0].bytes).unwrap().unwrap();
    assert_eq!(decoded.dimensions(), (WIDTH, HEIGHT));
    let mut rgb = vec![0; WIDTH * HEIGHT * 3];
    decoded.write_rgb8(&mut rgb);
    let (width, height) = (picture.width(), picture.height());
    let kept = width.min(height * 9 / 16);
    let tall = height.min(width * 16 / 9);
    let photo = picture
        .crop_imm((width - kept) / 2, (height - tall) / 2, kept, tall)
        .into_rgb8();
    for (shown, meant) in average(&rgb).into_iter().zip(average(&photo)) {
        assert!((shown - meant).abs() < 12, "{shown} is far from {meant}");
    }
}

#[test]
fn file_is_a_fast_start_mp4() {
    let movie = shoot(&sample_photo(1)).unwrap();
    let find = |name: &[u8]| movie.windows(4).position(|four| four == name);
    assert_eq!(find(b"ftyp"), Some(4));
    assert!(find(b"moov") < find(b"mdat"));
    assert!(find(b"avc1").is_some());
    let expected = Label {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        seconds: seconds(),
    };
    assert_eq!(label(&movie), Some(expected));
    let big = padded(&movie, 1 << 20);
    assert_eq!(big.len(), 1 << 20);
    assert_eq!(label(&big), Some(expected));
}

#[tokio::test]
async fn a_broken_photo_is_refused() {
    assert!(of(Bytes::from_static(b"not a photo")).await.is_err());
}
