//! One scan: its smallest parts in order, and the blocks of a sequential one.

use super::huffman::{Bits, Table};
use super::idct::{Block, ZIGZAG};
use super::segments::{Frame, Scan};
use crate::edge::files::decoded::Fault;

/// What is carried on from block to block, and begins anew at a restart.
#[derive(Default)]
pub struct Carried {
    /// By place in the scan: the constant part of the last block.
    pub constant: [i32; 4],
    /// How many more blocks of a band have nothing.
    pub empty: u32,
}

/// Takes a scan's blocks in order. `block` is told which of the scan's planes it is and where in it; `restart` is
/// how many of the smallest parts lie between two restarts.
///
/// Whether the scan is whole is judged here: every block must be made of bits that are there.
pub fn walk(
    frame: &Frame,
    scan: &Scan,
    restart: usize,
    bits: &mut Bits<'_>,
    mut block: impl FnMut(&mut Bits<'_>, &mut Carried, usize, (usize, usize)) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let alone = match scan.parts[..] {
        [(only, ..)] => Some(frame.size(&frame.components[only])),
        _ => None,
    };
    let (across, down) = match alone {
        Some((width, height)) => (width.div_ceil(8), height.div_ceil(8)),
        None => frame.parts(),
    };
    let mut carried = Carried::default();
    let mut left = restart;
    for y in 0..down {
        for x in 0..across {
            if restart > 0 && left == 0 {
                bits.restart()?;
                carried = Carried::default();
                left = restart;
            }
            left = left.wrapping_sub(1);
            if alone.is_some() {
                block(bits, &mut carried, 0, (x, y))?;
            } else {
                for (part, (named, ..)) in scan.parts.iter().enumerate() {
                    let of = &frame.components[*named];
                    for inner_y in 0..of.down {
                        for inner_x in 0..of.across {
                            let at = (x * of.across + inner_x, y * of.down + inner_y);
                            block(bits, &mut carried, part, at)?;
                        }
                    }
                }
            }
            if !bits.whole() {
                return Err(Fault::Cut);
            }
        }
    }
    Ok(())
}

/// Reads the difference of a block's constant part from the last one's.
pub fn difference(bits: &mut Bits<'_>, table: &Table) -> Result<i32, Fault> {
    bits.fill();
    let size = u32::from(bits.symbol(table)?);
    if size > 15 {
        return Err(Fault::Broken);
    }
    Ok(bits.value(size))
}

/// Reads a block of a sequential scan into `block`, multiplied by `scales`; says whether it is constant.
#[inline]
pub fn sequential(
    bits: &mut Bits<'_>,
    last: &mut i32,
    (constant, other): (&Table, &Table),
    scales: &Block,
    block: &mut Block,
) -> Result<bool, Fault> {
    *last = last.wrapping_add(difference(bits, constant)?);
    block.fill(0.0);
    block[0] = *last as f32 * scales[0];
    let (mut k, mut is_constant) = (1, true);
    while k < 64 {
        bits.fill();
        let value = match bits.quick(other) {
            Some((run, value)) => {
                k += run;
                value
            }
            None => {
                let symbol = bits.symbol(other)?;
                let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                match (run, size) {
                    (15, 0) => {
                        k += 16;
                        continue;
                    }
                    (_, 0) => break,
                    (run, size) => {
                        k += run;
                        bits.value(size)
                    }
                }
            }
        };
        if k > 63 {
            return Err(Fault::Broken);
        }
        block[usize::from(ZIGZAG[k])] = value as f32 * scales[k];
        is_constant = false;
        k += 1;
    }
    Ok(is_constant)
}
