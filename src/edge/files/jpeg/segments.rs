//! What stands in a JPEG between its scans: sizes, tables and notes.

use super::huffman::Table;
use crate::edge::files::decoded::Fault;
use crate::edge::files::exif::{self, Orientation};

/// One plane of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// How a scan names it.
    pub id: u8,
    /// How many of its blocks go into the smallest part across.
    pub across: usize,
    /// And down.
    pub down: usize,
    /// Its table of quantisation.
    pub quantisation: usize,
}

/// What a frame header says.
#[derive(Debug, Clone)]
pub struct Frame {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Whether the coefficients come bit by bit.
    pub progressive: bool,
    /// Its planes, at most four.
    pub components: Vec<Component>,
    /// The most blocks of any plane across.
    pub across: usize,
    /// And down.
    pub down: usize,
}

/// What a scan says of itself.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The planes in it, with their tables for constant parts and for the others.
    pub parts: Vec<(usize, usize, usize)>,
    /// The first and the last coefficient.
    pub band: (usize, usize),
    /// The bit above the one that comes, and the one that comes.
    pub bits: (u32, u32),
}

/// Tables; each holds until another takes its place.
#[derive(Default)]
pub struct Tables {
    /// In the order of scans.
    pub quantisation: [Option<[u16; 64]>; 4],
    /// For constant parts.
    pub constant: [Option<Table>; 4],
    /// For all others.
    pub other: [Option<Table>; 4],
    /// So many of the smallest parts lie between two restarts; 0 for no restarts.
    pub restart: usize,
}

/// What the program that made the file left in it.
#[derive(Debug, Default)]
pub struct Notes<'a> {
    /// How the picture is to be turned.
    pub orientation: Option<Orientation>,
    /// The pieces of a colour profile by their number.
    pub profile: Vec<(u8, &'a [u8])>,
    /// Whether it is a JFIF file: its colours are then what JFIF says.
    pub jfif: bool,
    /// Whether Adobe's marker is there, and what it says of the colours, if it goes so far.
    pub adobe: Option<Option<u8>>,
}

/// A reader of segments.
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// The segments from the beginning on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next marker; nothing at the end of the file. What stands before it is skipped.
    pub fn marker(&mut self) -> Option<u8> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            match rest.first_chunk::<2>()? {
                [0xff, marker @ 1..=0xfe] => {
                    self.at += 2;
                    return Some(*marker);
                }
                _ => self.at += 1,
            }
        }
    }

    /// What stands behind a marker.
    pub fn segment(&mut self) -> Result<&'a [u8], Fault> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.first_chunk::<2>().ok_or(Fault::Cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length < 2 {
            return Err(Fault::Broken);
        }
        self.at += length;
        rest.get(2..length).ok_or(Fault::Cut)
    }

    /// Where it stands.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes somewhere else.
    pub fn go_to(&mut self, at: usize) {
        self.at = at;
    }
}

/// Bytes in their order.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn byte(&mut self) -> Result<u8, Fault> {
        let (first, rest) = self.0.split_first().ok_or(Fault::Broken)?;
        self.0 = rest;
        Ok(*first)
    }

    fn pair(&mut self) -> Result<u16, Fault> {
        Ok(u16::from_be_bytes([self.byte()?, self.byte()?]))
    }

    /// Two halves of a byte.
    fn halves(&mut self) -> Result<(usize, usize), Fault> {
        let byte = usize::from(self.byte()?);
        Ok((byte >> 4, byte & 15))
    }
}

impl Frame {
    /// Reads the segment behind the marker of a frame.
    pub fn read(marker: u8, segment: &[u8]) -> Result<Self, Fault> {
        let mut bytes = Bytes(segment);
        let precision = bytes.byte()?;
        let (height, width) = (usize::from(bytes.pair()?), usize::from(bytes.pair()?));
        // Lossless, hierarchical, arithmetic or of 12 bits: no browser shows them either.
        if !matches!(marker, 0xc0..=0xc2) || precision != 8 {
            return Err(Fault::Unusual);
        }
        let count = bytes.byte()?;
        if width == 0 || height == 0 || !matches!(count, 1 | 3 | 4) {
            return Err(Fault::Broken);
        }
        let mut components = Vec::new();
        for _ in 0..count {
            let id = bytes.byte()?;
            let (across, down) = bytes.halves()?;
            let quantisation = usize::from(bytes.byte()?);
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) || quantisation > 3 {
                return Err(Fault::Broken);
            }
            components.push(Component {
                id,
                across,
                down,
                quantisation,
            });
        }
        let most = |side: fn(&Component) -> usize| components.iter().map(side).max().unwrap_or(1);
        Ok(Self {
            width,
            height,
            progressive: marker == 0xc2,
            across: most(|component| component.across),
            down: most(|component| component.down),
            components,
        })
    }

    /// How many of the smallest parts there are across and down.
    pub fn parts(&self) -> (usize, usize) {
        (
            self.width.div_ceil(8 * self.across),
            self.height.div_ceil(8 * self.down),
        )
    }

    /// How many pixels a plane has across and down.
    pub fn size(&self, of: &Component) -> (usize, usize) {
        (
            (self.width * of.across).div_ceil(self.across),
            (self.height * of.down).div_ceil(self.down),
        )
    }

    /// How many blocks of a plane are stored across and down: whole parts of them.
    pub fn blocks(&self, of: &Component) -> (usize, usize) {
        let (across, down) = self.parts();
        (across * of.across, down * of.down)
    }
}

