//! A seller's picture made into the first frame of a vertical video.

use std::io::{self, BufRead, ErrorKind, Seek, SeekFrom};
use std::iter;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage};

/// The frame's width.
pub const WIDTH: u32 = 1080;
/// The frame's height.
pub const HEIGHT: u32 = 1920;
/// No side may be shorter: every model wants at least this.
const SHORTEST: u32 = 300;
/// No side may be longer.
const LONGEST: u32 = 12_000;
/// No picture may have more pixels.
const MOST_PIXELS: u64 = 50_000_000;
/// What decoding may take: 50 megapixels with an alpha channel, and room to work.
const MEMORY: u64 = 256 << 20;
/// No model takes a larger file.
const MOST_BYTES: usize = 10_000_000;
/// JPEG qualities, first choice first.
const QUALITIES: [u8; 5] = [90, 80, 70, 60, 50];
/// How far from 9:16 a picture may be and still be stretched to it.
const TOLERANCE: f64 = 0.02;
/// The background is blurred at 1/16 of the frame's size.
const SMALL: (u32, u32) = (WIDTH / 16, HEIGHT / 16);
/// How much the background is blurred, in pixels of the small one.
const BLUR: f32 = 3.0;
/// What is left of the background's light, in percent.
const LIGHT: u16 = 80;

/// Why a picture cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Not a whole JPEG, PNG or WebP.
    #[error("the file is not a whole JPEG, PNG or WebP picture")]
    NotAPicture,
    /// A side is too short.
    #[error("the picture is {width}x{height}; a side has at least {SHORTEST} pixels")]
    TooSmall {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// A side is too long, or there are too many pixels to decode.
    #[error(
        "the picture is {width}x{height}; it has sides of at most {LONGEST} pixels and at most 50 megapixels"
    )]
    TooLarge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// The file cannot be read; the picture may be fine.
    #[error("the file cannot be read: {0}")]
    Unread(ErrorKind),
}

/// Makes a JPEG of 1080x1920 of at most 10 MB from a JPEG, PNG or WebP.
///
/// The picture stands upright and whole, on white where it is transparent; what it does not cover
/// shows the same picture, large, blurred and darker.
pub fn frame(file: impl BufRead + Seek) -> Result<Vec<u8>, FrameError> {
    let picture = on_white(decode(file)?);
    encode(&compose(&picture))
}

/// Whether a JPEG, PNG or WebP can be opened, and is neither too small nor too large.
pub fn check(file: impl BufRead + Seek) -> Result<(), FrameError> {
    decode(file).map(drop)
}

fn decode(file: impl BufRead + Seek) -> Result<DynamicImage, FrameError> {
    let guessed = ImageReader::new(file).with_guessed_format();
    let guessed = guessed.map_err(unread)?;
    let format = guessed.format().ok_or(FrameError::NotAPicture)?;
    let mut file = guessed.into_inner();
    let whole = match format {
        ImageFormat::Jpeg => second_half_ends(&mut file).map_err(unread)?,
        ImageFormat::Png | ImageFormat::WebP => true,
        _ => false,
    };
    if !whole {
        return Err(FrameError::NotAPicture);
    }
    let mut reader = ImageReader::with_format(file, format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(wrong)?;
    let (width, height) = decoder.dimensions();
    if width.min(height) < SHORTEST {
        return Err(FrameError::TooSmall { width, height });
    }
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > LONGEST || pixels > MOST_PIXELS || decoder.total_bytes() > MEMORY {
        return Err(FrameError::TooLarge { width, height });
    }
    let orientation = decoder.orientation().map_err(wrong)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| match error {
        ImageError::Limits(_) => FrameError::TooLarge { width, height },
        error => wrong(error),
    })?;
    // A large picture is made smaller before it is turned: both at once would take twice the memory.
    if picture.width().max(picture.height()) > 2 * HEIGHT {
        picture = picture.resize(2 * HEIGHT, 2 * HEIGHT, FilterType::Triangle);
    }
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn wrong(error: ImageError) -> FrameError {
    match error {
        ImageError::IoError(error) => unread(error),
        _ => FrameError::NotAPicture,
    }
}

/// What the system refuses is no fault of the picture's; what ends too soon is.
fn unread(error: io::Error) -> FrameError {
    match error.raw_os_error() {
        Some(_) => FrameError::Unread(error.kind()),
        None => FrameError::NotAPicture,
    }
}

/// Whether the end of a JPEG is in the second half of a file, which is wound back; the decoder would paint what is
/// missing grey.
fn second_half_ends(file: &mut (impl BufRead + Seek)) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length / 2))?;
    let (mut before, mut ended) = (0, false);
    while !ended {
        let bytes = file.fill_buf()?;
        let Some(last) = bytes.last() else { break };
        let mut pairs = iter::once(&before).chain(bytes).zip(bytes);
        ended = pairs.any(|pair| pair == (&0xff, &0xd9));
        before = *last;
        let read = bytes.len();
        file.consume(read);
    }
    file.rewind()?;
    Ok(ended)
}

fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8().into();
    }
    let (width, height) = (picture.width(), picture.height());
    let mut opaque = Vec::with_capacity(width as usize * height as usize * 3);
    for pixel in picture.into_rgba8().chunks_exact(4) {
        let alpha = u32::from(pixel[3]);
        let over = |value: u8| ((u32::from(value) * alpha + 255 * (255 - alpha)) / 255) as u8;
        opaque.extend(pixel[..3].iter().map(|value| over(*value)));
    }
    RgbImage::from_raw(width, height, opaque)
        .expect("three bytes were written for every pixel")
        .into()
}

fn compose(picture: &DynamicImage) -> DynamicImage {
    let ratio = f64::from(picture.width()) / f64::from(picture.height());
    let wanted = f64::from(WIDTH) / f64::from(HEIGHT);
    let picture = &nearer(picture);
    if (ratio / wanted - 1.0).abs() <= TOLERANCE {
        return picture.resize_exact(WIDTH, HEIGHT, FilterType::CatmullRom);
    }
    let mut frame = background(picture);
    let whole = picture.resize(WIDTH, HEIGHT, FilterType::CatmullRom);
    let x = i64::from((WIDTH - whole.width()) / 2);
    let y = i64::from((HEIGHT - whole.height()) / 2);
    imageops::replace(&mut frame, &whole.into_rgb8(), x, y);
    frame.into()
}

/// A picture far larger than the frame, cheaply brought to twice its size: a good filter needs no
/// more, and would need sixteen bytes for every pixel.
fn nearer(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = (WIDTH * 2, HEIGHT * 2);
    if picture.width() > width || picture.height() > height {
        picture.thumbnail(width, height)
    } else {
        picture.clone()
    }
}

fn background(picture: &DynamicImage) -> RgbImage {
    let (width, height) = SMALL;
    let small = picture.resize_to_fill(width, height, FilterType::Triangle);
    let mut small = small.blur(BLUR).into_rgb8();
    for value in small.iter_mut() {
        *value = (u16::from(*value) * LIGHT / 100) as u8;
    }
    DynamicImage::from(small)
        .resize_exact(WIDTH, HEIGHT, FilterType::CatmullRom)
        .into_rgb8()
}

fn encode(frame: &DynamicImage) -> Result<Vec<u8>, FrameError> {
    let mut jpeg = Vec::new();
    for quality in QUALITIES {
        jpeg.clear();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
        frame
            .write_with_encoder(encoder)
            .expect("a frame in memory can be encoded");
        if jpeg.len() <= MOST_BYTES {
            break;
        }
    }
    Ok(jpeg)
}

#[cfg(test)]
mod tests;
