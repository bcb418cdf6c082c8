//! A JPEG, made into a picture of about the size that is needed.
//!
//! Blocks become fewer pixels straight from their coefficients, so that neither memory nor time depends much on how
//! large the picture is. Whether it is whole is judged by the decoder's own position: every block must be made of
//! bits that are there, whatever stands behind them. What libjpeg reads, and browsers with it, is read; 12 bits,
//! arithmetic coding, lossless and hierarchical files are refused here as there.

mod colours;
mod huffman;
mod idct;
mod progressive;
mod scan;
mod segments;
#[cfg(test)]
pub(super) mod tests;

use super::colour::{Colours, Mixing};
use super::decoded::{Decoded, Fault, Goal};
use super::planes::{Plane, Share};
use super::raster::Raster;
use colours::Meaning;
use huffman::{Bits, Table};
use idct::Block;
use progressive::Coefficients;
use segments::{Component, Frame, Notes, Reader, Scan, Tables};

/// No file has more scans; a hundred lines of nothing could keep a processor busy for hours.
const MOST_SCANS: usize = 100;
/// What coefficients may take up in bytes, with a picture and its file beside them.
const MOST_COEFFICIENTS: usize = 90 << 20;

/// A plane on its way.
struct Sheet {
    plane: Plane,
    /// How large a block of it is, in pixels.
    block: (usize, usize),
    /// How many blocks it has across and down.
    blocks: (usize, usize),
    /// What coefficients are multiplied by, from the first scan on.
    scales: Option<Block>,
    /// Of a progressive picture.
    coefficients: Option<Coefficients>,
    /// Whether its only scan has come, of a sequential one.
    done: bool,
}

/// Makes a picture of `bytes`, which begin with the marker of a start.
pub fn decode(bytes: &[u8], goal: &Goal) -> Result<Decoded, Fault> {
    let mut reader = Reader::new(bytes);
    let (mut tables, mut notes) = (Tables::default(), Notes::default());
    let (mut frame, mut work): (Option<Frame>, Option<(usize, Vec<Sheet>)>) = (None, None);
    let mut scans = 0;
    loop {
        let Some(marker) = reader.marker() else {
            return Err(Fault::Cut);
        };
        match marker {
            // The start again, restarts out of place, and one without meaning.
            0xd8 | 0xd0..=0xd7 | 0x01 => {}
            0xd9 => break,
            0xc4 => tables.code(reader.segment()?)?,
            0xdb => tables.quantise(reader.segment()?)?,
            0xdd => tables.restarts(reader.segment()?)?,
            0xc0..=0xcf if marker != 0xc8 && marker != 0xcc => {
                let found = Frame::read(marker, reader.segment()?)?;
                if frame.replace(found).is_some() {
                    return Err(Fault::Broken);
                }
            }
            0xcc => return Err(Fault::Unusual),
            0xe0..=0xef => notes.take(marker - 0xe0, reader.segment()?),
            0xda => {
                let frame = frame.as_ref().ok_or(Fault::Broken)?;
                let scan = Scan::read(reader.segment()?, frame)?;
                let (_, sheets) = match &mut work {
                    Some(work) => work,
                    none => none.insert(begin(frame, &notes, goal)?),
                };
                scans += 1;
                if scans > MOST_SCANS {
                    return Err(Fault::Broken);
                }
                let mut bits = Bits::new(bytes, reader.at());
                take(frame, &scan, &tables, sheets, &mut bits)?;
                reader.go_to(bits.at());
                if sheets.iter().all(Sheet::complete) {
                    whole(bytes, bits.at(), frame)?;
                    break;
                }
            }
            _ => _ = reader.segment()?,
        }
    }
    match (frame, work) {
        (Some(frame), Some((by, sheets))) if sheets.iter().all(Sheet::shows) => {
            Ok(finish(&frame, &notes, by, sheets))
        }
        _ => Err(Fault::Broken),
    }
}

