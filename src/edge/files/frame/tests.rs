//! Tests of framing with pictures made on the spot.

mod cases;
mod colours;
mod large;
mod memory;

use std::path::Path;

use image::{DynamicImage, ImageFormat, Rgb, Rgba, RgbaImage};

use super::*;

const RED: Rgb<u8> = Rgb([200, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 30, 200]);

/// Red on the left, blue on the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { RED } else { BLUE };
    let row: Vec<u8> = (0..width).flat_map(|x| colour(x).0).collect();
    let rows = row.repeat(height as usize);
    RgbImage::from_raw(width, height, rows).unwrap().into()
}

/// A file of it; the library's own copy of what writes files is the one that is optimised in every profile.
fn bytes(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    picture.save_with_format(file.path(), format).unwrap();
    std::fs::read(file.path()).unwrap()
}

fn framed(bytes: &[u8]) -> RgbImage {
    opened(&frame(bytes).unwrap())
}

fn opened(jpeg: &[u8]) -> RgbImage {
    assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
    let picture = image::load_from_memory(jpeg).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (1080, 1920));
    picture
}

/// A chunk of a PNG.
fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [name, content].concat();
    let length = (content.len() as u32).to_be_bytes();
    let sum = crc(&named).to_be_bytes();
    [&length, &named[..], &sum].concat()
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
fn what_is_cut_off_or_damaged_is_refused() {
    let alpha = RgbaImage::from_fn(800, 400, |x, y| Rgba([x as u8, y as u8, 9, (x ^ y) as u8]));
    let pictures = [
        bytes(&halves(800, 400), ImageFormat::Jpeg),
        bytes(&halves(800, 400), ImageFormat::Png),
        bytes(&halves(800, 400), ImageFormat::WebP),
        bytes(&alpha.clone().into(), ImageFormat::Png),
        bytes(&alpha.into(), ImageFormat::WebP),
        include_bytes!("../../../../tests/cases/pictures/lossy-alpha.webp").to_vec(),
        include_bytes!("../../../../tests/cases/pictures/animated.webp")[..500].to_vec(),
    ];
    for picture in &pictures[..6] {
        assert!(frame(&picture[..]).is_ok());
        for part in [5, 20, 50, 80, 95] {
            let cut = &picture[..(picture.len() * part / 100).max(16)];
            assert_eq!(frame(cut), Err(FrameError::Damaged), "{part} %");
        }
    }
    assert_eq!(frame(&pictures[6][..]), Err(FrameError::Damaged));
    let mut damaged = pictures[0].clone();
    damaged[20..200].fill(0);
    assert_eq!(frame(&damaged[..]), Err(FrameError::Damaged));
}

#[test]
fn another_kind_of_file_is_called_by_its_name() {
    for (begin, format) in [
        (&b""[..], Format::Other),
        (b"just a text", Format::Other),
        (b"GIF89a\x90\x01\x90\x01\0\0\0", Format::Gif),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
    ] {
        assert_eq!(frame(begin), Err(FrameError::Format(format)));
    }
}

#[test]
fn rubbish_before_a_picture_is_skipped() {
    let jpeg = bytes(&halves(800, 400), ImageFormat::Jpeg);
    for rubbish in [
        &b"\r\n"[..],
        b"\xef\xbb\xbf",
        b"<br />\n<b>Warning</b>: x in y on line 3<br />\n",
        &[0; 512],
    ] {
        assert!(frame(&[rubbish, &jpeg].concat()[..]).is_ok());
    }
    let far = [&[b' '; 2000][..], &jpeg].concat();
    assert_eq!(frame(&far[..]), Err(FrameError::Format(Format::Other)));
}

#[test]
fn a_small_picture_is_refused_with_its_size() {
    let wanted = FrameError::TooSmall {
        width: 299,
        height: 800,
    };
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let small = bytes(&halves(299, 800), format);
        assert_eq!(frame(&small[..]), Err(wanted));
    }
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
    assert_eq!(frame(&png[..]), Err(wanted));
}

#[test]
fn noise_stays_within_ten_megabytes() {
    let mut seed = 1_u32;
    let noise = RgbImage::from_fn(450, 800, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = seed.to_be_bytes();
        Rgb([a, b, c])
    });
    let framed = frame(&bytes(&noise.into(), ImageFormat::Png)[..]);
    assert!(framed.unwrap().len() <= MOST_BYTES);
}

