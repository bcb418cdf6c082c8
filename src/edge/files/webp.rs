//! A WebP: its chunks, and the picture they make together.
//!
//! Its decoder wants memory for every pixel. So light, colours and what is transparent are decoded one after the
//! other, and what is too large for that is refused by its header.

use std::io::Cursor;

use image_webp::WebPDecoder;
use image_webp::vp8::{Frame, Vp8Decoder};

use super::colour::Colours;
use super::decoded::{Decoded, Fault, Goal};
use super::exif;
use super::planes::{Plane, Share};
use super::raster::{Raster, Shrinking};

/// What decoding may take in bytes, with the file beside it.
const MEMORY: u64 = 110 << 20;
/// What a lossy picture takes for eight of its pixels: light, colours, and what is known of its blocks.
const LOSSY: u64 = 15;
/// What a lossless one takes for eight, or what is transparent.
const LOSSLESS: u64 = 40;

/// What a file has of interest: of the first frame, if it moves.
#[derive(Default)]
struct Chunks<'a> {
    /// The whole picture, if that is said.
    canvas: Option<(u32, u32)>,
    /// Where on it the frame begins.
    place: (u32, u32),
    lossy: Option<&'a [u8]>,
    lossless: Option<&'a [u8]>,
    alpha: Option<&'a [u8]>,
    profile: Option<&'a [u8]>,
    exif: Option<&'a [u8]>,
}

/// Makes a picture of `bytes`.
pub fn decode(bytes: &[u8], goal: &Goal) -> Result<Decoded, Fault> {
    let mut chunks = Chunks::default();
    chunks.take(bytes.get(12..).ok_or(Fault::Cut)?)?;
    let (width, height) = match (chunks.lossy, chunks.lossless) {
        (Some(lossy), _) => lossy_size(lossy)?,
        (None, Some(lossless)) => lossless_size(lossless)?,
        (None, None) => return Err(Fault::Cut),
    };
    let canvas = chunks.canvas.unwrap_or((width, height));
    let orientation = chunks.exif.and_then(exif::orientation).unwrap_or_default();
    let by = goal.reduction(canvas.0, canvas.1, orientation)?;
    let cost = match (chunks.lossy, chunks.alpha) {
        (Some(_), None) => LOSSY,
        (Some(_), Some(_)) | (None, _) => LOSSLESS,
    };
    if u64::from(width) * u64::from(height) * cost / 8 > MEMORY {
        return Err(Fault::TooLarge { width, height });
    }
    let frame = match (chunks.lossy, chunks.lossless) {
        (Some(lossy), _) => {
            let alpha = chunks.alpha.map(|alpha| transparency(alpha, width, height));
            of_lossy(lossy, alpha.transpose()?.as_deref(), by)?
        }
        (None, lossless) => of_lossless(lossless.ok_or(Fault::Cut)?, (width, height), by)?,
    };
    let whole = chunks.place == (0, 0) && canvas == (width, height);
    let raster = match whole {
        true => frame,
        false => {
            let mut raster = Raster::new(canvas.0.div_ceil(by), canvas.1.div_ceil(by));
            raster.rgb.fill(255);
            raster.put(&frame, (chunks.place.0 / by, chunks.place.1 / by));
            raster
        }
    };
    let profile = chunks
        .profile
        .map(|profile| Colours::of_profile(profile, false));
    Ok(Decoded {
        raster,
        colours: profile.unwrap_or_default(),
        orientation,
    })
}

impl<'a> Chunks<'a> {
    /// Takes what of `rest` is of interest; what the picture is made of must be whole.
    fn take(&mut self, mut rest: &'a [u8]) -> Result<(), Fault> {
        while let Some((name, content)) = rest.split_first_chunk::<4>() {
            let Some((length, content)) = content.split_first_chunk::<4>() else {
                break;
            };
            let length = u32::from_le_bytes(*length) as usize;
            let whole = content.get(..length);
            match name {
                b"VP8X" => {
                    self.canvas = whole
                        .and_then(|header| Some((three(header, 4)? + 1, three(header, 7)? + 1)))
                }
                b"ICCP" => self.profile = whole,
                b"EXIF" => self.exif = whole,
                b"VP8 " if self.is_open() => self.lossy = Some(whole.ok_or(Fault::Cut)?),
                b"VP8L" if self.is_open() => self.lossless = Some(whole.ok_or(Fault::Cut)?),
                b"ALPH" if self.is_open() => self.alpha = Some(whole.ok_or(Fault::Cut)?),
                b"ANMF" if self.is_open() => {
                    let frame = whole.ok_or(Fault::Cut)?;
                    let place = || Some((three(frame, 0)? * 2, three(frame, 3)? * 2));
                    self.place = place().ok_or(Fault::Broken)?;
                    self.take(frame.get(16..).ok_or(Fault::Broken)?)?;
                }
                _ => {}
            }
            rest = content.get(length + length % 2..).unwrap_or_default();
        }
        Ok(())
    }

    /// Whether there is no picture yet.
    fn is_open(&self) -> bool {
        self.lossy.is_none() && self.lossless.is_none()
    }
}

fn three(bytes: &[u8], at: usize) -> Option<u32> {
    let [low, middle, high] = *bytes.get(at..)?.first_chunk::<3>()?;
    Some(u32::from_le_bytes([low, middle, high, 0]))
}

fn lossy_size(lossy: &[u8]) -> Result<(u32, u32), Fault> {
    match lossy {
        [_, _, _, 0x9d, 0x01, 0x2a, a, b, c, d, ..] => {
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            Ok((side(*a, *b), side(*c, *d)))
        }
        _ => Err(Fault::Broken),
    }
}

