//! A plane whose coefficients come bit by bit, in several scans.
//!
//! Only the coefficients that are needed for the wanted size are kept; of the others it is known whether they are
//! zero, since later scans say nothing of those that are.

use super::huffman::{Bits, Table};
use super::idct::{self, Block, ZIGZAG};
use super::scan::{Carried, difference};
use crate::edge::files::decoded::Fault;

/// What is not kept.
const NOWHERE: u8 = u8::MAX;

/// The coefficients of a plane.
pub struct Coefficients {
    /// By coefficient in the order of scans: its place among those that are kept.
    places: [u8; 64],
    /// How many are kept of a block.
    kept: usize,
    values: Vec<i16>,
    /// By block: which coefficients are not zero. Empty if all are kept.
    used: Vec<u64>,
    /// By coefficient: the last bit that came, the lowest is 0.
    known: [Option<u32>; 64],
}

impl Coefficients {
    /// What `blocks` blocks take up in bytes if they become blocks of `width` by `height` pixels.
    pub fn cost(blocks: usize, (width, height): (usize, usize)) -> usize {
        let kept = width * height;
        blocks * (kept * size_of::<i16>() + if kept < 64 { size_of::<u64>() } else { 0 })
    }

    /// Nothing yet, of `blocks` blocks.
    pub fn new(blocks: usize, (width, height): (usize, usize)) -> Self {
        let mut places = [NOWHERE; 64];
        let mut kept = 0;
        for (place, at) in places.iter_mut().zip(ZIGZAG) {
            if usize::from(at % 8) < width && usize::from(at / 8) < height {
                *place = kept;
                kept += 1;
            }
        }
        let kept = usize::from(kept);
        Self {
            places,
            kept,
            values: vec![0; blocks * kept],
            used: vec![0; if kept < 64 { blocks } else { 0 }],
            known: [None; 64],
        }
    }

    /// Notes what a scan is going to bring; each bit comes once, in order.
    pub fn expect(&mut self, band: (usize, usize), (high, low): (u32, u32)) -> Result<(), Fault> {
        for known in &mut self.known[band.0..=band.1] {
            let in_order = match *known {
                None => high == 0,
                Some(known) => known == high && low + 1 == high,
            };
            if !in_order {
                return Err(Fault::Broken);
            }
            *known = Some(low);
        }
        Ok(())
    }

    /// Whether every bit has come.
    pub fn complete(&self) -> bool {
        self.known.iter().all(|known| *known == Some(0))
    }

    /// Whether anything can be shown.
    pub fn begun(&self) -> bool {
        self.known[0].is_some()
    }

    /// The first bits of a constant part.
    pub fn constant(
        &mut self,
        bits: &mut Bits<'_>,
        table: &Table,
        last: &mut i32,
        block: usize,
        low: u32,
    ) -> Result<(), Fault> {
        *last = last.wrapping_add(difference(bits, table)?);
        self.values[block * self.kept] = (*last << low) as i16;
        Ok(())
    }

    /// One more bit of a constant part.
    pub fn constant_bit(&mut self, bits: &mut Bits<'_>, block: usize, low: u32) {
        bits.fill();
        self.values[block * self.kept] |= (bits.take(1) << low) as i16;
    }

    /// The first bits of a band.
    pub fn band(
        &mut self,
        bits: &mut Bits<'_>,
        table: &Table,
        carried: &mut Carried,
        block: usize,
        (first, last, low): (usize, usize, u32),
    ) -> Result<(), Fault> {
        if carried.empty > 0 {
            carried.empty -= 1;
            return Ok(());
        }
        let mut k = first;
        while k <= last {
            bits.fill();
            let symbol = bits.symbol(table)?;
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            match (run, size) {
                (15, 0) => k += 16,
                (run, 0) => {
                    carried.empty = empty(bits, run as u32) - 1;
                    break;
                }
                (run, size) => {
                    k += run;
                    if k > last {
                        return Err(Fault::Broken);
                    }
                    let value = bits.value(size) << low;
                    self.put(block, k, value as i16);
                    k += 1;
                }
            }
        }
        Ok(())
    }

    /// One more bit of a band.
    pub fn band_bit(
        &mut self,
        bits: &mut Bits<'_>,
        table: &Table,
        carried: &mut Carried,
        block: usize,
        (first, last, low): (usize, usize, u32),
    ) -> Result<(), Fault> {
        let mut k = first;
        while carried.empty == 0 && k <= last {
            bits.fill();
            let symbol = bits.symbol(table)?;
            let (run, size) = (usize::from(symbol >> 4), symbol & 15);
            let value = match (run, size) {
                (15, 0) => 0,
                (run, 0) => {
                    carried.empty = empty(bits, run as u32);
                    break;
                }
                (_, 1) if bits.take(1) == 1 => 1_i16 << low,
                (_, 1) => -1_i16 << low,
                _ => return Err(Fault::Broken),
            };
            k = self.correct(bits, block, (k, last, low), run);
            if k > last && value != 0 {
                return Err(Fault::Broken);
            }
            if value != 0 {
                self.put(block, k, value);
            }
            k += 1;
        }
        if carried.empty > 0 {
            self.correct(bits, block, (k, last, low), usize::MAX);
            carried.empty -= 1;
        }
        Ok(())
    }

    /// Corrects what is not zero from `k` on, until `zeros` zeros are behind and the next is reached: where that is.
    fn correct(
        &mut self,
        bits: &mut Bits<'_>,
        block: usize,
        (mut k, last, low): (usize, usize, u32),
        mut zeros: usize,
    ) -> usize {
        while k <= last {
            if self.is_used(block, k) {
                bits.fill();
                if bits.take(1) == 1 {
                    self.grow(block, k, 1 << low);
                }
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            k += 1;
        }
        k
    }

    fn is_used(&self, block: usize, k: usize) -> bool {
        match self.used.get(block) {
            Some(used) => used >> k & 1 == 1,
            None => self.values[block * self.kept + usize::from(self.places[k])] != 0,
        }
    }

    fn put(&mut self, block: usize, k: usize, value: i16) {
        if let Some(used) = self.used.get_mut(block) {
            *used |= 1 << k;
        }
        if self.places[k] != NOWHERE {
            self.values[block * self.kept + usize::from(self.places[k])] = value;
        }
    }

    /// Takes a coefficient further away from zero.
    fn grow(&mut self, block: usize, k: usize, by: i16) {
        if self.places[k] != NOWHERE {
            let value = &mut self.values[block * self.kept + usize::from(self.places[k])];
            *value = value.wrapping_add(if *value < 0 { -by } else { by });
        }
    }

    /// Writes a block of `size` pixels.
    pub fn write(
        &self,
        block: usize,
        scales: &Block,
        size: (usize, usize),
        to: &mut [u8],
        stride: usize,
    ) {
        let values = &self.values[block * self.kept..][..self.kept];
        let mut coefficients = [0.0; 64];
        let mut constant = true;
        for (k, place) in self.places.iter().enumerate() {
            if *place != NOWHERE && values[usize::from(*place)] != 0 {
                let value = f32::from(values[usize::from(*place)]);
                coefficients[usize::from(ZIGZAG[k])] = value * scales[k];
                constant &= k == 0;
            }
        }
        idct::write(&coefficients, constant, size, to, stride);
    }
}

/// How many blocks have nothing more in this band, from this one on.
fn empty(bits: &mut Bits<'_>, size: u32) -> u32 {
    bits.fill();
    match size {
        0 => 1,
        size => (1 << size) + bits.take(size),
    }
}
