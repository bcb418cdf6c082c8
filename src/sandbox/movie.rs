//! Real, playable MP4s: a slow pan over a photo.

mod h264;
mod mp4;

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    io::Cursor,
    sync::{Arc, Mutex, OnceLock},
};

use bytes::Bytes;
use image::{DynamicImage, ImageFormat, imageops::FilterType};
use tokio::sync::OnceCell;

pub use self::mp4::{Label, label, padded};
use super::lock::lock;

/// Pixels from left to right.
pub const WIDTH: u32 = 360;
/// Pixels from top to bottom: 9:16.
pub const HEIGHT: u32 = 640;
/// How many pixels the photo is wider than a frame: the camera begins at its left and ends at its right.
pub const WAY: u32 = FRAMES;
const FRAMES_PER_SECOND: u32 = 24;
const FRAMES: u32 = 72;

/// Movies by the hash of their photo: the videos of an order share one.
type Shelf = Mutex<HashMap<u64, Arc<OnceCell<Bytes>>>>;

/// How long every movie is.
pub fn seconds() -> u32 {
    FRAMES / FRAMES_PER_SECOND
}

/// Makes the movie of a photo, or takes it off the shelf.
///
/// # Errors
/// A sentence, when the photo cannot be decoded.
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

/// Makes the movie of a photo; takes a tenth of a second of one core.
///
/// # Errors
/// A sentence, when the photo cannot be decoded.
pub fn shoot(photo: &[u8]) -> Result<Bytes, String> {
    let photo = image::load_from_memory(photo).map_err(|error| error.to_string())?;
    let film = h264::pan(&scene(&photo), WIDTH, FRAMES);
    Ok(mp4::file(&film, FRAMES_PER_SECOND).into())
}

/// The middle of the photo, as tall as a frame and wider by the camera's way.
fn scene(photo: &DynamicImage) -> DynamicImage {
    const SCENE: u32 = WIDTH + WAY;
    let (width, height) = (photo.width(), photo.height());
    let kept_width = width.min((height * SCENE / HEIGHT).max(1));
    let kept_height = height.min((width * HEIGHT / SCENE).max(1));
    let (left, top) = ((width - kept_width) / 2, (height - kept_height) / 2);
    photo
        .crop_imm(left, top, kept_width, kept_height)
        .resize_exact(SCENE, HEIGHT, FilterType::Triangle)
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