fn lossless_size(lossless: &[u8]) -> Result<(u32, u32), Fault> {
    match lossless {
        [0x2f, a, b, c, d, ..] => {
            let bits = u32::from_le_bytes([*a, *b, *c, *d]);
            Ok(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => Err(Fault::Broken),
    }
}

/// Decodes a lossless stream that claims to have a transparent channel: four bytes a pixel, into the place where they
/// are wanted.
fn pixels(stream: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, Fault> {
    let header = (width - 1) | (height - 1) << 14 | 1 << 28;
    let length = stream.len() as u32 + 5;
    let mut file = b"RIFF\0\0\0\0WEBPVP8L".to_vec();
    file.extend(length.to_le_bytes());
    file.push(0x2f);
    file.extend(header.to_le_bytes());
    file.extend_from_slice(stream);
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(|_| Fault::Broken)?;
    let mut pixels = vec![0; width as usize * height as usize * 4];
    decoder.read_image(&mut pixels).map_err(|_| Fault::Broken)?;
    Ok(pixels)
}

fn of_lossless(lossless: &[u8], size: (u32, u32), by: u32) -> Result<Raster, Fault> {
    let (header, stream) = lossless.split_at_checked(5).ok_or(Fault::Broken)?;
    let transparent = header[4] >> 4 & 1 == 1;
    let pixels = pixels(stream, size)?;
    let mut shrinking = Shrinking::new(size, by, true);
    let mut row = vec![0; size.0 as usize * 3];
    for (y, pixels) in pixels.chunks_exact(size.0 as usize * 4).enumerate() {
        for (to, pixel) in row.chunks_exact_mut(3).zip(pixels.chunks_exact(4)) {
            let alpha = if transparent { pixel[3] } else { 255 };
            for (to, value) in to.iter_mut().zip(pixel) {
                *to = over_white(*value, alpha);
            }
        }
        shrinking.row(y, &row);
    }
    Ok(shrinking.done())
}

/// What an `ALPH` chunk says, a byte for each pixel.
fn transparency(chunk: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Fault> {
    let (header, stream) = chunk.split_first().ok_or(Fault::Broken)?;
    let (wide, count) = (width as usize, width as usize * height as usize);
    let mut alpha = match header & 3 {
        0 => stream.get(..count).ok_or(Fault::Cut)?.to_vec(),
        1 => {
            let mut pixels = pixels(stream, (width, height))?;
            for at in 0..count {
                pixels[at] = pixels[at * 4 + 1];
            }
            pixels.truncate(count);
            pixels.shrink_to_fit();
            pixels
        }
        _ => return Err(Fault::Broken),
    };
    let filter = header >> 2 & 3;
    for at in 1..count {
        if filter == 0 {
            break;
        }
        let (first_row, first_column) = (at < wide, at % wide == 0);
        let left = |alpha: &[u8]| alpha[at - 1];
        let above = |alpha: &[u8]| alpha[at - wide];
        let guess = match filter {
            _ if first_row => left(&alpha),
            _ if first_column => above(&alpha),
            1 => left(&alpha),
            2 => above(&alpha),
            _ => {
                let (left, above, both) = (left(&alpha), above(&alpha), alpha[at - wide - 1]);
                (i16::from(left) + i16::from(above) - i16::from(both)).clamp(0, 255) as u8
            }
        };
        alpha[at] = alpha[at].wrapping_add(guess);
    }
    Ok(alpha)
}

fn of_lossy(lossy: &[u8], alpha: Option<&[u8]>, by: u32) -> Result<Raster, Fault> {
    let frame = Vp8Decoder::decode_frame(lossy).map_err(|_| Fault::Broken)?;
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let size = (u32::from(frame.width), u32::from(frame.height));
    let planes = planes(frame);
    let mut shrinking = Shrinking::new(size, by, true);
    let mut rows = [vec![0; width], vec![0; width], vec![0; width]];
    let (mut between, mut rgb) = (Vec::new(), vec![0; width * 3]);
    for y in 0..height {
        for (plane, row) in planes.iter().zip(&mut rows) {
            plane.stretch(y, &mut between, row);
        }
        from_yuv(&rows, &mut rgb);
        if let Some(alpha) = alpha {
            for (pixel, alpha) in rgb.chunks_exact_mut(3).zip(&alpha[y * width..]) {
                for value in pixel {
                    *value = over_white(*value, *alpha);
                }
            }
        }
        shrinking.row(y, &rgb);
    }
    Ok(shrinking.done())
}

fn planes(frame: Frame) -> [Plane; 3] {
    let (width, height) = (usize::from(frame.width), usize::from(frame.height));
    let stride = width.next_multiple_of(16);
    let half = (width.div_ceil(2), height.div_ceil(2));
    let plane = |pixels, stride, size, share: Share| Plane {
        pixels,
        stride,
        size,
        share: (share, share),
    };
    [
        plane(frame.ybuf, stride, (width, height), Share(1, 1)),
        plane(frame.ubuf, stride / 2, half, Share(1, 2)),
        plane(frame.vbuf, stride / 2, half, Share(1, 2)),
    ]
}

/// As BT.601 says for films, in 16 bits behind the point.
fn from_yuv([light, blue, red]: &[Vec<u8>; 3], rgb: &mut [u8]) {
    let byte = |value: i32| value.clamp(0, 255 << 16).wrapping_shr(16) as u8;
    for (((pixel, light), blue), red) in rgb.chunks_exact_mut(3).zip(light).zip(blue).zip(red) {
        let light = (i32::from(*light) - 16) * 76_309 + (1 << 15);
        let (blue, red) = (i32::from(*blue) - 128, i32::from(*red) - 128);
        pixel[0] = byte(light + 104_597 * red);
        pixel[1] = byte(light - 25_675 * blue - 53_279 * red);
        pixel[2] = byte(light + 132_201 * blue);
    }
}

fn over_white(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}
