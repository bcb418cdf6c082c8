//! An MP4 or QuickTime file, box by box to its end: whether it is a whole video, and what a player must know of it.
//!
//! Nothing is decoded. A file is whole when its boxes fill it, tell of a picture, and bring what they tell of.

mod fragments;

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

/// What a player must know of a video before it plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movie {
    /// Pixels from left to right and from top to bottom, as it is shown; nothing if it does not say.
    pub size: Option<(u32, u32)>,
    /// How long it is; nothing if it does not say.
    pub length: Option<Duration>,
    /// Whether it can be heard.
    pub sound: bool,
}

/// Why a file is no video that can be shown.
#[derive(Debug, thiserror::Error)]
pub enum NoMovie {
    /// It is something else.
    #[error("it is not an MP4")]
    Other,
    /// It is a part of one.
    #[error("it is only a part of a video")]
    Part,
    /// It cannot be read.
    #[error("it could not be read")]
    Unread(#[from] io::Error),
}

/// So many bytes tell whether a file begins as a video does.
pub const HEAD: usize = 12;
/// No video has more boxes, and samples told one by one: a minute in fragments of a frame has some thousands.
const MOST: u32 = 100_000;
/// No side of a picture is longer.
const LONGEST_SIDE: u32 = 16_384;
/// No video of ours is longer; a longer one lies about itself.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// Boxes that a file may begin with, or have at its top.
const TOP: [&[u8; 4]; 20] = [
    b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"mfra", b"sidx",
    b"ssix", b"uuid", b"meta", b"udta", b"pnot", b"PICT", b"pdin", b"prft", b"emsg", b"junk",
];

/// Whether a file that begins so may be a video; one too short to tell may.
pub fn begins(head: &[u8]) -> bool {
    let Some(kind) = head.get(4..8) else {
        return true;
    };
    TOP.iter().any(|top| kind == top.as_slice())
}

/// Reads the file at `path`.
pub fn open(path: &Path) -> Result<Movie, NoMovie> {
    read(&mut std::fs::File::open(path)?)
}

/// Reads a file to its end.
pub fn read(file: &mut (impl Read + Seek)) -> Result<Movie, NoMovie> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut walk = Walk { file, left: MOST };
    let (mut at, mut moov, mut data, mut seen) = (0, None::<Moov>, false, false);
    while end - at >= 8 {
        let whole = moov.is_some() && data;
        let Some(found) = walk.header(at, end)? else {
            // What follows a whole video is nobody's business.
            if whole {
                break;
            }
            return Err(if seen { NoMovie::Part } else { NoMovie::Other });
        };
        let known = TOP.contains(&&found.kind);
        match (known, found.end > end) {
            (false, _) if !seen => return Err(NoMovie::Other),
            (false, true) if whole => break,
            (_, true) => return Err(NoMovie::Part),
            (_, false) => seen = true,
        }
        match &found.kind {
            b"moov" => moov = Some(walk.moov(&found)?),
            b"mdat" => data |= found.end > found.body,
            b"moof" => {
                if let Some(track) = moov.as_mut().and_then(|moov| moov.picture.as_mut()) {
                    walk.fragment(&found, track)?;
                }
            }
            _ => {}
        }
        at = found.end;
    }
    match (moov, data) {
        (Some(moov), true) => moov.movie(end),
        (Some(_), false) => Err(NoMovie::Part),
        (None, _) if seen => Err(NoMovie::Part),
        (None, _) => Err(NoMovie::Other),
    }
}

/// A box's place in the file: where its body begins and where it ends.
struct Found {
    kind: [u8; 4],
    body: u64,
    end: u64,
}

#[derive(Default)]
struct Moov {
    length: Option<Duration>,
    picture: Option<Track>,
    sound: bool,
    scale: u32,
}

#[derive(Default)]
struct Track {
    handler: [u8; 4],
    shown: Option<(u32, u32)>,
    coded: Option<(u32, u32)>,
    length: Option<Duration>,
    /// Where the last of its data begins.
    last: u64,
    /// Its number, its units to a second, and how many of them a sample of a fragment has.
    id: u32,
    scale: u32,
    each: u32,
    /// The units of all its fragments.
    units: u64,
}

