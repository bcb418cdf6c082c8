//! Blocks of coefficients become blocks of pixels: of eight, or straight of four, two or one to a side.

#![allow(
    clippy::needless_range_loop,
    reason = "a lane goes through several rows at once"
)]

use std::f32::consts::SQRT_2;

/// Coefficients of a block, by row and column.
pub type Block = [f32; 64];

/// Where the coefficients of a scan belong in a block.
pub const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// 1/√8: what the constant part of one side counts for.
const BASE: f32 = 0.353_553_4;
/// What the kernel of eight wants its coefficients multiplied by (Arai, Agui and Nakajima).
const EIGHT: [f32; 8] = [
    BASE,
    BASE * 1.387_039_8,
    BASE * 1.306_563,
    BASE * 1.175_875_6,
    BASE,
    BASE * 0.785_694_96,
    BASE * 0.541_196_1,
    BASE * 0.275_899_4,
];
/// What the kernel of four wants, that of two and that of one: √2·cos(kπ/8) and the like are in the kernels.
const FOUR: [f32; 8] = [BASE, BASE, BASE, BASE, 0.0, 0.0, 0.0, 0.0];

/// What the coefficients of a scan are multiplied by, in its order, for blocks of `width` by `height` pixels; 0 for
/// those that are not needed.
pub fn scales(quantisation: &[u16; 64], width: usize, height: usize) -> Block {
    let axis = |length: usize| if length == 8 { EIGHT } else { FOUR };
    let (across, down) = (axis(width), axis(height));
    let mut scales = [0.0; 64];
    for (k, scale) in scales.iter_mut().enumerate() {
        let (u, v) = (usize::from(ZIGZAG[k] % 8), usize::from(ZIGZAG[k] / 8));
        if u < width && v < height {
            *scale = f32::from(quantisation[k]) * across[u] * down[v];
        }
    }
    scales
}

/// Writes a block of `width` by `height` pixels, each 1, 2, 4 or 8; `constant` says that only the first coefficient
/// is not zero.
pub fn write(
    block: &Block,
    constant: bool,
    (width, height): (usize, usize),
    to: &mut [u8],
    stride: usize,
) {
    if constant || (width, height) == (1, 1) {
        // The first coefficient is scaled alike for every size.
        let pixel = level(block[0]);
        for row in to.chunks_mut(stride).take(height) {
            row[..width].fill(pixel);
        }
        return;
    }
    match (width, height) {
        (8, 8) => of::<8, 8>(block, to, stride),
        (8, 4) => of::<8, 4>(block, to, stride),
        (8, 2) => of::<8, 2>(block, to, stride),
        (8, _) => of::<8, 1>(block, to, stride),
        (4, 8) => of::<4, 8>(block, to, stride),
        (4, 4) => of::<4, 4>(block, to, stride),
        (4, 2) => of::<4, 2>(block, to, stride),
        (4, _) => of::<4, 1>(block, to, stride),
        (2, 8) => of::<2, 8>(block, to, stride),
        (2, 4) => of::<2, 4>(block, to, stride),
        (2, 2) => of::<2, 2>(block, to, stride),
        (2, _) => of::<2, 1>(block, to, stride),
        (_, 8) => of::<1, 8>(block, to, stride),
        (_, 4) => of::<1, 4>(block, to, stride),
        (_, _) => of::<1, 2>(block, to, stride),
    }
}

fn of<const W: usize, const H: usize>(block: &Block, to: &mut [u8], stride: usize) {
    let mut columns = [[0.0; W]; H];
    for (row, from) in columns.iter_mut().zip(block.chunks_exact(8)) {
        row.copy_from_slice(&from[..W]);
    }
    let mut rows = turned(&kernel(&columns));
    rows = kernel(&rows);
    for (row, to) in turned(&rows).iter().zip(to.chunks_mut(stride)) {
        for (pixel, to) in row.iter().zip(&mut to[..W]) {
            *to = level(*pixel);
        }
    }
}

fn turned<const W: usize, const H: usize>(rows: &[[f32; W]; H]) -> [[f32; H]; W] {
    std::array::from_fn(|x| std::array::from_fn(|y| rows[y][x]))
}

/// Around 128, rounded, within a byte. The large number leaves the rounded one in the low bits.
#[inline(always)]
fn level(value: f32) -> u8 {
    const LARGE: f32 = 12_582_912.0;
    let value = value.clamp(-128.0, 127.0) + (128.0 + LARGE);
    value.to_bits() as u8
}

