//! A PNG, row by row into a picture of about the size that is needed.
//!
//! Only what makes the pixels goes to the decoder; notes on colours and direction are read here, and what of them
//! is damaged says nothing. Of an animation its first frame is taken.

use std::io::Cursor;

use flate2::Crc;
use png::{ColorType, Decoder, Limits, Transformations};

use super::colour::{Colours, Primaries};
use super::decoded::{Decoded, Fault, Goal};
use super::exif::{self, Orientation};
use super::raster::Shrinking;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
/// What the decoder may take for rows and tables.
const MEMORY: usize = 32 << 20;
/// No colour profile is larger once it is unpacked.
const MOST_PROFILE: usize = 4 << 20;
/// By pass of an interlaced picture: where it begins and how far apart its pixels are, across and down.
pub(super) const PASSES: [((usize, usize), (usize, usize)); 7] = [
    ((0, 8), (0, 8)),
    ((4, 8), (0, 8)),
    ((0, 4), (4, 8)),
    ((2, 4), (0, 4)),
    ((0, 2), (2, 4)),
    ((1, 2), (0, 2)),
    ((0, 1), (1, 2)),
];

/// What a file says of its colours and direction.
#[derive(Default)]
struct Notes {
    code_points: Option<(u8, u8)>,
    profile: Option<Vec<u8>>,
    srgb: bool,
    gamma: Option<f32>,
    primaries: Option<Primaries>,
    orientation: Option<Orientation>,
}

/// Makes a picture of `bytes`.
pub fn decode(bytes: &[u8], goal: &Goal) -> Result<Decoded, Fault> {
    let (pixels, notes) = sorted(bytes)?;
    let mut decoder = Decoder::new_with_limits(Cursor::new(pixels), Limits { bytes: MEMORY });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|_| Fault::Broken)?;
    let (width, height) = reader.info().size();
    let orientation = notes.orientation.unwrap_or_default();
    let by = goal.reduction(width, height, orientation)?;
    let (kind, _) = reader.output_color_type();
    let interlaced = reader.info().interlaced;
    let mut shrinking = Shrinking::new((width, height), by, !interlaced);
    let mut rgb = Vec::new();
    for (first, step, y) in rows(interlaced, width as usize, height as usize) {
        let row = reader.next_row().map_err(|_| Fault::Cut)?;
        rgb.clear();
        on_white(kind, row.ok_or(Fault::Cut)?.data(), &mut rgb);
        if !interlaced {
            shrinking.row(y, &rgb);
            continue;
        }
        for (x, pixel) in rgb.chunks_exact(3).enumerate() {
            shrinking.point((first + x * step, y), [pixel[0], pixel[1], pixel[2]]);
        }
    }
    Ok(Decoded {
        raster: shrinking.done(),
        colours: notes.colours(matches!(
            kind,
            ColorType::Grayscale | ColorType::GrayscaleAlpha
        )),
        orientation,
    })
}

/// The rows as they are stored: the first pixel's place, how far the next one is, and which row it is.
fn rows(
    interlaced: bool,
    width: usize,
    height: usize,
) -> impl Iterator<Item = (usize, usize, usize)> {
    let passes = if interlaced {
        &PASSES[..]
    } else {
        &[((0, 1), (0, 1))]
    };
    let seen = passes.iter().filter(move |((x, _), _)| *x < width);
    seen.flat_map(move |((x, step), (y, rows))| {
        (*y..height).step_by(*rows).map(move |y| (*x, *step, y))
    })
}

/// A row as red, green and blue on white.
fn on_white(kind: ColorType, row: &[u8], rgb: &mut Vec<u8>) {
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    match kind {
        ColorType::Grayscale => rgb.extend(row.iter().flat_map(|gray| [*gray; 3])),
        ColorType::GrayscaleAlpha => {
            rgb.extend(
                row.chunks_exact(2)
                    .flat_map(|pixel| [over(pixel[0], pixel[1]); 3]),
            );
        }
        ColorType::Rgba => {
            let pixels = row.chunks_exact(4);
            rgb.extend(
                pixels.flat_map(|pixel| [0, 1, 2].map(|colour| over(pixel[colour], pixel[3]))),
            );
        }
        ColorType::Rgb | ColorType::Indexed => rgb.extend_from_slice(row),
    }
}

/// A chunk: its name, its content, and all of it.
struct Chunk<'a> {
    name: [u8; 4],
    content: &'a [u8],
    all: &'a [u8],
}