impl Sheet {
    /// Nothing yet, of a picture that becomes `by` times smaller.
    fn new(frame: &Frame, of: &Component, by: usize) -> Self {
        let (block, blocks) = (block(frame, of, by), frame.blocks(of));
        let (width, height) = frame.size(of);
        let count = blocks.0 * blocks.1;
        let plane = Plane {
            pixels: vec![0; count * block.0 * block.1],
            stride: blocks.0 * block.0,
            size: (
                (width * block.0).div_ceil(8),
                (height * block.1).div_ceil(8),
            ),
            share: (
                Share(of.across * block.0, frame.across * 8 / by),
                Share(of.down * block.1, frame.down * 8 / by),
            ),
        };
        Self {
            plane,
            block,
            blocks,
            scales: None,
            coefficients: frame.progressive.then(|| Coefficients::new(count, block)),
            done: false,
        }
    }

    /// What of the plane begins at a block.
    fn at(&mut self, (x, y): (usize, usize)) -> &mut [u8] {
        let from = y * self.block.1 * self.plane.stride + x * self.block.0;
        &mut self.plane.pixels[from..]
    }

    /// Whether nothing more can come.
    fn complete(&self) -> bool {
        match &self.coefficients {
            Some(coefficients) => coefficients.complete(),
            None => self.done,
        }
    }

    /// Whether there is something to be seen; an end that the file's maker set says that this was all.
    fn shows(&self) -> bool {
        match &self.coefficients {
            Some(coefficients) => coefficients.begun(),
            None => self.done,
        }
    }
}

/// Judges the size before anything is made, and makes room for the planes.
fn begin(frame: &Frame, notes: &Notes<'_>, goal: &Goal) -> Result<(usize, Vec<Sheet>), Fault> {
    let (width, height) = (frame.width as u32, frame.height as u32);
    let orientation = notes.orientation.unwrap_or_default();
    let most = goal.reduction(width, height, orientation)?;
    let by = [8, 4, 2].into_iter().find(|by| *by <= most).unwrap_or(1) as usize;
    let cost = frame.components.iter().map(|of| {
        let (across, down) = frame.blocks(of);
        Coefficients::cost(across * down, block(frame, of, by))
    });
    if frame.progressive && cost.sum::<usize>() > MOST_COEFFICIENTS {
        return Err(Fault::TooLarge { width, height });
    }
    let sheets = frame.components.iter().map(|of| Sheet::new(frame, of, by));
    Ok((by, sheets.collect()))
}

/// How large the blocks of a plane become when the picture becomes `by` times smaller: as near to the picture's own
/// pixels as can be.
fn block(frame: &Frame, of: &Component, by: usize) -> (usize, usize) {
    let side = |most: usize, own: usize| {
        let wanted = 8 * most / (own * by);
        [8, 4, 2]
            .into_iter()
            .find(|side| *side <= wanted)
            .unwrap_or(1)
    };
    (side(frame.across, of.across), side(frame.down, of.down))
}

/// Takes one scan.
fn take(
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    sheets: &mut [Sheet],
    bits: &mut Bits<'_>,
) -> Result<(), Fault> {
    for (named, ..) in &scan.parts {
        let (of, sheet) = (&frame.components[*named], &mut sheets[*named]);
        if sheet.scales.is_none() {
            let table = tables.quantisation[of.quantisation]
                .as_ref()
                .ok_or(Fault::Broken)?;
            sheet.scales = Some(idct::scales(table, sheet.block.0, sheet.block.1));
        }
        if let Some(coefficients) = &mut sheet.coefficients {
            coefficients.expect(scan.band, scan.bits)?;
        } else if std::mem::replace(&mut sheet.done, true) {
            return Err(Fault::Broken);
        }
    }
    match frame.progressive {
        true => progressive(frame, scan, tables, sheets, bits),
        false => sequential(frame, scan, tables, sheets, bits),
    }
}

fn sequential(
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    sheets: &mut [Sheet],
    bits: &mut Bits<'_>,
) -> Result<(), Fault> {
    let mut codes = Vec::new();
    for (_, constant, other) in &scan.parts {
        codes.push((
            code(&tables.constant, *constant)?,
            code(&tables.other, *other)?,
        ));
    }
    let mut block = [0.0; 64];
    scan::walk(
        frame,
        scan,
        tables.restart,
        bits,
        |bits, carried, part, at| {
            let sheet = &mut sheets[scan.parts[part].0];
            let scales = sheet.scales.as_ref().ok_or(Fault::Broken)?;
            let constant = scan::sequential(
                bits,
                &mut carried.constant[part],
                codes[part],
                scales,
                &mut block,
            )?;
            let (size, stride) = (sheet.block, sheet.plane.stride);
            idct::write(&block, constant, size, sheet.at(at), stride);
            Ok(())
        },
    )
}

