//! Tests of framing with pictures made on the spot.

use std::io::{BufReader, Cursor, Read};

use image::{Rgb, Rgba, RgbaImage};

use super::*;

const RED: Rgb<u8> = Rgb([200, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 200]);

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { RED } else { BLUE }).into()
}

fn bytes(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn framed(bytes: &[u8]) -> RgbImage {
    let jpeg = frame(Cursor::new(bytes)).unwrap();
    assert_eq!(image::guess_format(&jpeg).unwrap(), ImageFormat::Jpeg);
    let picture = image::load_from_memory(&jpeg).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (1080, 1920));
    picture
}

fn near(pixel: &Rgb<u8>, wanted: [u8; 3]) -> bool {
    pixel.0.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) < 25)
}

#[test]
fn a_wide_picture_stands_whole_on_its_own_blur() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let picture = framed(&bytes(&halves(800, 400), format));
        assert!(near(picture.get_pixel(200, 960), RED.0), "{format:?}");
        assert!(near(picture.get_pixel(880, 960), BLUE.0), "{format:?}");
        assert!(near(picture.get_pixel(10, 10), [160, 24, 24]), "{format:?}");
    }
}

#[test]
fn a_tall_picture_gets_blurred_sides() {
    let picture = framed(&bytes(&halves(300, 900), ImageFormat::Png));
    assert!(near(picture.get_pixel(250, 5), RED.0));
    assert!(near(picture.get_pixel(5, 960), [160, 24, 24]));
}

#[test]
fn a_picture_of_the_right_ratio_fills_the_frame() {
    let picture = framed(&bytes(&halves(450, 800), ImageFormat::Jpeg));
    assert!(near(picture.get_pixel(2, 2), RED.0));
    assert!(near(picture.get_pixel(1077, 1917), BLUE.0));
}

#[test]
fn a_large_picture_is_framed_too() {
    let picture = framed(&bytes(&halves(5000, 3000), ImageFormat::Jpeg));
    assert!(near(picture.get_pixel(200, 960), RED.0));
}

#[test]
fn a_picture_taken_sideways_stands_upright() {
    // Orientation 6: the camera was turned; left becomes top.
    let exif =
        b"\xff\xe1\x00\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut jpeg = bytes(&halves(800, 450), ImageFormat::Jpeg);
    jpeg.splice(2..2, exif.iter().copied());
    let picture = framed(&jpeg);
    assert!(near(picture.get_pixel(540, 100), RED.0));
    assert!(near(picture.get_pixel(540, 1800), BLUE.0));
}

#[test]
fn what_is_transparent_becomes_white() {
    let clear: DynamicImage = RgbaImage::from_pixel(450, 800, Rgba([0, 0, 0, 0])).into();
    assert!(near(
        framed(&bytes(&clear, ImageFormat::Png)).get_pixel(540, 960),
        [255; 3]
    ));
    let half: DynamicImage = RgbaImage::from_pixel(450, 800, Rgba([0, 0, 0, 128])).into();
    assert!(near(
        framed(&bytes(&half, ImageFormat::WebP)).get_pixel(540, 960),
        [127; 3]
    ));
}

#[test]
fn what_is_no_picture_is_refused() {
    let jpeg = bytes(&halves(800, 400), ImageFormat::Jpeg);
    let mut damaged = jpeg.clone();
    damaged[2..200].fill(0);
    let gif = b"GIF89a\x90\x01\x90\x01\0\0\0".to_vec();
    let png = bytes(&halves(800, 400), ImageFormat::Png);
    for bytes in [
        Vec::new(),
        b"just a text ".repeat(17),
        jpeg[..jpeg.len() / 2].to_vec(),
        png[..png.len() / 2].to_vec(),
        damaged,
        gif,
    ] {
        assert_eq!(frame(Cursor::new(bytes)), Err(FrameError::NotAPicture));
    }
}

#[test]
fn a_small_picture_is_refused_with_its_size() {
    let wanted = FrameError::TooSmall {
        width: 299,
        height: 800,
    };
    let small = bytes(&halves(299, 800), ImageFormat::Png);
    assert_eq!(frame(Cursor::new(small)), Err(wanted));
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let mut png = bytes(&halves(300, 300), ImageFormat::Png);
    png[16..20].copy_from_slice(&65_535_u32.to_be_bytes());
    png[20..24].copy_from_slice(&65_535_u32.to_be_bytes());
    let crc = crc(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    let wanted = FrameError::TooLarge {
        width: 65_535,
        height: 65_535,
    };
    assert_eq!(frame(Cursor::new(png)), Err(wanted));
}

#[test]
fn noise_stays_within_ten_megabytes() {
    let mut seed = 1_u32;
    let noise = RgbImage::from_fn(450, 800, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = seed.to_be_bytes();
        Rgb([a, b, c])
    });
    let framed = frame(Cursor::new(bytes(&noise.into(), ImageFormat::Png)));
    assert!(framed.unwrap().len() <= MOST_BYTES);
}

#[test]
fn the_end_of_a_jpeg_is_found_across_two_reads() {
    let jpeg = bytes(&halves(800, 400), ImageFormat::Jpeg);
    let end = jpeg.len() - 2;
    assert_eq!(jpeg[end..], [0xff, 0xd9]);
    for buffer in [1, 2, end - jpeg.len() / 2 + 1] {
        let file = BufReader::with_capacity(buffer, Cursor::new(&jpeg));
        assert!(frame(file).is_ok(), "{buffer} bytes at a time");
        let file = BufReader::with_capacity(buffer, Cursor::new(&jpeg[..=end]));
        assert_eq!(frame(file), Err(FrameError::NotAPicture));
    }
}

/// A disk that refuses from the middle of a picture on.
struct Worn(Cursor<Vec<u8>>);

impl Read for Worn {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let half = self.0.get_ref().len() as u64 / 2;
        match self.0.position() < half {
            true => self.0.read(&mut to[..1]),
            false => Err(io::Error::from_raw_os_error(5)),
        }
    }
}

impl Seek for Worn {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_disk_that_refuses_is_no_fault_of_the_picture() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let file = Worn(Cursor::new(bytes(&halves(800, 400), format)));
        let found = frame(BufReader::new(file));
        assert!(matches!(found, Err(FrameError::Unread(_))), "{found:?}");
    }
}

/// The checksum of a PNG chunk.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    })
}
