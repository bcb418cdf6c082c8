//! What a movie must be. That a browser shows it is tried in `tests/page/film.rs`.

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

/// The samples of a key frame, macroblock by macroblock: 256 of light, 64 of blue, 64 of red.
fn samples(unit: &[u8]) -> Vec<[Vec<u8>; 3]> {
    let mut bytes = unit.to_vec();
    let blocks = (((WIDTH + WAY) / 16) * (HEIGHT / 16)) as usize;
    assert_eq!(bytes.pop(), Some(0x80), "the trailing bit");
    let begin = bytes.len() - (blocks * 386 - 2);
    assert!(begin < 10, "the head of the slice");
    let mut read = Vec::new();
    for (n, block) in bytes[begin..].chunks(386).enumerate() {
        let planes = [&block[..256], &block[256..320], &block[320..384]];
        read.push(planes.map(<[u8]>::to_vec));
        if n + 1 < blocks {
            assert_eq!(block[384..], [0x0d, 0x00], "I_PCM, as ue(25), and zeros");
        }
    }
    read
}

#[test]
fn first_frame_is_the_photo() {
    for n in 0..3 {
        let photo = image::load_from_memory(&sample_photo(n)).unwrap();
        let scene = scene(&photo);
        let film = h264::pan(&scene, WIDTH, FRAMES);
        assert_eq!(film.frames.len(), FRAMES as usize);
        assert_eq!(film.frames[0][0] & 31, 5, "a key frame");
        let blocks = samples(&film.frames[0]);
        assert_eq!(blocks.len(), 27 * 40);
        let blocks = blocks.iter().map(|planes| {
            let [light, blue, red] = planes.each_ref().map(|plane| {
                plane.iter().map(|&sample| f64::from(sample)).sum::<f64>() / plane.len() as f64
            });
            let (light, blue, red) = ((light - 16.0) * 1.164, blue - 128.0, red - 128.0);
            [
                light + 1.596 * red,
                light - 0.392 * blue - 0.813 * red,
                light + 2.017 * blue,
            ]
        });
        for (at, shown) in blocks.enumerate() {
            let (left, top) = (at as u32 % 27 * 16, at as u32 / 27 * 16);
            let meant = average(&scene.crop_imm(left, top, 16, 16).into_rgb8());
            for (shown, meant) in shown.iter().zip(meant) {
                assert!(
                    (shown - f64::from(meant)).abs() < 4.0,
                    "{at}: {shown}, {meant}"
                );
            }
        }
    }
}

#[test]
fn other_frames_weigh_next_to_nothing() {
    let photo = image::load_from_memory(&sample_photo(1)).unwrap();
    let film = h264::pan(&scene(&photo), WIDTH, FRAMES);
    assert!(film.frames[1..].iter().all(|frame| frame.len() < 128));
    assert!(shoot(&sample_photo(1)).unwrap().len() < 430_000);
}

#[test]
fn start_codes_appear_in_no_frame() {
    for shade in [0, 1, 2, 3] {
        let dark = DynamicImage::ImageRgb8(image::RgbImage::from_pixel(
            432,
            640,
            image::Rgb([shade; 3]),
        ));
        let film = h264::pan(&dark, WIDTH, FRAMES);
        for unit in film.frames {
            let mut threes = unit.windows(3);
            assert!(threes.all(|three| three[..2] != [0, 0] || three[2] > 2));
        }
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
        width: WIDTH,
        height: HEIGHT,
        seconds: seconds(),
    };
    assert_eq!(label(&movie), Some(expected));
    let big = padded(&movie, 1 << 20);
    assert_eq!(big.len(), 1 << 20);
    assert_eq!(label(&big), Some(expected));
}

#[test]
fn photos_of_any_shape_are_filmed() {
    for (width, height) in [(1, 1), (1, 4000), (4000, 1), (431, 641)] {
        let scene = scene(&DynamicImage::new_rgb8(width, height));
        assert_eq!((scene.width(), scene.height()), (WIDTH + WAY, HEIGHT));
    }
}

#[tokio::test]
async fn a_broken_photo_is_refused() {
    assert!(of(Bytes::from_static(b"not a photo")).await.is_err());
}
