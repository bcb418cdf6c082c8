//! MP4s of one film and nothing else (ISO/IEC 14496-12, 14496-15): written, and read as far as a player's label.

use bytes::Bytes;

use super::h264::Film;

/// No rotation, no scaling.
const UPRIGHT: [u32; 9] = [1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30];
/// The language "und", as three letters of five bits, above two bytes of nothing.
const NO_LANGUAGE: u32 = 0x55c4 << 16;
/// 72 dots to the inch, the only value there is.
const DPI: u32 = 72 << 16;

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

/// The film as a file that plays before all of it is there: what describes the frames comes before them.
pub(super) fn file(film: &Film, rate: u32) -> Vec<u8> {
    let kind = atom(b"ftyp", &[b"isom", &words(&[512]), b"isomiso2avc1mp41"]);
    let frames: Vec<u8> = film.frames.iter().flat_map(|frame| sized(frame)).collect();
    // As long wherever the frames begin, which is behind it and the head of their own box.
    let described = moov(film, rate, 0).len();
    let moov = moov(film, rate, kind.len() + described + 8);
    [kind, moov, atom(b"mdat", &[&frames])].concat()
}

/// The same movie with a trailing `free` box, at least `size` bytes in all.
pub fn padded(movie: &[u8], size: usize) -> Bytes {
    let padding = size.saturating_sub(movie.len()).max(8);
    let mut padded = Vec::with_capacity(movie.len() + padding);
    padded.extend(movie);
    padded.extend(words(&[padding as u32]));
    padded.extend(b"free");
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

/// The description of the film, whose frames begin at this byte of the file. Its time is counted in frames.
fn moov(film: &Film, rate: u32, begin: usize) -> Vec<u8> {
    let length = film.frames.len() as u32;
    let (width, height) = film.size;
    let header = [0, 0, 0, rate, length, 1 << 16, 1 << 24, 0, 0];
    let header = [&header[..], &UPRIGHT, &[0, 0, 0, 0, 0, 0, 2]].concat();
    let track = [7, 0, 0, 1, 0, length, 0, 0, 0, 0];
    let track = [&track[..], &UPRIGHT, &[width << 16, height << 16]].concat();
    let media = [0, 0, 0, rate, length, NO_LANGUAGE];
    let source = atom(b"dref", &[&words(&[0, 1]), &atom(b"url ", &[&words(&[1])])]);
    let pictures = [
        &atom(b"vmhd", &[&words(&[1, 0, 0])])[..],
        &atom(b"dinf", &[&source]),
        &table(film, begin),
    ];
    let media = [
        &atom(b"mdhd", &[&words(&media)])[..],
        &atom(b"hdlr", &[&words(&[0, 0]), b"vide", &[0; 13]]),
        &atom(b"minf", &pictures),
    ];
    let track = [
        &atom(b"tkhd", &[&words(&track)])[..],
        &atom(b"mdia", &media),
    ];
    let header = atom(b"mvhd", &[&words(&header)]);
    atom(b"moov", &[&header, &atom(b"trak", &track)])
}

/// What the frames are, how long each, which is a key frame, how large, and where the one chunk of them begins.
fn table(film: &Film, begin: usize) -> Vec<u8> {
    let count = film.frames.len() as u32;
    let sizes = film.frames.iter().map(|frame| frame.len() as u32 + 4);
    let sizes: Vec<u32> = [0, 0, count].into_iter().chain(sizes).collect();
    let tables = [
        &atom(b"stsd", &[&words(&[0, 1]), &description(film)])[..],
        &atom(b"stts", &[&words(&[0, 1, count, 1])]),
        &atom(b"stss", &[&words(&[0, 1, 1])]),
        &atom(b"stsc", &[&words(&[0, 1, 1, count, 1])]),
        &atom(b"stsz", &[&words(&sizes)]),
        &atom(b"stco", &[&words(&[0, 1, begin as u32])]),
    ];
    atom(b"stbl", &tables)
}

/// H.264 whose units have lengths of four bytes, with its parameter sets.
fn description(film: &Film) -> Vec<u8> {
    let (width, height) = film.size;
    let unit = |unit: &[u8]| [&(unit.len() as u16).to_be_bytes(), unit].concat();
    let settings = [
        &[1][..],
        &film.profile,
        &[0xff, 0xe1],
        &unit(&film.sequence),
        &[1],
        &unit(&film.picture),
    ];
    // One picture to a sample, no compressor's name, 24 bits of colour.
    let picture = [0, 1, 0, 0, 0, 0, width << 16 | height, DPI, DPI, 0, 1 << 16];
    let rest = [&words(&[0, 0, 0, 0, 0, 0, 0, 24]), &[0xff, 0xff][..]].concat();
    atom(
        b"avc1",
        &[&words(&picture), &rest, &atom(b"avcC", &settings)],
    )
}

fn atom(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let body = parts.concat();
    let mut atom = words(&[body.len() as u32 + 8]);
    atom.extend(kind);
    atom.extend(body);
    atom
}

fn sized(unit: &[u8]) -> Vec<u8> {
    [&words(&[unit.len() as u32]), unit].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
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