#[test]
fn every_kind_of_png_is_read() {
    use ::png::{BitDepth, ColorType, Encoder};

    let depths = [
        BitDepth::One,
        BitDepth::Two,
        BitDepth::Four,
        BitDepth::Eight,
        BitDepth::Sixteen,
    ];
    let kinds = [
        (ColorType::Grayscale, &depths[..]),
        (ColorType::Indexed, &depths[..4]),
        (ColorType::Rgb, &depths[3..]),
        (ColorType::GrayscaleAlpha, &depths[3..]),
        (ColorType::Rgba, &depths[3..]),
    ];
    for (kind, depths) in kinds {
        for depth in depths {
            let mut file = Vec::new();
            let mut encoder = Encoder::new(&mut file, 320, 400);
            encoder.set_color(kind);
            encoder.set_depth(*depth);
            if kind == ColorType::Indexed {
                encoder.set_palette(vec![0, 0, 0, 0, 160, 40]);
                encoder.set_trns(vec![0, 255]);
            }
            let row = (320 * kind.samples() * (*depth as usize)).div_ceil(8);
            // Nothing, or transparent, above; all there is below.
            let mut pixels = vec![0; row * 200];
            let below = match kind {
                ColorType::Indexed => index(*depth),
                _ => 255,
            };
            pixels.resize(row * 400, below);
            let mut writer = encoder.write_header().unwrap();
            writer.write_image_data(&pixels).unwrap();
            writer.finish().unwrap();
            let picture = framed(&file);
            let above = match kind {
                ColorType::Grayscale | ColorType::Rgb => [0; 3],
                ColorType::Indexed | ColorType::GrayscaleAlpha | ColorType::Rgba => [255; 3],
            };
            let below = match kind {
                ColorType::Indexed => [0, 160, 40],
                _ => [255; 3],
            };
            assert!(
                near(picture.get_pixel(540, 600), above),
                "{kind:?} {depth:?}"
            );
            assert!(
                near(picture.get_pixel(540, 1400), below),
                "{kind:?} {depth:?}"
            );
        }
    }
}

/// A byte of ones, in numbers of so many bits.
fn index(depth: ::png::BitDepth) -> u8 {
    match depth {
        ::png::BitDepth::One => 0xff,
        ::png::BitDepth::Two => 0x55,
        ::png::BitDepth::Four => 0x11,
        ::png::BitDepth::Eight | ::png::BitDepth::Sixteen => 0x01,
    }
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    // The picture outside is for programs that know no animations.
    let outside = bytes(
        &RgbImage::from_pixel(320, 400, BLUE).into(),
        ImageFormat::Png,
    );
    let first = bytes(
        &RgbImage::from_pixel(320, 400, RED).into(),
        ImageFormat::Png,
    );
    let pixels = |png: &[u8]| {
        let at = png.windows(4).position(|four| four == b"IDAT").unwrap();
        let length = u32::from_be_bytes(png[at - 4..at].try_into().unwrap()) as usize;
        (
            at - 4,
            png[at + 4..at + 4 + length].to_vec(),
            at + 8 + length,
        )
    };
    let control = |number: u32, size: [u32; 2]| {
        let numbers = [number, size[0], size[1], 0, 0]
            .map(u32::to_be_bytes)
            .concat();
        chunk(b"fcTL", &[&numbers[..], &[0, 1, 0, 10, 0, 0]].concat())
    };
    let (begin, inside, end) = pixels(&outside);
    let count = chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
    let data = chunk(
        b"fdAT",
        &[&1_u32.to_be_bytes()[..], &pixels(&first).1].concat(),
    );
    let outside_pixels = chunk(b"IDAT", &inside);
    let file = |parts: &[&[u8]]| [&outside[..begin], &parts.concat(), &outside[end..]].concat();
    let hidden = file(&[&count, &outside_pixels, &control(0, [320, 400]), &data]);
    assert!(near(framed(&hidden).get_pixel(540, 960), RED.0));
    let shown = file(&[&count, &control(0, [320, 400]), &outside_pixels]);
    assert!(near(framed(&shown).get_pixel(540, 960), BLUE.0));
    // A first frame that is but a part of the picture is not it.
    let part = file(&[&count, &outside_pixels, &control(0, [32, 40]), &data]);
    assert!(near(framed(&part).get_pixel(540, 960), BLUE.0));
}

/// A disk that refuses after the beginning of a picture.
struct Worn(usize, Vec<u8>);

impl Read for Worn {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self.1.get(self.0) {
            Some(byte) if self.0 < self.1.len() / 2 => {
                self.0 += 1;
                to[0] = *byte;
                Ok(1)
            }
            Some(_) | None => Err(io::Error::from_raw_os_error(5)),
        }
    }
}

#[test]
fn a_disk_that_refuses_is_no_fault_of_the_picture() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let found = frame(Worn(0, bytes(&halves(800, 400), format)));
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
