//! A small picture of a photo, for chats to show before a video plays.

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, ImageReader, Limits};

use crate::base::private;

/// The longer side, in pixels: Telegram takes no more (Bot API, `sendVideo`).
const SIDE: u32 = 320;
/// Telegram takes no thumbnail of 200 kB or more; at this quality one of these sides has some 20.
const QUALITY: u8 = 80;
/// Our own framed photos are much smaller, in bytes; so is what they decode to.
const MEMORY: u64 = 64 << 20;

/// Makes the thumbnail of the framed photo at `photo`, as the file `to`. It blocks.
pub fn make(photo: &Path, to: &Path) -> io::Result<()> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::open(photo)?;
    reader.set_format(ImageFormat::Jpeg);
    reader.limits(limits);
    let small = reader.decode().map_err(io::Error::other)?;
    let small = small.thumbnail(SIDE, SIDE).into_rgb8();
    let mut jpeg = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    small
        .write_with_encoder(encoder)
        .map_err(io::Error::other)?;
    let part = to.with_extension("jpg.part");
    private::create(&part)?.write_all(&jpeg.into_inner())?;
    fs::rename(&part, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thumbnail_is_small_and_upright() {
        let dir = tempfile::tempdir().unwrap();
        let (photo, to) = (dir.path().join("p.jpg"), dir.path().join("t.jpg"));
        let picture = image::RgbImage::from_fn(1080, 1920, |x, y| {
            image::Rgb([((x * 7) ^ y) as u8, (y * 13) as u8, (x * y) as u8])
        });
        picture.save(&photo).unwrap();
        make(&photo, &to).unwrap();
        assert!(fs::metadata(&to).unwrap().len() < 200_000);
        assert_eq!(image::image_dimensions(&to).unwrap(), (180, 320));
        fs::write(&photo, b"no photo").unwrap();
        assert!(make(&photo, &to).is_err());
    }
}
