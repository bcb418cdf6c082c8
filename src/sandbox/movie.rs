//! Real, playable MP4s: a slow zoom over a photo.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::Cursor,
    sync::{Arc, Mutex, OnceLock},
};

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, imageops::FilterType};
use muxide::api::{MuxerBuilder, VideoCodec};
use openh264::{
    OpenH264API, Timestamp,
    encoder::{Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, RateControlMode},
    formats::{RgbSliceU8, YUVBuffer, YUVSource},
};
use tokio::sync::OnceCell;

use super::ground::lock;

/// Pixels from left to right.
pub const WIDTH: usize = 360;
/// Pixels from top to bottom: 9:16.
pub const HEIGHT: usize = 640;
const FRAMES_PER_SECOND: usize = 24;
const FRAMES: usize = 72;
/// How much larger than a frame the photo is at the start of the zoom's arithmetic.
const MARGIN: f64 = 1.2;

/// Movies by the hash of their photo: a debug build takes about a second for one.
type Shelf = Mutex<HashMap<u64, Arc<OnceCell<Bytes>>>>;

/// What a player reads off an MP4 before it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
    /// Whole seconds, rounded up.
    pub seconds: u32,
}

/// How long every movie is.
pub fn seconds() -> u32 {
    (FRAMES / FRAMES_PER_SECOND) as u32
}

/// Makes the movie of a photo, or takes it off the shelf.
///
/// # Errors
/// A sentence, when the photo cannot be decoded or the encoder refuses.
pub async fn of(photo: Bytes) -> Result<Bytes, String> {
    static SHELF: OnceLock<Shelf> = OnceLock::new();
    let mut hasher = DefaultHasher::new();
    photo.hash(&mut hasher);
    let shelf = SHELF.get_or_init(Shelf::default);
    let place = lock(shelf).entry(hasher.finish()).or_default().clone();
    let movie = place
        .get_or_try_init(|| async {
            let made = tokio::task::spawn_blocking(move || shoot(&photo)).await;
            made.map_err(|error| error.to_string())?
        })
        .await?;
    Ok(movie.clone())
}

/// Makes the movie of a photo; takes up to a second of one core.
///
/// # Errors
/// A sentence, when the photo cannot be decoded or the encoder refuses.
pub fn shoot(photo: &[u8]) -> Result<Bytes, String> {
    let picture = image::load_from_memory(photo).map_err(|error| error.to_string())?;
    let film = encode(&Scene::new(&picture)).map_err(|error| error.to_string())?;
    mux(&film)
}

/// The same movie with a trailing `free` box, at least `size` bytes in all.
pub fn padded(movie: &[u8], size: usize) -> Bytes {
    let padding = size.saturating_sub(movie.len()).max(8);
    let length = u32::try_from(padding).expect("padding is far below 4 GiB");
    let mut padded = Vec::with_capacity(movie.len() + padding);
    padded.extend_from_slice(movie);
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(b"free");
    padded.resize(movie.len() + padding, 0);
    padded.into()
}

/// Reads size and length off an MP4; `None` if it is not one.
pub fn label(movie: &[u8]) -> Option<Label> {
    child(movie, b"ftyp")?;
    let moov = child(movie, b"moov")?;
    let header = child(moov, b"mvhd")?;
    let (scale, duration) = match header.first()? {
        0 => (number(header, 12)?, u64::from(number(header, 16)?)),
        _ => {
            let high = u64::from(number(header, 24)?) << 32;
            (number(header, 20)?, high | u64::from(number(header, 28)?))
        }
    };
    let track = child(child(moov, b"trak")?, b"tkhd")?;
    let at = track.len().checked_sub(8)?;
    Some(Label {
        width: number(track, at)? >> 16,
        height: number(track, at + 4)? >> 16,
        seconds: duration.div_ceil(u64::from(scale.max(1))) as u32,
    })
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

fn child<'a>(mut boxes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    while boxes.len() >= 8 {
        let length = number(boxes, 0)? as usize;
        if length < 8 || length > boxes.len() {
            return None;
        }
        if &boxes[4..8] == kind {
            return Some(&boxes[8..length]);
        }
        boxes = &boxes[length..];
    }
    None
}

/// The photo as YUV, a little larger than a frame, so that the camera can move over it.
struct Scene {
    photo: YUVBuffer,
    width: usize,
    height: usize,
}

impl Scene {
    fn new(picture: &DynamicImage) -> Scene {
        let (width, height) = (picture.width(), picture.height());
        let kept_width = width.min((height * 9 / 16).max(1));
        let kept_height = height.min((width * 16 / 9).max(1));
        let (left, top) = ((width - kept_width) / 2, (height - kept_height) / 2);
        let cut = picture.crop_imm(left, top, kept_width, kept_height);
        let width = (WIDTH as f64 * MARGIN) as usize & !1;
        let height = (HEIGHT as f64 * MARGIN) as usize & !1;
        let rgb = cut
            .resize_exact(width as u32, height as u32, FilterType::Triangle)
            .into_rgb8();
        let photo = YUVBuffer::from_rgb8_source(RgbSliceU8::new(&rgb, (width, height)));
        Scene {
            photo,
            width,
            height,
        }
    }