/// One dimension, over as many columns as there are at once.
#[inline(always)]
fn kernel<const L: usize, const N: usize>(x: &[[f32; L]; N]) -> [[f32; L]; N] {
    let mut out = *x;
    match N {
        8 => eight(&mut out),
        4 => four(&mut out),
        2 => two(&mut out),
        _ => {}
    }
    out
}

#[inline(always)]
fn two<const L: usize>(x: &mut [[f32; L]]) {
    for lane in 0..L {
        let (a, b) = (x[0][lane], x[1][lane]);
        (x[0][lane], x[1][lane]) = (a + b, a - b);
    }
}

#[inline(always)]
fn four<const L: usize>(x: &mut [[f32; L]]) {
    /// √2·cos(π/8) and √2·cos(3π/8).
    const LONG: f32 = 1.306_563;
    const SHORT: f32 = 0.541_196_1;
    for lane in 0..L {
        let even = (x[0][lane] + x[2][lane], x[0][lane] - x[2][lane]);
        let odd = (
            x[1][lane] * LONG + x[3][lane] * SHORT,
            x[1][lane] * SHORT - x[3][lane] * LONG,
        );
        x[0][lane] = even.0 + odd.0;
        x[1][lane] = even.1 + odd.1;
        x[2][lane] = even.1 - odd.1;
        x[3][lane] = even.0 - odd.0;
    }
}

#[inline(always)]
fn eight<const L: usize>(x: &mut [[f32; L]]) {
    for lane in 0..L {
        let (sum, difference) = (x[0][lane] + x[4][lane], x[0][lane] - x[4][lane]);
        let outer = x[2][lane] + x[6][lane];
        let inner = (x[2][lane] - x[6][lane]) * SQRT_2 - outer;
        let even = [
            sum + outer,
            difference + inner,
            difference - inner,
            sum - outer,
        ];

        let (z13, z10) = (x[5][lane] + x[3][lane], x[5][lane] - x[3][lane]);
        let (z11, z12) = (x[1][lane] + x[7][lane], x[1][lane] - x[7][lane]);
        let z5 = (z10 + z12) * 1.847_759;
        let first = z11 + z13;
        let second = z5 - z10 * 2.613_126 - first;
        let third = (z11 - z13) * SQRT_2 - second;
        let fourth = z12 * 1.082_392_2 - z5 + third;
        // The fourth is subtracted where the others are added.
        let odd = [first, second, third, -fourth];
        for i in 0..4 {
            x[i][lane] = even[i] + odd[i];
            x[7 - i][lane] = even[i] - odd[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, of the low coefficients.
    fn slow(block: &[f64; 64], width: usize, height: usize, x: usize, y: usize) -> f64 {
        let basis = |k: usize, at: usize, length: usize| {
            let angle = (2 * at + 1) as f64 * k as f64 * std::f64::consts::PI / (2 * length) as f64;
            let norm = if k == 0 { 1.0 } else { 2.0 };
            (norm / length as f64).sqrt() * angle.cos() * (length as f64 / 8.0).sqrt()
        };
        let mut sum = 0.0;
        for v in 0..height {
            for u in 0..width {
                sum += block[v * 8 + u] * basis(u, x, width) * basis(v, y, height);
            }
        }
        (sum + 128.0).clamp(0.0, 255.0)
    }

    #[test]
    fn every_size_is_what_its_definition_says() {
        let mut seed = 7_u32;
        let mut next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 16) as i32 % 61 - 30
        };
        for width in [1, 2, 4, 8] {
            for height in [1, 2, 4, 8] {
                let quantisation: [u16; 64] = std::array::from_fn(|k| 1 + k as u16 / 8);
                let raw: [i32; 64] = std::array::from_fn(|k| next() / (1 + k as i32 / 8));
                let scales = scales(&quantisation, width, height);
                let (mut exact, mut block) = ([0.0; 64], [0.0; 64]);
                for k in 0..64 {
                    let at = usize::from(ZIGZAG[k]);
                    exact[at] = f64::from(raw[k]) * f64::from(quantisation[k]);
                    block[at] = raw[k] as f32 * scales[k];
                }
                let mut pixels = [0; 80];
                write(&block, false, (width, height), &mut pixels, 10);
                for y in 0..height {
                    for x in 0..width {
                        let wanted = slow(&exact, width, height, x, y);
                        let found = f64::from(pixels[y * 10 + x]);
                        assert!(
                            (found - wanted).abs() < 0.6,
                            "{width}x{height} {x},{y}: {found} {wanted}"
                        );
                    }
                }
            }
        }
    }
}
