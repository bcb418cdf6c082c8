//! A seller's picture made into the first frame of a vertical video.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};

use image::codecs::jpeg::JpegEncoder;
use image::imageops;
use image::{ExtendedColorType, RgbImage};

use super::decoded::{Decoded, Fault, Goal, MOST_PIXELS, SHORTEST};
use super::raster::Raster;
use super::{jpeg, png, webp};
use crate::rules::domain::format::Format;

/// The frame's width.
pub const WIDTH: u32 = 1080;
/// The frame's height.
pub const HEIGHT: u32 = 1920;
/// What a picture is made for.
const GOAL: Goal = Goal {
    width: WIDTH,
    height: HEIGHT,
    most: MOST_PIXELS,
};
/// No file is larger: Telegram gives a bot none that is.
pub const MOST_READ: u64 = 20 << 20;
/// No model takes a larger file.
const MOST_BYTES: usize = 10_000_000;
/// JPEG qualities, first choice first.
const QUALITIES: [u8; 5] = [90, 80, 70, 60, 50];
/// The background is blurred at 1/16 of the frame's size.
const SMALL: (u32, u32) = (WIDTH / 16, HEIGHT / 16);
/// How much the background is blurred, in pixels of the small one.
const BLUR: f32 = 3.0;
/// What is left of the background's light, in percent.
const LIGHT: u16 = 80;

/// Why a picture cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Another kind of file.
    #[error("the file is not a whole JPEG, PNG or WebP picture; it looks like {0:?}")]
    Format(Format),
    /// It ends too soon, or is damaged, or of a kind that nobody shows.
    #[error("the picture is damaged")]
    Damaged,
    /// A side is too short.
    #[error("the picture is {width}x{height}; a side has at least {SHORTEST} pixels")]
    TooSmall {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// It would take too much time or memory.
    #[error(
        "the picture is {width}x{height}: too much to decode, or more than {MOST_PIXELS} pixels"
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

impl From<Fault> for FrameError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Broken | Fault::Cut | Fault::Unusual => Self::Damaged,
            Fault::TooSmall { width, height } => Self::TooSmall { width, height },
            Fault::TooLarge { width, height } => Self::TooLarge { width, height },
        }
    }
}

/// What frames a file: [`frame_file`], or something that comes to the same.
pub type Framing = fn(File) -> Result<Vec<u8>, FrameError>;

/// As [`frame`], of a file.
pub fn frame_file(file: File) -> Result<Vec<u8>, FrameError> {
    frame(BufReader::new(file))
}

/// Makes a JPEG of 1080x1920 of at most 10 MB from a JPEG, PNG or WebP.
///
/// The picture stands upright and whole, in sRGB, on white where it is transparent; what it does not cover
/// shows the same picture, large, blurred and darker. It takes at most 150 MiB, however large the picture is.
pub fn frame(file: impl Read) -> Result<Vec<u8>, FrameError> {
    let whole = decode(file, &GOAL)?.fitted(&GOAL);
    Ok(encode(&compose(whole)))
}

/// Whether a JPEG, PNG or WebP can be opened, and is neither too small nor too large.
pub fn check(file: impl Read) -> Result<(), FrameError> {
    decode(file, &GOAL).map(drop)
}

/// Decodes a JPEG, PNG or WebP for a goal.
pub fn decode(file: impl Read, goal: &Goal) -> Result<Decoded, FrameError> {
    let mut bytes = Vec::new();
    let read = file.take(MOST_READ + 1).read_to_end(&mut bytes);
    read.map_err(|error: io::Error| FrameError::Unread(error.kind()))?;
    if bytes.len() as u64 > MOST_READ {
        return Err(FrameError::Damaged);
    }
    let (format, start) = Format::of_bytes(&bytes);
    let decoded = match format {
        Format::Jpeg => jpeg::decode(&bytes[start..], goal),
        Format::Png => png::decode(&bytes, goal),
        Format::WebP => webp::decode(&bytes, goal),
        other => return Err(FrameError::Format(other)),
    };
    Ok(decoded?)
}

/// The picture on its ground.
fn compose(whole: Raster) -> Raster {
    if (whole.width, whole.height) == (WIDTH, HEIGHT) {
        return whole;
    }
    let mut frame = background(&whole);
    let at = ((WIDTH - whole.width) / 2, (HEIGHT - whole.height) / 2);
    frame.put(&whole, at);
    frame
}

/// As much of the picture's middle as fills the frame.
fn background(whole: &Raster) -> Raster {
    let cover = (whole.width * HEIGHT).min(whole.height * WIDTH);
    let size = (
        (cover / HEIGHT).clamp(1, whole.width),
        (cover / WIDTH).clamp(1, whole.height),
    );
    let at = ((whole.width - size.0) / 2, (whole.height - size.1) / 2);
    let small = whole.part(at, size).resized(SMALL.0, SMALL.1);
    let small = RgbImage::from_raw(SMALL.0, SMALL.1, small.rgb);
    let mut blurred = imageops::blur(&small.expect("it has three bytes a pixel"), BLUR);
    for value in blurred.iter_mut() {
        *value = (u16::from(*value) * LIGHT / 100) as u8;
    }
    let small = Raster {
        width: SMALL.0,
        height: SMALL.1,
        rgb: blurred.into_raw(),
    };
    small.resized(WIDTH, HEIGHT)
}

fn encode(frame: &Raster) -> Vec<u8> {
    let mut jpeg = Vec::new();
    for quality in QUALITIES {
        jpeg.clear();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
        encoder
            .encode(&frame.rgb, WIDTH, HEIGHT, ExtendedColorType::Rgb8)
            .expect("a frame in memory can be encoded");
        if jpeg.len() <= MOST_BYTES {
            break;
        }
    }
    jpeg
}

#[cfg(test)]
mod tests;