impl Scan {
    /// Reads the segment before a scan of `frame`.
    pub fn read(segment: &[u8], frame: &Frame) -> Result<Self, Fault> {
        let mut bytes = Bytes(segment);
        let count = bytes.byte()?;
        let mut parts: Vec<(usize, usize, usize)> = Vec::new();
        for _ in 0..count {
            let id = bytes.byte()?;
            let (constant, other) = bytes.halves()?;
            let named = frame
                .components
                .iter()
                .position(|component| component.id == id);
            let named = named.ok_or(Fault::Broken)?;
            let again = parts.iter().any(|(part, ..)| *part == named);
            if again || constant > 3 || other > 3 {
                return Err(Fault::Broken);
            }
            parts.push((named, constant, other));
        }
        let band = (usize::from(bytes.byte()?), usize::from(bytes.byte()?));
        let (high, low) = bytes.halves()?;
        let bits = (high as u32, low as u32);
        let sound = match (frame.progressive, band) {
            (false, _) => true,
            (true, (0, last)) => last == 0,
            (true, (first, last)) => first <= last && last < 64 && parts.len() == 1,
        };
        if parts.is_empty() || !sound || low > 13 {
            return Err(Fault::Broken);
        }
        match frame.progressive {
            true => Ok(Self { parts, band, bits }),
            // What a sequential scan says of these is not asked for.
            false => Ok(Self {
                parts,
                band: (0, 63),
                bits: (0, 0),
            }),
        }
    }
}

impl Tables {
    /// Reads a segment of quantisation tables.
    pub fn quantise(&mut self, segment: &[u8]) -> Result<(), Fault> {
        let mut bytes = Bytes(segment);
        while !bytes.0.is_empty() {
            let (wide, number) = bytes.halves()?;
            let mut table = [0; 64];
            for value in &mut table {
                *value = match wide {
                    0 => u16::from(bytes.byte()?),
                    _ => bytes.pair()?,
                };
            }
            *self.quantisation.get_mut(number).ok_or(Fault::Broken)? = Some(table);
        }
        Ok(())
    }

    /// Reads a segment of Huffman tables.
    pub fn code(&mut self, segment: &[u8]) -> Result<(), Fault> {
        let mut bytes = Bytes(segment);
        while !bytes.0.is_empty() {
            let (class, number) = bytes.halves()?;
            let (counts, rest) = bytes.0.split_first_chunk::<16>().ok_or(Fault::Broken)?;
            let table = Table::new(counts, rest)?;
            let symbols: usize = counts.iter().map(|count| usize::from(*count)).sum();
            bytes.0 = &rest[symbols..];
            let tables = match class {
                0 => &mut self.constant,
                _ => &mut self.other,
            };
            *tables.get_mut(number).ok_or(Fault::Broken)? = Some(table);
        }
        Ok(())
    }

    /// Reads how far apart restarts are.
    pub fn restarts(&mut self, segment: &[u8]) -> Result<(), Fault> {
        self.restart = usize::from(Bytes(segment).pair()?);
        Ok(())
    }
}

impl<'a> Notes<'a> {
    /// Takes a note from the segment behind marker `0xe0 + number`. What is damaged is nobody's fault but its own.
    pub fn take(&mut self, number: u8, segment: &'a [u8]) {
        match number {
            0 if segment.starts_with(b"JFIF\0") => self.jfif = true,
            1 if segment.starts_with(b"Exif\0") => {
                self.orientation = self.orientation.or(exif::orientation(segment));
            }
            2 => {
                if let Some([number, _, piece @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile.push((*number, piece));
                }
            }
            14 if segment.starts_with(b"Adobe") => self.adobe = Some(segment.get(11).copied()),
            _ => {}
        }
    }

    /// The colour profile in one piece, if there is one.
    pub fn whole_profile(&self) -> Option<Vec<u8>> {
        let mut pieces = self.profile.clone();
        pieces.sort_by_key(|(number, _)| *number);
        let whole: Vec<u8> = pieces
            .iter()
            .flat_map(|(_, piece)| piece.iter().copied())
            .collect();
        (!whole.is_empty()).then_some(whole)
    }
}
