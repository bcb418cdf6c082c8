//! Pictures of one colour, made on the spot and known again after their way through the bot.

use std::io::Cursor;

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};

/// A JPEG of one colour, of a phone's upright ratio.
pub fn of(colour: [u8; 3]) -> Bytes {
    let picture = RgbImage::from_pixel(600, 800, image::Rgb(colour));
    written(&picture.into(), ImageFormat::Jpeg)
}

/// A PNG whose background is transparent and whose middle has this colour.
pub fn cut_out(colour: [u8; 3]) -> Bytes {
    let [r, g, b] = colour;
    let picture = RgbaImage::from_fn(600, 800, |x, y| {
        let inside = (150..450).contains(&x) && (200..600).contains(&y);
        image::Rgba([r, g, b, if inside { 255 } else { 0 }])
    });
    written(&picture.into(), ImageFormat::Png)
}

/// A PNG that is too small to be filmed.
pub fn small() -> Vec<u8> {
    let picture = RgbImage::from_pixel(600, 200, image::Rgb([9, 9, 9]));
    written(&picture.into(), ImageFormat::Png).into()
}

/// What the provider was served is a JPEG of 1080x1920 with this colour in its middle.
#[track_caller]
pub fn is(jpeg: &[u8], colour: [u8; 3]) {
    assert_eq!(image::guess_format(jpeg).unwrap(), ImageFormat::Jpeg);
    let picture = image::load_from_memory(jpeg).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (1080, 1920));
    let seen = picture.get_pixel(540, 960).0;
    let near = seen.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 20);
    assert!(near, "{seen:?} is not {colour:?}");
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Bytes {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner().into()
}