fn chunks(bytes: &[u8]) -> impl Iterator<Item = Chunk<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*rest.first_chunk::<4>()?) as usize;
        let name = *rest.get(4..)?.first_chunk::<4>()?;
        // Of one that is cut off there is what there is.
        let end = length.saturating_add(12).min(rest.len());
        let content = &rest[8..end.min(length.saturating_add(8))];
        let all = &rest[..end];
        rest = &rest[end..];
        Some(Chunk { name, content, all })
    })
}

/// What makes the pixels of the first frame, as a PNG of its own, and the notes beside it.
fn sorted(bytes: &[u8]) -> Result<(Vec<u8>, Notes), Fault> {
    let body = bytes.strip_prefix(SIGNATURE).ok_or(Fault::Broken)?;
    let (mut pixels, mut notes) = (SIGNATURE.to_vec(), Notes::default());
    let hidden = hidden(body);
    let mut frames = 0;
    for chunk in chunks(body) {
        if chunk.all.len() < chunk.content.len() + 12 {
            // Notes behind the pixels may be cut off.
            match &chunk.name {
                b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"fdAT" => return Err(Fault::Cut),
                _ => break,
            }
        }
        match &chunk.name {
            b"IHDR" | b"PLTE" | b"tRNS" => pixels.extend_from_slice(chunk.all),
            b"IDAT" if !hidden => pixels.extend_from_slice(chunk.all),
            b"fcTL" => frames += 1,
            b"fdAT" if hidden && frames == 1 => {
                let content = chunk.content.get(4..).ok_or(Fault::Broken)?;
                let mut crc = Crc::new();
                crc.update(b"IDAT");
                crc.update(content);
                pixels.extend((content.len() as u32).to_be_bytes());
                pixels.extend(b"IDAT");
                pixels.extend_from_slice(content);
                pixels.extend(crc.sum().to_be_bytes());
            }
            b"IEND" => break,
            _ => notes.take(&chunk.name, chunk.content),
        }
    }
    // An end: the decoder gives out its last rows when it sees that there is nothing more.
    pixels.extend_from_slice(END);
    Ok((pixels, notes))
}

/// Whether the picture outside an animation is none of its frames, and the first of these is as large.
fn hidden(body: &[u8]) -> bool {
    let (mut size, mut animated, mut after) = (&[][..], false, false);
    for chunk in chunks(body) {
        match &chunk.name {
            b"IHDR" => size = chunk.content.get(..8).unwrap_or_default(),
            b"acTL" => animated = true,
            b"IDAT" => after = true,
            b"fcTL" => return animated && after && chunk.content.get(4..12) == Some(size),
            _ => {}
        }
    }
    false
}

impl Notes {
    fn take(&mut self, name: &[u8; 4], content: &[u8]) {
        let number = |at: usize| {
            let bytes = content.get(at * 4..)?.first_chunk::<4>()?;
            Some(u32::from_be_bytes(*bytes) as f32 / 100_000.0)
        };
        match name {
            b"cICP" => {
                if let [primaries, transfer, ..] = content {
                    self.code_points = Some((*primaries, *transfer));
                }
            }
            b"iCCP" if self.profile.is_none() => self.profile = unpacked(content),
            b"sRGB" => self.srgb = true,
            b"gAMA" => self.gamma = number(0),
            b"cHRM" => {
                let point = |at: usize| Some((number(at)?, number(at + 1)?));
                self.primaries = match [0, 2, 4, 6].map(point) {
                    [Some(white), Some(red), Some(green), Some(blue)] => {
                        Some([white, red, green, blue])
                    }
                    _ => None,
                };
            }
            b"eXIf" => self.orientation = self.orientation.or(exif::orientation(content)),
            _ => {}
        }
    }

    /// The most exact of them counts.
    fn colours(&self, gray: bool) -> Colours {
        match (self.code_points, &self.profile, self.gamma) {
            (Some((primaries, transfer)), ..) => Colours::of_code_points(primaries, transfer),
            (None, Some(profile), _) => Colours::of_profile(profile, gray),
            (None, None, Some(gamma)) if !self.srgb => Colours::of_gamma(gamma, self.primaries),
            (None, None, _) => Colours::default(),
        }
    }
}

/// The profile in a chunk: behind its name and its method of compression, of which there is one.
fn unpacked(content: &[u8]) -> Option<Vec<u8>> {
    use std::io::Read;

    let name = content.iter().position(|byte| *byte == 0)?;
    let packed = content.get(name + 2..)?;
    let mut profile = Vec::new();
    let unpacking = flate2::read::ZlibDecoder::new(packed);
    // Of a damaged one, what came before the damage may be enough.
    let _ = unpacking
        .take(MOST_PROFILE as u64)
        .read_to_end(&mut profile);
    Some(profile)
}