fn progressive(
    frame: &Frame,
    scan: &Scan,
    tables: &Tables,
    sheets: &mut [Sheet],
    bits: &mut Bits<'_>,
) -> Result<(), Fault> {
    let ((first, last), (high, low)) = (scan.band, scan.bits);
    let mut codes = Vec::new();
    for (_, constant, other) in &scan.parts {
        codes.push(match (first, high) {
            (0, 0) => Some(code(&tables.constant, *constant)?),
            (0, _) => None,
            (_, _) => Some(code(&tables.other, *other)?),
        });
    }
    scan::walk(
        frame,
        scan,
        tables.restart,
        bits,
        |bits, carried, part, (x, y)| {
            let sheet = &mut sheets[scan.parts[part].0];
            let coefficients = sheet.coefficients.as_mut().ok_or(Fault::Broken)?;
            let block = y * sheet.blocks.0 + x;
            let band = (first, last, low);
            match (first, high, codes[part]) {
                (0, 0, Some(code)) => {
                    coefficients.constant(bits, code, &mut carried.constant[part], block, low)
                }
                (0, _, _) => {
                    coefficients.constant_bit(bits, block, low);
                    Ok(())
                }
                (_, 0, Some(code)) => coefficients.band(bits, code, carried, block, band),
                (_, _, Some(code)) => coefficients.band_bit(bits, code, carried, block, band),
                (_, _, None) => Err(Fault::Broken),
            }
        },
    )
}

fn code(tables: &[Option<Table>; 4], number: usize) -> Result<&Table, Fault> {
    tables[number].as_ref().ok_or(Fault::Broken)
}

/// Whether the last bytes of a scan can be its own. A file that was cut off and filled up with zeros is read to its
/// last block, since zeros mean something, too.
fn whole(bytes: &[u8], at: usize, frame: &Frame) -> Result<(), Fault> {
    /// More zeros in a row than any code but one of many empty blocks has.
    const MANY: usize = 64;
    let marker = matches!(bytes.get(at..), Some([0xff, ..]));
    let before = &bytes[at.saturating_sub(MANY)..at];
    let filled = before.len() == MANY && before.iter().all(|byte| *byte == 0);
    match filled && !marker && !frame.progressive {
        true => Err(Fault::Cut),
        false => Ok(()),
    }
}

fn finish(frame: &Frame, notes: &Notes<'_>, by: usize, mut sheets: Vec<Sheet>) -> Decoded {
    for sheet in &mut sheets {
        let (Some(coefficients), Some(scales)) = (sheet.coefficients.take(), &sheet.scales) else {
            continue;
        };
        let ((across, down), size) = (sheet.blocks, sheet.block);
        let (scales, stride) = (*scales, sheet.plane.stride);
        for y in 0..down {
            for x in 0..across {
                coefficients.write(y * across + x, &scales, size, sheet.at((x, y)), stride);
            }
        }
    }
    let (width, height) = (frame.width.div_ceil(by), frame.height.div_ceil(by));
    let planes: Vec<Plane> = sheets.into_iter().map(|sheet| sheet.plane).collect();
    let meaning = Meaning::of(frame, notes);
    let profile = notes.whole_profile();
    let mut mixing = match meaning {
        Meaning::Inks { .. } => Mixing::new(profile.as_deref()),
        Meaning::Gray | Meaning::Rgb | Meaning::Ycc => Mixing::new(None),
    };
    let mut raster = Raster::new(width as u32, height as u32);
    let mixer = &mut |inks: &[u8], rgb: &mut [u8]| mixing.mix(inks, rgb);
    colours::rows(&planes, meaning, width, &mut raster.rgb, mixer);
    let colours = match (meaning, profile) {
        (Meaning::Inks { .. }, _) | (_, None) => Colours::default(),
        (meaning, Some(profile)) => Colours::of_profile(&profile, meaning == Meaning::Gray),
    };
    Decoded {
        raster,
        colours,
        orientation: notes.orientation.unwrap_or_default(),
    }
}