    /// Frame `n`: from the whole photo to its middle, drifting a little to the right and up.
    fn frame(&self, n: usize) -> YUVBuffer {
        let passed = n as f64 / (FRAMES - 1) as f64;
        let scale = MARGIN - (MARGIN - 1.0) * passed;
        let free_x = self.width as f64 - WIDTH as f64 * scale;
        let free_y = self.height as f64 - HEIGHT as f64 * scale;
        let x = Sweep::new(free_x * (0.5 + 0.3 * passed), scale);
        let y = Sweep::new(free_y * (0.5 - 0.3 * passed), scale);
        let (luma, blue, red) = (self.photo.y(), self.photo.u(), self.photo.v());
        let (stride, chroma_stride, _) = self.photo.strides();
        let mut frame = Vec::with_capacity(WIDTH * HEIGHT * 3 / 2);
        smooth(luma, stride, &x, &y, (self.width, self.height), &mut frame);
        for plane in [blue, red] {
            coarse(plane, chroma_stride, &x, &y, &mut frame);
        }
        YUVBuffer::from_vec(frame, WIDTH, HEIGHT)
    }
}

/// A walk over one axis of the photo, in 1/65536 of its pixels: coarser steps would make the zoom tremble.
struct Sweep {
    start: usize,
    step: usize,
}

impl Sweep {
    fn new(start: f64, step: f64) -> Sweep {
        Sweep {
            start: (start * 65536.0) as usize,
            step: (step * 65536.0) as usize,
        }
    }

    fn at(&self, n: usize) -> usize {
        self.start + self.step * n
    }
}

fn smooth(
    plane: &[u8],
    stride: usize,
    x: &Sweep,
    y: &Sweep,
    (width, height): (usize, usize),
    out: &mut Vec<u8>,
) {
    for row in 0..HEIGHT {
        let at = y.at(row);
        let (top, down) = ((at >> 16).min(height - 1), (at >> 8) & 255);
        let upper = &plane[top * stride..][..width];
        let lower = &plane[(top + 1).min(height - 1) * stride..][..width];
        let mut at = x.start;
        for _ in 0..WIDTH {
            let (left, right) = ((at >> 16).min(width - 1), (at >> 8) & 255);
            let next = (left + 1).min(width - 1);
            let above = upper[left] as usize * (256 - right) + upper[next] as usize * right;
            let below = lower[left] as usize * (256 - right) + lower[next] as usize * right;
            out.push(((above * (256 - down) + below * down) >> 16) as u8);
            at += x.step;
        }
    }
}

fn coarse(plane: &[u8], stride: usize, x: &Sweep, y: &Sweep, out: &mut Vec<u8>) {
    let last = plane.len() - 1;
    for row in 0..HEIGHT / 2 {
        let begin = (y.at(row * 2) >> 17) * stride;
        let mut at = x.start;
        for _ in 0..WIDTH / 2 {
            out.push(plane[(begin + (at >> 17)).min(last)]);
            at += x.step * 2;
        }
    }
}

struct Frame {
    bytes: Vec<u8>,
    key: bool,
}

fn encode(scene: &Scene) -> Result<Vec<Frame>, openh264::Error> {
    let config = EncoderConfig::new()
        .rate_control_mode(RateControlMode::Off)
        .max_frame_rate(FrameRate::from_hz(FRAMES_PER_SECOND as f32))
        .intra_frame_period(IntraFramePeriod::from_num_frames(FRAMES_PER_SECOND as u32))
        .skip_frames(false)
        .adaptive_quantization(false)
        .background_detection(false)
        .num_threads(1);
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config)?;
    let mut film = Vec::with_capacity(FRAMES);
    for n in 0..FRAMES {
        let at = Timestamp::from_millis((n * 1000 / FRAMES_PER_SECOND) as u64);
        let stream = encoder.encode_at(&scene.frame(n), at)?;
        film.push(Frame {
            key: matches!(stream.frame_type(), FrameType::IDR),
            bytes: stream.to_vec(),
        });
    }
    Ok(film)
}

fn mux(film: &[Frame]) -> Result<Bytes, String> {
    let mut file = Cursor::new(Vec::new());
    let rate = FRAMES_PER_SECOND as f64;
    let mut muxer = MuxerBuilder::new(&mut file)
        .video(VideoCodec::H264, WIDTH as u32, HEIGHT as u32, rate)
        .with_fast_start(true)
        .build()
        .map_err(|error| error.to_string())?;
    for (n, frame) in film.iter().enumerate() {
        muxer
            .write_video(n as f64 / rate, &frame.bytes, frame.key)
            .map_err(|error| error.to_string())?;
    }
    muxer.finish().map_err(|error| error.to_string())?;
    Ok(file.into_inner().into())
}

/// A plain JPEG thumbnail whose longer side is at most `side`, with the size of the photo and its own.
pub(super) fn thumbnail(photo: &[u8], side: u32) -> Option<Thumbnail> {
    let picture = image::load_from_memory(photo).ok()?;
    let small = picture.thumbnail(side, side);
    let mut bytes = Cursor::new(Vec::new());
    small
        .to_rgb8()
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .ok()?;
    Some(Thumbnail {
        photo: (picture.width(), picture.height()),
        size: (small.width(), small.height()),
        bytes: bytes.into_inner().into(),
    })
}

pub(super) struct Thumbnail {
    pub(super) photo: (u32, u32),
    pub(super) size: (u32, u32),
    pub(super) bytes: Bytes,
}

#[cfg(test)]
mod tests;