impl Moov {
    /// What it tells of a file of that length.
    fn movie(self, end: u64) -> Result<Movie, NoMovie> {
        let picture = self.picture.ok_or(NoMovie::Other)?;
        if picture.last >= end {
            return Err(NoMovie::Part);
        }
        Ok(Movie {
            size: picture.shown.or(picture.coded),
            length: self
                .length
                .or(picture.length)
                .or(span(picture.units, picture.scale)),
            sound: self.sound,
        })
    }
}

struct Walk<'f, F> {
    file: &'f mut F,
    /// So many boxes may still be read.
    left: u32,
}

impl<F: Read + Seek> Walk<'_, F> {
    /// The box at a place before `end`; nothing if there is none. It may reach beyond.
    fn header(&mut self, at: u64, end: u64) -> Result<Option<Found>, NoMovie> {
        self.left = self.left.checked_sub(1).ok_or(NoMovie::Other)?;
        let Some(head) = self.bytes::<8>(at, end)? else {
            return Ok(None);
        };
        let (size, kind) = (&head[..4], &head[4..]);
        let plain = |byte: &u8| (0x20..0x7f).contains(byte) || *byte == 0xa9;
        if !kind.iter().all(plain) {
            return Ok(None);
        }
        let size = u32::from_be_bytes(size.try_into().expect("four of eight bytes"));
        let (body, size) = match size {
            0 => (at + 8, end - at),
            1 => match self.bytes::<8>(at + 8, end)? {
                Some(size) => (at + 16, u64::from_be_bytes(size)),
                None => return Ok(None),
            },
            size => (at + 8, size.into()),
        };
        let kind = kind.try_into().expect("four of eight bytes");
        let end = at.saturating_add(size);
        Ok((end >= body).then_some(Found { kind, body, end }))
    }

    /// So many bytes at a place; nothing if they reach beyond `end`.
    fn bytes<const N: usize>(&mut self, at: u64, end: u64) -> Result<Option<[u8; N]>, NoMovie> {
        if at.checked_add(N as u64).is_none_or(|last| last > end) {
            return Ok(None);
        }
        self.file.seek(SeekFrom::Start(at))?;
        let mut bytes = [0; N];
        match self.file.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn number(&mut self, at: u64, end: u64) -> Result<Option<u32>, NoMovie> {
        Ok(self.bytes(at, end)?.map(u32::from_be_bytes))
    }

    /// The boxes in a box, as far as they are whole.
    fn children(&mut self, parent: &Found) -> Result<Vec<Found>, NoMovie> {
        let (mut at, mut children) = (parent.body, Vec::new());
        while at + 8 <= parent.end {
            match self.header(at, parent.end)? {
                Some(found) if found.end <= parent.end => {
                    at = found.end;
                    children.push(found);
                }
                Some(_) | None => break,
            }
        }
        Ok(children)
    }

    fn child(&mut self, parent: &Found, kind: &[u8; 4]) -> Result<Option<Found>, NoMovie> {
        let children = self.children(parent)?;
        Ok(children.into_iter().find(|child| child.kind == *kind))
    }

    fn moov(&mut self, moov: &Found) -> Result<Moov, NoMovie> {
        let mut told = Moov::default();
        let children = self.children(moov)?;
        for child in &children {
            match &child.kind {
                b"mvhd" => (told.scale, told.length) = self.length(child)?,
                b"trak" => {
                    let track = self.track(child)?;
                    match &track.handler {
                        b"soun" => told.sound = true,
                        b"vide" if told.picture.is_none() => told.picture = Some(track),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        for child in children.iter().filter(|child| child.kind == *b"mvex") {
            self.extends(child, &mut told)?;
        }
        Ok(told)
    }

    /// The scale and the length in an `mvhd` or `mdhd`, which begin alike.
    fn length(&mut self, header: &Found) -> Result<(u32, Option<Duration>), NoMovie> {
        let (body, end) = (header.body, header.end);
        let (scale, units) = match self.is_long(header)? {
            false => {
                let units = self.number(body + 16, end)?;
                let known = units.filter(|units| *units != u32::MAX);
                (self.number(body + 12, end)?, known.map(u64::from))
            }
            true => {
                let units = self.bytes(body + 24, end)?.map(u64::from_be_bytes);
                (self.number(body + 20, end)?, units)
            }
        };
        let scale = scale.unwrap_or_default();
        Ok((scale, units.and_then(|units| span(units, scale))))
    }

    fn track(&mut self, trak: &Found) -> Result<Track, NoMovie> {
        let mut track = Track::default();
        for child in self.children(trak)? {
            match &child.kind {
                b"tkhd" => (track.id, track.shown) = self.shown(&child)?,
                b"mdia" => self.media(&child, &mut track)?,
                _ => {}
            }
        }
        Ok(track)
    }

    fn media(&mut self, mdia: &Found, track: &mut Track) -> Result<(), NoMovie> {
        for child in self.children(mdia)? {
            match &child.kind {
                b"mdhd" => (track.scale, track.length) = self.length(&child)?,
                b"hdlr" => {
                    let handler = self.bytes(child.body + 8, child.end)?;
                    track.handler = handler.unwrap_or_default();
                }
                b"minf" => {
                    if let Some(table) = self.child(&child, b"stbl")? {
                        self.samples(&table, track)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn samples(&mut self, table: &Found, track: &mut Track) -> Result<(), NoMovie> {
        for child in self.children(table)? {
            let (body, end) = (child.body, child.end);
            match &child.kind {
                b"stsd" => {
                    let sides = self.bytes::<4>(body + 8 + 32, end)?;
                    let side =
                        |at: usize, of: [u8; 4]| u32::from(of[at]) << 8 | u32::from(of[at + 1]);
                    track.coded = sides.and_then(|of| picture(side(0, of), side(2, of)));
                }
                b"stco" | b"co64" => {
                    let count = u64::from(self.number(body + 4, end)?.unwrap_or_default());
                    let Some(last) = count.checked_sub(1) else {
                        continue;
                    };
                    let last = match &child.kind {
                        b"stco" => self.number(body + 8 + last * 4, end)?.map(u64::from),
                        _ => self
                            .bytes(body + 8 + last * 8, end)?
                            .map(u64::from_be_bytes),
                    };
                    track.last = last.unwrap_or(u64::MAX);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A track's number and the sides of its picture as it is shown, turned if it says so.
    fn shown(&mut self, tkhd: &Found) -> Result<(u32, Option<(u32, u32)>), NoMovie> {
        let (body, end) = (tkhd.body, tkhd.end);
        let (id, matrix) = match self.is_long(tkhd)? {
            true => (body + 20, body + 52),
            false => (body + 12, body + 40),
        };
        let mut at = |at| self.number(at, end).map(Option::unwrap_or_default);
        let (a, b) = (at(matrix)?, at(matrix + 4)?);
        let (c, d) = (at(matrix + 12)?, at(matrix + 16)?);
        let (width, height) = (at(matrix + 36)? >> 16, at(matrix + 40)? >> 16);
        let lies = a == 0 && d == 0 && b != 0 && c != 0;
        let size = match lies {
            true => picture(height, width),
            false => picture(width, height),
        };
        Ok((at(id)?, size))
    }

    /// Whether a box has the form with the longer numbers.
    fn is_long(&mut self, found: &Found) -> Result<bool, NoMovie> {
        let version = self.bytes::<1>(found.body, found.end)?;
        Ok(version.is_some_and(|version| version[0] > 0))
    }
}

fn picture(width: u32, height: u32) -> Option<(u32, u32)> {
    let side = |side: u32| (1..=LONGEST_SIDE).contains(&side);
    (side(width) && side(height)).then_some((width, height))
}

fn span(units: u64, scale: u32) -> Option<Duration> {
    if units == 0 || scale == 0 {
        return None;
    }
    let span = Duration::from_secs(units / u64::from(scale))
        + Duration::from_millis(units % u64::from(scale) * 1000 / u64::from(scale));
    // A scale that is damaged makes moments of minutes.
    (!span.is_zero() && span <= LONGEST).then_some(span)
}

#[cfg(test)]
pub(crate) mod tests;
